/*
 * warden.h: what the keeper has the warden do.
 */
#ifndef KOSMO_KEEPER_WARDEN_H
#define KOSMO_KEEPER_WARDEN_H

#include "kosmod/keeper/conv.h"
#include "kosmod/priv.h"

/* Fills the job for p: the rows that pam_kosmo registered are its hints. */
void warden_job(
    const struct person *p, bool end, uint64_t keep, struct p_sessions *ret);

/*
 * Ends all sessions of p after this turn, and does not wait for it: lock,
 * reset and removal by an admin. KOSMO_ECLOSED: there is no warden.
 */
KOSMO_CHECK int warden_end_all(struct keeper *k, const struct person *p);

#endif
