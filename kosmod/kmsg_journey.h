/*
 * kmsg_journey.h: the requests of the journey: who somebody is, their
 * address, ID, method and recovery codes, mailed codes, other sessions, a
 * forgotten password.
 *
 * Part of kmsg.h, which includes it.
 */
#ifndef KOSMO_KOSMOD_KMSG_JOURNEY_H
#define KOSMO_KOSMOD_KMSG_JOURNEY_H

#include <stdint.h>

#include "kosmod/kmsg_size.h"
#include "libkosmo/msg.h"

/*
 * The date of birth, to confirm who it is: one charged attempt, counted in
 * the record; the last one locks. Reply: K_VERDICT: YES, NO with left,
 * LOCKED.
 */
struct k_birth {
	char date[9]; /* YYYYMMDD, a day that there is */
};

/*
 * Consent to the terms in force, as shown. hash is that of the text that was
 * shown; any but the one of the configuration is NOT_NOW. Reply: K_VERDICT.
 */
struct k_terms {
	char language[8];
	uint8_t hash[DIGEST_LEN]; /* SHA-256 of the text */
};

/*
 * Where mail goes from now on: at registration, and after all was proven. It
 * counts once a code mailed to it was typed (MAIL_CONFIRM). Reply: K_VERDICT:
 * YES; MISSING: its domain is not allowed; NOT_NOW: policy refuses a change.
 */
struct k_email {
	char address[MAIL_LEN + 1]; /* as mail_address_valid has it */
};

/* What a mailed code is good for; it is bound to that and to the person. */
enum mail_purpose {
	MAIL_CONFIRM = 1, /* the address that K_EMAIL named */
	MAIL_SETUP,	  /* vouches for a first device (part 2) */
	MAIL_LOGIN,	  /* the factor of a login */
	MAIL_RESET,	  /* a forgotten password */
	MAIL_ENROL,	  /* the e-mail method itself */
	MAIL_PURPOSES = MAIL_ENROL
};

/*
 * Has a code mailed. again: a new one was asked for (`resend`); else a code
 * that is still valid stays and no mail goes. Waits until post has handed it
 * over. Reply: K_MAILED. Before the password is proven everyone gets SENT,
 * and a mail goes only with again.
 */
struct k_mail {
	uint8_t purpose; /* enum mail_purpose */
	uint8_t again;
};

enum mailed_word {
	MAILED_SENT = 0,
	MAILED_STANDING, /* one sent at `when` is still valid: no new mail */
	MAILED_SOON,	 /* the next one in `seconds` */
	MAILED_MANY,	 /* too many: after `when` */
	MAILED_FAILED,	 /* not handed over */
	MAILED_NOT_NOW	 /* there is no address, or it is not this one's turn */
};

struct k_mailed {
	uint8_t word; /* enum mailed_word */
	uint64_t when;
	uint32_t seconds;
};

/*
 * One attempt at the newest mailed code of that purpose. YES does what the
 * purpose says; with enrol it also stores the e-mail method under name, as a
 * device. Reply: K_VERDICT: YES, NO with left (0: used up by it), ENDED
 * (expired, used up, or never sent), NOT_NOW. last as in K_CODE.
 */
struct k_mail_code {
	uint8_t purpose;
	char digits[17];
	uint8_t enrol;
	char name[LABEL_LEN + 1];
	uint8_t last;
};

/* The user ID that was chosen. Reply: K_VERDICT: YES, TAKEN, NO (rules). */
struct k_user_id {
	char id[NAME_LEN + 1];
};

/*
 * The method: what part 2 will set up; for who is registered, the preferred
 * one. Reply: K_VERDICT: YES; NOT_NOW: policy; MISSING: no device of it.
 */
struct k_method {
	uint8_t method; /* enum method */
};

/*
 * New recovery codes in place of all earlier ones, shown once; seen: they
 * were, and nothing is made. Reply: K_CODES_IS; to seen K_VERDICT.
 */
struct k_recovery {
	uint8_t seen;
};

#define CODES_MAX 24

struct k_code_text {
	char text[12]; /* xxxx-xxxx */
};

struct k_codes_is {
	uint8_t n;
	struct k_code_text codes[CODES_MAX];
};

/*
 * What else of this person is signed in; end: sign it out. The session that
 * asks stays. Reply: K_SESSIONS_IS.
 */
struct k_sessions {
	uint8_t end;
};

struct k_sessions_is {
	uint8_t known;	     /* 0: the warden is not there; rows alone */
	uint32_t sessions;   /* others; those that were ended */
	uint32_t tickets;    /* of sudo */
	uint32_t remembered; /* logins that skip the code */
};

/* "Skip the code": remembers this login. Reply: K_VERDICT. */
struct k_remember {
	uint8_t unused;
};

/*
 * The first two checks of a forgotten password: one charged attempt, the same
 * answer for everyone. A mail goes (MAIL_RESET) only if both were right; what
 * MAIL_RESET's code then says decides on all three. Reply: K_MAILED: SENT.
 */
struct k_forgot {
	char date[9];		  /* YYYYMMDD, or "" */
	char digits[17];	  /* of an app, or "" */
	uint8_t code[DIGEST_LEN]; /* as in K_VOUCH */
};

/* Mails the IDs of whoever has this address. Reply: K_VERDICT: YES, always. */
struct k_forgot_id {
	char address[MAIL_LEN + 1];
};

#endif
