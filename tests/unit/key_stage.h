/*
 * key_stage.h: where tests of keys begin: taro at this host, with an app, and
 * a key in software.
 */
#ifndef KOSMO_TESTS_KEY_STAGE_H
#define KOSMO_TESTS_KEY_STAGE_H

#include "key_rig.h"
#include "known_rig.h"

#define BOTH_KINDS (METHOD_BIT(METHOD_TOTP) | METHOD_BIT(METHOD_PASSKEY))
#define KEY 2 /* number of taro's first key; the app is 1 */

extern const struct caller console, far;

struct stage {
	struct rig *r;
	struct secret seed; /* of the app */
	struct line *l;	    /* NULL: none yet */
	struct soft_key k;
	struct fake_warden w;  /* where people sit, for who asks */
	struct p_touch job;    /* what a key at this host was asked */
	struct k_challenge ch; /* and an agent */
	union {		       /* what is said of it */
		struct k_passkey proof;
		struct k_passkey_new made;
		struct k_signed sign;
		struct k_ssh_key ssh;
	};
};

/* Nothing is enrolled but the app. */
struct stage *stage_open(enum key_alg alg);

/* For cmocka: of a test's state. */
int stage_close(void **state);

/* Another connection, a minute later: the password is right. */
void stage_again(struct stage *s, const struct caller *who);

/* Something that does not fit, and the reason that the log gives. */
struct lie {
	const char *name;
	void (*tell)(struct stage *s);
	enum key_fault fault;
};

/* Refused under its reason, or the test fails. */
void stage_refused(struct stage *s, const struct lie *lie,
    const struct layout *layout, const void *msg);

/* A way to a proof that is right, and how it is said. */
struct proof {
	const struct caller *who;
	void (*begin)(struct stage *s);
	const struct layout *layout;
};

/* Each of n lies is refused, charged, and ends in no login. */
void stage_lies(
    struct stage *s, const struct proof *p, const struct lie *lies, size_t n);

#endif
