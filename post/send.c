#include "config.h"

#include "send.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "kosmod/pass.h"
#include "post/child.h"

#define SAID_MAX 4096
#define ABORT_MS 1000 /* for a child to be gone */

struct sending {
	uint64_t id;
	pid_t pid;
	int pidfd;
	int in;	      /* the mail goes in here */
	int in_check; /* the other end: what it did not read */
	int out;      /* what it says */
	struct event *writes, *reads, *ends, *late;
	struct buf mail;
	size_t written;
	struct reason_hidden hidden;
	char said[SAID_MAX];
	size_t n_said;
	bool answered;
	struct send_calls calls;
};

static void
drop_event(struct event **e)
{
	if (*e != NULL)
		event_free(*e);
	*e = NULL;
}

static void
sending_free(struct sending *s)
{
	drop_event(&s->writes);
	drop_event(&s->reads);
	drop_event(&s->ends);
	drop_event(&s->late);
	pass_close(&s->pidfd);
	pass_close(&s->in);
	pass_close(&s->in_check);
	pass_close(&s->out);
	buf_done(&s->mail);
	explicit_bzero(s, sizeof(*s));
	free(s);
}

/* The person is told now; the child may take its time to die. */
static void
answer(struct sending *s, enum sent_word word, const char *what)
{
	struct send_end end = { .word = word };

	if (s->answered)
		return;
	s->answered = true;
	if (word != SENT_YES)
		reason_write(
		    what, s->said, s->n_said, &s->mail, &s->hidden, end.reason);
	buf_done(&s->mail);
	explicit_bzero(&s->hidden, sizeof(s->hidden));
	explicit_bzero(s->said, sizeof(s->said));
	s->calls.answered(s->calls.arg, s, s->id, &end);
}

static void
on_write(evutil_socket_t fd, short what, void *arg)
{
	struct sending *s = arg;
	ssize_t n =
	    write(fd, s->mail.data + s->written, s->mail.len - s->written);

	(void)what;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		s->written += (size_t)n;
	if (n != -1 && s->written < s->mail.len)
		return;
	drop_event(&s->writes);
	pass_close(&s->in);
}

/* Keeps the first words; the rest is read, so that nobody waits for us. */
static void
on_read(evutil_socket_t fd, short what, void *arg)
{
	struct sending *s = arg;
	char more[SAID_MAX];
	ssize_t n = read(fd, more, sizeof(more));
	size_t room = sizeof(s->said) - s->n_said;

	(void)what;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop_event(&s->reads);
		return;
	}
	if (!s->answered) {
		room = (size_t)n < room ? (size_t)n : room;
		memcpy(s->said + s->n_said, more, room);
		s->n_said += room;
	}
	explicit_bzero(more, sizeof(more));
}

/* True if the child left something of the mail where it was. */
static bool
not_read(const struct sending *s)
{
	int left = 0;

	return s->written < s->mail.len ||
	    ioctl(s->in_check, FIONREAD, &left) == -1 || left > 0;
}

static void
judge(struct sending *s, int status)
{
	char what[96];
	int code = WEXITSTATUS(status);

	if (WIFSIGNALED(status)) {
		(void)snprintf(what, sizeof(what), "killed by signal %d",
		    WTERMSIG(status));
		answer(s, SENT_NO, what);
	} else if (code == 0 && !not_read(s)) {
		answer(s, SENT_YES, "");
	} else if (code == 0) {
		answer(s, SENT_NO, "it ended without reading the mail");
	} else {
		/* these two are about this mail; all others may pass */
		(void)snprintf(what, sizeof(what), "exit status %d", code);
		answer(s,
		    code == EX_DATAERR || code == EX_NOUSER ? SENT_NEVER
							    : SENT_NO,
		    what);
	}
}

