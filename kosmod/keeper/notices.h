/*
 * notices.h: the notices that wait to leave, oldest first. They are numbered
 * records of the store; here is only which numbers still stand, so that
 * nothing has to be walked and any number of them may wait.
 */
#ifndef KOSMO_KEEPER_NOTICES_H
#define KOSMO_KEEPER_NOTICES_H

#include "kosmod/keeper/conv.h"
#include "kosmod/priv.h"

/* Reads at start what is left from before. */
KOSMO_CHECK int notices_load(struct keeper *k);
void notices_free(struct keeper *k);

/*
 * Puts mail into t under the next number. It is dropped, with a line in t,
 * if its person got too many of late.
 */
KOSMO_CHECK int
notices_add(struct keeper *k, struct txn *t, const struct p_mail *mail);

/* Hands a few of those that are due to post; deletes what is too old. */
void notices_tick(struct keeper *k);

/* Post has come: nobody waits for long, and it begins at once. */
void notices_now(struct keeper *k);

/* How many wait. */
uint32_t notices_count(const struct keeper *k);

#endif
