#include "config.h"

#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Set once, before the process does anything else. */
static struct {
	const char *process;
	bool journal;
	bool to_syslog;
} how = { "kosmod", false, false };

void
log_open(const char *process, bool journal, bool to_syslog)
{
	how.process = process;
	how.journal = journal;
	how.to_syslog = to_syslog && !journal;
	if (how.to_syslog)
		openlog(process, LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void
log_say(int level, const char *fmt, ...)
{
	char text[1024], line[1152];
	va_list ap;
	int n;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	}
	if (how.journal)
		n = snprintf(line, sizeof(line), "<%d>%s: %s\n", level,
		    how.process, text);
	else
		n = snprintf(line, sizeof(line), "%s: %s\n", how.process, text);
	/* one write, so that lines of several processes don't mix */
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) == -1)
		n = 0; /* nobody listens there; syslog may */
	if (how.to_syslog)
		syslog(level, "%s", text);
}
