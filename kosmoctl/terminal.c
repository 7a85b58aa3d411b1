#include "config.h"

#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* The signals that must not leave a terminal without echo. */
static const int fatal[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN,
	SIGTTOU };
#define FATAL (sizeof(fatal) / sizeof(fatal[0]))

/* A signal handler has no other way to say what came. */
static volatile sig_atomic_t caught[FATAL];

static void
on_signal(int sig)
{
	for (size_t i = 0; i < FATAL; i++) {
		if (fatal[i] == sig)
			caught[i] = 1;
	}
}

void
terminal_open(struct terminal *t, bool answers)
{
	struct winsize size;
	char name[80] = "";
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	memset(t, 0, sizeof(*t));
	t->in = answers ? STDIN_FILENO : fd;
	t->out = answers ? STDERR_FILENO : fd;
	t->tty = !answers && fd != -1;
	if (fd == -1)
		return;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
		t->columns = size.ws_col;
		t->lines = size.ws_row;
	}
	/* /dev/tty only knows itself by that name. */
	if (isatty(STDIN_FILENO) == 1 &&
	    ttyname_r(STDIN_FILENO, name, sizeof(name)) == 0 &&
	    strncmp(name, "/dev/", 5) == 0)
		(void)snprintf(t->name, sizeof(t->name), "%.63s", name + 5);
	if (answers)
		(void)close(fd);
}

void
terminal_close(struct terminal *t)
{
	if (t->tty)
		(void)close(t->in);
	t->in = t->out = -1;
}

static void
put(int fd, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, s, n);

		if (w == -1 && errno != EINTR)
			return;
		if (w > 0) {
			s += w;
			n -= (size_t)w;
		}
	}
}

/* A long ask begins with a newline for the sake of prefixes: none here. */
static void
put_ask(const struct terminal *t, const struct msg_ask *ask)
{
	const char *s = ask->text[0] == '\n' ? ask->text + 1 : ask->text;

	put(t->out, s, strlen(s));
}

void
terminal_show(const struct terminal *t, const char *text)
{
	int fd = t->out != -1 ? t->out : STDERR_FILENO;

	put(fd, text, strlen(text));
	put(fd, "\n", 1);
}

/* What goes on around one ask. */
struct around {
	int connection;
	sigset_t mask; /* of signals, as it was before */
	struct sigaction old[FATAL];
};

/*
 * Until something can be read. KOSMO_EPERM: a signal came. They come in here
 * and nowhere else, so none is lost between a look and the wait.
 */
static int
wait_typed(const struct terminal *t, const struct around *a)
{
	struct pollfd p[2] = { { t->in, POLLIN, 0 },
		{ a->connection, POLLIN, 0 } };

	for (;;) {
		int n = ppoll(p, 2, NULL, &a->mask);

		if (n == -1)
			return errno == EINTR ? KOSMO_EPERM : KOSMO_EIO;
		if (p[0].revents != 0)
			return KOSMO_OK;
		if (p[1].revents != 0)
			return KOSMO_ECLOSED;
	}
}

/* Byte by byte: what follows the line belongs to the next ask. */
static int
read_line(const struct terminal *t, const struct around *a, struct secret *ret)
{
	bool over = false;
	size_t n = 0;
	int r;

	secret_done(ret);
	for (;;) {
		char c;
		ssize_t got;

		if ((r = wait_typed(t, a)) != KOSMO_OK)
			return r;
		got = read(t->in, &c, 1);
		if (got == -1)
			return errno == EINTR ? KOSMO_EPERM : KOSMO_EIO;
		if (got == 0 && n == 0 && !t->tty)
			return KOSMO_ENOTFOUND;
		if (got == 0 || c == '\n')
			break;
		if (n < SECRET_MAX)
			ret->bytes[n++] = c;
		else
			over = true;
		c = '\0';
	}
	if (!t->tty && n > 0 && ret->bytes[n - 1] == '\r')
		ret->bytes[--n] = '\0';
	ret->len = n;
	return over || memchr(ret->bytes, '\0', n) != NULL ? KOSMO_ETOOBIG
							   : KOSMO_OK;
}

/* Those of job control stay open: a job in the background must stop. */
static void
signals_catch(struct around *a)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t block;

	(void)sigemptyset(&sa.sa_mask);
	(void)sigemptyset(&block);
	for (size_t i = 0; i < FATAL; i++) {
		if (fatal[i] != SIGTTIN && fatal[i] != SIGTTOU)
			(void)sigaddset(&block, fatal[i]);
	}
	(void)sigprocmask(SIG_BLOCK, &block, &a->mask);
	for (size_t i = 0; i < FATAL; i++) {
		caught[i] = 0;
		(void)sigaction(fatal[i], &sa, &a->old[i]);
	}
}

/* Gives the signals their usual course; true if one had come. */
static bool
signals_release(const struct around *a)
{
	bool any = false;

	(void)sigprocmask(SIG_SETMASK, &a->mask, NULL);
	for (size_t i = 0; i < FATAL; i++)
		(void)sigaction(fatal[i], &a->old[i], NULL);
	for (size_t i = 0; i < FATAL; i++) {
		if (caught[i] != 0) {
			any = true;
			(void)kill(getpid(), fatal[i]);
		}
	}
	return any;
}

/* KOSMO_EPERM: a signal came, as it does to a job in the background. */
static int
echo_off(const struct terminal *t, struct termios *ret_before)
{
	struct termios now;

	if (tcgetattr(t->in, ret_before) == -1)
		return KOSMO_EIO;
	now = *ret_before;
	now.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	if (tcsetattr(t->in, TCSAFLUSH, &now) == 0)
		return KOSMO_OK;
	return errno == EINTR ? KOSMO_EPERM : KOSMO_EIO;
}

static int
ask_once(const struct terminal *t, const struct around *a,
    const struct msg_ask *ask, struct secret *ret)
{
	bool hide = t->tty && ask->echo == 0;
	struct termios before;
	int r;

	/* What is hidden is never asked in the open. */
	if (hide && (r = echo_off(t, &before)) != KOSMO_OK)
		return r;
	put_ask(t, ask);
	r = read_line(t, a, ret);
	if (hide)
		(void)tcsetattr(t->in, TCSANOW, &before);
	if (hide || !t->tty)
		put(t->out, "\n", 1);
	return r;
}

int
terminal_ask(const struct terminal *t, int connection,
    const struct msg_ask *ask, struct secret *ret)
{
	struct around a = { .connection = connection };
	bool again;
	int r;

	if (t->in == -1)
		return KOSMO_ENOTFOUND;
	do {
		signals_catch(&a);
		r = ask_once(t, &a, ask, ret);
		again = signals_release(&a) && r == KOSMO_EPERM;
		if (r != KOSMO_OK)
			secret_done(ret);
	} while (again);
	return r;
}
