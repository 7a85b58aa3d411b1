#include "config.h"

#include "tests/authenticator/bus.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/log.h"

void
bus_init(struct bus *b, int dir, const char *path, mode_t mode)
{
	memset(b, 0, sizeof(*b));
	b->path = path;
	b->mode = mode;
	b->listener = -1;
	if (mkfifoat(dir, "control", 0600) == -1 && errno != EEXIST)
		err(1, "control");
	/* for writing too, so that it never comes to an end */
	b->control = openat(dir, "control", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (b->control == -1)
		err(1, "control");
}

void
bus_plug(struct bus *b)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int n;

	if (b->listener != -1)
		return;
	/* it has its name only when it can be connected to */
	n = snprintf(sun.sun_path, sizeof(sun.sun_path), "%s.new", b->path);
	if (n < 0 || (size_t)n >= sizeof(sun.sun_path))
		errx(1, "%s: too long", b->path);
	(void)unlink(sun.sun_path);
	b->listener =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (b->listener == -1 ||
	    bind(b->listener, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    chmod(sun.sun_path, b->mode) == -1 ||
	    listen(b->listener, PROGRAMS_MAX) == -1 ||
	    rename(sun.sun_path, b->path) == -1)
		err(1, "%s", b->path);
}

void
bus_unplug(struct bus *b)
{
	if (b->listener == -1)
		return;
	(void)unlink(b->path);
	close(b->listener);
	b->listener = -1;
	while (b->n != 0)
		close(b->programs[--b->n]);
}

void
bus_send(struct bus *b, const uint8_t *report, size_t len)
{
	for (size_t i = 0; i < b->n; i++)
		if (send(b->programs[i], report, len,
			MSG_NOSIGNAL | MSG_DONTWAIT) == -1 &&
		    errno != EAGAIN && errno != EPIPE && errno != ECONNRESET)
			err(1, "send");
}

static void
read_control(struct authenticator *a)
{
	struct bus *b = &a->bus;
	char c;

	while (read(b->control, &c, 1) == 1) {
		if (c != '\n' && b->line_len + 1 < sizeof(b->line)) {
			b->line[b->line_len++] = c;
			continue;
		}
		b->line[b->line_len] = '\0';
		b->line_len = 0;
		authenticator_command(a, b->line);
	}
}

static void
accept_one(struct bus *b)
{
	int fd = accept4(b->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1)
		return;
	if (b->n == PROGRAMS_MAX) {
		note("too many programs");
		close(fd);
		return;
	}
	b->programs[b->n++] = fd;
}

/* Its program's end, or one report. */
static void
read_program(struct authenticator *a, size_t i)
{
	struct bus *b = &a->bus;
	uint8_t report[REPORT_LEN + 1];
	ssize_t n = recv(b->programs[i], report, sizeof(report), 0);

	/* reset: it left without reading all; its own last words come next */
	if (n == -1 &&
	    (errno == EAGAIN || errno == EINTR || errno == ECONNRESET))
		return;
	if (n > 0) {
		hid_report(a, report, (size_t)n);
		return;
	}
	close(b->programs[i]);
	b->programs[i] = b->programs[--b->n];
}

void
bus_turn(struct authenticator *a, int ms)
{
	struct bus *b = &a->bus;
	struct pollfd fds[2 + PROGRAMS_MAX];
	size_t n = b->n;

	fds[0] = (struct pollfd){ .fd = b->control, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = b->listener, .events = POLLIN };
	for (size_t i = 0; i < n; i++)
		fds[2 + i] =
		    (struct pollfd){ .fd = b->programs[i], .events = POLLIN };
	if (poll(fds, 2 + n, ms) == -1) {
		if (errno != EINTR)
			err(1, "poll");
		return;
	}
	read_control(a);
	if (b->listener == -1)
		return;
	if (fds[1].revents != 0)
		accept_one(b);
	/* one at a time: what it does may change who is there */
	for (size_t i = 0; i < n && i < b->n; i++)
		if (fds[2 + i].revents != 0) {
			read_program(a, i);
			return;
		}
}
