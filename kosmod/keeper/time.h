/*
 * time.h: the newest time that was ever stored. A clock that is far behind it
 * was set back, and would let used TOTP codes look new.
 */
#ifndef KOSMO_KEEPER_TIME_H
#define KOSMO_KEEPER_TIME_H

#include "kosmod/keeper/conv.h"

/* Seconds that now is behind, if more than 10 minutes; else 0. */
uint64_t time_is_behind(const struct keeper *k, int64_t now);

/* Stores now, at most once a minute, as part of t. */
KOSMO_CHECK int time_note(struct keeper *k, struct txn *t, int64_t now);

/* Reads it at start. */
KOSMO_CHECK int time_load(struct keeper *k);

#endif
