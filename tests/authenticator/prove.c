#include "config.h"

#include <string.h>

#include "tests/authenticator/ask.h"
#include "tests/authenticator/auth_data.h"
#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/ctap.h"
#include "tests/authenticator/key.h"
#include "tests/authenticator/log.h"

static const struct ask_keys keys = {
	.rp = 1, .hash = 2, .list = 3, .options = 5, .auth = 6, .protocol = 7
};

static void
write_id(
    struct out *out, const struct authenticator *a, const struct credential *c)
{
	uint8_t id[CREDENTIAL_ID_LEN];

	memcpy(id, c->id, sizeof(id));
	if (a->sw.v[SW_CREDENTIAL] == WRONG)
		id[0] ^= 1;
	out_map(out, 2);
	out_text(out, "id");
	out_bytes(out, id, sizeof(id));
	out_text(out, "type");
	out_text(out, "public-key");
}

/* Another algorithm than its own: a new key's, as good as any. */
static EVP_PKEY *
signing_key(const struct authenticator *a, const struct credential *c, int *alg)
{
	static const int forced[] = { [ALGS_ES256] = COSE_ES256,
		[ALGS_EDDSA] = COSE_EDDSA,
		[ALGS_RS256] = COSE_RS256 };

	*alg = c->alg;
	if (a->sw.v[SW_ANSWER] == ALGS_ALL ||
	    forced[a->sw.v[SW_ANSWER]] == c->alg) {
		EVP_PKEY_up_ref(c->key);
		return c->key;
	}
	*alg = forced[a->sw.v[SW_ANSWER]];
	return key_new(*alg);
}

static void
write_signature(const struct authenticator *a, struct out *out,
    const struct credential *c, const struct ask *ask, struct out *data)
{
	uint8_t signature[512];
	size_t len;
	int alg;
	EVP_PKEY *key = signing_key(a, c, &alg);

	out_raw(data, ask->hash, 32);
	key_sign(key, alg, data->buf, data->len, signature, &len);
	if (a->sw.v[SW_SIGNATURE] == WRONG)
		signature[len - 1] ^= 1;
	out_bytes(out, signature, len);
	EVP_PKEY_free(key);
}

static void
answer(struct authenticator *a, const struct ask *ask,
    const struct credential *c, struct out *out)
{
	struct out data = { .len = 0 };
	uint8_t flags = 0;

	if (ask->up != SAID_NO)
		flags |= FLAG_UP;
	if (ask->verified)
		flags |= FLAG_UV;
	auth_data_write(a, &data, ask->rp_hash, flags, NULL);
	out_map(out, 3);
	out_int(out, 1);
	write_id(out, a, c);
	out_int(out, 2);
	out_bytes(out, data.buf, data.len);
	out_int(out, 3);
	write_signature(a, out, c, ask, &data);
}

uint8_t
get_assertion(struct authenticator *a, const cbor_item_t *map, struct out *out)
{
	struct ask ask;
	struct credential c;
	uint8_t status;

	status = ask_read(&ask, a, map, &keys, "getAssertion");
	if (status == CTAP_OK)
		status = ask_verify(&ask, a, MAY_PROVE);
	if (status != CTAP_OK)
		return status;
	if (!ask_find(&ask, a, &c))
		return CTAP_NO_CREDENTIALS;
	if (ask.up != SAID_NO)
		status = ask_touch(&ask, a);
	if (status == CTAP_OK)
		answer(a, &ask, &c, out);
	credential_free(&c);
	return status;
}
