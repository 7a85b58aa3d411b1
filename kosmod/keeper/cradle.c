#include "config.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "kosmod/keeper/loop_in.h"
#include "kosmod/log.h"
#include "kosmod/pass.h"
#include "libkosmo/packet.h"

#define RETRY_MS 10

static void
cradle_free(struct cradle *cr)
{
	LIST_REMOVE(cr, all);
	(void)event_del(&cr->ev);
	if (cr->loop->cradle == cr)
		cr->loop->cradle = NULL;
	pass_close(&cr->fd); /* with this the nursery ends */
	free(cr);
}

static void
renew(struct loop *l)
{
	const struct parent_msg m = { KEEPER_RENEW };

	if (pass_send(l->parent, &m, sizeof(m), NULL, 0) != KOSMO_OK)
		log_say(LOG_ERR, "the parent can't be asked for a nursery");
}

/* No new talks from here; the ones there are may go on to their end. */
static void
retire(struct cradle *cr)
{
	if (cr->loop->cradle == cr)
		cr->loop->cradle = NULL;
	if (cr->talks == 0)
		cradle_free(cr);
}

static void
on_cradle(evutil_socket_t fd, short what, void *arg)
{
	struct cradle *cr = arg;
	struct loop *l = cr->loop;
	struct nursery_msg m;
	int fds[PASS_FDS], r;

	(void)what;
	r = pass_recv(fd, &m, sizeof(m), fds);
	pass_close(&fds[0]);
	pass_close(&fds[1]);
	if (r == KOSMO_ETIMEOUT)
		return;
	if (r == KOSMO_OK && m.word == NURSERY_CRASHED) {
		/* its canary may be known: the next talk has another */
		if (l->cradle == cr)
			renew(l);
		retire(cr);
		return;
	}
	/* the parent sees its death, and its talks' links tell of theirs */
	cr->gone = true;
	(void)event_del(&cr->ev);
	retire(cr);
}

int
cradle_new(struct loop *l, int fd)
{
	struct cradle *cr = calloc(1, sizeof(*cr));
	struct cradle *old = l->cradle;

	if (cr == NULL) {
		pass_close(&fd);
		return KOSMO_ENOMEM;
	}
	cr->loop = l;
	cr->fd = fd;
	LIST_INSERT_HEAD(&l->cradles, cr, all);
	event_assign(&cr->ev, l->base, fd, EV_READ | EV_PERSIST, on_cradle, cr);
	if (event_add(&cr->ev, NULL) == -1) {
		cradle_free(cr);
		return KOSMO_ENOMEM;
	}
	l->cradle = cr;
	if (old != NULL)
		retire(old);
	cradle_ask_again(-1, 0, l);
	return KOSMO_OK;
}

/* KOSMO_EFULL: later. */
static int
ask(struct conn *c)
{
	struct cradle *cr = c->loop->cradle;
	struct nursery_msg m = { .word = NURSERY_TALK,
		.phase = c->phase,
		.deadline = keeper_deadline(c->conv),
		.id = c->id };
	int pair[2], fds[2], r;

	if (cr == NULL || pass_pair(pair) != KOSMO_OK)
		return KOSMO_EFULL;
	fds[0] = c->fd;
	fds[1] = pair[1];
	r = pass_send(cr->fd, &m, sizeof(m), fds, 2);
	pass_close(&pair[1]);
	if (r != KOSMO_OK) {
		pass_close(&pair[0]);
		return r;
	}
	cr->talks++;
	conn_talk(c, cr, pair[0]);
	return KOSMO_OK;
}

void
cradle_ask(struct conn *c)
{
	const struct timeval soon = { 0, RETRY_MS * 1000 };
	struct loop *l = c->loop;

	if (ask(c) == KOSMO_OK)
		return;
	if (c->state == CONN_OPEN) {
		c->state = CONN_FORK;
		conn_watch(c, CONN_WATCH_END);
		conn_set_limit(c, FORK_SECONDS * 1000);
	}
	if (l->cradle != NULL && !evtimer_pending(&l->ev_fork, NULL))
		(void)event_add(&l->ev_fork, &soon);
}

void
cradle_ask_again(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;
	struct conn *c, *next;

	(void)fd;
	(void)what;
	for (c = TAILQ_FIRST(&l->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, all);
		if (c->state == CONN_FORK)
			cradle_ask(c);
	}
}

void
cradle_leave(struct conn *c)
{
	struct cradle *cr = c->cradle;
	struct nursery_msg m = { .word = NURSERY_KILL, .id = c->id };

	c->cradle = NULL;
	if (cr == NULL)
		return;
	if (!cr->gone && pass_send(cr->fd, &m, sizeof(m), NULL, 0) != 0)
		log_say(LOG_WARNING, "a talk is left to its own deadline");
	if (--cr->talks == 0 && cr->loop->cradle != cr)
		cradle_free(cr);
}

void
cradle_free_all(struct loop *l)
{
	struct cradle *cr;

	while ((cr = LIST_FIRST(&l->cradles)) != NULL)
		cradle_free(cr);
}
