/*
 * folder.h: the state folder and the plain files in it.
 *
 * The folder is kosmod's own and 0700; files are opened relative to it,
 * never through a link, and must be regular and kosmod's own.
 */
#ifndef KOSMO_KEEPER_FOLDER_H
#define KOSMO_KEEPER_FOLDER_H

#include <stdint.h>
#include <sys/types.h>

#include "libkosmo/error.h"

/* The folder as a descriptor. KOSMO_ENOTFOUND, KOSMO_EPERM. */
KOSMO_CHECK int folder_open(const char *path, int *ret);

/*
 * Opens name in the folder: flags as of open(2), new files 0600.
 * KOSMO_ENOTFOUND, KOSMO_EEXIST, KOSMO_EFULL, KOSMO_EPERM (a link, another
 * kind of file, somebody else's), KOSMO_EIO.
 */
KOSMO_CHECK int folder_file(int dirfd, const char *name, int flags, int *ret);

/* errno after a failed write or open as one of ours. */
int folder_error(int err);

/* fsync of the folder itself: creations, renames and removals. */
KOSMO_CHECK int folder_sync(int dirfd);

/* Removes name; no error if it is not there. */
void folder_remove(int dirfd, const char *name);

/* Takes the lock file. KOSMO_EPERM if somebody else has it. */
KOSMO_CHECK int folder_lock(int dirfd, int *ret);

/* All of len bytes at off. KOSMO_EFULL, KOSMO_EIO. */
KOSMO_CHECK int folder_write(int fd, const void *bytes, size_t len, off_t off);

/* Up to len bytes at off; *ret_got is less only at the file's end. */
KOSMO_CHECK int
folder_read(int fd, void *bytes, size_t len, off_t off, size_t *ret_got);

/*
 * Makes to a copy of from: a reflink where that works, else in slices that
 * are sent to the disk as they go, so that the writers of the journal are
 * not held up by one large writeback. Blocks that to has are written over,
 * which needs no new room.
 */
KOSMO_CHECK int folder_copy(int from, int to);

/*
 * The ballast: room that is given up when the disk is full, so that counters
 * still find some. Makes it if it is not there; KOSMO_EFULL.
 */
KOSMO_CHECK int folder_ballast(int dirfd);
#define FOLDER_BALLAST "ballast"
#define FOLDER_BALLAST_LEN ((off_t)8 * 1024 * 1024)

#endif
