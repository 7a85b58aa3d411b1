/*
 * What authenticators send, taken apart: whatever is taken out of it verifies,
 * and nothing that is cut, longer, or otherwise than it should be is taken.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/attestation.h"
#include "kosmod/talk/auth_data.h"
#include "kosmod/talk/der.h"
#include "soft_key.h"

#define LINE 8192

static uint8_t
digit(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, c);

	assert_true(c != '\0' && at != NULL);
	return (uint8_t)(at - digits);
}

static size_t
unhex(const char *hex, uint8_t *ret, size_t size)
{
	size_t n = 0;

	for (; hex[0] != '\0'; hex += 2, n++) {
		assert_true(n < size);
		ret[n] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
	}
	return n;
}

static EVP_PKEY *
load(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	assert_non_null(params);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *
load_p256(const uint8_t *xy)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	uint8_t point[65] = { 4 };
	EVP_PKEY *key;

	memcpy(point + 1, xy, 64);
	OSSL_PARAM_BLD_push_utf8_string(
	    b, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
	OSSL_PARAM_BLD_push_octet_string(
	    b, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point));
	key = load("EC", OSSL_PARAM_BLD_to_param(b));
	OSSL_PARAM_BLD_free(b);
	return key;
}

static EVP_PKEY *
load_rsa(const uint8_t *ne, size_t len)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(ne, 256, NULL);
	BIGNUM *e = BN_bin2bn(ne + 256, (int)len - 256, NULL);
	EVP_PKEY *key;

	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, e);
	key = load("RSA", OSSL_PARAM_BLD_to_param(b));
	OSSL_PARAM_BLD_free(b);
	BN_free(n);
	BN_free(e);
	return key;
}

/* r and s back into what libcrypto verifies. */
static size_t
to_der(const uint8_t *rs, uint8_t ret[static 80])
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	uint8_t *at = ret;
	int len;

	ECDSA_SIG_set0(
	    sig, BN_bin2bn(rs, 32, NULL), BN_bin2bn(rs + 32, 32, NULL));
	len = i2d_ECDSA_SIG(sig, &at);
	ECDSA_SIG_free(sig);
	assert_true(len > 0 && len <= 80);
	return (size_t)len;
}

/* The signature, as enum key_alg has it, is one by that key over text. */
static void
verifies(uint8_t alg, const uint8_t *raw, size_t raw_len, const uint8_t *sig,
    size_t sig_len, const uint8_t *text, size_t len)
{
	const EVP_MD *md = alg == ALG_EDDSA ? NULL : EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY *key = NULL;
	uint8_t der[80];

	if (alg == ALG_ES256) {
		assert_int_equal(raw_len, 64);
		assert_int_equal(sig_len, 64);
		key = load_p256(raw);
		sig_len = to_der(sig, der);
		sig = der;
	} else if (alg == ALG_EDDSA)
		key = EVP_PKEY_new_raw_public_key(
		    EVP_PKEY_ED25519, NULL, raw, raw_len);
	else
		key = load_rsa(raw, raw_len);
	assert_non_null(key);
	assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, md, NULL, key), 1);
	assert_int_equal(EVP_DigestVerify(ctx, sig, sig_len, text, len), 1);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

/* What fido-u2f signs (WebAuthn, 8.6). */
static size_t
u2f_text(const struct k_passkey_new *new, const uint8_t *hash, uint8_t *ret)
{
	size_t n = 0;

	ret[n++] = 0;
	memcpy(ret + n, new->auth_data, 32);
	memcpy(ret + n + 32, hash, 32);
	n += 64;
	memcpy(ret + n, new->credential, new->credential_len);
	n += new->credential_len;
	ret[n++] = 4;
	memcpy(ret + n, new->key, 64);
	return n + 64;
}

static void
attestation_verifies(const struct k_passkey_new *new, const uint8_t *hash)
{
	bool self = new->attestation == ATTEST_SELF;
	uint8_t text[AUTH_DATA_LEN + 32];
	size_t len = new->auth_data_len;

	if (new->attestation == ATTEST_NONE) {
		assert_int_equal(new->signature_len, 0);
		return;
	}
	memcpy(text, new->auth_data, len);
	memcpy(text + len, hash, 32);
	len += 32;
	if (new->attestation == ATTEST_U2F)
		len = u2f_text(new, hash, text);
	verifies(self ? new->alg : new->signer_alg,
	    self ? new->key : new->signer,
	    self ? new->key_len : new->signer_len, new->signature,
	    new->signature_len, text, len);
}

