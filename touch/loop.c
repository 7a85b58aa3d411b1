#include "config.h"

#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "kosmod/server.h"
#include "libkosmo/packet.h"
#include "touch/calls.h"
#include "touch/jobs.h"

#define SEND_TIME 1000 /* ms for the keeper to take a word */

struct loop {
	int signals;
	struct server keeper;
	struct buf packet;
	struct jobs jobs;
};

/* Nobody waits for the jobs any more: the keys stop blinking. */
static void
lose_keeper(struct loop *l, bool bad)
{
	server_lose(&l->keeper, bad);
	jobs_stop_all(&l->jobs);
}

static void
say(struct loop *l, const struct p_touched *word)
{
	if (l->keeper.fd != -1 &&
	    packet_send(l->keeper.fd, &p_touched_layout, word, -1,
		packet_now() + SEND_TIME) != KOSMO_OK)
		lose_keeper(l, false);
}

static void
take_job(struct loop *l)
{
	struct p_touched word;
	bool answer = false;
	int r = packet_recv(l->keeper.fd, &l->packet, NULL, packet_now());

	if (r == KOSMO_OK)
		r = jobs_take(&l->jobs, &l->packet, &answer, &word);
	buf_reset(&l->packet); /* there may be a PIN in it */
	if (answer)
		say(l, &word);
	if (r == KOSMO_OK || r == KOSMO_ETIMEOUT)
		return;
	if (r != KOSMO_ECLOSED)
		log_say(LOG_ERR, "what kosmod sent is no job");
	lose_keeper(l, r != KOSMO_ECLOSED);
}

static void
pass_words(struct loop *l)
{
	struct p_touched word;

	while (jobs_next(&l->jobs, &word))
		say(l, &word);
	explicit_bzero(&word, sizeof(word));
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
	fds[1] = (struct pollfd){ l->keeper.fd, POLLIN, 0 };
	n += jobs_fds(&l->jobs, fds + 2);
	if (poll(fds, n, patience(l)) == -1 && errno != EINTR)
		return true;
	if (fds[0].revents != 0 && take_signals(l))
		return true;
	/* what was said is passed on before the keeper asks for more */
	pass_words(l);
	if (fds[1].revents != 0 && l->keeper.fd != -1)
		take_job(l);
	server_find(&l->keeper);
	l->jobs.others[0] = l->keeper.fd;
	return false;
}

/* The keys stop blinking before the last of it ends. */
static void
end_jobs(struct loop *l)
{
	jobs_stop_all(&l->jobs);
	while (jobs_until(&l->jobs) != INT64_MAX) {
		struct pollfd fds[JOBS_MAX];
		nfds_t n = jobs_fds(&l->jobs, fds);

		(void)poll(fds, n, patience(l));
		pass_words(l);
	}
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
	/* nobody's here; but a job that is just beginning does not die of it */
	(void)sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int
loop_run(const char *path)
{
	struct loop l = { .signals = -1 };

	server_init(&l.keeper, path, PRIV_TOUCH);
	if (jobs_init(&l.jobs) != KOSMO_OK ||
	    (l.signals = open_signals()) == -1) {
		log_say(LOG_CRIT, "start: %s", strerror(errno));
		return 1;
	}
	l.jobs.others[1] = l.signals;
	if (calls_enter(CALLS_MAIN) != KOSMO_OK) {
		log_say(LOG_CRIT, "the filter of system calls can't be set");
		return 1;
	}
	while (!turn(&l))
		;
	server_lose(&l.keeper, false);
	end_jobs(&l);
	(void)close(l.signals);
	(void)close(l.jobs.claims);
	buf_done(&l.packet);
	return 0;
}
