/*
 * Any bytes as an attestation: one for the format, two for the length of the
 * authenticator data, those, and the statement. What is taken out has the
 * lengths that its algorithms have.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/attestation.h"
#include "kosmod/talk/auth_data.h"
#include "kosmod/talk/der.h"

#define MUST(what)               \
	do {                     \
		if (!(what))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
look_at(const struct k_passkey_new *new)
{
	uint8_t by =
	    new->attestation == ATTEST_SELF ? new->alg : new->signer_alg;

	MUST(new->name[0] == '\0');
	if (new->attestation == ATTEST_NONE) {
		MUST(new->signature_len == 0 && new->signer_len == 0);
		return;
	}
	MUST((new->attestation == ATTEST_SELF) == (new->signer_len == 0));
	MUST(by != ALG_NONE &&
	    new->signature_len == (by == ALG_RS256 ? 256 : 64));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char formats[][9] = { "none", "packed", "fido-u2f" };
	static struct k_touched t;
	struct k_passkey_new new;
	struct auth_data a;
	uint8_t key[KEY_LEN], alg;
	uint32_t key_len;
	size_t head;

	(void)!der_certificate_key(data, len, &alg, key, &key_len);
	if (len < 3)
		return 0;
	head = (size_t)data[1] << 8 | data[2];
	if (head > len - 3 || head > AUTH_DATA_LEN ||
	    len - 3 - head > STATEMENT_LEN)
		return 0;
	memset(&t, 0, sizeof(t));
	memcpy(t.format, formats[data[0] % 3], sizeof(formats[0]));
	memcpy(t.auth_data, data + 3, head);
	t.auth_data_len = (uint32_t)head;
	memcpy(t.statement, data + 3 + head, len - 3 - head);
	t.statement_len = (uint32_t)(len - 3 - head);
	if (auth_data_read(t.auth_data, head, &a) == KOSMO_OK &&
	    a.credential != NULL) {
		memcpy(t.credential, a.credential, a.credential_len);
		t.credential_len = a.credential_len;
	}
	if (attestation_read(&t, &new) == KOSMO_OK)
		look_at(&new);
	return 0;
}
