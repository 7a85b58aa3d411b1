#include "config.h"

#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "libkosmo/packet.h"

#define SEND_TIME 1000 /* ms for the keeper to take a word */

static void
stop_jobs(struct loop *l)
{
	for (size_t i = 0; i < JOBS_MAX && l->worker->stop != NULL; i++) {
		struct row *job = &l->jobs.rows[i];

		if (job->fd != -1 && !job->over)
			l->worker->stop(job);
	}
}

/* The keeper asks anew by new numbers: nobody waits for these jobs. */
static void
lose_keeper(struct loop *l, bool bad)
{
	server_lose(&l->keeper, bad);
	stop_jobs(l);
}

void
loop_say(struct loop *l, const struct layout *layout, const void *word)
{
	if (l->keeper.fd != -1 &&
	    packet_send(l->keeper.fd, layout, word, -1,
		packet_now() + SEND_TIME) != KOSMO_OK)
		lose_keeper(l, false);
}

static int
take(struct loop *l)
{
	const struct worker *w = l->worker;
	const struct kind *k = w->kinds;
	int r;

	while (k->asked != NULL && k->asked->type != packet_type(&l->packet))
		k++;
	if (k->asked == NULL)
		return KOSMO_EFORMAT;
	if ((r = packet_get(&l->packet, k->asked, l->asked)) == KOSMO_OK)
		r = w->take != NULL ? w->take(l, k, l->asked)
				    : jobs_begin(&l->jobs, k, l->asked, 0);
	explicit_bzero(l->asked, k->asked->size);
	return r;
}

static void
take_packet(struct loop *l)
{
	int r = packet_recv(l->keeper.fd, &l->packet, NULL, packet_now());

	if (r == KOSMO_OK)
		r = take(l);
	buf_reset(&l->packet); /* there may be a PIN in it */
	if (r == KOSMO_OK || r == KOSMO_ETIMEOUT)
		return;
	if (r != KOSMO_ECLOSED)
		log_say(LOG_ERR, "a job of kosmod: %s",
		    r == KOSMO_EIO ? strerror(errno) : kosmo_strerror(r));
	lose_keeper(l, r != KOSMO_ECLOSED);
}

/* True: there may be more. */
static bool
pass_word(struct loop *l, struct row *job)
{
	const struct layout *layout = job->kind->word;
	const struct worker *w = l->worker;
	bool over = job->over;

	if (!jobs_hear(job, &l->packet, l->word))
		return false;
	if (job->fd != -1 && (w->heard == NULL || w->heard(job, l->word)))
		jobs_end(job);
	if (!over)
		loop_say(l, layout, l->word);
	explicit_bzero(l->word, layout->size);
	return job->fd != -1;
}

static void
pass_words(struct loop *l)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct row *job = &l->jobs.rows[i];

		while (job->fd != -1 && pass_word(l, job))
			;
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
	bool waits = l->worker->take == NULL && jobs_full(&l->jobs);
	struct pollfd fds[2 + JOBS_MAX] = { { l->signals, POLLIN, 0 },
		{ waits ? -1 : l->keeper.fd, POLLIN, 0 } };
	nfds_t n = 2 + jobs_fds(&l->jobs, fds + 2);

	if (poll(fds, n, patience(l)) == -1 && errno != EINTR)
		return true;
	if (fds[0].revents != 0 && take_signals(l))
		return true;
	/* what was said is passed on before the keeper asks for more */
	pass_words(l);
	if (fds[1].revents != 0 && l->keeper.fd != -1)
		take_packet(l);
	server_find(&l->keeper);
	l->jobs.others[0] = l->keeper.fd;
	return false;
}

/* Those that can stop do so before the process ends. */
static void
end_jobs(struct loop *l)
{
	stop_jobs(l);
	l->keeper.again = INT64_MAX; /* nobody looks for it any more */
	while (l->worker->stop != NULL && jobs_until(&l->jobs) != INT64_MAX) {
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

static int
open_room(struct loop *l)
{
	size_t most = 0;

	for (const struct kind *k = l->worker->kinds; k->asked != NULL; k++) {
		most = k->asked->size > most ? k->asked->size : most;
		most = k->word->size > most ? k->word->size : most;
	}
	l->asked = calloc(1, most);
	l->word = calloc(1, most);
	return l->asked != NULL && l->word != NULL ? KOSMO_OK : KOSMO_ENOMEM;
}

static int
open_loop(struct loop *l)
{
	jobs_init(&l->jobs);
	if (open_room(l) != KOSMO_OK || (l->signals = open_signals()) == -1) {
		log_say(LOG_CRIT, "start: %s", strerror(errno));
		return KOSMO_EIO;
	}
	l->jobs.others[1] = l->signals;
	if (l->worker->enter(&l->jobs.shared) != KOSMO_OK) {
		log_say(LOG_CRIT, "the filter of system calls can't be set");
		return KOSMO_EIO;
	}
	return KOSMO_OK;
}

int
loop_run(const struct worker *w, const char *path)
{
	struct loop l = { .worker = w, .signals = -1 };
	int ret = 1;

	server_init(&l.keeper, path, w->role);
	if (open_loop(&l) != KOSMO_OK)
		goto out;
	while (!turn(&l))
		;
	server_lose(&l.keeper, false);
	end_jobs(&l);
	ret = 0;
out:
	if (l.signals != -1)
		(void)close(l.signals);
	if (l.jobs.shared != -1)
		(void)close(l.jobs.shared);
	buf_done(&l.packet);
	free(l.asked);
	free(l.word);
	return ret;
}
