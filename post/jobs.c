#include "config.h"

#include "jobs.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/utsname.h>

#include "libkosmo/packet.h"
#include "post/compose.h"
#include "post/send.h"

struct waiting {
	STAILQ_ENTRY(waiting) next;
	int64_t until; /* in packet_now() */
	struct p_mail mail;
};

/* One child; unheard: its result is nobody's business any more. */
struct running {
	LIST_ENTRY(running) next;
	struct jobs *jobs;
	struct sending *sending;
	bool answered, unheard;
};

struct jobs {
	struct event_base *base;
	const struct conf *conf;
	jobs_answer answer;
	void *arg;
	STAILQ_HEAD(, waiting) waiting;
	LIST_HEAD(, running) running;
	size_t n_waiting;
	size_t n_busy; /* children that nobody has an answer of yet */
	size_t n_children;
	struct event *late; /* for the head of the line */
	struct event *pump; /* the next of the line, from the loop */
};

static void
answer(struct jobs *j, uint64_t id, enum sent_word word, const char *reason)
{
	struct p_sent sent = { .id = id, .word = (uint8_t)word };

	(void)snprintf(sent.reason, sizeof(sent.reason), "%s", reason);
	j->answer(j->arg, &sent);
}

/* "web1" of web1.example.co.jp */
static void
host_name(char *ret, size_t size)
{
	struct utsname host;

	if (uname(&host) != 0 || host.nodename[0] == '\0')
		(void)snprintf(host.nodename, sizeof(host.nodename), "kosmo");
	(void)snprintf(
	    ret, size, "%.*s", (int)strcspn(host.nodename, "."), host.nodename);
}

static void
on_answered(
    void *arg, struct sending *s, uint64_t id, const struct send_end *end)
{
	struct running *r = arg;

	(void)s;
	r->answered = true;
	r->jobs->n_busy--;
	event_active(r->jobs->pump, 0, 0);
	if (!r->unheard)
		answer(r->jobs, id, end->word, end->reason);
}

static void
on_over(void *arg, struct sending *s)
{
	struct running *r = arg;

	(void)s;
	LIST_REMOVE(r, next);
	r->jobs->n_children--;
	event_active(r->jobs->pump, 0, 0);
	free(r);
}

static int
start(struct jobs *j, const struct p_mail *mail, struct buf *text)
{
	struct running *r = calloc(1, sizeof(*r));
	const struct send_calls calls = { on_answered, on_over, r };
	struct reason_hidden hidden;
	int e;

	if (r == NULL)
		return KOSMO_ENOMEM;
	r->jobs = j;
	memcpy(hidden.code, mail->code, sizeof(hidden.code));
	memcpy(hidden.to, mail->to, sizeof(hidden.to));
	e = send_start(j->base, mail->id, j->conf->email.sendmail, text,
	    &hidden, &calls, &r->sending);
	explicit_bzero(&hidden, sizeof(hidden));
	if (e != KOSMO_OK) {
		free(r);
		return e;
	}
	LIST_INSERT_HEAD(&j->running, r, next);
	j->n_busy++;
	j->n_children++;
	return KOSMO_OK;
}

static void
begin(struct jobs *j, const struct p_mail *mail)
{
	struct buf text = BUF_INIT;
	char host[65], why[REASON_MAX + 1];
	int r;

	host_name(host, sizeof(host));
	r = compose(mail, j->conf, host, &text);
	if (r == KOSMO_EINVAL) {
		answer(j, mail->id, SENT_NEVER,
		    "it can't be a mail: address, kind or code");
	} else if (r != KOSMO_OK || (r = start(j, mail, &text)) != KOSMO_OK) {
		(void)snprintf(why, sizeof(why),
		    "sendmail can't be started: "
		    "%s",
		    kosmo_strerror(r));
		answer(j, mail->id, SENT_NO, why);
	}
	buf_done(&text);
}

