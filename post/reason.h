/*
 * reason.h: why a mail was not sent, for the log: what sendmail said, without
 * anything of the mail itself.
 */
#ifndef KOSMO_POST_REASON_H
#define KOSMO_POST_REASON_H

#include <stddef.h>

#include "kosmod/kmsg_size.h"
#include "libkosmo/buf.h"

#define REASON_MAX 160 /* bytes, as P_SENT has it */

/* What must not be seen of a mail: all of its code, most of its address. */
struct reason_hidden {
	char code[17];
	char to[MAIL_LEN + 1];
};

/*
 * Writes what, and then what sendmail said (said, of len bytes, anything):
 * its lines in one, shortened. A line that holds a line of the mail, or is
 * part of it, is left out; so is what is hidden, wherever it stands.
 */
void reason_write(const char *what, const char *said, size_t len,
    const struct buf *mail, const struct reason_hidden *hidden,
    char ret[REASON_MAX + 1]);

#endif
