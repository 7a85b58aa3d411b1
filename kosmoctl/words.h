/*
 * words.h: kosmoctl's own few texts, in the language of the terminal.
 */
#ifndef KOSMO_KOSMOCTL_WORDS_H
#define KOSMO_KOSMOCTL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "kosmod/talk/lang.h"

#define WORDS_LEN 1024

/*
 * By LC_ALL, LC_MESSAGES, LANG, in that order. Japanese only where UTF-8 is
 * spoken and TERM is no Linux screen, which can't draw it.
 */
enum lang words_language(void);

/*
 * True if the locale names no language (unset, or C.UTF-8) and Japanese could
 * be drawn: then kosmod says in which one it speaks, the person's own.
 */
bool words_open(void);

/*
 * The same; opens the catalogues, and sets the character type so that widths
 * are known.
 */
enum lang words_begin(void);

/* {name} in a text becomes value. */
struct word_fill {
	const char *name;
	const char *value;
};

/* words(ret, lang, N_("{n} left"), FILLS({ "n", "3" })) */
#define FILLS(...)                 \
	(const struct word_fill[]) \
	{                          \
		__VA_ARGS__,       \
		{                  \
			NULL, NULL \
		}                  \
	}

/* The text of msgid with its fills (NULL: none), cut at WORDS_LEN - 1. */
void words(char ret[static WORDS_LEN], enum lang lang, const char *msgid,
    const struct word_fill *fills);

/* What errno says of a file: a msgid; rare ones have no translation. */
const char *words_errno(int err);

#endif
