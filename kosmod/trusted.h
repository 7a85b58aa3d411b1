/*
 * trusted.h: files whose content kosmod believes: configuration, block list,
 * master key. Neither a link nor a pipe nor somebody else's file passes.
 */
#ifndef KOSMO_KOSMOD_TRUSTED_H
#define KOSMO_KOSMOD_TRUSTED_H

#include <sys/types.h>

#include "libkosmo/error.h"

/*
 * Opens path for reading without ever blocking. It must be a regular file of
 * at most max bytes, owned by root or the running uid, with no mode bit of
 * deny (022: nobody else writes; 077: nobody else reads), in a folder that
 * others can't exchange it in. On failure *ret_why is a sentence about it:
 * KOSMO_ENOTFOUND, KOSMO_EPERM, KOSMO_ETOOBIG, KOSMO_EIO.
 */
KOSMO_CHECK int trusted_open(const char *path, mode_t deny, off_t max,
    int *ret_fd, const char **ret_why);

#endif
