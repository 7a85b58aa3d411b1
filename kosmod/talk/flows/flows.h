/*
 * flows.h: the dialogues, one a file, each a page that reads from top to
 * bottom. All return 0, FLOW_END or an error (screen.h).
 */
#ifndef KOSMO_TALK_FLOWS_H
#define KOSMO_TALK_FLOWS_H

#include "kosmod/talk/screen.h"

/* The phases of kosmod.sock; talk.c has the table. */
KOSMO_CHECK int flow_login(struct dialogue *d);
KOSMO_CHECK int flow_account(struct dialogue *d);
KOSMO_CHECK int flow_passwd(struct dialogue *d);
KOSMO_CHECK int flow_verb(struct dialogue *d);

/*
 * Password and factor, as t->bound.steps asks; d->person is known after it.
 * kind is ASK_PASSWORD, or ASK_OLD_PASSWORD in chauthtok.
 */
KOSMO_CHECK int prove(struct dialogue *d, enum msg_ask_kind kind);

/* Takes whoever has something to do through the open steps. */
KOSMO_CHECK int flow_register(struct dialogue *d);

struct choose_how {
	bool intro;	     /* the first screen of a registration */
	unsigned step, last; /* "(step 2 of 2)"; 0: not numbered */
};

/* A new password that keeps the rules, typed twice and stored. */
KOSMO_CHECK int
choose_password(struct dialogue *d, const struct choose_how *how);

struct enroll_how {
	const char *name; /* of the device, given already; NULL: ask */
	bool uri;	  /* the client draws: a ROW "uri" instead of a QR */
};

/* Enrols an authenticator app for d->person, who may do that. */
KOSMO_CHECK int enroll_app(struct dialogue *d, const struct enroll_how *how);

/* Vouches for a first device, if d->person is not vouched for yet. */
KOSMO_CHECK int vouch(struct dialogue *d);

/* `forgot` at the password: three checks, a new password, and the end. */
KOSMO_CHECK int flow_forgot(struct dialogue *d);

/*
 * After a change: whether to sign out everywhere else, if d->person is signed
 * in anywhere else.
 */
KOSMO_CHECK int ask_sign_out(struct dialogue *d);

/* True if a login may end with the offer to skip the code for a while. */
bool may_remember(const struct dialogue *d);

/* Makes that offer after a login with a code. */
KOSMO_CHECK int offer_remember(struct dialogue *d);

#endif
