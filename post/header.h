/*
 * header.h: the lines above a mail's body (RFC 5322, RFC 2047).
 *
 * Lines end with LF, as sendmail takes them, and are folded at 76 bytes where
 * they can be. A value that is not plain ASCII becomes encoded words, none of
 * which cuts a character; a control character comes out as \xHH.
 */
#ifndef KOSMO_POST_HEADER_H
#define KOSMO_POST_HEADER_H

#include <stdint.h>
#include <time.h>

#include "libkosmo/buf.h"

#define HEADER_COLUMNS 76

/* A line of any text: "Subject: ...". */
KOSMO_CHECK int
header_text(struct buf *out, const char *field, const char *value);

/*
 * "To: Name <address>"; name may be "". address must be as mail_address_valid
 * has it: KOSMO_EINVAL.
 */
KOSMO_CHECK int header_mailbox(
    struct buf *out, const char *field, const char *name, const char *address);

/* "Date: ..." in the host's zone. */
KOSMO_CHECK int header_date(struct buf *out, time_t when);

/* "Message-ID: ...": random, of the domain of address. */
KOSMO_CHECK int header_id(struct buf *out, const char *address);

/* Appends len bytes as base64, without a newline. */
KOSMO_CHECK int header_base64(struct buf *out, const void *bytes, size_t len);

#endif
