/*
 * session_in.h: a session as its files see it; for session*.c only.
 */
#ifndef KOSMO_KOSMOCTL_SESSION_IN_H
#define KOSMO_KOSMOCTL_SESSION_IN_H

#include <jansson.h>
#include <stdbool.h>

#include "kosmoctl/terminal.h"
#include "kosmoctl/verb.h"
#include "kosmoctl/view.h"
#include "kosmoctl/words.h"

struct session {
	struct call call;
	struct showing showing;
	struct terminal terminal;
	char error[WORDS_LEN]; /* the last thing that went wrong */
	unsigned unanswered;   /* asks since standard input ended */
	size_t line;	       /* of the list; 0: there is none */
	bool rowed;	       /* this line had a row */
	json_t *slips;	       /* of an import, for its document */
};

/* One connection. *ret_lost: it was there and broke. */
enum outcome converse(struct session *s, bool *ret_lost);

/* Says that what did not succeed: a text of ours, or one of kosmod's. */
void say_error(struct session *s, const char *text);

/* The same for a msgid; returns what. */
enum outcome end_with(struct session *s, enum outcome what, const char *msgid);

/* The verb for each line of a list; and the two passes of an import. */
enum outcome session_list(struct session *s);
enum outcome session_import(struct session *s);

/* A row of a verb with a list, with the line that it is of. */
int session_list_row(struct session *s, const struct msg_row *row);

#endif
