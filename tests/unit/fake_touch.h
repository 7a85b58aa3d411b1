/*
 * fake_touch.h: kosmo-touch as a test wants it, with security keys that are
 * played: what they send is made by libcrypto, so that the keeper has
 * something to verify.
 */
#ifndef KOSMO_TESTS_FAKE_TOUCH_H
#define KOSMO_TESTS_FAKE_TOUCH_H

#include "kosmod/keeper/keeper.h"
#include "tests/unit/soft_key.h"

#define FAKE_KEYS_MAX 4
#define FAKE_CREDENTIALS 4 /* of one key */
#define FAKE_WORDS 4

/* How a key is; all of it can be changed at any time. */
struct fake_key {
	char name[16];
	bool plugged;
	char pin[64]; /* "": none is set */
	uint32_t retries;
	bool pin_stopped; /* until it is plugged in anew */
	bool finger;
	uint32_t finger_fails; /* so many times more */
	enum key_alg alg;      /* of new credentials */
	char attestation[16];  /* "self", "x5c", "none", "u2f" */
	bool touched;	       /* somebody does */
	bool vanishes, breaks;
	enum touch_word ends; /* with this word at once; 0: as it should */
	bool up_missing, uv_missing, rp_wrong, signature_bad;
	bool stale, zero;  /* the counter goes back, does not count */
	bool cut, unknown; /* what it sends, on its way to talk */
	size_t n;
	struct soft_key credentials[FAKE_CREDENTIALS];
};

struct fake_touch {
	bool away; /* there is no kosmo-touch */
	size_t n_keys;
	struct fake_key keys[FAKE_KEYS_MAX];
	struct p_touch job;   /* id 0: none */
	struct fake_key *key; /* that is being used */
	bool verified;	      /* by PIN or finger */
	size_t n_words, said; /* what is to be said next */
	struct p_touched words[FAKE_WORDS];
};

/*
 * One thing that is done to a key: "plug", "unplug", or a switch and what it
 * is set to, in the words of tests/authenticator. The first time it is named,
 * it is made: with the PIN 1234, and somebody who touches it. False: not
 * understood.
 */
bool fake_touch_key(struct fake_touch *f, const char *name, const char *how);

/* The part of keeper_ways.priv that is touch's. */
int
fake_touch_take(struct fake_touch *f, const struct layout *l, const void *msg);

/* Says the next word, if there is one; how many. */
size_t fake_touch_answer(struct fake_touch *f, struct keeper *k);

void fake_touch_done(struct fake_touch *f);

#endif
