/*
 * view_words.h: the stable words of rows, as people read them.
 */
#ifndef KOSMO_KOSMOCTL_VIEW_WORDS_H
#define KOSMO_KOSMOCTL_VIEW_WORDS_H

#include "kosmod/talk/lang.h"
#include "kosmoctl/words.h"

/* A state, method or kind of device; "none" for "", else word itself. */
const char *view_word(enum lang lang, const char *word);

/* "step 2 of 2 password" of the cell "step"; "" for none. */
void view_step(enum lang lang, const char *step, char ret[static WORDS_LEN]);

/* What the cell "next" asks of whom. */
void view_next(enum lang lang, const char *next, const char *login,
    char ret[static WORDS_LEN]);

#endif
