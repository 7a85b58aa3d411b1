/*
 * run.h: from a fork of the parent to a keeper that serves.
 */
#ifndef KOSMO_KEEPER_RUN_H
#define KOSMO_KEEPER_RUN_H

#include <stdbool.h>
#include <sys/types.h>

#include "kosmod/conf.h"

struct keeper_plan {
	pid_t parent;
	bool journal; /* standard error goes there */
	unsigned long descriptors;
	const int *listening; /* LISTENS, as enum listen_at has them */
	int to_parent, nursery;
	const char *credentials; /* folder, or NULL */
	const struct conf *conf;
};

/* Exit status of a keeper that could not start and never will like this. */
#define KEEPER_CANT 78

/* The whole life of a keeper; returns its exit status. */
int keeper_main(const struct keeper_plan *plan);

#endif
