/* credential.h: the keys that an authenticator made, a file for each. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_CREDENTIAL_H
#define KOSMO_TESTS_AUTHENTICATOR_CREDENTIAL_H

#include <openssl/evp.h>

#include "tests/authenticator/store.h"

#define CREDENTIAL_ID_LEN 32
#define RP_ID_LEN 255
#define PROTECT_ALL 3 /* not even found without PIN or finger */

struct credential {
	uint8_t id[CREDENTIAL_ID_LEN];
	char rp_hash[65]; /* SHA-256 of the rp id, in hex */
	int alg;
	int protect; /* credProtect; 0: this key knows no such thing */
	EVP_PKEY *key;
};

/* A new one, on disk. credential_free() in any case. */
void credential_new(struct credential *, const struct store *,
    const uint8_t rp_hash[32], int alg, int protect);

/* True if it is of this authenticator and for this rp id. */
bool credential_find(struct credential *, const struct store *,
    const uint8_t *id, size_t id_len, const uint8_t rp_hash[32]);
void credential_free(struct credential *);

#endif
