/*
 * filter.h: which system calls a process of kosmod may make. Whatever is not
 * in its table kills it, which the parent's log then tells.
 */
#ifndef KOSMO_KOSMOD_NURSERY_FILTER_H
#define KOSMO_KOSMOD_NURSERY_FILTER_H

#include <stddef.h>

#include "libkosmo/error.h"

struct filter {
	void *code; /* struct sock_filter[] */
	size_t len; /* bytes */
};

#define FILTER_INIT     \
	{               \
		NULL, 0 \
	}

enum filter_kind {
	FILTER_KEEPER = 1, /* files, AF_UNIX, fork; no exec, no network */
	FILTER_NURSERY,	   /* fork and signals, and all that talk may */
	FILTER_TALK	   /* its descriptors, memory and the clock */
};

/*
 * Makes the filter once, so that entering it costs one system call.
 * KOSMO_EIO, KOSMO_ENOMEM; *ret_why then names the call.
 */
KOSMO_CHECK int
filter_build(enum filter_kind kind, struct filter *ret, const char **ret_why);

/* This process is under the filter from now on. KOSMO_EIO. */
KOSMO_CHECK int filter_enter(const struct filter *f);

void filter_done(struct filter *f);

#endif
