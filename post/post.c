#include "config.h"

#include "post.h"

#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/conf.h"
#include "kosmod/log.h"
#include "kosmod/pass.h"
#include "kosmod/priv.h"
#include "kosmod/process.h"
#include "kosmod/server.h"
#include "kosmod/talk/lang.h"
#include "libkosmo/packet.h"
#include "libkosmo/path.h"
#include "post/jobs.h"

#define RETRY_FIRST 100 /* ms; twice as long each time */
#define RETRY_MOST 3200
#define STEADY_MS 5000	/* a connection that held this long was a good one */
#define ANSWER_MS 2000	/* for a keeper that does not read */
#define PACKETS_TURN 16 /* taken before others get their turn */

struct post {
	const char *conf_path;
	struct conf *conf;
	struct event_base *base;
	struct jobs *jobs;
	int fd; /* to the keeper, or -1 */
	struct event *readable, *retry;
	struct event *signals[3];
	int64_t connected; /* when */
	unsigned wait;	   /* ms before the next try */
	bool complained;   /* of not getting through */
};

static void
try_later(struct post *p)
{
	const struct timeval in = { (time_t)(p->wait / 1000),
		(suseconds_t)(p->wait % 1000 * 1000) };

	(void)evtimer_add(p->retry, &in);
	p->wait = p->wait * 2 < RETRY_MOST ? p->wait * 2 : RETRY_MOST;
}

/* What was asked for there is asked for anew, if it still counts. */
static void
disconnect(struct post *p, const char *why)
{
	if (p->fd == -1)
		return;
	log_say(LOG_NOTICE, "kosmod: %s", why);
	if (p->readable != NULL)
		event_free(p->readable);
	p->readable = NULL;
	pass_close(&p->fd);
	jobs_forget(p->jobs);
	if (packet_now() - p->connected >= STEADY_MS)
		p->wait = RETRY_FIRST;
	try_later(p);
}

/* What went wrong is said here too: the keeper's log is of people. */
static void
on_sent(void *arg, const struct p_sent *sent)
{
	struct post *p = arg;

	if (sent->word != SENT_YES)
		log_say(LOG_WARNING, "mail %llu was not sent%s: %s",
		    (unsigned long long)sent->id,
		    sent->word == SENT_NEVER ? " and can't be" : "",
		    sent->reason);
	if (p->fd == -1)
		return;
	if (packet_send(p->fd, &p_sent_layout, sent, -1,
		packet_now() + ANSWER_MS) != KOSMO_OK)
		disconnect(p, "it takes no answers");
}

/* True if there may be more. */
static bool
take_job(struct post *p)
{
	struct buf b = BUF_INIT;
	struct p_mail mail;
	const char *why = "connection closed";
	int r = packet_recv(p->fd, &b, NULL, packet_now());

	if (r == KOSMO_OK) {
		r = packet_get(&b, &p_mail_layout, &mail);
		why = "what it sent is no mail";
	}
	if (r == KOSMO_OK)
		jobs_add(p->jobs, &mail);
	else if (r != KOSMO_ETIMEOUT)
		disconnect(p, why);
	explicit_bzero(&mail, sizeof(mail));
	buf_done(&b);
	return r == KOSMO_OK && p->fd != -1;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct post *p = arg;

	(void)fd;
	(void)what;
	for (int i = 0; i < PACKETS_TURN && take_job(p); i++)
		continue;
}

/* It stands beside kosmod.sock. */
static int
connect_keeper(struct post *p, const char **ret_why)
{
	const char *beside = p->conf->paths.socket;
	size_t folder = (size_t)(strrchr(beside, '/') + 1 - beside);
	char path[sizeof(p->conf->paths.socket) + sizeof(KOSMO_PRIV_SOCKET)];

	(void)snprintf(path, sizeof(path), "%.*s%s", (int)folder, beside,
	    KOSMO_PRIV_SOCKET);
	return server_connect(path, PRIV_POST, &p->fd, ret_why);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct post *p = arg;
	const char *why = "";

	(void)fd;
	(void)what;
	if (connect_keeper(p, &why) != KOSMO_OK) {
		if (!p->complained)
			log_say(LOG_WARNING,
			    "priv.sock beside %s: %s; trying on",
			    p->conf->paths.socket, why);
		p->complained = true;
		try_later(p);
		return;
	}
	p->connected = packet_now();
	p->readable =
	    event_new(p->base, p->fd, EV_READ | EV_PERSIST, on_readable, p);
	if (p->readable == NULL || event_add(p->readable, NULL) == -1) {
		disconnect(p, "it can't be watched");
		return;
	}
	p->complained = false;
	log_say(LOG_INFO, "connected to kosmod");
}

