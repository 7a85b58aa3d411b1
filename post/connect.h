/*
 * connect.h: the way to the keeper, and the check that it is the keeper.
 */
#ifndef KOSMO_POST_CONNECT_H
#define KOSMO_POST_CONNECT_H

#include "libkosmo/error.h"

/*
 * Connects to priv.sock beside socket (kosmod.sock's path). The folder must
 * belong to root or to this very user, with nobody else writing to it; the
 * server must be root, kosmo or this very user. *ret_why says what failed:
 * KOSMO_EPERM, KOSMO_EINVAL, KOSMO_EIO.
 */
KOSMO_CHECK int
connect_keeper(const char *socket, int *ret_fd, const char **ret_why);

#endif
