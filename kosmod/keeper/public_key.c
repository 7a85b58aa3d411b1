/*
 * public_key.c: keys as libcrypto takes them, and the checks that it does not
 * make.
 */
#include "config.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <string.h>

#include "kosmod/keeper/signature_in.h"

#define ES256_LEN 64
#define EDDSA_LEN 32
#define MODULUS_LEN 256
#define EXPONENT_MAX 4

static EVP_PKEY *
from_params(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/* libcrypto refuses what is not on the curve; its order is a prime. */
static EVP_PKEY *
load_es256(const struct public_key *key)
{
	char group[] = "P-256";
	uint8_t point[1 + ES256_LEN] = { 4 };
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(
		    OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group) - 1),
		OSSL_PARAM_octet_string(
		    OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_END,
	};

	if (key->len != ES256_LEN)
		return NULL;
	memcpy(point + 1, key->bytes, key->len);
	return from_params("EC", params);
}

/* p = 2^255 - 19 and d = -121665/121666 of Ed25519 (RFC 8032 5.1). */
static const char ed_p[] =
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
static const char ed_d[] =
    "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3";

/* The numbers of one look at a point. */
struct ed {
	BN_CTX *ctx;
	BIGNUM *p, *d, *y, *u, *v, *w;
};

/* u = y^2 - 1, v = d y^2 + 1: x^2 = u / v has a root, RFC 8032 5.1.3. */
static bool
ed_on_curve(struct ed *e)
{
	return BN_mod_sqr(e->u, e->y, e->p, e->ctx) == 1 &&
	    BN_mod_mul(e->v, e->d, e->u, e->p, e->ctx) == 1 &&
	    BN_add_word(e->v, 1) == 1 && BN_sub_word(e->u, 1) == 1 &&
	    BN_mod_mul(e->w, e->u, e->v, e->p, e->ctx) == 1 &&
	    (BN_is_zero(e->w) || BN_kronecker(e->w, e->p, e->ctx) == 1);
}

/*
 * The points whose order divides 8 have y = 0, y^2 = 1, or, since twice one of
 * order 8 has y = 0, d y^4 + 2 y^2 = 1. A signature by those fits anything.
 */
static bool
ed_of_small_order(struct ed *e)
{
	if (BN_is_zero(e->y) || BN_is_zero(e->u))
		return true;
	/* u is y^2 - 1 and v is d y^2 + 1: d y^4 + 2 y^2 - 1 = v y^2 + u */
	return BN_mod_sqr(e->w, e->y, e->p, e->ctx) != 1 ||
	    BN_mod_mul(e->w, e->w, e->v, e->p, e->ctx) != 1 ||
	    BN_mod_add(e->w, e->w, e->u, e->p, e->ctx) != 1 || BN_is_zero(e->w);
}

static bool
ed_good(const uint8_t bytes[static EDDSA_LEN])
{
	struct ed e = { .ctx = BN_CTX_new() };
	uint8_t y[EDDSA_LEN];
	bool good = false;

	memcpy(y, bytes, sizeof(y));
	y[EDDSA_LEN - 1] &= 0x7f; /* the sign of x */
	if (e.ctx == NULL)
		return false;
	BN_CTX_start(e.ctx);
	e.p = BN_CTX_get(e.ctx);
	e.d = BN_CTX_get(e.ctx);
	e.y = BN_CTX_get(e.ctx);
	e.u = BN_CTX_get(e.ctx);
	e.v = BN_CTX_get(e.ctx);
	e.w = BN_CTX_get(e.ctx);
	if (e.w != NULL && BN_hex2bn(&e.p, ed_p) > 0 &&
	    BN_hex2bn(&e.d, ed_d) > 0 &&
	    BN_lebin2bn(y, sizeof(y), e.y) != NULL && BN_cmp(e.y, e.p) < 0)
		good = ed_on_curve(&e) && !ed_of_small_order(&e);
	BN_CTX_end(e.ctx);
	BN_CTX_free(e.ctx);
	return good;
}

static EVP_PKEY *
load_eddsa(const struct public_key *key)
{
	if (key->len != EDDSA_LEN || !ed_good(key->bytes))
		return NULL;
	return EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, key->bytes, key->len);
}

