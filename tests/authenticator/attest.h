/* attest.h: who made this key (WebAuthn 8): packed, none, fido-u2f. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_ATTEST_H
#define KOSMO_TESTS_AUTHENTICATOR_ATTEST_H

#include "tests/authenticator/credential.h"
#include "tests/authenticator/out.h"

struct ask;
struct authenticator;

const char *attest_format(const struct authenticator *);

/* The statement over the authenticator data; data grows by the hash. */
void attest_write(const struct authenticator *, struct out *,
    const struct credential *, const struct ask *, struct out *data);

/*
 * The key of its make, ES256, and its certificate in DER; made when they are
 * first needed, and kept in the store. EVP_PKEY_free() and OPENSSL_free().
 */
EVP_PKEY *attest_key(const struct store *, uint8_t **certificate, size_t *len);

/*
 * What fido-u2f signs: 0, rp id hash, challenge's hash, credential, point.
 * Returns the signature's length.
 */
size_t attest_u2f(const struct authenticator *, const struct credential *,
    const uint8_t rp_hash[32], const uint8_t hash[32], uint8_t signature[512]);

#endif
