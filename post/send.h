/*
 * send.h: one run of sendmail: a child with the mail on its standard input.
 *
 * No shell, no recipient among its arguments (-t reads the To: line), PATH
 * alone in its environment, a session of its own. Taken is only what it read
 * to the end before it ended with status 0 within the deadline.
 */
#ifndef KOSMO_POST_SEND_H
#define KOSMO_POST_SEND_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#include "kosmod/conf.h"
#include "kosmod/priv.h"
#include "libkosmo/buf.h"
#include "post/reason.h"

#define SEND_SECONDS 20

struct sending;

/* How it ended. */
struct send_end {
	enum sent_word word;
	char reason[REASON_MAX + 1]; /* "" for SENT_YES */
};

/*
 * answered: once, with how it ended. over: once, later or at once: the child
 * is gone, and s with it.
 */
struct send_calls {
	void (*answered)(void *arg, struct sending *s, uint64_t id,
	    const struct send_end *end);
	void (*over)(void *arg, struct sending *s);
	void *arg;
};

/*
 * Starts command (argv apart by spaces) with mail, which is taken over and
 * wiped in the end; hidden is kept out of reasons. KOSMO_ENOMEM, KOSMO_EIO.
 */
KOSMO_CHECK int send_start(struct event_base *base, uint64_t id,
    const char *command, struct buf *mail, const struct reason_hidden *hidden,
    const struct send_calls *calls, struct sending **ret);

/* Kills the child, waits for it if it can be killed, and frees s. */
void send_abort(struct sending *s);

#endif
