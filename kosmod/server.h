/*
 * server.h: the way of post, the warden and touch to the keeper, and the
 * check that it is the keeper.
 */
#ifndef KOSMO_KOSMOD_SERVER_H
#define KOSMO_KOSMOD_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "kosmod/priv.h"
#include "libkosmo/error.h"

/*
 * Connects to the socket at path and says who is there (P_HELLO). Its folder
 * must belong to root or to this very user, with nobody else writing to it;
 * who listens must be root (systemd, for kosmod), kosmo or this very user.
 * *ret_why says what failed: KOSMO_EPERM, KOSMO_EINVAL, KOSMO_EIO.
 */
KOSMO_CHECK int server_connect(
    const char *path, enum priv_role role, int *ret_fd, const char **ret_why);

/* The connection of a program that tries again when it is lost. */
struct server {
	const char *path;
	enum priv_role role;
	int fd;	       /* -1: not connected */
	int64_t again; /* ms of packet_now: when to try */
	int wait;      /* ms between tries; they grow */
	bool told;     /* the log knows that there is no way */
};

void server_init(struct server *s, const char *path, enum priv_role role);

/* One try, if it is not connected and it is time for one. */
void server_find(struct server *s);

/* Closes it; a keeper that talks nonsense (bad) is left for a while. */
void server_lose(struct server *s, bool bad);

#endif
