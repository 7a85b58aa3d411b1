/*
 * talk.h: one dialogue, in a process of its own. Parses, shows, asks; decides
 * nothing.
 *
 * A flow (flows/) is one page that reads from top to bottom. It speaks to the
 * person through a struct conversation, which is a socket or a script, and to
 * the keeper through a struct link, which is a socket or the keeper itself.
 */
#ifndef KOSMO_TALK_TALK_H
#define KOSMO_TALK_TALK_H

#include <stdbool.h>

#include "kosmod/conf.h"
#include "kosmod/kmsg.h"
#include "libkosmo/buf.h"
#include "libkosmo/msg.h"
#include "libkosmo/secret.h"

/*
 * The person's end. Every function returns 0 or KOSMO_ECLOSED,
 * KOSMO_ETIMEOUT, KOSMO_EFORMAT: the flow then ends at once.
 */
struct conversation {
	int (*ask)(void *arg, const struct msg_ask *ask, struct secret *ret);
	int (*show)(void *arg, const struct msg_show *show);
	int (*row)(void *arg, const struct msg_row *row);
	int (*wait)(void *arg, uint32_t seconds);
	/* kosmoctl wants more rows: 0 (yes) or KOSMO_ECLOSED */
	int (*more)(void *arg);
	/* answers lines of an import; then come the next ones */
	int (*people)(void *arg, const struct msg_invited *answer,
	    struct msg_people *ret);
	/*
	 * The person's ssh-agent: a connected stream socket of AF_UNIX, which
	 * the caller closes; -1: there is none. NULL: none ever
	 */
	int (*agent)(void *arg, int *ret_fd);
	void *arg;
};

/*
 * The keeper's end: sends req, waits for its one reply into *reply, whose
 * type is in *ret_type. KOSMO_ECLOSED if the keeper is gone.
 */
struct link {
	int (*call)(void *arg, const struct layout *req, const void *msg,
	    uint8_t *ret_type, union kmsg *reply);
	void *arg;
};

struct talk {
	const struct conf *conf;
	const struct conversation *person;
	const struct link *keeper;
	struct msg_hello hello;
	uint8_t phase; /* as the keeper told the nursery */
	struct k_bound bound;
	int64_t until; /* its deadline, ms of packet_now */
	bool ended;    /* a verdict was K_FINISH as well */
};

/*
 * Runs the whole dialogue for t->hello and ends it with K_FINISH. Returns the
 * process's exit status: 0, or 1 if it was cut off.
 */
int talk_run(struct talk *t);

/*
 * Before the sandbox closes: opens catalogues, block list and whatever else
 * no talk may open. Called once in the nursery.
 */
KOSMO_CHECK int talk_prepare(const struct conf *conf);

#endif
