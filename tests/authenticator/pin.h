/* pin.h: authenticatorClientPIN (CTAP 2.1, 6.5), and the token it gives. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_PIN_H
#define KOSMO_TESTS_AUTHENTICATOR_PIN_H

#include <stdbool.h>
#include <stdint.h>

#include <cbor.h>
#include <openssl/evp.h>

#include "tests/authenticator/out.h"

struct authenticator;

enum pin_permission { MAY_MAKE = 0x01, MAY_PROVE = 0x02 };

struct pin {
	EVP_PKEY *agreement;
	unsigned int wrong; /* in a row; three: no more until replugged */
	uint8_t token[32];
	unsigned int permissions; /* 0: there is no token */
	char rp[256];		  /* the only one it is for; "": any */
	bool touched;		  /* a finger gave it: that was a touch too */
};

void pin_init(struct pin *);
void pin_free(struct pin *);

/* A request; writes what follows the status. Status of CTAP. */
uint8_t pin_request(struct authenticator *, const cbor_item_t *, struct out *);

/*
 * Was this request made by who has the token? permission: one of enum
 * pin_permission. Status of CTAP.
 */
uint8_t pin_verify(struct authenticator *, int protocol, const uint8_t hash[32],
    const uint8_t *auth, size_t auth_len, unsigned int permission,
    const char *rp);

#endif
