#include "config.h"

#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "libkosmo/packet.h"
#include "warden/calls.h"
#include "warden/jobs.h"
#include "warden/server.h"

#define AGAIN_MIN 100  /* ms before another try to connect */
#define AGAIN_MAX 2000 /* ms: so late after kosmod is there at the most */
#define SEND_TIME 1000 /* ms for the keeper to take an answer */

struct loop {
	const char *path;
	int signals;
	int keeper;    /* -1: not connected */
	int64_t again; /* when to try to connect */
	int wait;      /* ms between tries; they grow */
	bool told;     /* the log knows that there is no way to the keeper */
	struct buf packet;
	struct jobs jobs;
};

/*
 * The jobs go on: who is to be signed out is. Their answers have nobody to
 * go to, because the keeper asks anew by new numbers.
 */
static void
lose_keeper(struct loop *l)
{
	(void)close(l->keeper);
	l->keeper = -1;
	l->again = packet_now() + l->wait;
}

static void
find_keeper(struct loop *l)
{
	const char *where = "";
	int r = server_connect(l->path, &l->keeper, &where);

	if (r == KOSMO_OK) {
		log_say(LOG_INFO, "connected to kosmod");
		l->wait = AGAIN_MIN;
		l->told = false;
		return;
	}
	if (!l->told)
		log_say(LOG_WARNING, "%s: %s: %s", l->path, where,
		    r == KOSMO_EIO ? strerror(errno) : kosmo_strerror(r));
	l->told = true;
	l->again = packet_now() + l->wait;
	l->wait = l->wait * 2 < AGAIN_MAX ? l->wait * 2 : AGAIN_MAX;
}

/* A keeper that talks nonsense is left for a while. */
static void
take_job(struct loop *l)
{
	int r = packet_recv(l->keeper, &l->packet, NULL, packet_now());

	if (r == KOSMO_OK)
		r = jobs_begin(&l->jobs, &l->packet);
	if (r == KOSMO_OK || r == KOSMO_ETIMEOUT)
		return;
	if (r != KOSMO_ECLOSED) {
		log_say(LOG_ERR, "a job of kosmod: %s",
		    r == KOSMO_EIO ? strerror(errno) : kosmo_strerror(r));
		l->wait = AGAIN_MAX;
	}
	lose_keeper(l);
}

static void
answer_jobs(struct loop *l)
{
	struct answer a;

	while (jobs_next(&l->jobs, &a)) {
		bool sessions = a.type == P_SESSIONS_IS;
		const void *msg = sessions ? (const void *)&a.u.sessions
					   : (const void *)&a.u.account;

		if (l->keeper == -1)
			continue;
		if (packet_send(l->keeper,
			sessions ? &p_sessions_is_layout : &p_account_is_layout,
			msg, -1, packet_now() + SEND_TIME) != KOSMO_OK)
			lose_keeper(l);
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

	if (l->keeper == -1 && l->again < until)
		until = l->again;
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
	fds[1] =
	    (struct pollfd){ jobs_full(&l->jobs) ? -1 : l->keeper, POLLIN, 0 };
	n += jobs_fds(&l->jobs, fds + 2);
	if (poll(fds, n, patience(l)) == -1 && errno != EINTR)
		return true;
	if (fds[0].revents != 0 && take_signals(l))
		return true;
	if (fds[1].revents != 0)
		take_job(l);
	answer_jobs(l);
	if (l->keeper == -1 && packet_now() >= l->again)
		find_keeper(l);
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
	struct loop l = { .path = path, .keeper = -1, .wait = AGAIN_MIN };

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
	if (l.keeper != -1)
		(void)close(l.keeper);
	(void)close(l.signals);
	buf_done(&l.packet);
	return 0;
}
