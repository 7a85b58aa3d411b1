/*
 * Signatures of the three algorithms: published vectors, keys made here, and
 * keys that there are not.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "key_rig.h"

static size_t
unhex(const char *hex, uint8_t *ret)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++)
		assert_int_equal(sscanf(hex + 2 * i, "%2hhx", &ret[i]), 1);
	return n;
}

struct vector {
	enum key_alg alg;
	const char *key, *text, *signature;
};

static const struct vector vectors[] = {
	/* RFC 6979 A.2.5, SHA-256, "sample" */
	{ ALG_ES256,
	    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
	    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
	    "sample",
	    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
	    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda"
	    "8" },
	/* RFC 8032 7.1, TEST 2 */
	{ ALG_EDDSA,
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	    "r",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c0"
	    "0" },
	/* RFC 8032 7.1, TEST 1 */
	{ ALG_EDDSA,
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	    "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100"
	    "b" },
	/* RFC 7515 A.2 (RS256, e = 65537) */
	{ ALG_RS256,
	    "a1f8160ae2e3c9b465ce8d2d656263362b927dbe29e1f02477fc1625cc90a136"
	    "e38bd93497c5b6ea63dd7711e67c7429f956b0fb8a8f089adc4b69893cc1333f"
	    "53edd019b87784252fec914fe4857769594bea4280d32c0f55bf62944f130396"
	    "bc6e9bdf6ebdd2bda3678eeca0c668f701b38dbffb38c8342ce2fe6d27fade4a"
	    "5a4874979dd4b9cf9adec4c75b05852c2c0f5ef8a5c1750392f944e8ed64c110"
	    "c6b647609aa4783aeb9c6c9ad755313050638b83665c6f6f7a82a396702a1f64"
	    "1b82d3ebf2392219491fb686872c5716f50af8358d9a8b9d17c340728f7f87d8"
	    "9a18d8fcab67ad84590c2ecf759339363c07034d6f606f9e21e05456cae5e9a1"
	    "010001",
	    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAs"
	    "DQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
	    "702e218943e88fd11eb5d82dbf7845f34106ae1b81fff7731116add1717d8365"
	    "6d420afd3c96eedd73a2663e5166687b000b87226e0187ed1073f945e582adfc"
	    "ef16d85a798ee8c66ddb3db8975b17d09402beedd5d9d97007108db28160d5f8"
	    "040ca7445762b81fbe7ff9d92e0ae76f24f25b33bbe6f44ae61eb1040acb2004"
	    "4d3ef9128ed40130795bd4bd3b41eecad066ab651981fde48df77f372dc38b9f"
	    "afdd3befb18b5da3cc3c2eb02f9e3a41d612caad15911273a05f23b9e838faaf"
	    "849d698429ef5a1e88798236c3d40e604522a544c8f27a7a2db80663d16cf7ca"
	    "ea56de405cb2215a45b2c25566b55ac1a748a070dfc8a32a469543d019eefb4"
	    "7" }
};

static int
look(const struct vector *v, size_t spoil)
{
	uint8_t key[KEY_LEN], signature[RAW_SIGNATURE_LEN], text[256];
	size_t n = strlen(v->text), len = unhex(v->signature, signature);
	const struct public_key k = { (uint8_t)v->alg, key,
		unhex(v->key, key) };
	/* in pieces, as callers have it */
	const struct part parts[] = { { text, n / 2 },
		{ text + n / 2, n - n / 2 } };

	memcpy(text, v->text, n);
	if (spoil < len)
		signature[spoil] ^= 1;
	return signature_verify(&k, parts, 2, signature, len);
}

static void
published(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		size_t len = strlen(vectors[i].signature) / 2;

		assert_int_equal(look(&vectors[i], SIZE_MAX), KOSMO_OK);
		for (size_t at = 0; at < len; at += 7)
			assert_int_equal(look(&vectors[i], at), KOSMO_EPERM);
	}
}

static const enum key_alg algs[] = { ALG_ES256, ALG_EDDSA, ALG_RS256 };

/* A key made here, what it signed, and the same spoilt in each way. */
static void
made_here(void **state)
{
	const struct part parts[] = { { "one", 3 }, { "two", 3 } };
	const struct part others[] = { { "one", 3 }, { "twO", 3 } };
	uint8_t bytes[KEY_LEN], signature[RAW_SIGNATURE_LEN + 1] = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct public_key key = { (uint8_t)algs[i], bytes, 0 };
		struct soft_key k, other;
		uint32_t n, len;

		soft_key_new(&k, algs[i]);
		soft_key_new(&other, algs[i]);
		key_public(&k, bytes, &n);
		key.len = n;
		key_sign(k.key, parts, 2, signature, &len);
		assert_int_equal(public_key_check(&key), KOSMO_OK);
		assert_int_equal(
		    signature_verify(&key, parts, 2, signature, len), KOSMO_OK);
		assert_int_equal(
		    signature_verify(&key, parts, 1, signature, len),
		    KOSMO_EPERM);
		assert_int_equal(
		    signature_verify(&key, others, 2, signature, len),
		    KOSMO_EPERM);
		assert_int_equal(
		    signature_verify(&key, parts, 2, signature, len - 1),
		    KOSMO_EPERM);
		assert_int_equal(
		    signature_verify(&key, parts, 2, signature, len + 1),
		    KOSMO_EPERM);
		assert_int_equal(
		    signature_verify(&key, parts, 2, NULL, 0), KOSMO_EPERM);
		key_public(&other, bytes, &n);
		assert_int_equal(
		    signature_verify(&key, parts, 2, signature, len),
		    KOSMO_EPERM);
		/* the same bytes as a key of another algorithm */
		for (uint8_t alg = ALG_NONE; alg <= ALG_RS256 + 1; alg++) {
			key.alg = alg;
			if (alg != algs[i])
				assert_int_equal(signature_verify(&key, parts,
						     2, signature, len),
				    KOSMO_EINVAL);
		}
		soft_key_done(&k);
		soft_key_done(&other);
	}
}

