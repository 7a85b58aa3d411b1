/*
 * signature.h: signatures by passkeys, and what a public key must be.
 */
#ifndef KOSMO_KEEPER_SIGNATURE_H
#define KOSMO_KEEPER_SIGNATURE_H

#include <stddef.h>

#include "kosmod/kmsg.h"

/* A public key as enum key_alg writes it; the bytes are the caller's. */
struct public_key {
	uint8_t alg; /* enum key_alg */
	const uint8_t *bytes;
	size_t len;
};

/* A piece of what is signed. */
struct part {
	const void *bytes;
	size_t len;
};

/*
 * KOSMO_OK: the key is one. KOSMO_EINVAL: another length than alg has, a point
 * that is not on the curve or of small order, a modulus that is not of 2048
 * bits, an exponent that is even, below 3 or of more than 32 bits.
 */
KOSMO_CHECK int public_key_check(const struct public_key *key);

/*
 * KOSMO_OK: signature (as enum key_alg has it) is key's over the n parts, one
 * behind the other. KOSMO_EPERM: it is not. KOSMO_EINVAL: there is no such key.
 * KOSMO_ECRYPTO, KOSMO_ENOMEM.
 */
KOSMO_CHECK int signature_verify(const struct public_key *key,
    const struct part *parts, size_t n, const uint8_t *signature, size_t len);

/*
 * The key as it stands in authenticator data: a COSE_Key (RFC 9052 7, RFC 9053
 * 7) in the canonical form that CTAP2 demands, appended to out. KOSMO_EINVAL.
 */
KOSMO_CHECK int public_key_cose(const struct public_key *key, struct buf *out);

#endif
