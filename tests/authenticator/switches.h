/*
 * switches.h: how this authenticator behaves, and misbehaves. All of it can be
 * changed while it runs.
 */
#ifndef KOSMO_TESTS_AUTHENTICATOR_SWITCHES_H
#define KOSMO_TESTS_AUTHENTICATOR_SWITCHES_H

#include <stdbool.h>
#include <stdio.h>

enum switch_name {
	SW_TOUCH,
	SW_LATE_MS,
	SW_GIVE_UP_MS,
	SW_UP_FLAG,
	SW_UV_FLAG,
	SW_RP_HASH,
	SW_COUNTER,
	SW_SIGNATURE,
	SW_ALGORITHMS,
	SW_ANSWER,
	SW_REPLY,
	SW_FRAMES,
	SW_KEEPALIVE,
	SW_VANISH,
	SW_CREDENTIAL,
	SW_EXTENSIONS,
	SW_GARBAGE,
	SW_PIN_AUTH,
	SW_PIN_PROTOCOLS,
	SW_PIN_CHANGE,
	SW_UV,
	SW_FINGER_FAILS,
	SW_VERSION,
	SW_ATTESTATION,
	SW_U2F,
	SW_MAKE_WITHOUT_UV,
	SW_PROTECT,
	SWITCHES
};

/* The first word of each is what an ordinary key does. */
enum { TOUCH_AT_ONCE, TOUCH_NEVER, TOUCH_TOLD, TOUCH_LATE };
enum { RIGHT, WRONG };
enum { NO, YES };
enum { COUNTER_RISES, COUNTER_STAYS, COUNTER_BACK, COUNTER_ZERO };
enum { ALGS_ALL, ALGS_ES256, ALGS_EDDSA, ALGS_RS256 };
enum { REPLY_WHOLE, REPLY_TRUNCATED, REPLY_OVERSIZED };
enum { PIN_BOTH, PIN_ONE, PIN_TWO };
enum { UV_NONE, UV_UNSET, UV_SET };
enum { VERSION_2_1, VERSION_2_0 };
enum { ATTEST_SELF, ATTEST_X5C, ATTEST_NONE, ATTEST_U2F };

/* A word as its place in the enum above, a number as it is. */
struct switches {
	int v[SWITCHES];
};

void switches_default(struct switches *);

/* "NAME VALUE"; false, and nothing changed, if there is no such thing. */
bool switches_set(struct switches *, const char *name, const char *value);

/* One line for each: its name and what may be said of it. */
void switches_list(FILE *);

#endif
