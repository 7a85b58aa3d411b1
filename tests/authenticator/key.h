/* key.h: key pairs of the three algorithms, in the numbers of COSE. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_KEY_H
#define KOSMO_TESTS_AUTHENTICATOR_KEY_H

#include <openssl/evp.h>

#include "tests/authenticator/out.h"

#define COSE_ES256 (-7)
#define COSE_EDDSA (-8)
#define COSE_ECDH (-25) /* ECDH-ES + HKDF-256, as PIN protocols have it */
#define COSE_RS256 (-257)

/* Exits if OpenSSL can't. */
EVP_PKEY *key_new(int alg);

/* Of a key of P-256: 04 | x | y. */
void key_point(const EVP_PKEY *, uint8_t point[65]);

/* The COSE_Key of its public half; alg as is to be written. */
void key_write(struct out *, const EVP_PKEY *, int alg);

/* The signature over data, as WebAuthn has it: ES256 in DER. */
void key_sign(EVP_PKEY *, int alg, const uint8_t *data, size_t,
    uint8_t signature[512], size_t *len);

#endif
