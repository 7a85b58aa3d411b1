/*
 * privileged.c: the keeper's end of priv.sock, where post and the warden
 * connect, and of touch.sock, where kosmo-touch does (priv.h). One of each;
 * jobs leave after the flush of the turn that made them, and never wait for a
 * peer that does not read.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kosmod/keeper/loop_in.h"
#include "kosmod/log.h"
#include "kosmod/pass.h"
#include "libkosmo/packet.h"

#define CONNS_MAX 8 /* at each socket */
#define HELLO_SECONDS 10
#define STALL_SECONDS 30 /* for a peer to read on */
#define QUEUE_MAX 256	 /* jobs that it has not read */
#define ROLES (PRIV_TOUCH + 1)

struct job {
	STAILQ_ENTRY(job) next;
	uint64_t turn; /* in which it came */
	struct buf packet;
};

struct privconn {
	LIST_ENTRY(privconn) all;
	struct loop *loop;
	const struct listener *at; /* where it came in */
	int fd;
	uid_t uid;
	uint8_t role; /* enum priv_role; 0: P_HELLO is awaited */
	bool dead;    /* freed when this turn ends */
	struct event ev_read, ev_write, ev_limit;
	STAILQ_HEAD(, job) jobs;
	uint32_t n_jobs;
};

struct privileged {
	LIST_HEAD(, privconn) conns;
	uint32_t n[LISTENS];
	struct privconn *is[ROLES];
};

static const char *const names[ROLES] = { "a stranger", "post", "the warden",
	"touch" };

static void
die(struct privconn *c, const char *why)
{
	if (c->dead)
		return;
	if (why != NULL)
		log_say(LOG_WARNING, "%s: %s (uid %u): %s",
		    listen_name(c->at->at), names[c->role], (unsigned)c->uid,
		    why);
	c->dead = true;
	(void)event_del(&c->ev_read);
	(void)event_del(&c->ev_write);
	(void)event_del(&c->ev_limit);
}

/* Sends what came before the last flush, as far as the peer reads. */
static void
send_jobs(struct privconn *c)
{
	const struct timeval stall = { STALL_SECONDS, 0 };
	struct job *j;
	ssize_t n;

	while (!c->dead && (j = STAILQ_FIRST(&c->jobs)) != NULL &&
	    j->turn != c->loop->turn) {
		n = send(c->fd, j->packet.data, j->packet.len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n == -1 && errno == EAGAIN) {
			if (!event_pending(&c->ev_write, EV_WRITE, NULL) &&
			    event_add(&c->ev_write, &stall) == -1)
				die(c, "it can't be watched");
			return;
		}
		if (n == -1) {
			die(c, strerror(errno));
			return;
		}
		STAILQ_REMOVE_HEAD(&c->jobs, next);
		c->n_jobs--;
		buf_done(&j->packet);
		free(j);
	}
}

static void
on_write(evutil_socket_t fd, short what, void *arg)
{
	struct privconn *c = arg;

	(void)fd;
	if ((what & EV_TIMEOUT) != 0)
		die(c, "it does not read");
	else
		send_jobs(c);
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	die(arg, "it said nothing");
}

/* The owner of the socket; in a try-out that is kosmod's own user. */
static bool
is_owner(const struct listener *at, uid_t uid)
{
	return uid == at->owner || uid == geteuid();
}

static bool
may_be(const struct privconn *c, uint8_t role)
{
	switch (role) {
	case PRIV_POST:
		return c->at->at == AT_PRIV && is_owner(c->at, c->uid);
	case PRIV_WARDEN:
		return c->at->at == AT_PRIV && c->uid == 0;
	case PRIV_TOUCH:
		return c->at->at == AT_TOUCH && is_owner(c->at, c->uid);
	default:
		return false;
	}
}

/* The newest has the role: one that was started again is believed. */
static void
welcome(struct privconn *c, uint8_t role)
{
	struct privileged *p = c->loop->priv;
	struct privconn *before = p->is[role];

	if (before != NULL) {
		p->is[role] = NULL;
		die(before, "another one came");
		keeper_priv_here(c->loop->keeper, (enum priv_role)role, false);
	}
	c->role = role;
	p->is[role] = c;
	(void)event_del(&c->ev_limit);
	log_say(
	    LOG_NOTICE, "%s: %s is here", listen_name(c->at->at), names[role]);
	keeper_priv_here(c->loop->keeper, (enum priv_role)role, true);
}

static void
read_hello(struct privconn *c, const struct buf *packet)
{
	struct p_hello m;

	if (packet_get(packet, &p_hello_layout, &m) != KOSMO_OK ||
	    m.version != PRIV_VERSION)
		die(c, "no P_HELLO of this version");
	else if (!may_be(c, m.role))
		die(c, "this user may not be that");
	else
		welcome(c, m.role);
}

