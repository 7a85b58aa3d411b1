/*
 * verb.h: what one verb of kosmoctl is, and one call of it.
 */
#ifndef KOSMO_KOSMOCTL_VERB_H
#define KOSMO_KOSMOCTL_VERB_H

#include <stdbool.h>

#include "kosmoctl/args.h"
#include "libkosmo/msg.h"

/* How a call ended; main.c alone makes exit codes of it. */
enum outcome {
	DONE = 0,
	REFUSED, /* or a wrong answer; it was said why */
	USAGE,
	UNREACHABLE, /* kosmod */
	NO_RIGHT
};

struct view;
struct call;
struct import;
struct list;

/*
 * arguments is the usage line, and the only description of what the verb
 * takes (args.h). prepare checks what can be checked here and completes the
 * HELLO (it says what is wrong itself); NULL if there is nothing to do.
 */
struct verb {
	const char *name;
	const char *arguments;
	bool admin;			/* goes to admin.sock */
	int (*prepare)(struct call *c); /* enum outcome */
	const struct view *view;
	const char *help; /* msgid of one sentence */
};

extern const struct verb verbs[]; /* ends with a nameless one */

struct call {
	const struct verb *verb;
	const struct args *args;
	enum lang lang;	       /* of this terminal */
	bool answers;	       /* answers come from standard input */
	char wrong[WORDS_LEN]; /* said with USAGE and REFUSED, if not empty */
	struct msg_hello hello;
	struct import *import; /* of user import */
	struct list *list;     /* of --file */
};

/*
 * Puts every word and option of the command line into the HELLO. KOSMO_ETOOBIG,
 * KOSMO_EINVAL (no clean text); c->wrong says what then.
 */
KOSMO_CHECK int call_fill(struct call *c);

/* Replaces an argument, or adds one; errors as above. */
KOSMO_CHECK int call_set(struct call *c, const char *name, const char *value);

/* Fills c->wrong, as words() does; returns what, for the end of a prepare. */
int call_wrong(struct call *c, enum outcome what, const char *msgid,
    const struct word_fill *fills);
int call_no_memory(struct call *c);

/* user.c: prepare functions of the verbs of admins. */
int user_add_prepare(struct call *c);
int user_set_prepare(struct call *c);
int user_list_prepare(struct call *c);
int user_name_prepare(struct call *c);
int user_reset_prepare(struct call *c);
int user_rename_prepare(struct call *c);
int user_rebind_prepare(struct call *c);

/* True if --expires was not given, or is a time; else c->wrong says so. */
bool user_good_expires(struct call *c);

/* list.c: LOGIN or --file LIST */
int list_prepare(struct call *c);

/* import.c */
int import_prepare(struct call *c);

/* log.c */
int log_prepare(struct call *c);

/* png.c */
int enroll_prepare(struct call *c);

/* ssh_key.c */
int ssh_key_prepare(struct call *c);

#endif
