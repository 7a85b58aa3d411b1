/*
 * worker.h: what the warden and touch are: a process that never waits, and
 * does each job of the keeper in a child with a deadline, so that a name
 * service that hangs, or a key that nobody touches, delays nobody else.
 */
#ifndef KOSMO_WORKER_WORKER_H
#define KOSMO_WORKER_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "kosmod/priv.h"

struct row;
struct loop;

/* What a child has of the process that it came from, and nothing else. */
struct child {
	int fd;		   /* to the loop: SOCK_SEQPACKET */
	int shared;	   /* what all children have; -1: nothing */
	const void *asked; /* what began the job */
};

/* A kind of job. All its messages are structs that begin with the job's id. */
struct kind {
	const struct layout *asked; /* what begins it */
	const struct layout *word;  /* what the child says of it */
	const void *none;	    /* what is said for one that ended silent */
	const void *late;	    /* and for one whose time was up */
	const char *hangs;	    /* what the log is told of that one */
	int64_t time;		    /* ms for it */
	/* The child: enters its own filter, works, and says its words. */
	int (*run)(const struct child *c);
};

/* A program, as a table. */
struct worker {
	const char *name;   /* for ps, the log, and what people are told */
	const char *socket; /* of the keeper, if no other is named */
	enum priv_role role;
	bool root;	    /* it runs as root; or never does */
	const char *refuse; /* why not as somebody else */
	/* Opens what all children share, and enters the filter. */
	int (*enter)(int *ret_shared);
	const struct kind *kinds; /* ends with an empty one */

	/*
	 * The rest is of jobs that the keeper answers, and NULL where each
	 * packet begins one. Then more than JOBS_MAX wait in the socket.
	 *
	 * take: a packet of a kind. An error, and the keeper is left.
	 * heard: a child's word; true if it was its last one.
	 * stop: nobody waits for the job any more: the keeper is lost, or this
	 * process ends. Without it jobs go on.
	 */
	int (*take)(struct loop *l, const struct kind *k, const void *asked);
	bool (*heard)(struct row *j, const void *word);
	void (*stop)(struct row *j);
};

/* The whole life of such a program; its exit status. */
int worker_main(const struct worker *w, int argc, char **argv);

#endif
