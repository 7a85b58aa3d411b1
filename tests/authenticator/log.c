#include "config.h"

#include "tests/authenticator/log.h"

#include <err.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static int log_fd = -1;

void
log_open(const struct store *s)
{
	log_fd = openat(
	    s->dir, "log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log_fd == -1)
		err(1, "log");
}

void
note(const char *format, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line) - 1, format, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(line) - 1)
		errx(1, "a line for the log is too long: %s", format);
	/* one write: whoever reads sees whole lines */
	line[n] = '\n';
	if (write(log_fd, line, (size_t)n + 1) != n + 1)
		err(1, "log");
}
