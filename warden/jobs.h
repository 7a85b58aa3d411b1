/*
 * jobs.h: a child for each job, with a deadline: name services may hang, and
 * ending sessions takes seconds, but no job waits for another.
 */
#ifndef KOSMO_WARDEN_JOBS_H
#define KOSMO_WARDEN_JOBS_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kosmod/priv.h"
#include "libkosmo/buf.h"

#define JOBS_MAX 32 /* at once; more wait in the socket */

/* What comes back; without an answer from the child, it says no. */
struct answer {
	uint8_t type; /* P_SESSIONS_IS, P_ACCOUNT_IS or P_WHERE_IS */
	union {
		struct p_sessions_is sessions;
		struct p_account_is account;
		struct p_where_is where;
	} u;
};

struct job {
	pid_t pid; /* 0: this place is free */
	int fd;	   /* where the child answers; -1: it is answered */
	int64_t until;
	struct answer answer; /* if the child has none */
};

struct jobs {
	struct job rows[JOBS_MAX];
};

void jobs_init(struct jobs *j);

bool jobs_full(const struct jobs *j);

/*
 * Begins the job in a packet. KOSMO_EFORMAT if it is none; KOSMO_EIO if no
 * child could be made. jobs_full must be false.
 */
KOSMO_CHECK int jobs_begin(struct jobs *j, const struct buf *packet);

/* Fills fds with what the jobs wait for; returns how many. */
size_t jobs_fds(const struct jobs *j, struct pollfd fds[JOBS_MAX]);

/* Milliseconds of CLOCK_MONOTONIC at which jobs_next has something to do. */
int64_t jobs_until(const struct jobs *j);

/* True if a job is answered: call it until it says false. */
bool jobs_next(struct jobs *j, struct answer *ret);

/* Frees the places of children that have ended. */
void jobs_reap(struct jobs *j);

#endif
