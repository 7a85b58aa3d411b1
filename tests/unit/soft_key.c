#include "config.h"

#include "soft_key.h"

#include <cbor.h>
#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(what)                                                \
	do {                                                      \
		if (!(what)) {                                    \
			fprintf(stderr, "soft_key: %s\n", #what); \
			exit(1);                                  \
		}                                                 \
	} while (0)

/* What is being written. */
struct out {
	uint8_t *at;
	size_t left;
};

static void
put(struct out *o, const void *data, size_t len)
{
	MUST(len <= o->left);
	memcpy(o->at, data, len);
	o->at += len;
	o->left -= len;
}

static void
wrote(struct out *o, size_t n)
{
	MUST(n > 0);
	o->at += n;
	o->left -= n;
}

static void
put_number(struct out *o, int64_t n)
{
	wrote(o,
	    n >= 0 ? cbor_encode_uint((uint64_t)n, o->at, o->left)
		   : cbor_encode_negint((uint64_t)(-1 - n), o->at, o->left));
}

static void
put_bytes(struct out *o, const uint8_t *data, size_t len)
{
	wrote(o, cbor_encode_bytestring_start(len, o->at, o->left));
	put(o, data, len);
}

static void
put_text(struct out *o, const char *text)
{
	wrote(o, cbor_encode_string_start(strlen(text), o->at, o->left));
	put(o, text, strlen(text));
}

static void
put_map(struct out *o, size_t n)
{
	wrote(o, cbor_encode_map_start(n, o->at, o->left));
}

static EVP_PKEY *
make_key(enum key_alg alg)
{
	EVP_PKEY *key = NULL;

	if (alg == ALG_ES256)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	else if (alg == ALG_EDDSA)
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	else
		key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	MUST(key != NULL);
	return key;
}

void
soft_key_new(struct soft_key *k, enum key_alg alg)
{
	memset(k, 0, sizeof(*k));
	k->alg = alg;
	k->counter = 1;
	k->key = make_key(alg);
	MUST(RAND_bytes(k->id, sizeof(k->id)) == 1);
}

void
soft_key_done(struct soft_key *k)
{
	EVP_PKEY_free(k->key);
	EVP_PKEY_free(k->maker);
	memset(k, 0, sizeof(*k));
}

void
soft_key_certify(struct soft_key *k)
{
	if (k->maker == NULL)
		k->maker = make_key(ALG_ES256);
}

static void
put_number_of(struct out *o, EVP_PKEY *key, const char *name, size_t len)
{
	BIGNUM *n = NULL;
	uint8_t bytes[256];

	MUST(EVP_PKEY_get_bn_param(key, name, &n) == 1);
	MUST(len <= sizeof(bytes) && BN_bn2binpad(n, bytes, (int)len) > 0);
	put_bytes(o, bytes, len);
	BN_free(n);
}

static void
put_ec2(struct out *o, EVP_PKEY *key)
{
	put_map(o, 5);
	put_number(o, 1);
	put_number(o, 2);
	put_number(o, 3);
	put_number(o, -7);
	put_number(o, -1);
	put_number(o, 1);
	put_number(o, -2);
	put_number_of(o, key, OSSL_PKEY_PARAM_EC_PUB_X, 32);
	put_number(o, -3);
	put_number_of(o, key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
}

static void
put_okp(struct out *o, EVP_PKEY *key)
{
	uint8_t raw[32];
	size_t len = sizeof(raw);

	MUST(EVP_PKEY_get_raw_public_key(key, raw, &len) == 1);
	put_map(o, 4);
	put_number(o, 1);
	put_number(o, 1);
	put_number(o, 3);
	put_number(o, -8);
	put_number(o, -1);
	put_number(o, 6);
	put_number(o, -2);
	put_bytes(o, raw, len);
}

static void
put_rsa(struct out *o, EVP_PKEY *key)
{
	put_map(o, 4);
	put_number(o, 1);
	put_number(o, 3);
	put_number(o, 3);
	put_number(o, -257);
	put_number(o, -1);
	put_number_of(o, key, OSSL_PKEY_PARAM_RSA_N, 256);
	put_number(o, -2);
	put_number_of(o, key, OSSL_PKEY_PARAM_RSA_E, 3);
}

/* Authenticator data (WebAuthn, 6.1), with the credential or without. */
static uint32_t
make_data(struct soft_key *k, const struct soft_job *job, bool credential,
    uint8_t ret[static AUTH_DATA_LEN])
{
	struct out o = { ret, AUTH_DATA_LEN };
	uint8_t flags = (uint8_t)(job->flags | (credential ? KEY_AT : 0));
	uint8_t head[37] = { 0 }, attested[18] = { [17] = sizeof(k->id) };

	SHA256((const uint8_t *)job->rp_id, strlen(job->rp_id), head);
	head[32] = flags;
	for (int i = 0; i < 4; i++)
		head[33 + i] = (uint8_t)(k->counter >> (24 - 8 * i));
	k->counter++;
	put(&o, head, sizeof(head));
	if (!credential)
		return (uint32_t)(AUTH_DATA_LEN - o.left);
	put(&o, attested, sizeof(attested));
	put(&o, k->id, sizeof(k->id));
	if (k->alg == ALG_ES256)
		put_ec2(&o, k->key);
	else if (k->alg == ALG_EDDSA)
		put_okp(&o, k->key);
	else
		put_rsa(&o, k->key);
	return (uint32_t)(AUTH_DATA_LEN - o.left);
}

static uint32_t
sign(EVP_PKEY *key, const uint8_t *data, size_t len,
    uint8_t ret[static SIGNATURE_LEN])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *md = EVP_sha256();
	size_t n = SIGNATURE_LEN;

	if (EVP_PKEY_is_a(key, "ED25519"))
		md = NULL;
	MUST(ctx != NULL && EVP_DigestSignInit(ctx, NULL, md, NULL, key) == 1 &&
	    EVP_DigestSign(ctx, ret, &n, data, len) == 1);
	EVP_MD_CTX_free(ctx);
	return (uint32_t)n;
}

static void
put_certificate(struct out *o, EVP_PKEY *maker)
{
	X509 *x = X509_new();
	uint8_t der[2048], *at = der;
	X509_NAME *name;
	int len;

	MUST(x != NULL && X509_set_version(x, 2) == 1);
	name = X509_get_subject_name(x);
	MUST(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		 (const uint8_t *)"Soft key", -1, -1, 0) == 1);
	MUST(X509_set_issuer_name(x, name) == 1 &&
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(x), 0) != NULL &&
	    X509_gmtime_adj(X509_getm_notAfter(x), 86400) != NULL &&
	    X509_set_pubkey(x, maker) == 1 &&
	    X509_sign(x, maker, EVP_sha256()) > 0);
	len = i2d_X509(x, NULL);
	MUST(len > 0 && (size_t)len <= sizeof(der) && i2d_X509(x, &at) == len);
	wrote(o, cbor_encode_array_start(1, o->at, o->left));
	put_bytes(o, der, (size_t)len);
	X509_free(x);
}

