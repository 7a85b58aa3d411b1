/*
 * pass.h: fixed messages between kosmod's own processes, with descriptors.
 *
 * These never cross a border of trust downwards into the keeper: parent and
 * nursery are ours. Sizes are fixed, both ends are the same binary.
 */
#ifndef KOSMO_KOSMOD_PASS_H
#define KOSMO_KOSMOD_PASS_H

#include <stddef.h>
#include <stdint.h>

#include "libkosmo/error.h"

#define PASS_FDS 2

/* Parent and keeper to each other; the keeper's socket is PASS_*. */
enum parent_word {
	PARENT_NURSERY = 1, /* to keeper: a new nursery, its channel */
	PARENT_CONF,	    /* to keeper: a new configuration, in a memfd */
	PARENT_AUDIT,	    /* to keeper: the audit file was renamed */
	PARENT_STOP,	    /* to keeper: end cleanly */
	KEEPER_READY,	    /* to parent: the sockets are being served */
	KEEPER_RELOADED,    /* to parent: done with PARENT_CONF */
	KEEPER_RENEW	    /* to parent: another nursery, please */
};

struct parent_msg {
	uint32_t word;
};

/* Keeper and nursery. id is the keeper's name for a conversation. */
enum nursery_word {
	NURSERY_TALK = 1, /* two descriptors: connection, link */
	NURSERY_KILL,	  /* end that talk, if it is still there */
	NURSERY_CRASHED	  /* to keeper: a talk died by signal */
};

struct nursery_msg {
	uint32_t word;
	uint32_t phase;
	uint32_t deadline; /* seconds */
	uint32_t signal;
	uint64_t id;
};

/*
 * Sends len bytes and n descriptors, never waiting. KOSMO_EFULL: try again
 * later. KOSMO_ECLOSED, KOSMO_EIO.
 */
KOSMO_CHECK int
pass_send(int fd, const void *bytes, size_t len, const int *fds, size_t n);

/*
 * Receives exactly len bytes; fds gets PASS_FDS descriptors, -1 where none
 * came. KOSMO_ETIMEOUT if there is nothing, KOSMO_ECLOSED, KOSMO_EFORMAT.
 */
KOSMO_CHECK int pass_recv(int fd, void *bytes, size_t len, int fds[PASS_FDS]);

/* A pair of connected sockets for the above. KOSMO_EIO. */
KOSMO_CHECK int pass_pair(int ret[2]);

/* Closes *fd unless it is -1, which it then is. */
void pass_close(int *fd);

#endif