static void
on_read(evutil_socket_t fd, short what, void *arg)
{
	struct privconn *c = arg;
	struct buf *in = &c->loop->in;
	int r = packet_recv(fd, in, NULL, 0);

	(void)what;
	if (r == KOSMO_ECLOSED)
		die(c, c->role != 0 ? "it went away" : NULL);
	else if (r != KOSMO_OK && r != KOSMO_ETIMEOUT)
		die(c, "it sent what is no packet");
	else if (r == KOSMO_OK && c->role == 0)
		read_hello(c, in);
	else if (r == KOSMO_OK &&
	    keeper_priv(c->loop->keeper, (enum priv_role)c->role, in) !=
		KOSMO_OK)
		die(c, "it answered what can't be read");
	buf_reset(in);
}

static struct privconn *
new_conn(const struct listener *at, int fd, uid_t uid)
{
	const struct timeval limit = { HELLO_SECONDS, 0 };
	struct privconn *c = calloc(1, sizeof(*c));
	struct loop *l = at->loop;

	if (c == NULL)
		return NULL;
	c->loop = l;
	c->at = at;
	c->fd = fd;
	c->uid = uid;
	STAILQ_INIT(&c->jobs);
	event_assign(
	    &c->ev_read, l->base, fd, EV_READ | EV_PERSIST, on_read, c);
	event_assign(&c->ev_write, l->base, fd, EV_WRITE, on_write, c);
	evtimer_assign(&c->ev_limit, l->base, on_limit, c);
	LIST_INSERT_HEAD(&l->priv->conns, c, all);
	l->priv->n[at->at]++;
	if (event_add(&c->ev_read, NULL) == -1 ||
	    event_add(&c->ev_limit, &limit) == -1)
		die(c, "it can't be watched");
	return c;
}

bool
privileged_admit(const struct listener *at, int fd, uid_t uid)
{
	bool warden = at->at == AT_PRIV && uid == 0;

	if (at->loop->priv->n[at->at] >= CONNS_MAX ||
	    (!warden && !is_owner(at, uid)))
		return false;
	return new_conn(at, fd, uid) != NULL;
}

int
privileged_send(void *arg, enum priv_role role, const struct layout *layout,
    const void *msg)
{
	struct loop *l = arg;
	struct privconn *c = l->priv->is[role];
	struct job *j;
	int r;

	if (c == NULL || c->dead)
		return KOSMO_ECLOSED;
	if (c->n_jobs == QUEUE_MAX) {
		die(c, "it does not read");
		return KOSMO_ECLOSED;
	}
	if ((j = calloc(1, sizeof(*j))) == NULL)
		return KOSMO_ENOMEM;
	if ((r = codec_encode(layout, CODEC_MESSAGE, msg, &j->packet)) !=
	    KOSMO_OK) {
		buf_done(&j->packet);
		free(j);
		return r;
	}
	j->turn = l->turn;
	STAILQ_INSERT_TAIL(&c->jobs, j, next);
	c->n_jobs++;
	return KOSMO_OK;
}

void
privileged_leave(struct loop *l)
{
	struct privconn *c;

	LIST_FOREACH(c, &l->priv->conns, all)
	{
		if (!event_pending(&c->ev_write, EV_WRITE, NULL))
			send_jobs(c);
	}
}

bool
privileged_left(const struct loop *l)
{
	const struct privconn *c;
	const struct job *j;

	LIST_FOREACH(c, &l->priv->conns, all)
	{
		j = STAILQ_FIRST(&c->jobs);
		if (c->dead || (j != NULL && j->turn == l->turn))
			return true;
	}
	return false;
}

static void
free_conn(struct privconn *c)
{
	struct job *j;

	while ((j = STAILQ_FIRST(&c->jobs)) != NULL) {
		STAILQ_REMOVE_HEAD(&c->jobs, next);
		buf_done(&j->packet);
		free(j);
	}
	LIST_REMOVE(c, all);
	c->loop->priv->n[c->at->at]--;
	pass_close(&c->fd);
	free(c);
}

void
privileged_reap(struct loop *l)
{
	struct privconn *c, *next;

	for (c = LIST_FIRST(&l->priv->conns); c != NULL; c = next) {
		uint8_t role = c->role;
		bool was = l->priv->is[role] == c;

		next = LIST_NEXT(c, all);
		if (!c->dead)
			continue;
		if (was)
			l->priv->is[role] = NULL;
		free_conn(c);
		if (was)
			keeper_priv_here(
			    l->keeper, (enum priv_role)role, false);
	}
}

int
privileged_start(struct loop *l)
{
	if ((l->priv = calloc(1, sizeof(*l->priv))) == NULL)
		return KOSMO_ENOMEM;
	LIST_INIT(&l->priv->conns);
	return KOSMO_OK;
}

void
privileged_free(struct loop *l)
{
	struct privconn *c;

	if (l->priv == NULL)
		return;
	while ((c = LIST_FIRST(&l->priv->conns)) != NULL) {
		die(c, NULL);
		free_conn(c);
	}
	free(l->priv);
	l->priv = NULL;
}
