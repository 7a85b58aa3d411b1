#include "config.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kosmod/keeper/loop_in.h"
#include "kosmod/log.h"
#include "kosmod/pass.h"
#include "libkosmo/packet.h"

void
conn_die(struct conn *c, const char *why)
{
	struct loop *l = c->loop;

	if (c->state == CONN_DEAD)
		return;
	if (why != NULL)
		log_say(LOG_NOTICE, "connection of uid %u: %s",
		    (unsigned)c->peer.uid, why);
	if (c->queued != 0)
		TAILQ_REMOVE(&l->fresh, c, fresh);
	c->queued = 0;
	c->state = CONN_DEAD;
	TAILQ_REMOVE(&l->conns, c, all);
	TAILQ_INSERT_TAIL(&l->dead, c, all);
	(void)event_del(&c->ev_fd);
	(void)event_del(&c->ev_link);
	(void)event_del(&c->ev_limit);
	(void)event_del(&c->ev_due);
}

static void
conn_free(struct conn *c)
{
	cradle_leave(c);
	keeper_closed(&c->conv);
	pass_close(&c->link);
	/* talk may still have its copy: the client must see the end now */
	(void)shutdown(c->fd, SHUT_RDWR);
	pass_close(&c->fd);
	buf_done(&c->reply);
	c->loop->n_conns--;
	explicit_bzero(c, sizeof(*c));
	free(c);
}

void
conn_reap(struct loop *l)
{
	struct conn *c;

	while ((c = TAILQ_FIRST(&l->dead)) != NULL) {
		TAILQ_REMOVE(&l->dead, c, all);
		conn_free(c);
	}
}

void
conn_set_limit(struct conn *c, int64_t ms)
{
	struct timeval tv = { 0, 0 };

	if (ms > 0) {
		tv.tv_sec = (time_t)(ms / 1000);
		tv.tv_usec = (suseconds_t)(ms % 1000) * 1000;
	}
	if (c->state != CONN_DEAD && event_add(&c->ev_limit, &tv) == -1)
		conn_die(c, "no timer");
}

/* The phases that the keeper answers from OPEN alone end here at once. */
static void
opened(struct conn *c, const struct msg_open *open)
{
	struct loop *l = c->loop;
	int r;

	c->phase = open->phase;
	c->opened = packet_now();
	r = keeper_accept(l->keeper, c, &c->peer, open, &c->conv);
	if (c->state != CONN_OPEN)
		return; /* it was answered, or dropped */
	if (r != KOSMO_OK)
		leave_result(c, open, RESULT_ERROR);
	else if (c->conv != NULL)
		cradle_ask(c);
	else
		conn_die(c, "the judge had no answer");
}

static void
read_open(struct conn *c)
{
	struct msg_open open;
	int r = packet_recv(c->fd, &c->loop->in, NULL, 0);

	if (r == KOSMO_ETIMEOUT)
		return;
	if (r == KOSMO_ECLOSED) {
		conn_die(c, NULL);
		return;
	}
	if (r != KOSMO_OK ||
	    packet_get(&c->loop->in, &msg_open_layout, &open) != KOSMO_OK)
		conn_die(c, "its first packet is no OPEN");
	else
		opened(c, &open);
	explicit_bzero(&open, sizeof(open));
	buf_reset(&c->loop->in);
}

static void
read_held(struct conn *c)
{
	struct msg_account account;
	int r = packet_recv(c->fd, &c->loop->in, NULL, 0);

	if (r == KOSMO_ETIMEOUT)
		return;
	if (r == KOSMO_OK)
		r = packet_get(&c->loop->in, &msg_account_layout, &account);
	if (r != KOSMO_OK) {
		conn_die(c, r == KOSMO_ECLOSED ? NULL : "it is no ACCOUNT");
		return;
	}
	keeper_account(c->conv);
}

/* Whatever comes now is late and thrown away, so that END is not lost. */
static void
read_linger(struct conn *c)
{
	int r = packet_recv(c->fd, &c->loop->in, NULL, 0);

	buf_reset(&c->loop->in);
	if (r != KOSMO_OK && r != KOSMO_ETIMEOUT)
		conn_die(c, NULL);
}