static void
on_end(evutil_socket_t fd, short what, void *arg)
{
	struct sending *s = arg;
	struct send_calls calls = s->calls;
	int status = 0;

	(void)fd;
	if (waitpid(s->pid, &status, WNOHANG) != s->pid)
		return;
	for (size_t i = 0; i < 16 && s->reads != NULL && !s->answered; i++)
		on_read(s->out, what, s); /* what still stands in the pipe */
	judge(s, status);
	calls.over(calls.arg, s);
	sending_free(s);
}

/* Its session may not be made yet: then it is alone. */
static void
kill_all(const struct sending *s)
{
	if (kill(-s->pid, SIGKILL) == -1)
		(void)kill(s->pid, SIGKILL);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	struct sending *s = arg;
	char text[64];

	(void)fd;
	(void)what;
	drop_event(&s->writes);
	pass_close(&s->in);
	/* one that runs as somebody else by now has its own alarm (child.c) */
	kill_all(s);
	(void)snprintf(
	    text, sizeof(text), "not done after %d seconds", SEND_SECONDS);
	answer(s, SENT_NO, text);
}

static int
open_pipes(struct sending *s, int *child_out)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };

	if (pipe2(in, O_CLOEXEC) == -1)
		return KOSMO_EIO;
	s->in_check = in[0];
	s->in = in[1];
	if (pipe2(out, O_CLOEXEC) == -1)
		return KOSMO_EIO;
	s->out = out[0];
	*child_out = out[1];
	if (fcntl(s->in, F_SETFL, O_NONBLOCK) == -1 ||
	    fcntl(s->out, F_SETFL, O_NONBLOCK) == -1)
		return KOSMO_EIO;
	return KOSMO_OK;
}

static int
open_events(struct event_base *base, struct sending *s)
{
	const struct timeval limit = { SEND_SECONDS, 0 };

	s->writes = event_new(base, s->in, EV_WRITE | EV_PERSIST, on_write, s);
	s->reads = event_new(base, s->out, EV_READ | EV_PERSIST, on_read, s);
	s->ends = event_new(base, s->pidfd, EV_READ | EV_PERSIST, on_end, s);
	s->late = evtimer_new(base, on_late, s);
	if (s->writes == NULL || s->reads == NULL || s->ends == NULL ||
	    s->late == NULL || event_add(s->writes, NULL) == -1 ||
	    event_add(s->reads, NULL) == -1 || event_add(s->ends, NULL) == -1 ||
	    event_add(s->late, &limit) == -1)
		return KOSMO_ENOMEM;
	return KOSMO_OK;
}

int
send_start(struct event_base *base, uint64_t id, const char *command,
    struct buf *mail, const struct reason_hidden *hidden,
    const struct send_calls *calls, struct sending **ret)
{
	struct sending *s = calloc(1, sizeof(*s));
	int child_out = -1, r;

	if (s == NULL)
		return KOSMO_ENOMEM;
	s->pid = -1;
	s->pidfd = s->in = s->in_check = s->out = -1;
	s->id = id;
	s->calls = *calls;
	s->hidden = *hidden;
	if ((r = open_pipes(s, &child_out)) != KOSMO_OK)
		goto out;
	r = child_start(command, s->in_check, child_out, &s->pid);
	if (r != KOSMO_OK)
		goto out;
	if ((s->pidfd = pidfd_open(s->pid, 0)) == -1) {
		r = KOSMO_EIO;
		goto out;
	}
	if ((r = open_events(base, s)) != KOSMO_OK)
		goto out;
	s->mail = *mail;
	*mail = (struct buf)BUF_INIT;
	*ret = s;
	s = NULL;
out:
	pass_close(&child_out);
	if (s != NULL)
		send_abort(s);
	return r;
}

void
send_abort(struct sending *s)
{
	struct pollfd end = { s->pidfd, POLLIN, 0 };

	if (s->pid > 0) {
		kill_all(s);
		/* one that can't be killed is left to its alarm */
		if (s->pidfd == -1 || poll(&end, 1, ABORT_MS) > 0)
			(void)waitpid(s->pid, NULL, WNOHANG);
	}
	sending_free(s);
}
