#include "config.h"

#include "nursery.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kosmod/conf_pass.h"
#include "kosmod/log.h"
#include "kosmod/nursery/filter.h"
#include "kosmod/nursery/talk_main.h"
#include "kosmod/pass.h"
#include "kosmod/process.h"
#include "kosmod/talk/talk.h"

/* One talk that is alive, or dead and not yet waited for. */
struct child {
	struct child *next;
	pid_t pid;
	uint64_t id;
	bool killed; /* on the keeper's word */
};

struct nursery {
	int channel;
	int signals;
	struct conf *conf;
	struct filter talk_filter;
	struct child *children;
	bool left; /* by the keeper */
};

/* In the child. Nothing of the nursery stays open in it. */
static void
become_talk(struct nursery *n, const struct nursery_msg *m, const int *fds,
    pid_t nursery)
{
	const struct rlimit no_files = { 0, 0 };
	struct talk_order order = { n->conf, fds[0], fds[1], (uint8_t)m->phase,
		m->deadline };

	pass_close(&n->channel);
	pass_close(&n->signals);
	if (process_child(nursery) != KOSMO_OK ||
	    process_harden("kosmod-talk") != KOSMO_OK ||
	    setrlimit(RLIMIT_FSIZE, &no_files) == -1 ||
	    filter_enter(&n->talk_filter) != KOSMO_OK)
		_exit(1);
	_exit(talk_main(&order));
}

static void
start_talk(struct nursery *n, const struct nursery_msg *m, const int *fds)
{
	struct child *c = calloc(1, sizeof(*c));
	pid_t self = getpid();

	if (c == NULL) {
		log_say(LOG_ERR, "no memory for another talk");
		return;
	}
	c->id = m->id;
	c->pid = fork();
	if (c->pid == 0)
		become_talk(n, m, fds, self);
	if (c->pid == -1) {
		log_say(LOG_ERR, "fork: %s", strerror(errno));
		free(c);
		return;
	}
	c->next = n->children;
	n->children = c;
}

static void
kill_talk(struct nursery *n, uint64_t id)
{
	for (struct child *c = n->children; c != NULL; c = c->next) {
		if (c->id == id) {
			c->killed = true;
			(void)kill(c->pid, SIGKILL);
			return;
		}
	}
}

/* False when the keeper is gone. */
static bool
take_orders(struct nursery *n)
{
	struct nursery_msg m;
	int fds[PASS_FDS], r;

	while ((r = pass_recv(n->channel, &m, sizeof(m), fds)) == KOSMO_OK) {
		if (m.word == NURSERY_TALK && fds[1] != -1)
			start_talk(n, &m, fds);
		else if (m.word == NURSERY_KILL)
			kill_talk(n, m.id);
		pass_close(&fds[0]);
		pass_close(&fds[1]);
	}
	return r == KOSMO_ETIMEOUT;
}

/* A deadline (SIGALRM) and the keeper's own kill are no crash. */
static void
note_death(struct nursery *n, const struct child *c, int status)
{
	struct nursery_msg m = { .word = NURSERY_CRASHED, .id = c->id };

	if (!WIFSIGNALED(status) || WTERMSIG(status) == SIGALRM ||
	    (c->killed && WTERMSIG(status) == SIGKILL))
		return;
	m.signal = (uint32_t)WTERMSIG(status);
	log_say(LOG_CRIT, "a talk process died by signal %u%s", m.signal,
	    m.signal == SIGSYS ? " (a system call that its filter refuses)"
			       : "");
	if (!n->left &&
	    pass_send(n->channel, &m, sizeof(m), NULL, 0) != KOSMO_OK)
		log_say(LOG_ERR, "the keeper could not be told");
}

/* Notes who has died; with options 0 waits for all. */
static void
bury(struct nursery *n, int options)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, options)) > 0) {
		struct child **at = &n->children, *c;

		while (*at != NULL && (*at)->pid != pid)
			at = &(*at)->next;
		if ((c = *at) == NULL)
			continue;
		*at = c->next;
		note_death(n, c, status);
		free(c);
	}
}

static void
reap(struct nursery *n)
{
	struct signalfd_siginfo info;

	if (read(n->signals, &info, sizeof(info)) == -1 && errno != EAGAIN)
		log_say(LOG_ERR, "signalfd: %s", strerror(errno));
	bury(n, WNOHANG);
}

/*
 * The keeper has let go: it knows of no talk any more. One that is just dying
 * of a signal is still told of.
 */
static void
end_talks(struct nursery *n)
{
	n->left = true;
	for (struct child *c = n->children; c != NULL; c = c->next) {
		c->killed = true;
		(void)kill(c->pid, SIGKILL);
	}
	bury(n, 0);
}

/* SIGCHLD comes as something to poll for. */
static int
open_signals(struct nursery *n)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
		return KOSMO_EIO;
	n->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return n->signals == -1 ? KOSMO_EIO : KOSMO_OK;
}

static int
prepare(struct nursery *n)
{
	struct filter own = FILTER_INIT;
	const char *why = "";
	int r;

	tzset(); /* reads a file, which no talk may */
	if ((n->conf = calloc(1, sizeof(*n->conf))) == NULL)
		return KOSMO_ENOMEM;
	if ((r = conf_take(NURSERY_FD_CONF, n->conf)) != KOSMO_OK ||
	    (r = talk_prepare(n->conf)) != KOSMO_OK ||
	    (r = open_signals(n)) != KOSMO_OK) {
		log_say(LOG_ERR, "start: %s", kosmo_strerror(r));
		return r;
	}
	if ((r = filter_build(FILTER_TALK, &n->talk_filter, &why)) == 0 &&
	    (r = filter_build(FILTER_NURSERY, &own, &why)) == 0)
		r = filter_enter(&own);
	if (r != KOSMO_OK)
		log_say(LOG_ERR, "filter: %s: %s", why, kosmo_strerror(r));
	filter_done(&own);
	return r;
}

/* Until the keeper lets go of the channel. */
static int
serve(struct nursery *n)
{
	struct pollfd p[] = { { n->channel, POLLIN, 0 },
		{ n->signals, POLLIN, 0 } };

	for (;;) {
		if (poll(p, 2, -1) == -1 && errno != EINTR) {
			log_say(LOG_ERR, "poll: %s", strerror(errno));
			return 1;
		}
		if (p[1].revents != 0)
			reap(n);
		if (p[0].revents != 0 && !take_orders(n)) {
			end_talks(n);
			return 0;
		}
	}
}

int
nursery_main(int journal)
{
	struct nursery n = { .channel = NURSERY_FD_CHANNEL,
		.signals = -1,
		.talk_filter = FILTER_INIT };
	int ret = 1;

	log_open("kosmod-nursery", journal != 0, false);
	if (process_child(getppid()) != KOSMO_OK ||
	    process_harden("kosmod-nursery") != KOSMO_OK)
		return 1;
	if (prepare(&n) == KOSMO_OK)
		ret = serve(&n);
	return ret;
}
