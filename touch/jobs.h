/*
 * jobs.h: a child for each job, so that a key that nobody touches delays
 * nobody, and what a key sends is read by a process that ends with it.
 */
#ifndef KOSMO_TOUCH_JOBS_H
#define KOSMO_TOUCH_JOBS_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kosmod/kmsg_passkey.h"
#include "kosmod/priv.h"
#include "libkosmo/buf.h"

#define JOBS_MAX 40 /* a few more than the keeper gives: some are ending */

struct row {
	uint64_t id;
	pid_t pid; /* 0: this place is free */
	int fd;	   /* to the child; -1: it has ended */
	uint32_t seconds;
	int64_t until; /* ms: then it is killed; INT64_MAX: a person is asked */
	bool over;     /* nobody waits for its word */
};

struct jobs {
	struct row rows[JOBS_MAX];
	int claims;    /* device.h */
	int others[2]; /* what no child may have: to the keeper, signals */
};

/* KOSMO_EIO. */
KOSMO_CHECK int jobs_init(struct jobs *j);

/*
 * P_TOUCH, as received. KOSMO_EFORMAT: it is none. True in *ret_answer: it
 * can't be begun, and *ret says so.
 */
KOSMO_CHECK int jobs_take(struct jobs *j, const struct buf *packet,
    bool *ret_answer, struct p_touched *ret);

/* Ends all: the keeper is gone. */
void jobs_stop_all(struct jobs *j);

/* Fills fds with what the jobs wait for; returns how many. */
size_t jobs_fds(const struct jobs *j, struct pollfd fds[JOBS_MAX]);

/* Milliseconds of packet_now at which jobs_next has something to do. */
int64_t jobs_until(const struct jobs *j);

/* True if a job has said something: call it until it says false. */
bool jobs_next(struct jobs *j, struct p_touched *ret);

/* Frees the places of children that have ended. */
void jobs_reap(struct jobs *j);

#endif
