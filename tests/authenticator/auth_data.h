/* auth_data.h: authenticator data (WebAuthn 6.1), right or as wrong as told. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_AUTH_DATA_H
#define KOSMO_TESTS_AUTHENTICATOR_AUTH_DATA_H

#include "tests/authenticator/credential.h"
#include "tests/authenticator/out.h"

struct authenticator;

enum auth_flag {
	FLAG_UP = 0x01,
	FLAG_UV = 0x04,
	FLAG_AT = 0x40,
	FLAG_ED = 0x80
};

extern const uint8_t aaguid[16];

/*
 * The counter for the next signature, on disk; what the switch makes of it.
 */
uint32_t next_counter(struct authenticator *);

/* made: the new credential that it tells of; NULL: none. */
void auth_data_write(struct authenticator *, struct out *,
    const uint8_t rp_hash[32], uint8_t flags, const struct credential *made);

#endif
