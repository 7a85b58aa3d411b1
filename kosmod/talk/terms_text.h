/*
 * terms_text.h: the terms of use as people read them, in pages.
 */
#ifndef KOSMO_TALK_TERMS_TEXT_H
#define KOSMO_TALK_TERMS_TEXT_H

#include <stdio.h>

#include "kosmod/conf.h"
#include "kosmod/talk/lang.h"
#include "libkosmo/buf.h"

#define TERMS_PAGE 20 /* lines at most */

/*
 * Reads the terms of every language into memory, wrapped for a screen, if
 * policy asks for consent; no file is touched afterwards. Errors as terms_read
 * has them: the language without terms has no pages then.
 */
KOSMO_CHECK int terms_text_open(const struct conf *conf, FILE *err);

/* Frees what terms_text_open read. */
void terms_text_close(void);

/* Version, date and hash of what is shown; NULL if there is nothing. */
const struct conf_terms *terms_text_mark(enum lang lang);

/* How many pages there are. */
unsigned terms_text_pages(enum lang lang);

/* Appends page n, from 1: lines, without the newline of the last. */
KOSMO_CHECK int terms_text_page(enum lang lang, unsigned n, struct buf *out);

#endif