/* The first of the line, which is now the caller's. */
static struct waiting *
take_first(struct jobs *j)
{
	struct waiting *w = STAILQ_FIRST(&j->waiting);

	STAILQ_REMOVE_HEAD(&j->waiting, next);
	j->n_waiting--;
	return w;
}

static void
waiting_free(struct waiting *w)
{
	explicit_bzero(w, sizeof(*w));
	free(w);
}

static bool
room(const struct jobs *j)
{
	return j->n_busy < JOBS_RUNNING && j->n_children < JOBS_LEFTOVERS;
}

/* A timer for whoever stands first, who waits the longest. */
static void
watch_head(struct jobs *j)
{
	const struct waiting *w = STAILQ_FIRST(&j->waiting);
	struct timeval in = { 0, 0 };
	int64_t left;

	if (w == NULL) {
		(void)evtimer_del(j->late);
		return;
	}
	left = w->until - packet_now();
	if (left > 0) {
		in.tv_sec = (time_t)(left / 1000);
		in.tv_usec = (suseconds_t)(left % 1000 * 1000);
	}
	(void)evtimer_add(j->late, &in);
}

static void
on_pump(evutil_socket_t fd, short what, void *arg)
{
	struct jobs *j = arg;
	struct waiting *w;

	(void)fd;
	(void)what;
	while ((w = STAILQ_FIRST(&j->waiting)) != NULL &&
	    (room(j) || w->until <= packet_now())) {
		w = take_first(j); /* an answer may drop the whole line */
		if (w->until <= packet_now())
			answer(
			    j, w->mail.id, SENT_NO, "too many mails before it");
		else
			begin(j, &w->mail);
		waiting_free(w);
	}
	watch_head(j);
}

void
jobs_add(struct jobs *j, const struct p_mail *mail)
{
	struct waiting *w = NULL;

	if (room(j) && j->n_waiting == 0) {
		begin(j, mail);
		return;
	}
	if (j->n_waiting < JOBS_WAITING)
		w = calloc(1, sizeof(*w));
	if (w == NULL) {
		answer(j, mail->id, SENT_NO, "too many mails at once");
		return;
	}
	w->until = packet_now() + JOBS_PATIENCE * 1000;
	w->mail = *mail;
	STAILQ_INSERT_TAIL(&j->waiting, w, next);
	j->n_waiting++;
	watch_head(j);
}

void
jobs_forget(struct jobs *j)
{
	struct running *r;

	while (!STAILQ_EMPTY(&j->waiting))
		waiting_free(take_first(j));
	LIST_FOREACH(r, &j->running, next)
	r->unheard = true;
	watch_head(j);
}

void
jobs_conf(struct jobs *j, const struct conf *conf)
{
	j->conf = conf;
}

int
jobs_new(
    struct event_base *base, jobs_answer on_sent, void *arg, struct jobs **ret)
{
	struct jobs *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return KOSMO_ENOMEM;
	j->base = base;
	j->answer = on_sent;
	j->arg = arg;
	STAILQ_INIT(&j->waiting);
	LIST_INIT(&j->running);
	j->late = evtimer_new(base, on_pump, j);
	j->pump = event_new(base, -1, 0, on_pump, j);
	if (j->late == NULL || j->pump == NULL) {
		jobs_done(j);
		return KOSMO_ENOMEM;
	}
	*ret = j;
	return KOSMO_OK;
}

void
jobs_done(struct jobs *j)
{
	struct running *r;

	if (j == NULL)
		return;
	while (!STAILQ_EMPTY(&j->waiting))
		waiting_free(take_first(j));
	while ((r = LIST_FIRST(&j->running)) != NULL) {
		send_abort(r->sending);
		LIST_REMOVE(r, next);
		free(r);
	}
	if (j->late != NULL)
		event_free(j->late);
	if (j->pump != NULL)
		event_free(j->pump);
	free(j);
}
