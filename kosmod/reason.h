/*
 * reason.h: why somebody was refused, or is locked.
 *
 * A record, the audit log and --json hold the token, which never changes;
 * people read the text in their own language.
 */
#ifndef KOSMO_KOSMOD_REASON_H
#define KOSMO_KOSMOD_REASON_H

/* In the order of the tokens in reason.c. */
enum reason {
	REASON_NONE = 0,
	/* refusals */
	REASON_WRONG_PASSWORD,
	REASON_WRONG_CODE,
	REASON_WRONG_BIRTH,
	REASON_WRONG_MAILED, /* of a forgotten password */
	REASON_USED,
	REASON_ENDED, /* a mailed code */
	REASON_NOT_DUE,
	REASON_TOO_MANY,
	REASON_TOO_EARLY,
	REASON_NOT_ITS_TURN,
	REASON_WAIT,
	REASON_LOCKED,
	REASON_UNREGISTERED,
	REASON_OPEN, /* a step of registration, or new terms */
	REASON_UNPROVEN,
	REASON_ALONE, /* by key alone */
	REASON_GIVEN_UP,
	REASON_NO_PERSON,
	REASON_NO_DEVICE,
	REASON_NO_METHOD,
	REASON_NO_BIRTH,
	REASON_NO_ADDRESS,
	REASON_NO_PASSWORD, /* a new one */
	REASON_CLOCK,
	REASON_RUNS, /* of a forgotten password, in one day */
	REASON_EARLIER,
	REASON_STORE,
	REASON_PHASE,
	/* of passkeys */
	REASON_NO_CHALLENGE,
	REASON_OLD_CHALLENGE,
	REASON_NO_PASSKEY,
	REASON_OTHER_RP,
	REASON_SHAPE, /* of authenticator data */
	REASON_UNTOUCHED,
	REASON_UNVERIFIED, /* no PIN, no finger */
	REASON_OTHER_CREDENTIAL,
	REASON_OTHER_KEY,
	REASON_ATTESTATION,
	REASON_SIGNATURE,
	REASON_COUNTER,
	/* locks; the first two stand behind their number */
	REASON_CODES,
	REASON_BIRTHS,
	REASON_ADMIN,
	REASONS
};

/* Stands before a reason that is about a forgotten password. */
#define REASON_FORGOT "forgotten password: "

/* What is stored and logged; "" for REASON_NONE. */
const char *reason_token(enum reason reason);

/* The msgid for a token, with {n} where a number belongs; NULL: unknown. */
const char *reason_text(const char *token);

#endif
