/*
 * import.h: `user import`: a file is read and checked whole, here and by
 * kosmod, before the first person of it is written.
 */
#ifndef KOSMO_KOSMOCTL_IMPORT_H
#define KOSMO_KOSMOCTL_IMPORT_H

#include "kosmoctl/csv.h"
#include "kosmoctl/slips.h"
#include "kosmoctl/verb.h"
#include "libkosmo/msg_people.h"

struct import {
	const char *path; /* of the file, for the report */
	bool dry_run, keep_going, strict, no_account;
	bool asked;	 /* kosmod has looked at them too */
	bool written;	 /* the second pass was begun */
	bool unreadable; /* the file as a whole */
	struct csv csv;
	struct slips slips;

	enum people_pass pass;
	size_t next;		   /* of csv.people, to be looked at */
	size_t sent[INVITEES_MAX]; /* those under way */
	uint8_t n_sent;
	size_t in_conversation; /* sent since the connection was made */
	size_t invited, already;
	const char *failed; /* msgid: why it stopped */
	char contact[LANG_COUNT][256];
	char domains[DOMAINS_TEXT]; /* that addresses have to be of */
	enum lang lang;		    /* of this terminal */
	bool progress;		    /* standard error is a terminal */
	int (*slip)(void *arg, const struct msg_row *row);
	void *slip_arg;
};

/*
 * The answer to the last lines, and the next ones; none: that was all of this
 * conversation. KOSMO_EFORMAT, or what slip said.
 */
KOSMO_CHECK int import_next(struct import *im, const struct msg_invited *answer,
    struct msg_people *ret);

/* Begins a pass; a new connection goes on with it. */
void import_begin(struct import *im, enum people_pass pass);
void import_connected(struct import *im);

/* True while the pass has people left. */
bool import_left(const struct import *im);

/* True if people may be written: all good, or it was asked to go on. */
bool import_may_write(const struct import *im);

/* The report for eyes, in lang. */
void import_report(const struct import *im, FILE *out, enum lang lang);

/* The same as one document; slips, if they are in it, came before. */
KOSMO_CHECK int import_json(const struct import *im, FILE *out, void *slips);

void import_free(struct import **im);

#endif
