/*
 * Any bytes as authenticator data; those behind the number in the first byte
 * as a signature. What is taken out lies within them and has the length that
 * its algorithm has.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/attestation.h"
#include "kosmod/talk/auth_data.h"

#define MUST(what)               \
	do {                     \
		if (!(what))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
look_at_key(const struct auth_data *a)
{
	switch (a->alg) {
	case ALG_ES256:
		MUST(a->key_len == 64);
		break;
	case ALG_EDDSA:
		MUST(a->key_len == 32);
		break;
	case ALG_RS256:
		MUST(a->key_len > 256 && a->key_len <= KEY_LEN);
		break;
	default:
		MUST(a->key_len == 0 && (a->flags & KEY_AT) == 0);
	}
}

static void
prove(const uint8_t *data, size_t len)
{
	static struct k_touched t;
	struct k_passkey proof;
	size_t head = data[0] < len ? data[0] : len - 1;

	memset(&t, 0, sizeof(t));
	if (head > AUTH_DATA_LEN || len - 1 - head > SIGNATURE_LEN)
		return;
	memcpy(t.auth_data, data + 1, head);
	t.auth_data_len = (uint32_t)head;
	memcpy(t.signature, data + 1 + head, len - 1 - head);
	t.signature_len = (uint32_t)(len - 1 - head);
	if (assertion_read(&t, &proof) == KOSMO_OK)
		MUST(head == 37 &&
		    (proof.signature_len == 64 || proof.signature_len == 256));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct auth_data a;

	if (len == 0)
		return 0;
	if (auth_data_read(data, len, &a) == KOSMO_OK) {
		look_at_key(&a);
		MUST(len == 37 || (a.flags & (KEY_AT | KEY_ED)) != 0);
		if ((a.flags & KEY_AT) != 0)
			MUST(a.credential >= data && a.credential_len > 0 &&
			    a.credential + a.credential_len < data + len);
	}
	prove(data, len);
	return 0;
}