/* What the keeper builds: of authenticator data the fixed 37 bytes. */
static void
proof_verifies(const struct k_passkey *p, const struct k_passkey_new *new,
    const uint8_t *hash)
{
	uint8_t text[69];

	memcpy(text, p->rp_hash, 32);
	text[32] = p->flags;
	for (int i = 0; i < 4; i++)
		text[33 + i] = (uint8_t)(p->counter >> (24 - 8 * i));
	memcpy(text + 37, hash, 32);
	verifies(new->alg, new->key, new->key_len, p->signature,
	    p->signature_len, text, sizeof(text));
}

/* A vector of the file while it is read. */
struct vector {
	char name[64], expect[16];
	struct k_touched enrol, proof;
	uint8_t hash[32], proof_hash[32];
};

static void
check_vector(const struct vector *v)
{
	struct k_passkey_new new;
	struct k_passkey proof;
	int r = attestation_read(&v->enrol, &new);

	if (strcmp(v->expect, "refused") == 0) {
		assert_true(r == KOSMO_EFORMAT || r == KOSMO_EINVAL);
		return;
	}
	assert_int_equal(r, KOSMO_OK);
	attestation_verifies(&new, v->hash);
	if (strcmp(v->expect, "enrolled") == 0)
		return;
	assert_int_equal(assertion_read(&v->proof, &proof), KOSMO_OK);
	proof_verifies(&proof, &new, v->proof_hash);
}

/* What has no room does not cross the wire: cut. */
static void
take(uint8_t *to, uint32_t *len, size_t size, const uint8_t *bytes, size_t n)
{
	*len = (uint32_t)(n > size ? size : n);
	memcpy(to, bytes, *len);
}

static void
read_vector_line(struct vector *v, const char *key, const char *value)
{
	static uint8_t bytes[LINE];
	struct k_touched *e = &v->enrol, *p = &v->proof;
	size_t n;

	if (strcmp(key, "format") == 0) {
		assert_true(strlen(value) < sizeof(e->format));
		memcpy(e->format, value, strlen(value) + 1);
		return;
	}
	n = unhex(value, bytes, sizeof(bytes));
	if (strcmp(key, "hash") == 0)
		memcpy(v->hash, bytes, n);
	else if (strcmp(key, "login.hash") == 0)
		memcpy(v->proof_hash, bytes, n);
	else if (strcmp(key, "credential") == 0)
		take(e->credential, &e->credential_len, CREDENTIAL_LEN, bytes,
		    n);
	else if (strcmp(key, "auth_data") == 0)
		take(e->auth_data, &e->auth_data_len, AUTH_DATA_LEN, bytes, n);
	else if (strcmp(key, "statement") == 0)
		take(e->statement, &e->statement_len, STATEMENT_LEN, bytes, n);
	else if (strcmp(key, "login.auth_data") == 0)
		take(p->auth_data, &p->auth_data_len, AUTH_DATA_LEN, bytes, n);
	else if (strcmp(key, "login.signature") == 0)
		take(p->signature, &p->signature_len, SIGNATURE_LEN, bytes, n);
	else
		fail_msg("%s", key);
}

static void
w3c(void **state)
{
	static struct vector v;
	const char *srcdir = getenv("srcdir");
	char path[512], line[LINE], key[32], value[LINE], more[16];
	unsigned n = 0;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/unit/webauthn.vectors",
	    srcdir != NULL ? srcdir : ".");
	assert_non_null(f = fopen(path, "re"));
	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "vector %63s %15s", value, more) == 2) {
			memset(&v, 0, sizeof(v));
			snprintf(v.name, sizeof(v.name), "%.63s", value);
			snprintf(v.expect, sizeof(v.expect), "%s", more);
			n++;
		} else if (line[0] != '#' &&
		    sscanf(line, "%31s %8191s", key, value) == 2)
			read_vector_line(&v, key, value);
		else if (line[0] == '\n' && v.name[0] != '\0')
			check_vector(&v);
	}
	fclose(f);
	check_vector(&v);
	assert_int_equal(n, 11);
}

