/* shared.h: PIN/UV auth protocols one and two (CTAP 2.1, 6.5.6 and 6.5.7). */
#ifndef KOSMO_TESTS_AUTHENTICATOR_SHARED_H
#define KOSMO_TESTS_AUTHENTICATOR_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#define SHARED_MAX 256 /* bytes that are encrypted at once */

struct shared {
	int protocol; /* 1 or 2 */
	uint8_t hmac[32];
	uint8_t aes[32];
};

/* From our key and the program's point of P-256. */
bool shared_make(
    struct shared *, int protocol, EVP_PKEY *own, const uint8_t point[65]);

/* Whole blocks of 16 bytes. to: SHARED_MAX + 16; returns its length. */
size_t
shared_encrypt(const struct shared *, const uint8_t *data, size_t, uint8_t *to);

/* to: SHARED_MAX. False if it has not the length of whole blocks. */
bool shared_decrypt(const struct shared *, const uint8_t *data, size_t,
    uint8_t *to, size_t *to_len);

/* Is it the HMAC of data, cut as the protocol has it? */
bool auth_fits(int protocol, const uint8_t key[32], const uint8_t *data,
    size_t data_len, const uint8_t *auth, size_t auth_len);

#endif
