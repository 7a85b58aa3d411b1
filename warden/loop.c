#include "config.h"

#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "kosmod/server.h"
#include "libkosmo/packet.h"
#include "warden/calls.h"
#include "warden/jobs.h"

#define SEND_TIME 1000 /* ms for the keeper to take an answer */

struct loop {
	int signals;
	struct server keeper;
	struct buf packet;
	struct jobs jobs;
};

/*
 * When the keeper is lost, the jobs go on: who is to be signed out is. Their
 * answers have nobody to go to, because the keeper asks anew by new numbers.
 */
static void
take_job(struct loop *l)
{
	int r = packet_recv(l->keeper.fd, &l->packet, NULL, packet_now());

	if (r == KOSMO_OK)
		r = jobs_begin(&l->jobs, &l->packet);
	if (r == KOSMO_OK || r == KOSMO_ETIMEOUT)
		return;
	if (r != KOSMO_ECLOSED)
		log_say(LOG_ERR, "a job of kosmod: %s",
		    r == KOSMO_EIO ? strerror(errno) : kosmo_strerror(r));
	server_lose(&l->keeper, r != KOSMO_ECLOSED);
}

static int
send_answer(int fd, const struct answer *a)
{
	int64_t until = packet_now() + SEND_TIME;

	switch (a->type) {
	case P_SESSIONS_IS:
		return packet_send(
		    fd, &p_sessions_is_layout, &a->u.sessions, -1, until);
	case P_ACCOUNT_IS:
		return packet_send(
		    fd, &p_account_is_layout, &a->u.account, -1, until);
	default:
		return packet_send(
		    fd, &p_where_is_layout, &a->u.where, -1, until);
	}
}

static void
answer_jobs(struct loop *l)
{
	struct answer a;

	while (jobs_next(&l->jobs, &a)) {
		if (l->keeper.fd == -1)
			continue;
		if (send_answer(l->keeper.fd, &a) != KOSMO_OK)
			server_lose(&l->keeper, false);
	}
	jobs_reap(&l->jobs);
}

/* SIGCHLD only wakes the loop up. True: it is time to go. */
static bool
take_signals(struct loop *l)
{
	struct signalfd_siginfo s;
	bool end = false;

	while (read(l->signals, &s, sizeof(s)) == (ssize_t)sizeof(s)) {
		if (s.ssi_signo != SIGCHLD)
			end = true;
	}
	return end;
}

static int
patience(const struct loop *l)
{
	int64_t until = jobs_until(&l->jobs), now = packet_now();

	if (l->keeper.fd == -1 && l->keeper.again < until)
		until = l->keeper.again;
	if (until == INT64_MAX)
		return -1;
	return until > now ? (int)(until - now) : 0;
}

/* True: it is time to go. */
static bool
turn(struct loop *l)
{
	struct pollfd fds[2 + JOBS_MAX];
	nfds_t n = 2;

	fds[0] = (struct pollfd){ l->signals, POLLIN, 0 };
	/* more jobs than can be done at once wait where they are */
	fds[1] = (struct pollfd){ jobs_full(&l->jobs) ? -1 : l->keeper.fd,
		POLLIN, 0 };
	n += jobs_fds(&l->jobs, fds + 2);
	if (poll(fds, n, patience(l)) == -1 && errno != EINTR)
		return true;
	if (fds[0].revents != 0 && take_signals(l))
		return true;
	if (fds[1].revents != 0)
		take_job(l);
	answer_jobs(l);
	server_find(&l->keeper);
	return false;
}

static int
open_signals(void)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int
loop_run(const char *path)
{
	struct loop l = { .signals = -1 };

	server_init(&l.keeper, path, PRIV_WARDEN);
	jobs_init(&l.jobs);
	if ((l.signals = open_signals()) == -1) {
		log_say(LOG_CRIT, "signals: %s", strerror(errno));
		return 1;
	}
	if (calls_enter(CALLS_MAIN) != KOSMO_OK) {
		log_say(LOG_CRIT, "the filter of system calls can't be set");
		return 1;
	}
	while (!turn(&l))
		;
	server_lose(&l.keeper, false);
	(void)close(l.signals);
	buf_done(&l.packet);
	return 0;
}
