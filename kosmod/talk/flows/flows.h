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

struct stage; /* step.h */

/* A new password that keeps the rules, typed twice and stored. */
KOSMO_CHECK int choose_password(struct dialogue *d, const struct stage *step);

/*
 * After part 1: the new password is asked in the same conversation, and
 * part 2 goes on.
 */
KOSMO_CHECK int relogin(struct dialogue *d);

struct enroll_how {
	const char *name; /* of the device, given already; NULL: ask */
	bool uri;	  /* the client draws: a ROW "uri" instead of a QR */
};

/*
 * Enrols a device for d->person, who may do that: stored, and then named.
 * *other: something else is wanted, and nothing was stored. NULL: there is
 * nothing else to go to.
 */
KOSMO_CHECK int
enroll_app(struct dialogue *d, const struct enroll_how *how, bool *other);
KOSMO_CHECK int
enroll_email(struct dialogue *d, const struct enroll_how *how, bool *other);

/*
 * A passkey by the door that there is: an authenticator at this host, or over
 * ssh a FIDO2 key of OpenSSH.
 */
KOSMO_CHECK int
enroll_passkey(struct dialogue *d, const struct enroll_how *how, bool *other);
KOSMO_CHECK int
enroll_here(struct dialogue *d, const struct enroll_how *how, bool *other);
KOSMO_CHECK int
enroll_ssh_key(struct dialogue *d, const struct enroll_how *how, bool *other);

/*
 * A passkey can't be used here: to another method, or the end where there is
 * none.
 */
KOSMO_CHECK int leave_not_here(struct dialogue *d, bool *other);

/* `other` where nothing else can be had. */
KOSMO_CHECK int say_no_other(struct dialogue *d);

/* What a first device needs to be vouched for with. */
struct vouch_how {
	const char *name; /* the mailed code stores the e-mail method: this
			     is its name; NULL: it vouches alone */
	bool other;	  /* another method can be had */
};

/* What came of it. */
struct vouched {
	bool other;	 /* another method is wanted */
	uint32_t device; /* that was stored; 0: none */
};

/*
 * Vouches for a first device, if d->person is not vouched for yet: by a
 * mailed code, or one from an administrator.
 */
KOSMO_CHECK int
vouch(struct dialogue *d, const struct vouch_how *how, struct vouched *ret);

/* "Too many wrong answers": the end. */
KOSMO_CHECK int leave_tries(struct dialogue *d);

/* The password alone, and the factor alone, until proven. */
KOSMO_CHECK int prove_password(struct dialogue *d, enum msg_ask_kind kind);
KOSMO_CHECK int prove_factor(struct dialogue *d);

/* `forgot` at the password: three checks, a new password, and the end. */
KOSMO_CHECK int flow_forgot(struct dialogue *d);

/*
 * After a change: whether to sign out everywhere else, if d->person is signed
 * in anywhere else.
 */
KOSMO_CHECK int ask_sign_out(struct dialogue *d);

/* True if a login may end with the offer to skip the code for a while. */
bool may_remember(const struct dialogue *d);

/* True if a login ends with the factor: nothing is offered, no key waits. */
bool is_last(const struct dialogue *d);

/* Makes that offer after a login with a code. */
KOSMO_CHECK int offer_remember(struct dialogue *d);

#endif
