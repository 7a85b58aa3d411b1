/*
 * letters.h: what each kind of mail says, in the person's language.
 */
#ifndef KOSMO_POST_LETTERS_H
#define KOSMO_POST_LETTERS_H

#include "kosmod/conf.h"
#include "kosmod/priv.h"
#include "libkosmo/buf.h"

#define LETTER_COLUMNS 76 /* of a paragraph */

/* What a letter needs to know beside the mail itself. */
struct letter_about {
	const struct conf *conf;
	const char *host; /* the short name of this host */
};

/* Appends the subject, with what stands before every subject. */
KOSMO_CHECK int letter_subject(struct buf *out, const struct p_mail *mail,
    const struct letter_about *about);

/*
 * Appends the body: UTF-8 in lines that end with LF, none of them wider than
 * RFC 5322 likes (78). KOSMO_EINVAL for a kind that there is not, and for a
 * code that is none.
 */
KOSMO_CHECK int letter_body(struct buf *out, const struct p_mail *mail,
    const struct letter_about *about);

#endif