/* An edge came: data for talk, or the end of the client. */
static void
look_for_end(struct conn *c)
{
	struct pollfd p = { c->fd, POLLRDHUP, 0 };

	if (poll(&p, 1, 0) == 1 &&
	    (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0)
		conn_die(c, NULL);
}

static void
on_fd(evutil_socket_t unused, short what, void *arg)
{
	struct conn *c = arg;

	(void)unused;
	(void)what;
	if (c->state == CONN_OPEN)
		read_open(c);
	else if (c->state == CONN_HELD)
		read_held(c);
	else if (c->state == CONN_LINGER)
		read_linger(c);
	else
		look_for_end(c);
}

void
conn_watch(struct conn *c, short what)
{
	if (c->state == CONN_DEAD)
		return;
	(void)event_del(&c->ev_fd);
	event_assign(&c->ev_fd, c->loop->base, c->fd, what, on_fd, c);
	if (event_add(&c->ev_fd, NULL) == -1)
		conn_die(c, "it can't be watched");
}

/* The deadline of the service is known once talk has bound itself. */
static void
set_deadline(struct conn *c)
{
	uint32_t seconds = keeper_deadline(c->conv);

	if (seconds == c->deadline || c->has_end)
		return;
	c->deadline = seconds;
	conn_set_limit(c,
	    c->opened + ((int64_t)seconds + LAST_WORDS) * 1000 - packet_now());
}

static void
talk_is_gone(struct conn *c)
{
	if (!c->has_end) {
		conn_die(c, NULL);
		return;
	}
	(void)event_del(&c->ev_link);
	pass_close(&c->link);
	leave_ending(c);
}

static void
on_link(evutil_socket_t unused, short what, void *arg)
{
	struct conn *c = arg;
	struct buf *in = &c->loop->in;
	int r = packet_recv(c->link, in, NULL, 0);

	(void)unused;
	(void)what;
	if (r == KOSMO_ETIMEOUT)
		return;
	if (r == KOSMO_ECLOSED) {
		talk_is_gone(c);
		return;
	}
	if (r != KOSMO_OK || c->asked || c->has_end) {
		conn_die(c, "talk spoke out of turn");
	} else {
		c->asked = true;
		keeper_request(c->conv, in);
		if (c->state == CONN_TALK)
			set_deadline(c);
	}
	buf_reset(in);
}

void
conn_talk(struct conn *c, struct cradle *from, int link)
{
	c->cradle = from;
	c->link = link;
	c->state = CONN_TALK;
	event_assign(
	    &c->ev_link, c->loop->base, link, EV_READ | EV_PERSIST, on_link, c);
	conn_watch(c, CONN_WATCH_END);
	if (c->state != CONN_DEAD && event_add(&c->ev_link, NULL) == -1)
		conn_die(c, "its link can't be watched");
	c->deadline = 0;
	if (c->state != CONN_DEAD)
		set_deadline(c);
}

static void
on_limit(evutil_socket_t unused, short what, void *arg)
{
	struct conn *c = arg;

	(void)unused;
	(void)what;
	switch (c->state) {
	case CONN_TALK:
		if (!c->has_end) {
			conn_die(c, "its time is up");
			break;
		}
		/* the last word was said, but talk does not go */
		cradle_leave(c);
		talk_is_gone(c);
		break;
	case CONN_OPEN:
		conn_die(c, "it said nothing");
		break;
	case CONN_FORK:
		conn_die(c, "no talk process could be had");
		break;
	default:
		conn_die(c, NULL);
		break;
	}
}

int
conn_new(struct loop *l, int fd, const struct kpeer *peer)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		(void)close(fd);
		return KOSMO_ENOMEM;
	}
	c->loop = l;
	c->state = CONN_OPEN;
	c->id = ++l->ids;
	c->fd = fd;
	c->link = -1;
	c->peer = *peer;
	evtimer_assign(&c->ev_limit, l->base, on_limit, c);
	evtimer_assign(&c->ev_due, l->base, leave_due, c);
	evtimer_assign(&c->ev_link, l->base, on_limit, c); /* not added */
	event_assign(&c->ev_fd, l->base, fd, EV_READ | EV_PERSIST, on_fd, c);
	TAILQ_INSERT_TAIL(&l->conns, c, all);
	l->n_conns++;
	conn_watch(c, CONN_WATCH_READ);
	conn_set_limit(c, OPEN_SECONDS * 1000);
	return KOSMO_OK;
}
