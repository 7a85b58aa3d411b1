/*
 * list.h: --file LIST: login names, one a line.
 */
#ifndef KOSMO_KOSMOCTL_LIST_H
#define KOSMO_KOSMOCTL_LIST_H

#include <stddef.h>

#include "kosmoctl/verb.h"

struct list {
	const char *path;
	char *text; /* owns the names */
	size_t bytes;
	const char **login; /* "" where the line is empty */
	size_t n;	    /* lines */
};

void list_free(struct list **l);

#endif
