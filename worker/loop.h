/*
 * loop.h: a worker's own process: between the keeper and the children.
 */
#ifndef KOSMO_WORKER_LOOP_H
#define KOSMO_WORKER_LOOP_H

#include "kosmod/server.h"
#include "worker/jobs.h"

struct loop {
	const struct worker *worker;
	int signals;
	struct server keeper;
	struct jobs jobs;
	struct buf packet;
	void *asked, *word; /* room for one of the largest kind */
};

/*
 * Serves the keeper at the socket path, connecting anew whenever it went
 * away, until SIGTERM or SIGINT. Returns the exit status.
 */
int loop_run(const struct worker *w, const char *path);

/* Tells the keeper, if it is there. */
void loop_say(struct loop *l, const struct layout *layout, const void *word);

#endif
