/*
 * nursery.h: makes one talk process for each dialogue.
 *
 * It is executed anew before the keeper opens the store, so what it forks has
 * another canary and another layout than the keeper, and nothing secret in
 * its memory. When a talk dies by a signal, the keeper asks the parent for a
 * new nursery; the old one lives on until its last talk is gone.
 */
#ifndef KOSMO_KOSMOD_NURSERY_NURSERY_H
#define KOSMO_KOSMOD_NURSERY_NURSERY_H

/* How the parent hands these over; argv[1] of the private call. */
#define NURSERY_ARG "--nursery"
#define NURSERY_FD_CHANNEL 3 /* to the keeper: struct nursery_msg */
#define NURSERY_FD_CONF 4    /* conf_take */

/* The whole life of a nursery; returns its exit status. */
int nursery_main(int journal);

#endif
