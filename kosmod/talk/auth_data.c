#include "config.h"

#include "auth_data.h"

#include <string.h>

#define FIXED 37    /* rp id hash, flags, counter */
#define ATTESTED 18 /* AAGUID, length of the credential id */

static uint32_t
u32_of(const uint8_t at[static 4])
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
}

/* Attested credential data (WebAuthn, 6.5.2). */
static int
read_credential(struct cbor_in *in, struct auth_data *ret)
{
	size_t len;

	if (in->left < ATTESTED)
		return KOSMO_EFORMAT;
	len = (size_t)in->at[16] << 8 | in->at[17];
	in->at += ATTESTED;
	in->left -= ATTESTED;
	if (len == 0 || len > CREDENTIAL_LEN || len > in->left)
		return KOSMO_EFORMAT;
	ret->credential = in->at;
	ret->credential_len = (uint32_t)len;
	in->at += len;
	in->left -= len;
	return cose_key_read(in, &ret->alg, ret->key, &ret->key_len);
}

/* One map; nobody here has asked for any. */
static int
skip_extensions(struct cbor_in *in)
{
	struct cbor_in map = *in;
	struct item item;
	int r = cbor_take(&map, ITEM_MAP, &item);

	return r == KOSMO_OK ? cbor_skip(in) : r;
}

int
auth_data_read(const uint8_t *data, size_t len, struct auth_data *ret)
{
	struct cbor_in in;
	int r = KOSMO_OK;

	memset(ret, 0, sizeof(*ret));
	if (len < FIXED)
		return KOSMO_EFORMAT;
	memcpy(ret->rp_hash, data, DIGEST_LEN);
	ret->flags = data[DIGEST_LEN];
	ret->counter = u32_of(data + DIGEST_LEN + 1);
	in = (struct cbor_in){ data + FIXED, len - FIXED };
	if ((ret->flags & KEY_AT) != 0)
		r = read_credential(&in, ret);
	if (r == KOSMO_OK && (ret->flags & KEY_ED) != 0)
		r = skip_extensions(&in);
	return r == KOSMO_OK && in.left > 0 ? KOSMO_EFORMAT : r;
}
