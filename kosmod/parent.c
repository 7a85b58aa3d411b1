#include "config.h"

#include "parent.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "kosmod/conf_pass.h"
#include "kosmod/keeper/run.h"
#include "kosmod/log.h"
#include "kosmod/parent_in.h"
#include "kosmod/pass.h"
#include "kosmod/process.h"
#include "libkosmo/packet.h"

#define STOP_MS 60000 /* a checkpoint of a big store takes a while */

static void
notify(const char *state)
{
#ifdef HAVE_SYSTEMD
	(void)sd_notify(0, state);
#else
	(void)state;
#endif
}

static void
finish(struct parent *p, int ret)
{
	p->over = true;
	p->ret = ret;
}

static int
tell_keeper(struct parent *p, enum parent_word word, int fd)
{
	const struct parent_msg m = { word };
	int r = KOSMO_ECLOSED;

	if (p->keeper_fd != -1)
		r = pass_send(
		    p->keeper_fd, &m, sizeof(m), &fd, fd != -1 ? 1 : 0);
	return r;
}

/* True if there were too many of late: then systemd shall see it. */
static bool
too_many_deaths(struct parent *p)
{
	int64_t now = packet_now(), oldest = p->deaths[0];

	memmove(
	    p->deaths, p->deaths + 1, (DEATHS_MAX - 1) * sizeof(p->deaths[0]));
	p->deaths[DEATHS_MAX - 1] = now;
	return oldest != 0 && now - oldest < DEATHS_MS;
}

static void
say_death(const char *who, int status)
{
	if (WIFSIGNALED(status))
		log_say(LOG_CRIT, "the %s died by signal %d%s", who,
		    WTERMSIG(status),
		    WTERMSIG(status) == SIGSYS
			? " (a system call that its filter refuses)"
			: "");
	else
		log_say(LOG_CRIT, "the %s ended with status %d", who,
		    WEXITSTATUS(status));
}

/* Its talks have lost their judge: all of them go, then all begin anew. */
static void
on_keeper_death(struct parent *p, int status)
{
	p->keeper = -1;
	pass_close(&p->keeper_fd);
	if (p->nursery != -1)
		(void)kill(p->nursery, SIGKILL);
	p->nursery = -1;
	if (p->stopping) {
		bool clean = WIFEXITED(status) && WEXITSTATUS(status) == 0;

		if (!clean)
			say_death("keeper", status);
		finish(p, clean ? 0 : 1);
		return;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == KEEPER_CANT) {
		finish(p, 1); /* it has said why */
		return;
	}
	say_death("keeper", status);
	if (too_many_deaths(p)) {
		log_say(LOG_CRIT, "it dies again and again: giving up");
		finish(p, 1);
	} else if (offspring_keeper(p) != KOSMO_OK)
		finish(p, 1);
}

/* A new one in its place; the keeper lets go of the old by itself. */
static void
new_nursery(struct parent *p)
{
	int fd = -1;

	if (offspring_nursery(p, &fd) != KOSMO_OK)
		finish(p, 1);
	else if (tell_keeper(p, PARENT_NURSERY, fd) != KOSMO_OK)
		log_say(LOG_NOTICE, "no keeper is there for a new nursery");
	pass_close(&fd);
}

static void
on_nursery_death(struct parent *p, int status)
{
	p->nursery = -1;
	if (p->stopping)
		return;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		/* the keeper let go of it; if that is dying, its own death
		 * is the one that counts */
		new_nursery(p);
		return;
	}
	say_death("nursery", status);
	if (too_many_deaths(p)) {
		log_say(LOG_CRIT, "it dies again and again: giving up");
		finish(p, 1);
	} else
		new_nursery(p);
}

static void
reap(struct parent *p)
{
	int status;
	pid_t pid;

	while (!p->over && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == p->keeper)
			on_keeper_death(p, status);
		else if (pid == p->nursery)
			on_nursery_death(p, status);
		/* else a nursery that was replaced has done its last */
	}
}

static void
stop(struct parent *p)
{
	if (p->stopping)
		return;
	p->stopping = true;
	p->kill_at = packet_now() + STOP_MS;
	notify("STOPPING=1");
	if (p->keeper == -1)
		finish(p, 0);
	else if (tell_keeper(p, PARENT_STOP, -1) != KOSMO_OK)
		(void)kill(p->keeper, SIGKILL);
}

