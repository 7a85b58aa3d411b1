/*
 * log.h: what kosmod's processes say of themselves (not of people: that is
 * the audit). One line on standard error, with the level in front if the
 * journal reads it; to syslog as well if nobody else would keep it.
 */
#ifndef KOSMO_KOSMOD_LOG_H
#define KOSMO_KOSMOD_LOG_H

#include <stdbool.h>
#include <syslog.h>

/*
 * Once at the start of a process. journal: standard error goes to the
 * journal. to_syslog: this process may open a socket for it.
 */
void log_open(const char *process, bool journal, bool to_syslog);

/* level as in syslog.h. Never a secret; control characters come out as "?". */
__attribute__((format(printf, 2, 3))) void
log_say(int level, const char *fmt, ...);

#endif