static void
refused(enum key_alg alg, const uint8_t *bytes, size_t len)
{
	const struct public_key key = { (uint8_t)alg, bytes, len };

	assert_int_equal(public_key_check(&key), KOSMO_EINVAL);
}

static void
points_that_are_none(void **state)
{
	uint8_t b[KEY_LEN] = { 0 };
	struct soft_key k;
	uint32_t n;

	(void)state;
	refused(ALG_ES256, b, 64); /* 0, 0 */
	memset(b, 0xff, sizeof(b));
	refused(ALG_ES256, b, 64);
	soft_key_new(&k, ALG_ES256);
	key_public(&k, b, &n);
	b[63] ^= 1;
	refused(ALG_ES256, b, 64);
	b[63] ^= 1;
	refused(ALG_ES256, b, 63);
	refused(ALG_ES256, b, 65);
	refused(ALG_ES256, b, 0);
	soft_key_done(&k);
}

/*
 * Points of small order of Ed25519, as libsodium lists them, and encodings
 * that are not canonical or of no point: a signature by one fits anything.
 */
static const char *const bad_points[] = {
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	/* y = 2 has no x */
	"0200000000000000000000000000000000000000000000000000000000000000",
};

static void
ed25519_points_that_are_none(void **state)
{
	uint8_t b[KEY_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(bad_points) / sizeof(*bad_points); i++) {
		size_t len = unhex(bad_points[i], b);

		assert_int_equal(len, 32);
		refused(ALG_EDDSA, b, len);
	}
	(void)unhex(vectors[1].key, b);
	refused(ALG_EDDSA, b, 31);
	refused(ALG_EDDSA, b, 33);
}

/* The identity signs anything with R = 1, S = 0 where nobody looks. */
static void
the_signature_that_fits_anything(void **state)
{
	uint8_t key[32] = { 1 }, signature[64] = { 1 };
	const struct public_key k = { ALG_EDDSA, key, sizeof(key) };
	const struct part part = { "anything", 8 };

	(void)state;
	assert_int_equal(
	    signature_verify(&k, &part, 1, signature, 64), KOSMO_EINVAL);
}

static void
moduli_and_exponents(void **state)
{
	static const struct {
		uint8_t bytes[5];
		size_t len;
		bool good;
	} exponents[] = {
		{ { 0 }, 0, false },
		{ { 0 }, 1, false },
		{ { 1 }, 1, false },
		{ { 2 }, 1, false },
		{ { 3 }, 1, true },
		{ { 1, 0, 0 }, 3, false },
		{ { 1, 0, 1 }, 3, true },
		{ { 0, 1, 0, 1 }, 4, false },
		{ { 0xff, 0xff, 0xff, 0xff }, 4, true },
		{ { 1, 0, 0, 0, 1 }, 5, false },
	};
	uint8_t b[KEY_LEN];
	const struct public_key key = { ALG_RS256, b, 259 };
	struct buf cose = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(exponents) / sizeof(*exponents); i++) {
		const struct public_key k = { ALG_RS256, b,
			256 + exponents[i].len };

		(void)unhex(vectors[3].key, b);
		memcpy(b + 256, exponents[i].bytes, exponents[i].len);
		assert_int_equal(public_key_check(&k),
		    exponents[i].good ? KOSMO_OK : KOSMO_EINVAL);
	}
	(void)unhex(vectors[3].key, b);
	assert_int_equal(public_key_check(&key), KOSMO_OK);
	b[0] &= 0x7f; /* 2047 bits */
	refused(ALG_RS256, b, 259);
	b[0] |= 0x80;
	b[255] &= 0xfe; /* even */
	refused(ALG_RS256, b, 259);
	refused(ALG_RS256, b, 0);
	refused(ALG_RS256, b, 256);
	/* and none is written that would not be read */
	for (size_t len = 0; len <= KEY_LEN; len++) {
		const struct public_key k = { ALG_RS256, b, len };

		assert_int_equal(public_key_cose(&k, &cose),
		    len >= 257 && len <= 260 ? KOSMO_OK : KOSMO_EINVAL);
	}
	buf_done(&cose);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published),
		cmocka_unit_test(made_here),
		cmocka_unit_test(points_that_are_none),
		cmocka_unit_test(ed25519_points_that_are_none),
		cmocka_unit_test(the_signature_that_fits_anything),
		cmocka_unit_test(moduli_and_exponents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
