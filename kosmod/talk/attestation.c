#include "config.h"

#include "attestation.h"

#include <stdbool.h>
#include <string.h>

#include "kosmod/talk/auth_data.h"
#include "kosmod/talk/der.h"

/* The entries of a statement; ITEM_NONE where there is none. */
struct statement {
	struct item alg, sig;
	struct item leaf; /* the first certificate of x5c */
	size_t certificates;
};

static bool
is_text(const struct item *item, const char *text)
{
	return item->kind == ITEM_TEXT && item->n == strlen(text) &&
	    memcmp(item->data, text, item->n) == 0;
}

/* A list of certificates, the leaf first. */
static int
read_x5c(struct cbor_in *in, struct statement *s)
{
	struct item array, item;
	int r = cbor_take(in, ITEM_ARRAY, &array);

	if (r != KOSMO_OK || array.n == 0)
		return KOSMO_EFORMAT;
	s->certificates = array.n;
	for (size_t i = 0; r == KOSMO_OK && i < array.n; i++) {
		r = cbor_take(in, ITEM_BYTES, &item);
		if (i == 0)
			s->leaf = item;
	}
	return r;
}

static int
read_entry(struct cbor_in *in, struct statement *s)
{
	struct item name;
	int r = cbor_take(in, ITEM_TEXT, &name);

	if (r != KOSMO_OK)
		return r;
	if (is_text(&name, "alg") && s->alg.kind == ITEM_NONE)
		return cbor_take(in, ITEM_INT, &s->alg);
	if (is_text(&name, "sig") && s->sig.kind == ITEM_NONE)
		return cbor_take(in, ITEM_BYTES, &s->sig);
	if (is_text(&name, "x5c") && s->certificates == 0)
		return read_x5c(in, s);
	return KOSMO_EFORMAT;
}

static int
read_statement(const struct k_touched *done, struct statement *s)
{
	struct cbor_in in = { done->statement, done->statement_len };
	struct item map;
	int r = cbor_take(&in, ITEM_MAP, &map);

	memset(s, 0, sizeof(*s));
	for (size_t i = 0; r == KOSMO_OK && i < map.n; i++)
		r = read_entry(&in, s);
	return r == KOSMO_OK && in.left > 0 ? KOSMO_EFORMAT : r;
}

static int
take_signer(const struct statement *s, struct k_passkey_new *ret)
{
	return der_certificate_key(s->leaf.data, s->leaf.n, &ret->signer_alg,
	    ret->signer, &ret->signer_len);
}

static int
take_signature(
    const struct statement *s, uint8_t alg, struct k_passkey_new *ret)
{
	return cose_signature(
	    alg, s->sig.data, s->sig.n, ret->signature, &ret->signature_len);
}

/* WebAuthn, 8.7 */
static int
read_none(const struct statement *s, struct k_passkey_new *ret)
{
	ret->attestation = ATTEST_NONE;
	return s->alg.kind == ITEM_NONE && s->sig.kind == ITEM_NONE &&
		s->certificates == 0
	    ? KOSMO_OK
	    : KOSMO_EFORMAT;
}

/* WebAuthn, 8.2 */
static int
read_packed(const struct statement *s, struct k_passkey_new *ret)
{
	enum key_alg alg = cose_alg(s->alg.number);
	int r;

	if (s->alg.kind != ITEM_INT || s->sig.kind != ITEM_BYTES ||
	    alg == ALG_NONE)
		return KOSMO_EFORMAT;
	if (s->certificates == 0) {
		ret->attestation = ATTEST_SELF;
		return alg == ret->alg ? take_signature(s, ret->alg, ret)
				       : KOSMO_EFORMAT;
	}
	ret->attestation = ATTEST_PACKED;
	if ((r = take_signer(s, ret)) != KOSMO_OK)
		return r;
	return alg == ret->signer_alg ? take_signature(s, ret->signer_alg, ret)
				      : KOSMO_EFORMAT;
}

/* WebAuthn, 8.6 */
static int
read_u2f(const struct statement *s, struct k_passkey_new *ret)
{
	int r;

	if (s->alg.kind != ITEM_NONE || s->sig.kind != ITEM_BYTES ||
	    s->certificates != 1 || ret->alg != ALG_ES256)
		return KOSMO_EFORMAT;
	ret->attestation = ATTEST_U2F;
	if ((r = take_signer(s, ret)) != KOSMO_OK)
		return r;
	return ret->signer_alg == ALG_ES256 ? take_signature(s, ALG_ES256, ret)
					    : KOSMO_EFORMAT;
}

static const struct {
	const char *format;
	int (*read)(const struct statement *s, struct k_passkey_new *ret);
} formats[] = { { "none", read_none }, { "packed", read_packed },
	{ "fido-u2f", read_u2f } };

/* What the authenticator data says of the credential. */
static int
take_credential(const struct k_touched *done, struct k_passkey_new *ret)
{
	struct auth_data data;
	int r = auth_data_read(done->auth_data, done->auth_data_len, &data);

	if (r != KOSMO_OK)
		return r;
	if ((data.flags & KEY_AT) == 0 ||
	    data.credential_len != done->credential_len ||
	    memcmp(data.credential, done->credential, data.credential_len) != 0)
		return KOSMO_EFORMAT;
	memcpy(ret->credential, data.credential, data.credential_len);
	ret->credential_len = data.credential_len;
	memcpy(ret->key, data.key, sizeof(ret->key));
	ret->key_len = data.key_len;
	ret->alg = data.alg;
	memcpy(ret->auth_data, done->auth_data, done->auth_data_len);
	ret->auth_data_len = done->auth_data_len;
	return KOSMO_OK;
}

int
attestation_read(const struct k_touched *done, struct k_passkey_new *ret)
{
	struct statement s;
	int r;

	memset(ret, 0, sizeof(*ret));
	if ((r = take_credential(done, ret)) != KOSMO_OK)
		return r;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].format, done->format) != 0)
			continue;
		r = read_statement(done, &s);
		return r == KOSMO_OK ? formats[i].read(&s, ret) : r;
	}
	return KOSMO_EINVAL;
}

/* Ed25519 takes 64 bytes, RSA of 2048 bits 256; DER on P-256 never so many. */
static uint8_t
alg_of(uint32_t signature_len)
{
	if (signature_len == 64)
		return ALG_EDDSA;
	return signature_len == 256 ? ALG_RS256 : ALG_ES256;
}

int
assertion_read(const struct k_touched *done, struct k_passkey *ret)
{
	struct auth_data data;
	int r = auth_data_read(done->auth_data, done->auth_data_len, &data);

	memset(ret, 0, sizeof(*ret));
	/* nothing was asked for that would stand behind the counter */
	if (r != KOSMO_OK || (data.flags & (KEY_AT | KEY_ED)) != 0)
		return KOSMO_EFORMAT;
	memcpy(ret->rp_hash, data.rp_hash, sizeof(ret->rp_hash));
	ret->flags = data.flags;
	ret->counter = data.counter;
	return cose_signature(alg_of(done->signature_len), done->signature,
	    done->signature_len, ret->signature, &ret->signature_len);
}
