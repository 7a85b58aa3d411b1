/*
 * answer.h: what a person typed, folded to what was meant.
 */
#ifndef KOSMO_TALK_ANSWER_H
#define KOSMO_TALK_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "kosmod/kmsg.h"
#include "libkosmo/secret.h"

/*
 * Typed words: ASCII, in any case, full width too, and the Japanese words
 * beside them. An ask names those that it understands as WORD_FLAGs.
 */
enum word {
	WORD_NONE = 0,
	WORD_AGREE,
	WORD_RESEND,
	WORD_CHANGE,
	WORD_OTHER,
	WORD_RECOVERY,
	WORD_FORGOT,
	WORD_KEY,
	WORD_QR,
	WORD_ASCII,
	WORD_INVERT,
	WORD_EN,
	WORD_JA,
	WORD_YES,
	WORD_NO
};

#define WORD_FLAG(w) (1U << (w))

struct answer {
	struct secret text; /* as typed */
	enum word word;	    /* one that the ask understands, or WORD_NONE */
	bool empty;	    /* nothing but spaces */
	bool control;	    /* holds control characters, or is no UTF-8 */
};

/* Finds the word of words that text is; fills all but ret->text. */
void answer_read(struct answer *a, uint32_t words);

/* Wipes; accepts NULL and may be called twice. */
void answer_done(struct answer *a);

/*
 * The digits of a typed code, ASCII: full-width digits folded, spaces and
 * hyphens of any kind left out. "" if it holds anything else or too many.
 */
void answer_digits(const struct secret *text, char ret[static 17]);

/*
 * The eight digits of a typed date: full-width digits folded, hyphens,
 * slashes, full stops and spaces left out. "" for anything else. Whether
 * there is such a day is not looked at.
 */
void answer_date(const struct secret *text, char ret[static 9]);

/*
 * The answer in one line without spaces around it, full-width ASCII folded.
 * KOSMO_EINVAL for control characters and bad UTF-8, KOSMO_ETOOBIG.
 */
KOSMO_CHECK int answer_line(const struct secret *text, char *ret, size_t size);

/*
 * Digests as k_password.initial and k_vouch.code want them: SHA-256 of
 * purpose, NUL and the text in lower case without spaces and hyphens, with
 * o read as 0, i and l as 1.
 */
KOSMO_CHECK int
initial_digest(const struct secret *text, uint8_t ret[static DIGEST_LEN]);
KOSMO_CHECK int
code_digest(const struct secret *text, uint8_t ret[static DIGEST_LEN]);

#endif
