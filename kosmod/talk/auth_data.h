/*
 * auth_data.h: what authenticators sign (WebAuthn, 6.1), and the public keys
 * in it (COSE, RFC 9052 and 9053).
 */
#ifndef KOSMO_TALK_AUTH_DATA_H
#define KOSMO_TALK_AUTH_DATA_H

#include "kosmod/kmsg.h"
#include "kosmod/talk/cbor_in.h"

struct auth_data {
	uint8_t rp_hash[DIGEST_LEN];
	uint8_t flags; /* the byte as it was signed: enum key_flag, and more */
	uint32_t counter;
	/* with KEY_AT; the id lies within the input */
	const uint8_t *credential;
	uint32_t credential_len;
	uint8_t alg; /* enum key_alg */
	uint32_t key_len;
	uint8_t key[KEY_LEN];
};

/*
 * Takes authenticator data apart. KOSMO_EFORMAT: cut off, something behind it;
 * or what cose_key_read says of the key. Whether it is a credential's (KEY_AT)
 * or a proof's is for the caller to look at.
 */
KOSMO_CHECK int
auth_data_read(const uint8_t *data, size_t len, struct auth_data *ret);

/*
 * Takes a COSE_Key off in: ES256 on P-256, EdDSA on Ed25519, RS256 of 2048
 * bits; with the parameters that such a key has, and no others.
 * KOSMO_EINVAL: another algorithm; KOSMO_EFORMAT.
 */
KOSMO_CHECK int cose_key_read(struct cbor_in *in, uint8_t *ret_alg,
    uint8_t ret[static KEY_LEN], uint32_t *ret_len);

/* The algorithm that a number of COSE means, or ALG_NONE. */
enum key_alg cose_alg(int64_t number);

/*
 * A signature as enum key_alg has it, from the form in which authenticators
 * send it (WebAuthn, 6.5.6). KOSMO_EFORMAT: no signature of that algorithm.
 */
KOSMO_CHECK int cose_signature(uint8_t alg, const uint8_t *data, size_t len,
    uint8_t ret[static RAW_SIGNATURE_LEN], uint32_t *ret_len);

#endif
