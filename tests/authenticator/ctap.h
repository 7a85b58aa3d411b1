/* ctap.h: CTAP 2.0 and 2.1: requests of CBOR. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_CTAP_H
#define KOSMO_TESTS_AUTHENTICATOR_CTAP_H

#include <stddef.h>
#include <stdint.h>

#include <cbor.h>

#include "tests/authenticator/out.h"

struct authenticator;

/* CTAP 2.1, 8.2. */
enum ctap_status {
	CTAP_OK = 0x00,
	CTAP_INVALID_COMMAND = 0x01,
	CTAP_INVALID_PARAMETER = 0x02,
	CTAP_INVALID_CBOR = 0x12,
	CTAP_MISSING_PARAMETER = 0x14,
	CTAP_EXCLUDED = 0x19,
	CTAP_UNSUPPORTED_ALGORITHM = 0x26,
	CTAP_UNSUPPORTED_OPTION = 0x2b,
	CTAP_INVALID_OPTION = 0x2c,
	CTAP_CANCELLED = 0x2d, /* KEEPALIVE_CANCEL */
	CTAP_NO_CREDENTIALS = 0x2e,
	CTAP_TIMEOUT = 0x2f, /* USER_ACTION_TIMEOUT */
	CTAP_NOT_ALLOWED = 0x30,
	CTAP_PIN_INVALID = 0x31,
	CTAP_PIN_BLOCKED = 0x32,
	CTAP_PIN_AUTH_INVALID = 0x33,
	CTAP_PIN_AUTH_BLOCKED = 0x34,
	CTAP_PIN_NOT_SET = 0x35,
	CTAP_PUAT_REQUIRED = 0x36, /* PIN_REQUIRED in CTAP 2.0 */
	CTAP_PIN_POLICY = 0x37,
	CTAP_UV_BLOCKED = 0x3c,
	CTAP_UV_INVALID = 0x3f
};

/* A whole request; the answer begins with a status. */
void
ctap_request(struct authenticator *, const uint8_t *, size_t, struct out *);

/* What follows the status of those two. Status of CTAP. */
uint8_t
make_credential(struct authenticator *, const cbor_item_t *, struct out *);
uint8_t
get_assertion(struct authenticator *, const cbor_item_t *, struct out *);

#endif
