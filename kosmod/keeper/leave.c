#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "kosmod/keeper/loop_in.h"
#include "kosmod/log.h"
#include "libkosmo/packet.h"

/* What is queued in a turn leaves after the flush that ends the turn. */
static void
queue(struct conn *c)
{
	struct loop *l = c->loop;

	if (c->queued == 0)
		TAILQ_INSERT_TAIL(&l->fresh, c, fresh);
	c->queued = l->turn;
}

static void
on_reply(
    void *conn, const struct layout *l, const void *msg, int64_t not_before)
{
	struct conn *c = conn;

	if (c->state == CONN_DEAD || c->link == -1)
		return;
	if (c->has_reply ||
	    codec_encode(l, CODEC_MESSAGE, msg, &c->reply) != KOSMO_OK ||
	    c->reply.len > PACKET_MAX) {
		conn_die(c, "a reply could not be made");
		return;
	}
	c->has_reply = true;
	c->reply_at = not_before;
	queue(c);
}

/* Talk is out of the way: END is all that is left. */
void
leave_ending(struct conn *c)
{
	if (c->state == CONN_DEAD)
		return;
	c->state = CONN_ENDING;
	conn_watch(c, CONN_WATCH_END);
	if (c->state == CONN_DEAD)
		return;
	(void)event_del(&c->ev_limit);
	queue(c);
}

static void
on_end(void *conn, const struct msg_end *end, int64_t not_before)
{
	struct conn *c = conn;

	if (c->state == CONN_DEAD)
		return;
	c->end = *end;
	c->end_at = not_before;
	c->has_end = true;
	if (c->state != CONN_TALK) {
		leave_ending(c);
		return;
	}
	conn_set_limit(c,
	    (not_before > 0 ? not_before - packet_now() : 0) +
		FINISH_SECONDS * 1000);
}

static void
on_tell(void *conn, const struct layout *l, const void *msg)
{
	struct conn *c = conn;

	if (c->state != CONN_DEAD &&
	    packet_send(c->fd, l, msg, -1, 0) != KOSMO_OK)
		conn_die(c, "it does not read");
}

static void
on_drop(void *conn, const char *why)
{
	conn_die(conn, why);
}

struct keeper_ways
leave_ways(struct loop *l)
{
	struct keeper_ways ways = { .reply = on_reply,
		.end = on_end,
		.tell = on_tell,
		.drop = on_drop,
		.priv = privileged_send,
		.arg = l };

	return ways;
}

void
leave_result(
    struct conn *c, const struct msg_open *open, enum msg_result result)
{
	struct msg_end end = { .result = (uint8_t)result };

	memcpy(end.nonce, open->nonce, sizeof(end.nonce));
	on_end(c, &end, 0);
}

static void
send_reply(struct conn *c)
{
	ssize_t n = send(
	    c->link, c->reply.data, c->reply.len, MSG_DONTWAIT | MSG_NOSIGNAL);

	c->has_reply = false;
	c->asked = false;
	buf_reset(&c->reply);
	/* talk never leaves more than one reply unread; if it is gone, its
	 * link tells */
	if (n == -1 && c->state == CONN_TALK && !c->has_end)
		conn_die(c, NULL);
}

/*
 * ACCOUNT may follow an auth that was allowed, for as long as anybody may sit
 * at a prompt, and then again.
 */
static void
send_end(struct conn *c)
{
	uint8_t result = c->end.result;
	int r = packet_send(c->fd, &msg_end_layout, &c->end, -1, 0);

	c->has_end = false;
	explicit_bzero(&c->end, sizeof(c->end));
	if (r != KOSMO_OK) {
		conn_die(c, "END could not be sent");
		return;
	}
	if (c->held_until == 0 && c->phase == PHASE_AUTH && c->conv != NULL &&
	    result == RESULT_ALLOW)
		c->held_until =
		    packet_now() + (int64_t)c->loop->conf->limits.idle * 1000;
	c->state = c->held_until != 0 ? CONN_HELD : CONN_LINGER;
	conn_watch(c, CONN_WATCH_READ);
	conn_set_limit(c,
	    c->held_until != 0 ? c->held_until - packet_now()
			       : LINGER_SECONDS * 1000);
}

/* Sends what is due; the rest gets a timer. */
static void
leave(struct conn *c)
{
	int64_t now = packet_now(), next = INT64_MAX;
	bool ending = c->state == CONN_ENDING && c->has_end;
	struct timeval tv;

	if (c->has_reply && c->reply_at <= now)
		send_reply(c);
	else if (c->has_reply)
		next = c->reply_at;
	if (c->state == CONN_DEAD)
		return;
	if (ending && c->end_at <= now)
		send_end(c);
	else if (ending && c->end_at < next)
		next = c->end_at;
	if (next == INT64_MAX || c->state == CONN_DEAD)
		return;
	tv.tv_sec = (time_t)((next - now) / 1000);
	tv.tv_usec = (suseconds_t)((next - now) % 1000) * 1000;
	if (event_add(&c->ev_due, &tv) == -1)
		conn_die(c, "no timer");
}

void
leave_due(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	(void)what;
	if (c->queued == 0) /* else the flush of this turn comes first */
		leave(c);
}

void
leave_fresh(struct loop *l)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&l->fresh); c != NULL; c = next) {
		next = TAILQ_NEXT(c, fresh);
		if (c->queued == l->turn)
			continue; /* came during the flush itself */
		TAILQ_REMOVE(&l->fresh, c, fresh);
		c->queued = 0;
		leave(c);
	}
}
