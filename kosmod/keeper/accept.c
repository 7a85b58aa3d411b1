#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
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
may_enter(struct loop *l, uid_t uid)
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
	if (count_of(l, uid) >= l->conf->limits.per_uid) {
		complain(l, "too many conversations of one user", uid);
		return false;
	}
	return true;
}

static void
admit(struct listener *at, int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	struct kpeer peer = { .admin = at->admin };

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1) {
		(void)close(fd);
		return;
	}
	if (at->priv) {
		if (!privileged_admit(at->loop, fd, cred.uid)) {
			complain(at->loop, "refused at priv.sock", cred.uid);
			(void)close(fd);
		}
		return;
	}
	if (!may_enter(at->loop, cred.uid)) {
		(void)close(fd);
		return;
	}
	peer.uid = cred.uid;
	peer.pid = cred.pid;
	peer.trusted = cred.uid == 0 || cred.uid == geteuid();
	if (conn_new(at->loop, fd, &peer) != KOSMO_OK)
		complain(at->loop, "no memory for a conversation", cred.uid);
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
	(void)event_del(&l->open.ev);
	(void)event_del(&l->admin.ev);
	(void)event_del(&l->privs.ev);
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
	(void)event_add(&l->open.ev, NULL);
	(void)event_add(&l->admin.ev, NULL);
	(void)event_add(&l->privs.ev, NULL);
}

int
accept_start(struct loop *l)
{
	struct listener *all[] = { &l->open, &l->admin, &l->privs };

	evtimer_assign(&l->ev_accept, l->base, on_pause_over, l);
	l->spare = fcntl(l->open.fd, F_DUPFD_CLOEXEC, 0);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		event_assign(&all[i]->ev, l->base, all[i]->fd,
		    EV_READ | EV_PERSIST, on_listener, all[i]);
		if (event_add(&all[i]->ev, NULL) == -1)
			return KOSMO_EIO;
	}
	return KOSMO_OK;
}
