/* ask.h: what MakeCredential and GetAssertion ask for alike. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_ASK_H
#define KOSMO_TESTS_AUTHENTICATOR_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cbor.h>

#include "tests/authenticator/credential.h"

struct authenticator;

enum tri { UNSAID = -1, SAID_NO, SAID_YES };

struct ask {
	char rp[RP_ID_LEN + 1];
	uint8_t rp_hash[32];
	const uint8_t *hash;	 /* of the client data, 32 bytes */
	const cbor_item_t *list; /* excludeList, allowList */
	enum tri rk, up, uv;
	bool has_auth; /* pinUvAuthParam */
	const uint8_t *auth;
	size_t auth_len;
	int protocol;
	/* how it came out */
	bool verified; /* PIN or finger */
	bool touched;
};

/* Where they stand in the request's map. */
struct ask_keys {
	uint64_t rp, hash, list, options, auth, protocol;
};

/* Status of CTAP: what must be there is. Notes the request in the log. */
uint8_t ask_read(struct ask *, struct authenticator *, const cbor_item_t *,
    const struct ask_keys *, const char *name);

/*
 * The person, as far as is asked for: the empty pinUvAuthParam that only wants
 * a touch, a token, a finger. permission: enum pin_permission.
 */
uint8_t
ask_verify(struct ask *, struct authenticator *, unsigned int permission);

/* The first of the list that is ours. credential_free() in any case. */
bool
ask_find(const struct ask *, const struct authenticator *, struct credential *);

/* The touch, if none was given yet. */
uint8_t ask_touch(struct ask *, struct authenticator *);

#endif
