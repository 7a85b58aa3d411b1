/*
 * ssh_line.h: a line of a .pub file, as somebody pastes it: type, base64,
 * comment. Pure.
 */
#ifndef KOSMO_TALK_SSH_LINE_H
#define KOSMO_TALK_SSH_LINE_H

#include <stddef.h>

#include "kosmod/kmsg.h"

enum ssh_line {
	SSH_LINE_KEY = 0, /* a FIDO2 key */
	SSH_LINE_CUT,	  /* one that is cut short or damaged */
	SSH_LINE_PRIVATE, /* the first one of a private key */
	SSH_LINE_OTHER	  /* a plain key, a certificate, options, no key */
};

/*
 * Reads len bytes of text. Spaces and tabs around and between the words, and
 * newlines and returns at the end, count for nothing, nor does a byte order
 * mark. ret is filled for SSH_LINE_KEY, and else zero.
 */
enum ssh_line
ssh_line_read(const char *text, size_t len, struct k_ssh_pub *ret);

#endif
