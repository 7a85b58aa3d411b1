/*
 * address.h: which addresses may be recorded, and who has which confirmed one
 * (REC_ADDRESS), so that `forgot-id` finds people without a walk.
 */
#ifndef KOSMO_KEEPER_ADDRESS_H
#define KOSMO_KEEPER_ADDRESS_H

#include <stdbool.h>

#include "kosmod/keeper/conv.h"

/* True if address is at one of [email] domains, or there are none. */
bool address_allowed(const struct conf *conf, const char *address);

/*
 * Puts into t what a change of email, email_ok or login from before to after
 * makes of the index; NULL: the person is new, or removed. Call it in every
 * transaction that puts or deletes a person whose address may have changed;
 * if nothing of that changed it writes nothing. One person a transaction: what
 * t holds already is not seen.
 */
KOSMO_CHECK int address_index(struct keeper *k, struct txn *t,
    const struct person *before, const struct person *after);

/*
 * Calls each(arg, login) for everyone whose confirmed address it is, until one
 * is not KOSMO_OK. Letter case does not matter.
 */
KOSMO_CHECK int address_each(struct keeper *k, const char *address,
    int (*each)(void *arg, const char *login), void *arg);

#endif
