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

#define READY 4		/* talks that wait for a conversation */
#define REFILL_MS 5	/* after an order, so that its talk goes first */
#define TROUBLE_MS 1000 /* after one could not be made, or just died */

/* One talk that is alive, or dead and not yet waited for. */
struct child {
	struct child *next;
	pid_t pid;
	int order;   /* where a ready one gets its conversation; else -1 */
	uint64_t id; /* of that */
	bool killed; /* on the keeper's word */
};

struct nursery {
	int channel;
	int signals;
	struct conf *conf;
	struct filter talk_filter;
	struct child *children;
	unsigned ready;
	int held[PASS_FDS]; /* of the order that is being given */
	int pause;	    /* ms before the next ready one is made */
	bool left;	    /* by the keeper */
};

/* In the child: waits for its one conversation, and has it. */
static int
take_order(struct nursery *n, int orders)
{
	struct pollfd p = { orders, POLLIN, 0 };
	struct nursery_msg m;
	int fds[PASS_FDS];

	while (poll(&p, 1, -1) == -1) {
		if (errno != EINTR)
			return 1;
	}
	if (pass_recv(orders, &m, sizeof(m), fds) != KOSMO_OK || fds[1] == -1)
		return 1; /* the nursery is gone */
	pass_close(&orders);
	if (process_name("kosmod-talk") != KOSMO_OK)
		return 1;
	return talk_main(&(struct talk_order){
	    n->conf, fds[0], fds[1], (uint8_t)m.phase, m.deadline });
}

/* In the child. Nothing of the nursery stays open in it. */
static void
become_talk(struct nursery *n, int orders, pid_t nursery)
{
	const struct rlimit no_files = { 0, 0 };

	pass_close(&n->channel);
	pass_close(&n->signals);
	pass_close(&n->held[0]);
	pass_close(&n->held[1]);
	for (struct child *c = n->children; c != NULL; c = c->next)
		pass_close(&c->order);
	if (process_child(nursery) != KOSMO_OK ||
	    process_harden("kosmod-ready") != KOSMO_OK ||
	    setrlimit(RLIMIT_FSIZE, &no_files) == -1 ||
	    filter_enter(&n->talk_filter) != KOSMO_OK)
		_exit(1);
	_exit(take_order(n, orders));
}

static void
no_longer_ready(struct nursery *n, struct child *c)
{
	if (c->order != -1)
		n->ready--;
	pass_close(&c->order);
}

/* Makes a talk that waits. NULL: it was logged why not. */
static struct child *
breed(struct nursery *n)
{
	struct child *c = calloc(1, sizeof(*c));
	int pair[2] = { -1, -1 };
	pid_t self = getpid();

	if (c == NULL || pass_pair(pair) != KOSMO_OK ||
	    (c->pid = fork()) == -1) {
		log_say(LOG_ERR, "another talk: %s", strerror(errno));
		pass_close(&pair[0]);
		pass_close(&pair[1]);
		free(c);
		return NULL;
	}
	if (c->pid == 0) {
		pass_close(&pair[0]);
		become_talk(n, pair[1], self);
	}
	pass_close(&pair[1]);
	c->order = pair[0];
	c->next = n->children;
	n->children = c;
	n->ready++;
	return c;
}

/* Hands the conversation to a talk that waits, or to one made for it. */
static void
start_talk(struct nursery *n, const struct nursery_msg *m)
{
	struct child *c = n->children;
	int r = KOSMO_ECLOSED;

	while (r != KOSMO_OK) {
		while (c != NULL && c->order == -1)
			c = c->next;
		if (c == NULL && (c = breed(n)) == NULL)
			return;
		r = pass_send(c->order, m, sizeof(*m), n->held, 2);
		no_longer_ready(n, c);
	}
	c->id = m->id;
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
	int r;

	while (
	    (r = pass_recv(n->channel, &m, sizeof(m), n->held)) == KOSMO_OK) {
		if (m.word == NURSERY_TALK && n->held[1] != -1)
			start_talk(n, &m);
		else if (m.word == NURSERY_KILL)
			kill_talk(n, m.id);
		pass_close(&n->held[0]);
		pass_close(&n->held[1]);
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
		if (c->order != -1)
			n->pause = TROUBLE_MS;
		no_longer_ready(n, c);
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

/*
 * How long to wait for other work before another ready talk is made; -1: none
 * is missing. With none left the next login would have to wait for it.
 */
static int
refill_in(const struct nursery *n)
{
	if (n->ready >= READY)
		return -1;
	return n->ready == 0 && n->pause == REFILL_MS ? 0 : n->pause;
}

/* Until the keeper lets go of the channel. */
static int
serve(struct nursery *n)
{
	struct pollfd p[] = { { n->channel, POLLIN, 0 },
		{ n->signals, POLLIN, 0 } };

	for (;;) {
		int got = poll(p, 2, refill_in(n));

		if (got == -1 && errno != EINTR) {
			log_say(LOG_ERR, "poll: %s", strerror(errno));
			return 1;
		}
		if (got == 0)
			n->pause = breed(n) != NULL ? REFILL_MS : TROUBLE_MS;
		if (got <= 0)
			continue;
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
		.held = { -1, -1 },
		.talk_filter = FILTER_INIT,
		.pause = REFILL_MS };
	int ret = 1;

	log_open("kosmod-nursery", journal != 0, false);
	if (process_child(getppid()) != KOSMO_OK ||
	    process_harden("kosmod-nursery") != KOSMO_OK)
		return 1;
	if (prepare(&n) == KOSMO_OK)
		ret = serve(&n);
	return ret;
}
