#include "config.h"

#include "tests/authenticator/key.h"

#include <err.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#define CURVE_P256 1
#define CURVE_ED25519 6

EVP_PKEY *
key_new(int alg)
{
	EVP_PKEY *key = NULL;

	switch (alg) {
	case COSE_EDDSA:
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	case COSE_RS256:
		key = EVP_RSA_gen(2048);
		break;
	default:
		key = EVP_EC_gen("P-256");
	}
	if (key == NULL)
		errx(1, "no key of algorithm %d can be made", alg);
	return key;
}

void
key_point(const EVP_PKEY *key, uint8_t point[65])
{
	size_t len = 0;

	if (EVP_PKEY_get_octet_string_param(
		key, OSSL_PKEY_PARAM_PUB_KEY, point, 65, &len) != 1 ||
	    len != 65)
		errx(1, "no point of P-256");
}

static void
write_ec(struct out *o, const EVP_PKEY *key, int alg)
{
	uint8_t point[65];

	key_point(key, point);
	out_map(o, 5);
	out_int(o, 1); /* kty: EC2 */
	out_int(o, 2);
	out_int(o, 3);
	out_int(o, alg);
	out_int(o, -1);
	out_int(o, CURVE_P256);
	out_int(o, -2);
	out_bytes(o, point + 1, 32);
	out_int(o, -3);
	out_bytes(o, point + 33, 32);
}

static void
write_ed(struct out *o, const EVP_PKEY *key)
{
	uint8_t raw[32];
	size_t len = sizeof(raw);

	if (EVP_PKEY_get_raw_public_key(key, raw, &len) != 1)
		errx(1, "no key of Ed25519");
	out_map(o, 4);
	out_int(o, 1); /* kty: OKP */
	out_int(o, 1);
	out_int(o, 3);
	out_int(o, COSE_EDDSA);
	out_int(o, -1);
	out_int(o, CURVE_ED25519);
	out_int(o, -2);
	out_bytes(o, raw, sizeof(raw));
}

static void
write_number(struct out *o, const EVP_PKEY *key, const char *name)
{
	BIGNUM *n = NULL;
	uint8_t raw[512];

	if (EVP_PKEY_get_bn_param(key, name, &n) != 1)
		errx(1, "no %s in a key of RSA", name);
	out_bytes(o, raw, (size_t)BN_bn2bin(n, raw));
	BN_free(n);
}

static void
write_rsa(struct out *o, const EVP_PKEY *key)
{
	out_map(o, 4);
	out_int(o, 1); /* kty: RSA */
	out_int(o, 3);
	out_int(o, 3);
	out_int(o, COSE_RS256);
	out_int(o, -1);
	write_number(o, key, OSSL_PKEY_PARAM_RSA_N);
	out_int(o, -2);
	write_number(o, key, OSSL_PKEY_PARAM_RSA_E);
}

void
key_write(struct out *o, const EVP_PKEY *key, int alg)
{
	switch (alg) {
	case COSE_EDDSA:
		write_ed(o, key);
		break;
	case COSE_RS256:
		write_rsa(o, key);
		break;
	default:
		write_ec(o, key, alg);
	}
}

void
key_sign(EVP_PKEY *key, int alg, const uint8_t *data, size_t data_len,
    uint8_t signature[512], size_t *len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const char *digest = alg == COSE_EDDSA ? NULL : "SHA256";

	*len = 512;
	if (ctx == NULL ||
	    EVP_DigestSignInit_ex(ctx, NULL, digest, NULL, NULL, key, NULL) !=
		1 ||
	    EVP_DigestSign(ctx, signature, len, data, data_len) != 1)
		errx(1, "no signature of algorithm %d", alg);
	EVP_MD_CTX_free(ctx);
}
