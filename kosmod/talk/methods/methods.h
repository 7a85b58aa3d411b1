/*
 * methods.h: how a person proves who they are; one row a method in one table.
 */
#ifndef KOSMO_TALK_METHODS_H
#define KOSMO_TALK_METHODS_H

#include "kosmod/talk/screen.h"

/* What came of one try. */
struct attempt {
	enum word word; /* typed instead of an answer: nothing was charged */
	struct k_verdict verdict;
	bool said; /* what is wrong stands above the next ask already */
	bool away; /* it can't be had now: on with another method */
};

struct enroll_how; /* flows.h */

struct method_row {
	enum method method;
	const char *name;     /* msgid, as lists and the end screen say it */
	const char *line;     /* msgid: what it needs, with its {n} */
	const char *not_here; /* msgid: it can't be set up here */
	/* Sets one up (flows.h); NULL: no door here leads to it. */
	int (*enroll)(
	    struct dialogue *d, const struct enroll_how *how, bool *other);
	/* What is done once before its first ask; NULL: nothing. */
	int (*enter)(struct dialogue *d);
	/*
	 * Asks once and has the answer judged. device: which of the person's,
	 * NULL: the preferred one, or a dummy.
	 */
	int (*attempt)(struct dialogue *d, const struct k_device *device,
	    struct attempt *ret);
};

/* The row of a method, or NULL. */
const struct method_row *method_find(enum method method);

/* One password, hashed here and compared by the keeper. */
KOSMO_CHECK int password_attempt(
    struct dialogue *d, enum msg_ask_kind kind, struct attempt *ret);

/*
 * crypt_ra(3) of text with setting; wipes what it worked in. "*" in ret,
 * which no stored password is, if the setting is none.
 */
KOSMO_CHECK int password_hash(const struct secret *text, const char *setting,
    char ret[static HASH_LEN + 1]);

/* A setting for a new password: yescrypt at its default cost. */
KOSMO_CHECK int password_setting(char ret[static HASH_LEN + 1]);

KOSMO_CHECK int totp_attempt(
    struct dialogue *d, const struct k_device *device, struct attempt *ret);
/* A passkey: of kind KIND_HERE by its touch, KIND_SSH by the agent. */
KOSMO_CHECK int passkey_attempt(
    struct dialogue *d, const struct k_device *device, struct attempt *ret);

/*
 * The person's agent signs a challenge with an enrolled key. *ret_reached
 * false: there is no agent, it has no such key, refused or was slow: nothing
 * was charged.
 */
KOSMO_CHECK int
agent_attempt(struct dialogue *d, struct attempt *ret, bool *ret_reached);
KOSMO_CHECK int email_enter(struct dialogue *d);
KOSMO_CHECK int email_attempt(
    struct dialogue *d, const struct k_device *device, struct attempt *ret);
KOSMO_CHECK int recovery_attempt(
    struct dialogue *d, const struct k_device *device, struct attempt *ret);

/*
 * A code that vouches: an admin's one-time code, or before the first device
 * the initial password. q is how it is asked for.
 */
KOSMO_CHECK int vouch_attempt(
    struct dialogue *d, const struct question *q, struct attempt *ret);

#endif
