/*
 * soft_key.h: an authenticator without a body, for tests: makes credentials
 * and proofs by libcrypto, as WebAuthn has them.
 */
#ifndef KOSMO_TESTS_SOFT_KEY_H
#define KOSMO_TESTS_SOFT_KEY_H

#include <openssl/evp.h>

#include "kosmod/kmsg.h"

struct soft_key {
	enum key_alg alg;
	EVP_PKEY *key;
	EVP_PKEY *maker; /* P-256; NULL: it attests by itself */
	uint8_t id[32];
	uint32_t counter; /* of the next signature */
};

/* What is made: for whom, and how. */
struct soft_job {
	const char *rp_id;
	const uint8_t *hash; /* clientDataHash */
	uint8_t flags;	     /* KEY_UP, KEY_UV */
	const char *format;  /* enrol: "none", "packed", "fido-u2f" */
};

/* Ends the program where libcrypto fails. */
void soft_key_new(struct soft_key *k, enum key_alg alg);
void soft_key_done(struct soft_key *k);

/* The same key attests by a certificate from now on. */
void soft_key_certify(struct soft_key *k);

/* Fills what a TOUCH_DONE has; the counter goes up by one. */
void soft_key_enrol(
    struct soft_key *k, const struct soft_job *job, struct k_touched *ret);
void soft_key_prove(
    struct soft_key *k, const struct soft_job *job, struct k_touched *ret);

#endif
