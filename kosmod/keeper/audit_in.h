/*
 * audit_in.h: what the files of the audit log share.
 *
 *   audit.c       the file: open, append, mend, reopen
 *   audit_line.c  from an event to a line, and to syslog
 *   audit_read.c  kosmoctl log, and whether the chain holds
 */
#ifndef KOSMO_KEEPER_AUDIT_IN_H
#define KOSMO_KEEPER_AUDIT_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <openssl/evp.h>

#include "kosmod/keeper/audit.h"
#include "libkosmo/buf.h"

#define AUDIT_FILE "audit.log"
#define AUDIT_MAC_LEN 32
#define AUDIT_TAIL_LEN 74 /* ,"mac":"64 hexadecimal digits"} */
#define AUDIT_LINE_LEN ((size_t)16 * 1024)
#define AUDIT_TIME_LEN 21 /* 2026-01-02T03:04:05Z, with the NUL */

struct audit {
	int dirfd, fd;
	off_t end;
	uint64_t number; /* of the last line */
	uint64_t told;   /* to syslog; lines may be written anew */
	uint8_t mac[AUDIT_MAC_LEN];
	EVP_MAC_CTX *hmac;
	bool begun; /* a line was appended since the start */
	bool dirty; /* something is not durable */
};

/* HMAC over prev and the text of a line without its tail. */
KOSMO_CHECK int
audit_mac(const struct audit *a, const uint8_t prev[static AUDIT_MAC_LEN],
    const char *text, size_t len, uint8_t ret[static AUDIT_MAC_LEN]);

/* A whole line, taken apart as far as the chain needs. */
struct audit_link {
	uint64_t number;
	size_t text_len; /* without the tail */
	uint8_t mac[AUDIT_MAC_LEN];
	bool first; /* begins a file: it carries the MAC before */
	uint8_t prev[AUDIT_MAC_LEN];
};

/* False if the line (without newline) has no number or no MAC. */
bool audit_link(const char *line, size_t len, struct audit_link *ret);

/*
 * Reads the line that begins at off, without its newline, into b.
 * KOSMO_ENOTFOUND at the end, or if the rest is no whole line.
 */
KOSMO_CHECK int audit_line_at(const struct audit *a, off_t off, struct buf *b);

/* Where the line before the one at off begins; -1 if off is 0. */
off_t audit_line_before(const struct audit *a, off_t off);

void audit_time(int64_t seconds, char ret[static AUDIT_TIME_LEN]);

/* Cuts and cleans text for a line: UTF-8 of at most 160 bytes. */
KOSMO_CHECK int audit_clean(const char *text, struct buf *ret);

/* One readable line for people who read syslog. */
void audit_syslog(const char *line, size_t len);

#endif
