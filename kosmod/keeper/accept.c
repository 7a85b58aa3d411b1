#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kosmod/keeper/loop_in.h"
#include "kosmod/log.h"
#include "libkosmo/packet.h"

#define ACCEPTS_A_TURN 16
#define ROOT_KEEPS 64 /* of [limits] conversations */
#define PAUSE_MS 100
#define COMPLAIN_MS 60000

/* Once a minute at the most: who floods must not fill the log as well. */
static void
complain(struct loop *l, const char *what, uid_t uid)
{
	int64_t now = packet_now();

	if (l->complained != 0 && now - l->complained < COMPLAIN_MS)
		return;
	l->complained = now;
	log_say(LOG_WARNING, "%s (uid %u)", what, (unsigned)uid);
}

static uint32_t
count_of(const struct loop *l, uid_t uid)
{
	const struct conn *c;
	uint32_t n = 0;

	TAILQ_FOREACH(c, &l->conns, all)
	{
		if (c->peer.uid == uid)
			n++;
	}
	return n;
}

/* Root is served while anybody else is over the brim. */
static bool
may_enter(struct loop *l, enum listen_at at, uid_t uid)
{
	uint32_t most = l->conf->limits.conversations;

	if (most > l->descriptors_for)
		most = l->descriptors_for;
	if (l->n_conns >= most) {
		complain(l, "too many conversations", uid);
		return false;
	}
	if (uid == 0)
		return true;
	if (l->n_conns + ROOT_KEEPS >= most) {
		complain(l, "too many conversations, root's are kept", uid);
		return false;
	}
	/* sshd asks for everybody's keys under one uid */
	if (at != AT_KEYS && count_of(l, uid) >= l->conf->limits.per_uid) {
		complain(l, "too many conversations of one user", uid);
		return false;
	}
	return true;
}

/* The files' modes say the same, where systemd made them. */
static bool
may_come(const struct listener *at, uid_t uid)
{
	return at->at != AT_KEYS || uid == 0 || uid == at->owner ||
	    uid == geteuid();
}

static void
admit_person(struct listener *at, int fd, const struct ucred *cred)
{
	const struct kpeer peer = { .uid = cred->uid,
		.pid = cred->pid,
		.admin = at->at == AT_ADMIN,
		.keys = at->at == AT_KEYS,
		.trusted = cred->uid == 0 || cred->uid == geteuid() };

	if (!may_enter(at->loop, at->at, cred->uid))
		(void)close(fd);
	else if (conn_new(at->loop, fd, &peer) != KOSMO_OK)
		complain(at->loop, "no memory for a conversation", cred->uid);
}

static void
admit(struct listener *at, int fd)
{
	bool program = at->at == AT_PRIV || at->at == AT_TOUCH;
	struct ucred cred;
	socklen_t len = sizeof(cred);
	char what[64];

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1) {
		(void)close(fd);
		return;
	}
	if (may_come(at, cred.uid) && !program) {
		admit_person(at, fd, &cred);
		return;
	}
	if (program && privileged_admit(at, fd, cred.uid))
		return;
	(void)snprintf(
	    what, sizeof(what), "refused at %s", listen_name(at->at));
	complain(at->loop, what, cred.uid);
	(void)close(fd);
}

/*
 * No descriptor is left: the spare one lets the next in line be turned away
 * (else it would make this turn without end), then nobody is taken for a bit.
 */
static void
pressure(struct listener *at)
{
	const struct timeval pause = { 0, PAUSE_MS * 1000 };
	struct loop *l = at->loop;
	int fd;

	complain(l, "no descriptors left", 0);
	if (l->spare != -1) {
		(void)close(l->spare);
		fd = accept4(at->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd != -1)
			(void)close(fd);
		l->spare = fcntl(at->fd, F_DUPFD_CLOEXEC, 0);
	}
	for (size_t i = 0; i < LISTENS; i++)
		(void)event_del(&l->listeners[i].ev);
	(void)event_add(&l->ev_accept, &pause);
}

static void
on_listener(evutil_socket_t unused, short what, void *arg)
{
	struct listener *at = arg;

	(void)unused;
	(void)what;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int fd =
		    accept4(at->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd != -1) {
			admit(at, fd);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
		    errno == ENOBUFS)
			pressure(at);
		if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

static void
on_pause_over(evutil_socket_t unused, short what, void *arg)
{
	struct loop *l = arg;

	(void)unused;
	(void)what;
	for (size_t i = 0; i < LISTENS; i++)
		(void)event_add(&l->listeners[i].ev, NULL);
}

/* Whoever owns the socket's file; if none can be seen, root. */
static uid_t
owner_of(int fd)
{
	struct sockaddr_un sun;
	socklen_t len = sizeof(sun);
	struct stat st;

	memset(&sun, 0, sizeof(sun));
	if (getsockname(fd, (struct sockaddr *)&sun, &len) == -1 ||
	    sun.sun_path[0] != '/' || lstat(sun.sun_path, &st) == -1 ||
	    !S_ISSOCK(st.st_mode))
		return 0;
	return st.st_uid;
}

int
accept_start(struct loop *l)
{
	evtimer_assign(&l->ev_accept, l->base, on_pause_over, l);
	l->spare = fcntl(l->listeners[AT_OPEN].fd, F_DUPFD_CLOEXEC, 0);
	for (size_t i = 0; i < LISTENS; i++) {
		struct listener *at = &l->listeners[i];

		at->owner = owner_of(at->fd);
		event_assign(&at->ev, l->base, at->fd, EV_READ | EV_PERSIST,
		    on_listener, at);
		if (event_add(&at->ev, NULL) == -1)
			return KOSMO_EIO;
	}
	return KOSMO_OK;
}