/* Reads the file into *ret; every error is a line in the log. */
static int
read_conf(const char *path, struct conf **ret)
{
	char *said = NULL, *line, *rest;
	struct conf *conf = calloc(1, sizeof(*conf));
	size_t size = 0;
	FILE *err = open_memstream(&said, &size);
	int r = KOSMO_ENOMEM;

	if (conf != NULL && err != NULL)
		r = conf_load_keys(path, conf, err);
	if (err != NULL)
		(void)fclose(err);
	for (line = said; line != NULL && *line != '\0'; line = rest) {
		rest = strchrnul(line, '\n');
		if (*rest != '\0')
			*rest++ = '\0';
		log_say(LOG_ERR, "%s", line);
	}
	free(said);
	if (r != KOSMO_OK)
		free(conf);
	else
		*ret = conf;
	return r;
}

static void
reload(struct post *p)
{
	struct conf *conf = NULL;

	if (read_conf(p->conf_path, &conf) != KOSMO_OK) {
		log_say(LOG_ERR, "%s: not taken, the old values stay",
		    p->conf_path);
		return;
	}
	/* kosmod itself stays where it is until its next start */
	conf->paths = p->conf->paths;
	jobs_conf(p->jobs, conf);
	free(p->conf);
	p->conf = conf;
	log_say(LOG_NOTICE, "reloaded");
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct post *p = arg;

	(void)what;
	if (number == SIGHUP)
		reload(p);
	else
		(void)event_base_loopbreak(p->base);
}

static int
open_loop(struct post *p)
{
	static const int ours[] = { SIGHUP, SIGTERM, SIGINT };
	const struct timeval now = { 0, 0 };

	if ((p->base = event_base_new()) == NULL ||
	    jobs_new(p->base, on_sent, p, &p->jobs) != KOSMO_OK ||
	    (p->retry = evtimer_new(p->base, on_retry, p)) == NULL ||
	    evtimer_add(p->retry, &now) == -1)
		return KOSMO_ENOMEM;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		p->signals[i] = evsignal_new(p->base, ours[i], on_signal, p);
		if (p->signals[i] == NULL ||
		    event_add(p->signals[i], NULL) == -1)
			return KOSMO_ENOMEM;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	jobs_conf(p->jobs, p->conf);
	return KOSMO_OK;
}

static void
close_loop(struct post *p)
{
	jobs_done(p->jobs);
	if (p->readable != NULL)
		event_free(p->readable);
	if (p->retry != NULL)
		event_free(p->retry);
	for (size_t i = 0; i < 3; i++) {
		if (p->signals[i] != NULL)
			event_free(p->signals[i]);
	}
	if (p->base != NULL)
		event_base_free(p->base);
	pass_close(&p->fd);
}

int
post_run(const char *conf_path)
{
	struct post p = {
		.conf_path = conf_path, .fd = -1, .wait = RETRY_FIRST
	};
	int ret = 1;

	log_open("kosmo-post", getenv("JOURNAL_STREAM") != NULL, true);
	if (clearenv() != 0 || process_hide("kosmo-post") != KOSMO_OK ||
	    read_conf(conf_path, &p.conf) != KOSMO_OK)
		goto out;
	if (lang_open(KOSMO_LOCALEDIR) != KOSMO_OK)
		log_say(LOG_WARNING,
		    "%s: a catalogue is missing; mails in "
		    "its language are English",
		    KOSMO_LOCALEDIR);
	if (open_loop(&p) != KOSMO_OK) {
		log_say(LOG_ERR, "start: out of memory");
		goto out;
	}
	if (event_base_dispatch(p.base) == 0)
		ret = 0;
out:
	close_loop(&p);
	free(p.conf);
	lang_close();
	return ret;
}