static const uint8_t hash[32] = { 7, 7, 7 };
static const struct soft_job job = { "example.co.jp", hash, KEY_UP | KEY_UV,
	"packed" };

static int
read_any(const struct k_touched *t, bool enrol)
{
	struct k_passkey_new new;
	struct k_passkey proof;

	return enrol ? attestation_read(t, &new) : assertion_read(t, &proof);
}

/* One of the blobs of t, shorter by each number of bytes, and longer by one. */
static void
cut(struct k_touched *t, uint8_t *bytes, uint32_t *len, bool enrol)
{
	uint32_t whole = *len;

	while ((*len)-- > 0) {
		/* of this length alone it could be one of Ed25519 */
		if (bytes == t->signature && *len == 64)
			continue;
		assert_int_equal(read_any(t, enrol), KOSMO_EFORMAT);
	}
	*len = whole + 1;
	bytes[whole] = 0;
	assert_int_equal(read_any(t, enrol), KOSMO_EFORMAT);
	*len = whole;
	assert_int_equal(read_any(t, enrol), KOSMO_OK);
}

static void
cuts_refused(const struct k_touched *whole)
{
	static struct k_touched t;
	bool enrol = whole->signature_len == 0;

	t = *whole;
	cut(&t, t.auth_data, &t.auth_data_len, enrol);
	if (!enrol) {
		cut(&t, t.signature, &t.signature_len, false);
		return;
	}
	cut(&t, t.credential, &t.credential_len, true);
	cut(&t, t.statement, &t.statement_len, true);
}

/* Any single bit: refused, or what is taken out says the same as before. */
static void
bits_harmless(const struct k_touched *whole)
{
	static struct k_touched t;
	struct k_passkey_new new;

	for (uint32_t i = 0; i < whole->statement_len * 8; i++) {
		t = *whole;
		t.statement[i / 8] ^= (uint8_t)(1U << i % 8);
		if (attestation_read(&t, &new) != KOSMO_OK)
			continue;
		assert_memory_equal(
		    new.credential, whole->credential, new.credential_len);
		assert_true(new.signature_len <= sizeof(new.signature));
		assert_true(new.signer_len <= sizeof(new.signer));
	}
}

static void
all_algorithms(void **state)
{
	static const char *const formats[] = { "none", "packed", "fido-u2f" };
	static struct k_touched t;
	struct k_passkey_new new;
	struct k_passkey proof;
	struct soft_job j = job;
	struct soft_key k;

	(void)state;
	for (uint8_t alg = ALG_ES256; alg <= ALG_RS256; alg++) {
		soft_key_new(&k, (enum key_alg)alg);
		for (int i = 0; i < 4; i++) {
			j.format = formats[i < 2 ? i : i - 1];
			if (i == 2) /* packed again, by a certificate */
				soft_key_certify(&k);
			soft_key_enrol(&k, &j, &t);
			if (i == 3 && alg != ALG_ES256)
				break; /* U2F knows no other */
			assert_int_equal(attestation_read(&t, &new), 0);
			assert_int_equal(new.alg, alg);
			assert_int_equal(new.attestation, i);
			assert_string_equal(new.name, "");
			attestation_verifies(&new, hash);
			cuts_refused(&t);
			bits_harmless(&t);
		}
		soft_key_prove(&k, &j, &t);
		assert_int_equal(assertion_read(&t, &proof), 0);
		assert_int_equal(proof.counter, k.counter - 1);
		assert_int_equal(proof.flags, KEY_UP | KEY_UV);
		proof_verifies(&proof, &new, hash);
		cuts_refused(&t);
		soft_key_done(&k);
	}
}

/* A statement that says something else than the format that it came with. */
static void
formats(void **state)
{
	static const char *const other[] = { "none", "fido-u2f" };
	static const char *const unknown[] = { "", "tpm", "apple",
		"android-key", "Packed" };
	static struct k_touched t;
	struct k_passkey_new new;
	struct soft_key k;

	(void)state;
	soft_key_new(&k, ALG_ES256);
	soft_key_enrol(&k, &job, &t);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		snprintf(t.format, sizeof(t.format), "%s", unknown[i]);
		assert_int_equal(attestation_read(&t, &new), KOSMO_EINVAL);
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		snprintf(t.format, sizeof(t.format), "%s", other[i]);
		assert_int_equal(attestation_read(&t, &new), KOSMO_EFORMAT);
	}
	soft_key_prove(&k, &job, &t); /* no credential in it */
	memcpy(t.format, "none", 5);
	assert_int_equal(attestation_read(&t, &new), KOSMO_EFORMAT);
	soft_key_done(&k);
}

