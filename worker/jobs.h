/*
 * jobs.h: the jobs that are at work, and the child of each.
 */
#ifndef KOSMO_WORKER_JOBS_H
#define KOSMO_WORKER_JOBS_H

#include <poll.h>
#include <sys/types.h>

#include "libkosmo/buf.h"
#include "worker/worker.h"

#define JOBS_MAX 40 /* at once; a few more than the keeper gives touch */

struct row {
	const struct kind *kind;
	uint64_t id; /* the keeper's number for it */
	pid_t pid;   /* 0: this place is free */
	int fd;	     /* to the child; -1: there is no more to hear */
	int64_t time;
	int64_t until; /* ms of packet_now: then it is killed */
	bool over;     /* nobody waits for its word */
};

struct jobs {
	struct row rows[JOBS_MAX];
	int shared;    /* struct child */
	int others[2]; /* what no child may have: to the keeper, signals */
};

void jobs_init(struct jobs *j);

bool jobs_full(struct jobs *j);

/*
 * Begins a job, which has extra milliseconds beyond those of its kind.
 * KOSMO_EFULL; KOSMO_EIO if no child could be made.
 */
KOSMO_CHECK int jobs_begin(
    struct jobs *j, const struct kind *k, const void *asked, int64_t extra);

/* The job of that number that somebody waits for, or NULL. */
struct row *jobs_find(struct jobs *j, uint64_t id);

/* Its time begins anew. */
void jobs_give_time(struct row *j);

/* Fills fds with what the jobs wait for; returns how many. */
size_t jobs_fds(const struct jobs *j, struct pollfd fds[JOBS_MAX]);

/* Milliseconds of packet_now at which the next one's time is up. */
int64_t jobs_until(const struct jobs *j);

/*
 * True if the child has said something, or was given up: that is in word
 * then, under the number of its job. in is a buffer to use.
 */
bool jobs_hear(struct row *j, struct buf *in, void *word);

/* Kills the child: there is no more to hear. */
void jobs_end(struct row *j);

/* Frees the places of children that have ended. */
void jobs_reap(struct jobs *j);

#endif
