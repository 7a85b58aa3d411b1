/*
 * view_words.h: the stable words of rows, as people read them.
 */
#ifndef KOSMO_KOSMOCTL_VIEW_WORDS_H
#define KOSMO_KOSMOCTL_VIEW_WORDS_H

#include <stdbool.h>

#include "kosmod/talk/lang.h"
#include "kosmoctl/words.h"
#include "libkosmo/msg.h"

/* A state, method or kind of device; "none" for "", else word itself. */
const char *view_word(enum lang lang, const char *word);

/*
 * "step 2 of 8 date of birth" of a row's step, with or without its name; ""
 * for none. What came up later, or is part 2, has a name and no number.
 */
void view_step(enum lang lang, const struct msg_row *row, bool name,
    char ret[static WORDS_LEN]);

/* The reason of a refusal or a lock (kosmod/reason.h). */
void view_reason(enum lang lang, const char *token, char ret[static WORDS_LEN]);

/* Where a login came from: an address, or a place that has a word. */
void
view_source(enum lang lang, const char *source, char ret[static WORDS_LEN]);

/* What the cell "next" asks of whom. */
void view_next(enum lang lang, const char *next, const char *login,
    char ret[static WORDS_LEN]);

#endif