/* Flags say that something follows, or does not, and it does. */
static void
flags(void **state)
{
	static struct k_touched t;
	struct auth_data data;
	struct k_passkey proof;
	struct soft_key k;

	(void)state;
	soft_key_new(&k, ALG_EDDSA);
	soft_key_enrol(&k, &job, &t);
	assert_int_equal(
	    auth_data_read(t.auth_data, t.auth_data_len, &data), 0);
	assert_int_equal(data.flags, KEY_UP | KEY_UV | KEY_AT);
	t.auth_data[32] = KEY_UP | KEY_UV;
	assert_int_equal(
	    auth_data_read(t.auth_data, t.auth_data_len, &data), KOSMO_EFORMAT);
	t.auth_data[32] = KEY_UP | KEY_AT | KEY_ED;
	assert_int_equal(
	    auth_data_read(t.auth_data, t.auth_data_len, &data), KOSMO_EFORMAT);
	/* {"credProtect": 2} */
	t.auth_data_len += (uint32_t)unhex(
	    "a16b6372656450726f7465637402", t.auth_data + t.auth_data_len, 64);
	assert_int_equal(
	    auth_data_read(t.auth_data, t.auth_data_len, &data), 0);
	t.auth_data[t.auth_data_len++] = 0xa0;
	assert_int_equal(
	    auth_data_read(t.auth_data, t.auth_data_len, &data), KOSMO_EFORMAT);
	/* nothing may stand between the counter and the challenge */
	soft_key_prove(&k, &job, &t);
	t.auth_data[32] |= KEY_ED;
	t.auth_data[t.auth_data_len++] = 0xa0;
	assert_int_equal(assertion_read(&t, &proof), KOSMO_EFORMAT);
	soft_key_done(&k);
}

#define X "0101010101010101010101010101010101010101010101010101010101010101"

static void
cose(void **state)
{
	static const struct {
		const char *hex;
		int alg; /* ALG_NONE: refused */
		int r;
	} rows[] = {
		{ "a5010203262001215820" X "225820" X, ALG_ES256, 0 },
		{ "a4010103272006215820" X, ALG_EDDSA, 0 },
		/* y is missing; one too many; twice; another label */
		{ "a4010203262001215820" X, ALG_NONE, KOSMO_EFORMAT },
		{ "a5010103272006215820" X "225820" X, ALG_NONE,
		    KOSMO_EFORMAT },
		{ "a6010203262001215820" X "215820" X "225820" X, ALG_NONE,
		    KOSMO_EFORMAT },
		{ "a6010203262001215820" X "225820" X "0401", ALG_NONE,
		    KOSMO_EFORMAT },
		/* another type, algorithm, curve */
		{ "a5010103262001215820" X "225820" X, ALG_NONE,
		    KOSMO_EFORMAT },
		{ "a501020338222001215820" X "225820" X, ALG_NONE,
		    KOSMO_EINVAL },
		{ "a5010203262002215820" X "225820" X, ALG_NONE,
		    KOSMO_EFORMAT },
		{ "a4010103272007215820" X, ALG_NONE, KOSMO_EFORMAT },
		/* a short x; a compressed point: y is true */
		{ "a501020326200121581f" X "225820" X, ALG_NONE,
		    KOSMO_EFORMAT },
		{ "a5010203262001215820" X "22f5", ALG_NONE, KOSMO_EFORMAT },
		{ "a5010203262001215820" X "2201", ALG_NONE, KOSMO_EFORMAT },
		{ "a0", ALG_NONE, KOSMO_EFORMAT },
		{ "80", ALG_NONE, KOSMO_EFORMAT },
	};
	uint8_t bytes[256], key[KEY_LEN], alg;
	uint32_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cbor_in in = { bytes,
			unhex(rows[i].hex, bytes, sizeof(bytes)) };

		assert_int_equal(
		    cose_key_read(&in, &alg, key, &len), rows[i].r);
		assert_int_equal(alg, rows[i].alg);
		assert_int_equal(len,
		    rows[i].alg == ALG_ES256	   ? 64
			: rows[i].alg == ALG_EDDSA ? 32
						   : 0);
	}
}

