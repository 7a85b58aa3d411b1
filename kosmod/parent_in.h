/*
 * parent_in.h: the inside of the parent: parent.c (signals, words, deaths)
 * and offspring.c (how the two others are made).
 */
#ifndef KOSMO_KOSMOD_PARENT_IN_H
#define KOSMO_KOSMOD_PARENT_IN_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "kosmod/conf.h"
#include "kosmod/listen.h"

#define DEATHS_MAX 5
#define DEATHS_MS 10000

struct parent {
	const char *conf_path;
	struct conf *conf;
	struct listen listen;
	bool journal;
	char credentials[PATH_MAX]; /* or "" */
	char notify[PATH_MAX];	    /* NOTIFY_SOCKET=..., or "" */
	char *environment[2];	    /* that alone */
	unsigned long descriptors;
	int signals; /* signalfd */
	int keeper_fd;
	pid_t keeper, nursery; /* -1: none */
	int64_t deaths[DEATHS_MAX];
	bool stopping;
	int64_t kill_at; /* ms, once it is stopping */
	bool over;
	int ret;
};

/* A new nursery; *ret_fd is for the keeper. KOSMO_EIO. */
KOSMO_CHECK int offspring_nursery(struct parent *p, int *ret_fd);

/* A new nursery and a new keeper. KOSMO_EIO. */
KOSMO_CHECK int offspring_keeper(struct parent *p);

#endif
