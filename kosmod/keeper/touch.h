/*
 * touch.h: the keeper between a conversation and kosmo-touch: one job a
 * conversation, whose words go to talk as they are. What is asked for, and
 * whose what comes back is, passkey.h says.
 */
#ifndef KOSMO_KEEPER_TOUCH_H
#define KOSMO_KEEPER_TOUCH_H

#include "kosmod/keeper/conv.h"
#include "kosmod/priv.h"

#define TOUCH_JOBS_MAX 32 /* at once; beyond: TOUCH_BUSY */
#define TOUCH_SLACK 15	  /* seconds beyond those that policy gives a touch */

/*
 * P_TOUCHED, as received. KOSMO_EFORMAT: touch is to be cut off, because it
 * is no such message, or a word that asks when it was not touch's turn. What
 * is of a job that there is no more is left aside.
 */
KOSMO_CHECK int touch_answered(struct keeper *k, const struct buf *packet);

/* It is gone: all its jobs have come to TOUCH_AWAY. */
void touch_gone(struct keeper *k);

/*
 * Jobs that it says nothing about for too long have come to TOUCH_FAILED; those
 * of a conversation that ends in SECONDS_TO_SAY_WHY seconds, to TOUCH_TIMEOUT.
 */
void touch_tick(struct keeper *k);

/* c is closed: its key stops blinking. */
void touch_forget(struct kconv *c);

#endif
