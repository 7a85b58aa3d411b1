/*
 * connect.h: the way to kosmod, and the check that it is kosmod.
 */
#ifndef KOSMO_PAM_KOSMO_CONNECT_H
#define KOSMO_PAM_KOSMO_CONNECT_H

#include "libkosmo/error.h"

/*
 * Connects to the socket at path, which is absolute. A socket that is absent
 * or refuses is tried again for two seconds, so that a restart of kosmod is
 * seen by nobody. KOSMO_EPERM if the folder, the socket or the process behind
 * it could be somebody else's: *ret_where says which. KOSMO_EIO, KOSMO_ENOMEM
 * otherwise.
 */
KOSMO_CHECK int
connect_kosmod(const char *path, int *ret_fd, const char **ret_where);

#endif
