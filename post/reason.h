/*
 * reason.h: why a mail was not sent, for the log: what sendmail said, without
 * anything of the mail itself.
 */
#ifndef KOSMO_POST_REASON_H
#define KOSMO_POST_REASON_H

#include <stddef.h>

#include "libkosmo/buf.h"

#define REASON_MAX 160 /* bytes, as P_SENT has it */

/*
 * Writes what, and then what sendmail said (said, of len bytes, anything):
 * its lines in one, shortened. A line that holds a line of the mail, or is
 * part of it, is left out, and so are the digits of its code, wherever they
 * stand.
 */
void reason_write(const char *what, const char *said, size_t len,
    const struct buf *mail, const char *code, char ret[REASON_MAX + 1]);

#endif
