/*
 * remember.h: logins that skip the code for a while ("keep me signed in"):
 * the same person, source address and service, only where policy gives a time.
 */
#ifndef KOSMO_KEEPER_REMEMBER_H
#define KOSMO_KEEPER_REMEMBER_H

#include <stdbool.h>

#include "kosmod/keeper/conv.h"

/*
 * Seconds that a login of c may be remembered; 0: it may not, or too many
 * people log in from there. The same for everyone who asks from there.
 */
uint32_t remember_time(struct kconv *c);

/*
 * True if this login of p may skip the factor now. Asked after the right
 * password alone: until then nobody learns of it.
 */
bool remember_holds(struct kconv *c, const struct person *p);

/*
 * Nothing is remembered of p any more: sign-out, and every change of
 * password, method or device. Before person_put.
 */
void remember_void(struct person *p);

/* How many of them are in force. */
uint32_t remember_count(const struct person *p, int64_t now);

/* Notes in t that p logged in from the address of c (REC_CROWD). */
KOSMO_CHECK int
remember_crowd(struct kconv *c, struct txn *t, const struct person *p);

/*
 * Looks at one REC_CROWD record: true if it says nothing any more and can be
 * deleted; *ret_name is its name.
 */
bool remember_stale(
    const struct buf *value, int64_t now, char ret_name[static ORIGIN_LEN + 1]);

#endif