static void
cbor(void **state)
{
	static const struct {
		const char *hex;
		bool good;
	} rows[] = {
		{ "00", true },
		{ "1818", true },
		{ "1903e8", true },
		{ "1b0000000100000000", true },
		{ "3863", true },
		{ "f5", true },
		{ "f6", true },
		{ "40", true },
		{ "6161", true },
		{ "84010203f4", true },
		{ "8181818100", true },
		/* five deep */
		{ "818181818100", false },
		{ "a100a100a100a100a10000", false },
		/* longer than needed */
		{ "1817", false },
		{ "190001", false },
		{ "1a00000001", false },
		{ "1b0000000000000001", false },
		{ "580100", false },
		{ "59000100", false },
		{ "5a0000000100", false },
		{ "5b000000000000000100", false },
		{ "980100", false },
		{ "b8010000", false },
		/* beyond an int64 */
		{ "1bffffffffffffffff", false },
		{ "3bffffffffffffffff", false },
		/* more claimed than there is */
		{ "41", false },
		{ "58ff00", false },
		{ "5bffffffffffffffff00", false },
		{ "7b800000000000000000", false },
		{ "9bffffffffffffffff00", false },
		{ "bb8000000000000000", false },
		{ "99ffff00", false },
		{ "b9ffff0000", false },
		{ "82", false },
		{ "a100", false },
		{ "18", false },
		{ "", false },
		/* lengths that are not given, tags, floats, breaks */
		{ "5f4100ff", false },
		{ "7f6161ff", false },
		{ "9f00ff", false },
		{ "bf0000ff", false },
		{ "c000", false },
		{ "d81800", false },
		{ "f93c00", false },
		{ "fa47c35000", false },
		{ "ff", false },
		{ "1c", false },
		{ "f820", false },
	};
	uint8_t bytes[32];
	struct item item;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cbor_in in = { bytes,
			unhex(rows[i].hex, bytes, sizeof(bytes)) };

		assert_int_equal(
		    cbor_skip(&in), rows[i].good ? KOSMO_OK : KOSMO_EFORMAT);
		if (rows[i].good)
			assert_int_equal(in.left, 0);
	}
	struct cbor_in in = { bytes, unhex("3863", bytes, sizeof(bytes)) };

	assert_int_equal(cbor_next(&in, &item), KOSMO_OK);
	assert_int_equal(item.number, -100);
}

static void
signatures(void **state)
{
	static const char *const refused[] = {
		"", "30", "3006020101", "300602010102",
		"3006020101020101"
		"00", /* something behind it */
		"3008020101020101"
		"0500", /* something in it */
		"3080020101020101"
		"0000",		      /* a length that is not given */
		"3006020101040101",   /* no number */
		"3006020100020101",   /* zero */
		"3006020181020101",   /* below zero */
		"300702020001020101", /* longer than needed */
		"3006020101"
		"020101"
		"020101",
		"3106020101020101", /* a set */
		"302602210"
		"1" X "020101",	  /* 33 bytes */
		"30050200020101", /* no bytes */
	};
	uint8_t bytes[128], ret[64], want[64] = { [31] = 0x80, [63] = 3 };
	uint8_t raw[RAW_SIGNATURE_LEN];
	uint32_t len;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		n = unhex(refused[i], bytes, sizeof(bytes));
		assert_int_equal(der_signature(bytes, n, ret), KOSMO_EFORMAT);
	}
	n = unhex("300702020080020103", bytes, sizeof(bytes));
	assert_int_equal(der_signature(bytes, n, ret), KOSMO_OK);
	assert_memory_equal(ret, want, sizeof(want));
	assert_int_equal(cose_signature(ALG_ES256, bytes, n, raw, &len), 0);
	assert_int_equal(len, 64);
	for (uint8_t alg = ALG_NONE; alg < 5; alg++)
		assert_int_equal(
		    cose_signature(alg, bytes, 63, raw, &len), KOSMO_EFORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(w3c),
		cmocka_unit_test(all_algorithms),
		cmocka_unit_test(formats),
		cmocka_unit_test(flags),
		cmocka_unit_test(cose),
		cmocka_unit_test(cbor),
		cmocka_unit_test(signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
