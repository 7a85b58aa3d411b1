/*
 * listen.h: the sockets that people and host programs come to, and the one of
 * post and the warden.
 */
#ifndef KOSMO_KOSMOD_LISTEN_H
#define KOSMO_KOSMOD_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "libkosmo/error.h"

struct listen {
	int open;  /* kosmod.sock */
	int admin; /* admin.sock */
	int priv;  /* priv.sock */
	bool own;  /* bound here: removed at the end */
	char open_path[108];
	char admin_path[108];
	char priv_path[108];
};

#define LISTEN_INIT                           \
	{                                     \
		-1, -1, -1, false, "", "", "" \
	}

/*
 * Takes the sockets that the service manager passed (named kosmod.sock,
 * admin.sock and priv.sock), or binds them at path and beside it. *ret_why says
 * what went wrong. KOSMO_EEXIST: another kosmod answers there; KOSMO_EPERM,
 * KOSMO_EIO, KOSMO_EINVAL.
 */
KOSMO_CHECK int
listen_open(struct listen *l, const char *path, const char **ret_why);

/* Closes them, and removes those that were bound here. */
void listen_close(struct listen *l);

#endif
