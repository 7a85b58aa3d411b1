/*
 * client.h: one conversation of kosmoctl with kosmod.
 */
#ifndef KOSMO_KOSMOCTL_CLIENT_H
#define KOSMO_KOSMOCTL_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "libkosmo/msg.h"
#include "libkosmo/msg_people.h"

/* A row said that there is nothing more now: ask again in a second. */
#define CLIENT_MORE 1

/*
 * What comes is handed on. Each returns 0 or an error, which ends the
 * conversation; row may also return CLIENT_MORE. ask is given the connection
 * so that it notices when kosmod hangs up.
 */
struct client_ways {
	int (*show)(void *arg, const struct msg_show *show);
	int (*ask)(void *arg, int connection, const struct msg_ask *ask,
	    struct secret *ret);
	int (*row)(void *arg, const struct msg_row *row);
	/* NULL, or: the answer to lines of an import; the next ones */
	int (*people)(void *arg, const struct msg_invited *answer,
	    struct msg_people *ret);
	/* NULL, or: a connection to the caller's ssh-agent; -1: none */
	int (*agent)(void);
	void *arg;
};

/*
 * Connects to the socket at path, or to the one called beside in its folder
 * (admin.sock, keys.sock; NULL: that at path), and makes sure who serves there:
 * the folder is root's (or the caller's own, if that is not root) and writable
 * for its owner alone, and the server is root, kosmo, or runs as the caller.
 * KOSMO_ENOTFOUND: nobody is there. KOSMO_EPERM: the socket is not for this
 * caller. KOSMO_EINVAL: it can't be trusted.
 */
KOSMO_CHECK int
client_connect(const char *path, const char *beside, int *ret_fd);

/*
 * Runs the whole conversation on the connection and closes nothing. *ret is
 * what END said; RESULT_ERROR if it did not carry the nonce of OPEN. Errors
 * are those of packet.h and of the ways.
 */
KOSMO_CHECK int client_run(int fd, const struct msg_hello *hello,
    const struct client_ways *ways, uint8_t *ret);

#endif
