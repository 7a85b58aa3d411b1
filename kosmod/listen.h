/*
 * listen.h: the sockets that people and host programs come to, and those of
 * the programs that do what kosmod may not.
 */
#ifndef KOSMO_KOSMOD_LISTEN_H
#define KOSMO_KOSMOD_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "libkosmo/error.h"

/* Who comes in where decides what they may be (accept.c). */
enum listen_at {
	AT_OPEN = 0, /* kosmod.sock: anybody */
	AT_ADMIN,    /* admin.sock: root and kosmo-admin */
	AT_PRIV,     /* priv.sock: post and the warden */
	AT_TOUCH,    /* touch.sock: kosmo-touch */
	AT_KEYS,     /* keys.sock: kosmo-ssh-keys */
	LISTENS
};

struct listen {
	int fd[LISTENS]; /* or -1 */
	bool own;	 /* bound here: removed at the end */
	char path[LISTENS][108];
};

#define LISTEN_INIT                            \
	{                                      \
		{ -1, -1, -1, -1, -1 }, false, \
		{                              \
			"", "", "", "", ""     \
		}                              \
	}

/* As FileDescriptorName= and the file have it; for messages. */
const char *listen_name(enum listen_at at);

/*
 * Takes the sockets that the service manager passed, one each named as above,
 * or binds them at path and beside it. *ret_why says what went wrong.
 * KOSMO_EEXIST: another kosmod answers there; KOSMO_EPERM, KOSMO_EIO,
 * KOSMO_EINVAL.
 */
KOSMO_CHECK int
listen_open(struct listen *l, const char *path, const char **ret_why);

/* Closes them, and removes those that were bound here. */
void listen_close(struct listen *l);

#endif
