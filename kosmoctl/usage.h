/*
 * usage.h: the usage line of a verb.
 */
#ifndef KOSMO_KOSMOCTL_USAGE_H
#define KOSMO_KOSMOCTL_USAGE_H

#include <stdio.h>

#include "kosmoctl/verb.h"

/* Writes "kosmoctl VERB ..." behind before, on lines of at most 80 columns. */
void usage_put(FILE *out, const char *before, const struct verb *verb);

/* The same on standard error, behind "usage: ". */
void usage_wrong(const struct verb *verb, enum lang lang);

#endif
