/*
 * jobs.h: a job of touch as its loop sees it. It goes to and fro: the keeper
 * answers what it asks for, and stops it.
 */
#ifndef KOSMO_TOUCH_JOBS_H
#define KOSMO_TOUCH_JOBS_H

#include "worker/worker.h"

extern const struct kind touch_kinds[];

/* As struct worker has them. */
int touch_take(struct loop *l, const struct kind *k, const void *asked);
bool touch_heard(struct row *j, const void *word);
void touch_stop(struct row *j);

#endif