/* Reads the file again into *ret; every error is a line in the log. */
static int
read_conf(const struct parent *p, struct conf **ret)
{
	char *said = NULL, *line, *rest;
	struct conf *conf = calloc(1, sizeof(*conf));
	size_t size = 0;
	FILE *err = open_memstream(&said, &size);
	int r = KOSMO_ENOMEM;

	if (conf != NULL && err != NULL)
		r = conf_load(p->conf_path, conf, err);
	if (err != NULL)
		(void)fclose(err);
	for (line = rest = said; line != NULL && *line != '\0'; line = rest) {
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
reload(struct parent *p)
{
	struct conf *conf = NULL;
	char state[96];
	int fd = -1;

	if (p->stopping)
		return;
	if (read_conf(p, &conf) != KOSMO_OK) {
		log_say(LOG_ERR, "%s: not taken, the old values stay",
		    p->conf_path);
		return;
	}
	(void)snprintf(state, sizeof(state),
	    "RELOADING=1\nMONOTONIC_USEC=%lld000", (long long)packet_now());
	notify(state);
	if (memcmp(&conf->paths, &p->conf->paths, sizeof(conf->paths)) != 0) {
		log_say(LOG_WARNING, "[paths] counts at the next start only");
		conf->paths = p->conf->paths;
	}
	free(p->conf);
	p->conf = conf;
	if (conf_give(p->conf, &fd) != KOSMO_OK ||
	    tell_keeper(p, PARENT_CONF, fd) != KOSMO_OK)
		log_say(
		    LOG_ERR, "the keeper can't be told of %s", p->conf_path);
	pass_close(&fd);
	new_nursery(p);
}

static void
on_signal(struct parent *p)
{
	struct signalfd_siginfo info;

	while (
	    !p->over && read(p->signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			reap(p);
			break;
		case SIGHUP:
			reload(p);
			break;
		case SIGUSR1:
			(void)!tell_keeper(p, PARENT_AUDIT, -1);
			break;
		default:
			stop(p);
			break;
		}
	}
}

static void
on_keeper_word(struct parent *p)
{
	struct parent_msg m;
	int fds[PASS_FDS], r;

	r = pass_recv(p->keeper_fd, &m, sizeof(m), fds);
	pass_close(&fds[0]);
	pass_close(&fds[1]);
	if (r == KOSMO_ETIMEOUT)
		return;
	if (r != KOSMO_OK) {
		pass_close(&p->keeper_fd); /* SIGCHLD tells the rest */
		return;
	}
	if (m.word == KEEPER_RENEW) {
		new_nursery(p);
	} else if (m.word == KEEPER_READY || m.word == KEEPER_RELOADED) {
		log_say(LOG_NOTICE, "%s",
		    m.word == KEEPER_READY ? "ready" : "reloaded");
		notify("READY=1");
	}
}

static int
open_signals(struct parent *p)
{
	static const int ours[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1 };
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		(void)sigaddset(&set, ours[i]);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
		return KOSMO_EIO;
	p->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return p->signals == -1 ? KOSMO_EIO : KOSMO_OK;
}

static void
serve(struct parent *p)
{
	while (!p->over) {
		struct pollfd fds[] = { { p->signals, POLLIN, 0 },
			{ p->keeper_fd, POLLIN, 0 } };

		if (poll(fds, 2, p->stopping ? 1000 : -1) == -1 &&
		    errno != EINTR) {
			log_say(LOG_ERR, "poll: %s", strerror(errno));
			finish(p, 1);
		}
		if (fds[1].revents != 0)
			on_keeper_word(p);
		if (fds[0].revents != 0)
			on_signal(p);
		if (p->stopping && !p->over && packet_now() >= p->kill_at) {
			log_say(LOG_ERR, "the keeper does not stop");
			finish(p, 1);
		}
	}
}

/* What the environment says, and then there is none. */
static void
take_environment(struct parent *p)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	const char *sock = getenv("NOTIFY_SOCKET");

	p->journal = getenv("JOURNAL_STREAM") != NULL;
	if (dir != NULL)
		(void)snprintf(
		    p->credentials, sizeof(p->credentials), "%s", dir);
	if (sock != NULL) {
		(void)snprintf(
		    p->notify, sizeof(p->notify), "NOTIFY_SOCKET=%s", sock);
		p->environment[0] = p->notify;
	}
	environ = p->environment;
}

static void
end_child(pid_t pid)
{
	if (pid == -1)
		return;
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		continue;
}

/* Nurseries that were replaced, and all talks, die with their parents. */
static void
end_all(struct parent *p)
{
	end_child(p->keeper);
	end_child(p->nursery);
	pass_close(&p->keeper_fd);
}

int
parent_run(const char *conf_path)
{
	struct parent p = { .conf_path = conf_path,
		.listen = LISTEN_INIT,
		.signals = -1,
		.keeper_fd = -1,
		.keeper = -1,
		.nursery = -1,
		.ret = 1 };
	const char *why = "";

	log_open("kosmod", getenv("JOURNAL_STREAM") != NULL, true);
	if (process_harden("kosmod") != KOSMO_OK ||
	    read_conf(&p, &p.conf) != KOSMO_OK)
		return 1;
	p.descriptors = process_descriptors();
	if (listen_open(&p.listen, p.conf->paths.socket, &why) != KOSMO_OK) {
		log_say(LOG_ERR, "%s: %s", p.conf->paths.socket, why);
		goto out;
	}
	take_environment(&p);
	if (open_signals(&p) != KOSMO_OK || offspring_keeper(&p) != KOSMO_OK) {
		log_say(LOG_ERR, "start: %s", strerror(errno));
		goto out;
	}
	serve(&p);
out:
	end_all(&p);
	listen_close(&p.listen);
	pass_close(&p.signals);
	free(p.conf);
	return p.ret;
}
