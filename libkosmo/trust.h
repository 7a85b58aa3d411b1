/*
 * trust.h: whether a socket is kosmod's: nobody but root, kosmo, or whoever
 * runs this program can have put it there, or serves at it.
 *
 * Where it is not, *ret_why says what is wrong, for a log (KOSMO_EPERM); or
 * what could not be looked at (KOSMO_EIO, errno says why).
 */
#ifndef KOSMO_LIBKOSMO_TRUST_H
#define KOSMO_LIBKOSMO_TRUST_H

#include <stdint.h>

#include "error.h"

/* A folder of root's or this user's, which nobody else may write to. */
KOSMO_CHECK int trust_folder(const char *folder, const char **ret_why);

/*
 * path has a slash in it, and fits into a struct sockaddr_un: what is there is
 * a socket, in such a folder. So it is what connect(2) finds.
 */
KOSMO_CHECK int trust_socket(const char *path, const char **ret_why);

/*
 * Who listens at the other end of fd: root (also systemd, for kosmod), this
 * user, or kosmo. kosmo looks up who that is: KOSMO_OK with NO_UID if there is
 * no such account; its error is returned.
 */
KOSMO_CHECK int
trust_peer(int fd, int (*kosmo)(uint32_t *ret_uid), const char **ret_why);

#endif
