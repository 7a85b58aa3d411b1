/*
 * child.h: a program started with nothing of ours but two descriptors.
 */
#ifndef KOSMO_POST_CHILD_H
#define KOSMO_POST_CHILD_H

#include <sys/types.h>

#include "libkosmo/error.h"

/*
 * Runs command, words apart by spaces, in a session of its own: in as its
 * standard input, out as its standard output and error, PATH as its
 * environment. If it can't be run the child says why on out and ends with 127.
 * KOSMO_EIO, KOSMO_EINVAL, KOSMO_ENOMEM.
 */
KOSMO_CHECK int child_start(const char *command, int in, int out, pid_t *ret);

#endif
