/*
 * args.h: the command line, taken apart by the verbs' usage lines.
 *
 * A usage line is "LOGIN --email A [--name N] [--yes]": words are positional
 * (optional ones in brackets and last), --words are options, and a word right
 * behind an option says that it takes a value. So the help can't differ from
 * what is accepted.
 */
#ifndef KOSMO_KOSMOCTL_ARGS_H
#define KOSMO_KOSMOCTL_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "kosmoctl/words.h"
#include "libkosmo/error.h"

#define ARGS_WORDS 8
#define ARGS_OPTIONS 16

struct verb;

struct args_option {
	const char *name; /* without dashes */
	size_t name_len;
	const char *value; /* NULL: takes none */
};

struct args {
	const struct verb *verb; /* NULL: none was given */
	const char *socket;
	bool json;
	bool answers; /* --stdin: answers come from standard input */
	bool help;
	bool version;
	size_t n_words;
	const char *words[ARGS_WORDS]; /* those after the verb */
	size_t n_options;
	struct args_option options[ARGS_OPTIONS];
	enum lang lang;	       /* of this terminal */
	char wrong[WORDS_LEN]; /* what is wrong, for KOSMO_EINVAL */
};

/*
 * Fills ret from the command line. KOSMO_EINVAL: ret->wrong says why, in
 * lang; ret->verb is set if it was recognised.
 */
KOSMO_CHECK int args_parse(const struct verb *table, int argc,
    char *const *argv, enum lang lang, struct args *ret);

/* The value of an option, "" for one without value, NULL if not given. */
const char *args_option(const struct args *a, const char *name);

#endif