/* What fido-u2f signs (WebAuthn, 8.6); the point follows "-2", "-3". */
static size_t
u2f_text(const struct soft_key *k, const struct soft_job *job,
    const struct k_touched *t, uint8_t ret[static AUTH_DATA_LEN])
{
	struct out o = { ret, AUTH_DATA_LEN };
	const uint8_t *key = t->auth_data + 37 + 18 + sizeof(k->id);

	put(&o, "", 1);
	put(&o, t->auth_data, 32);
	put(&o, job->hash, 32);
	put(&o, k->id, sizeof(k->id));
	put(&o, "\x04", 1);
	put(&o, key + 10, 32);
	put(&o, key + 45, 32);
	return AUTH_DATA_LEN - o.left;
}

static void
make_statement(
    const struct soft_key *k, const struct soft_job *job, struct k_touched *t)
{
	struct out o = { t->statement, STATEMENT_LEN };
	bool u2f = strcmp(job->format, "fido-u2f") == 0;
	uint8_t text[AUTH_DATA_LEN + 32], signature[SIGNATURE_LEN];
	size_t len = t->auth_data_len;

	if (u2f)
		len = u2f_text(k, job, t, text);
	else {
		memcpy(text, t->auth_data, len);
		memcpy(text + len, job->hash, 32);
		len += 32;
	}
	put_map(&o, (k->maker != NULL ? 1U : 0) + (u2f ? 1 : 2));
	if (!u2f) {
		put_text(&o, "alg");
		put_number(&o,
		    k->maker != NULL || k->alg == ALG_ES256 ? -7
			: k->alg == ALG_EDDSA		    ? -8
							    : -257);
	}
	put_text(&o, "sig");
	len = sign(k->maker != NULL ? k->maker : k->key, text, len, signature);
	put_bytes(&o, signature, len);
	if (k->maker != NULL) {
		put_text(&o, "x5c");
		put_certificate(&o, k->maker);
	}
	t->statement_len = (uint32_t)(STATEMENT_LEN - o.left);
}

void
soft_key_enrol(
    struct soft_key *k, const struct soft_job *job, struct k_touched *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->word = TOUCH_DONE;
	memcpy(ret->credential, k->id, sizeof(k->id));
	ret->credential_len = sizeof(k->id);
	ret->auth_data_len = make_data(k, job, true, ret->auth_data);
	snprintf(ret->format, sizeof(ret->format), "%s", job->format);
	if (strcmp(job->format, "none") != 0)
		make_statement(k, job, ret);
	else {
		ret->statement[0] = 0xa0;
		ret->statement_len = 1;
	}
}

void
soft_key_prove(
    struct soft_key *k, const struct soft_job *job, struct k_touched *ret)
{
	uint8_t text[AUTH_DATA_LEN + 32];

	memset(ret, 0, sizeof(*ret));
	ret->word = TOUCH_DONE;
	ret->auth_data_len = make_data(k, job, false, ret->auth_data);
	memcpy(text, ret->auth_data, ret->auth_data_len);
	memcpy(text + ret->auth_data_len, job->hash, 32);
	ret->signature_len =
	    sign(k->key, text, ret->auth_data_len + 32, ret->signature);
}