/* Odd, with no zero before it, 3 to 2^32 - 1. */
static bool
exponent_good(const uint8_t *e, size_t len)
{
	if (len == 0 || len > EXPONENT_MAX || e[0] == 0)
		return false;
	return (e[len - 1] & 1) != 0 && (len > 1 || e[0] >= 3);
}

static EVP_PKEY *
load_rs256(const struct public_key *key)
{
	const uint8_t *n = key->bytes, *exponent = n + MODULUS_LEN;
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	BIGNUM *bn = NULL, *be = NULL;

	if (build == NULL || key->len <= MODULUS_LEN || (n[0] & 0x80) == 0 ||
	    (n[MODULUS_LEN - 1] & 1) == 0 ||
	    !exponent_good(exponent, key->len - MODULUS_LEN))
		goto out;
	bn = BN_bin2bn(n, MODULUS_LEN, NULL);
	be = BN_bin2bn(exponent, (int)(key->len - MODULUS_LEN), NULL);
	if (bn != NULL && be != NULL &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, bn) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, be) == 1 &&
	    (params = OSSL_PARAM_BLD_to_param(build)) != NULL)
		pkey = from_params("RSA", params);
out:
	OSSL_PARAM_free(params);
	BN_free(bn);
	BN_free(be);
	OSSL_PARAM_BLD_free(build);
	return pkey;
}

EVP_PKEY *
public_key_load(const struct public_key *key)
{
	switch (key->alg) {
	case ALG_ES256:
		return load_es256(key);
	case ALG_EDDSA:
		return load_eddsa(key);
	case ALG_RS256:
		return load_rs256(key);
	default:
		return NULL;
	}
}

int
public_key_check(const struct public_key *key)
{
	EVP_PKEY *pkey = public_key_load(key);

	if (pkey == NULL)
		return KOSMO_EINVAL;
	EVP_PKEY_free(pkey);
	return KOSMO_OK;
}

/* CBOR of {1: 2, 3: -7, -1: 1, -2: x, -3: y} up to x, then between x and y */
static const uint8_t cose_es256[] = { 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58,
	32 };
static const uint8_t cose_es256_y[] = { 0x22, 0x58, 32 };
/* {1: 1, 3: -8, -1: 6, -2: x} */
static const uint8_t cose_eddsa[] = { 0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58,
	32 };
/* {1: 3, 3: -257, -1: n, -2: e} */
static const uint8_t cose_rs256[] = { 0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, 1,
	0 };

int
public_key_cose(const struct public_key *key, struct buf *out)
{
	const uint8_t *b = key->bytes;
	size_t e = key->len - MODULUS_LEN;
	int r;

	if (key->alg == ALG_ES256 && key->len == ES256_LEN) {
		if ((r = buf_add(out, cose_es256, sizeof(cose_es256))) ==
			KOSMO_OK &&
		    (r = buf_add(out, b, 32)) == KOSMO_OK &&
		    (r = buf_add(out, cose_es256_y, sizeof(cose_es256_y))) ==
			KOSMO_OK)
			r = buf_add(out, b + 32, 32);
	} else if (key->alg == ALG_EDDSA && key->len == EDDSA_LEN) {
		if ((r = buf_add(out, cose_eddsa, sizeof(cose_eddsa))) ==
		    KOSMO_OK)
			r = buf_add(out, b, key->len);
	} else if (key->alg == ALG_RS256 && key->len > MODULUS_LEN &&
	    e <= EXPONENT_MAX) {
		if ((r = buf_add(out, cose_rs256, sizeof(cose_rs256))) ==
			KOSMO_OK &&
		    (r = buf_add(out, b, MODULUS_LEN)) == KOSMO_OK &&
		    (r = buf_add_u8(out, 0x21)) == KOSMO_OK &&
		    (r = buf_add_u8(out, (uint8_t)(0x40 | e))) == KOSMO_OK)
			r = buf_add(out, b + MODULUS_LEN, e);
	} else {
		r = KOSMO_EINVAL;
	}
	return r;
}
