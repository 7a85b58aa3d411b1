/*
 * jobs.h: what the warden does for the keeper, a row a kind of job.
 */
#ifndef KOSMO_WARDEN_JOBS_H
#define KOSMO_WARDEN_JOBS_H

#include "worker/worker.h"

extern const struct kind warden_kinds[];

#endif
