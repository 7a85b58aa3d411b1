/*
 * people.h: who is in the store, and the records that come and go with them.
 */
#ifndef KOSMO_KEEPER_PEOPLE_H
#define KOSMO_KEEPER_PEOPLE_H

#include "kosmod/keeper/conv.h"

/* Reads the number of people at start. */
KOSMO_CHECK int people_load(struct keeper *k);

/*
 * Changes the number of people by one more or less, as part of t; the caller
 * counts k->people after the commit.
 */
KOSMO_CHECK int people_count(struct txn *t, uint64_t people);

/* True if name is a login name or an alias already. */
KOSMO_CHECK int
people_taken(struct keeper *k, const char *name, bool *ret_taken);

/*
 * True if login can be a login name: one word of printable ASCII, since it
 * stands in names of counters and in logs.
 */
bool people_good_login(const char *login);

/* Deletes some throttle counters that say nothing any more. */
void people_sweep(struct keeper *k);

#endif
