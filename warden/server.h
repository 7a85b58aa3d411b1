/*
 * server.h: the way to the keeper.
 */
#ifndef KOSMO_WARDEN_SERVER_H
#define KOSMO_WARDEN_SERVER_H

#include "libkosmo/error.h"

/*
 * Connects to the socket at path and says who is there. Nobody but root may
 * be able to put a socket there, and who listens is root (systemd, for
 * kosmod) or kosmo. On error *ret_where says at what: KOSMO_EPERM for the
 * wrong server, KOSMO_EIO with errno otherwise.
 */
KOSMO_CHECK int
server_connect(const char *path, int *ret_fd, const char **ret_where);

#endif
