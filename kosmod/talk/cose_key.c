/*
 * cose_key.c: public keys and signatures of authenticators.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "kosmod/talk/auth_data.h"
#include "kosmod/talk/der.h"

#define MODULUS 256 /* bytes of RSA of 2048 bits */

/* Labels of a COSE_Key (RFC 9052, 7; RFC 9053, 7; RFC 8230, 4). */
enum label { KTY = 1, ALG = 3, CRV_N = -1, X_E = -2, Y = -3 };

/* The values found, by label. */
struct cose {
	struct item kty, alg, crv_n, x_e, y;
};

static struct item *
place_of(struct cose *c, int64_t label)
{
	switch (label) {
	case KTY:
		return &c->kty;
	case ALG:
		return &c->alg;
	case CRV_N:
		return &c->crv_n;
	case X_E:
		return &c->x_e;
	case Y:
		return &c->y;
	default:
		return NULL;
	}
}

/* Each label once, with a number or bytes. */
static int
read_map(struct cbor_in *in, struct cose *c)
{
	struct item map, label, *place;
	int r = cbor_take(in, ITEM_MAP, &map);

	for (size_t i = 0; r == KOSMO_OK && i < map.n; i++) {
		if ((r = cbor_take(in, ITEM_INT, &label)) != KOSMO_OK)
			break;
		place = place_of(c, label.number);
		if (place == NULL || place->kind != ITEM_NONE)
			return KOSMO_EFORMAT;
		if ((r = cbor_next(in, place)) == KOSMO_OK &&
		    place->kind != ITEM_INT && place->kind != ITEM_BYTES)
			r = KOSMO_EFORMAT;
	}
	return r;
}

static bool
is_number(const struct item *item, int64_t number)
{
	return item->kind == ITEM_INT && item->number == number;
}

static bool
is_bytes(const struct item *item, size_t min, size_t max)
{
	return item->kind == ITEM_BYTES && item->n >= min && item->n <= max;
}

static bool
is_es256(const struct cose *c)
{
	return is_number(&c->kty, 2) && is_number(&c->crv_n, 1) &&
	    is_bytes(&c->x_e, 32, 32) && is_bytes(&c->y, 32, 32);
}

static bool
is_eddsa(const struct cose *c)
{
	return is_number(&c->kty, 1) && is_number(&c->crv_n, 6) &&
	    is_bytes(&c->x_e, 32, 32) && c->y.kind == ITEM_NONE;
}

static bool
is_rs256(const struct cose *c)
{
	return is_number(&c->kty, 3) && is_bytes(&c->crv_n, MODULUS, MODULUS) &&
	    is_bytes(&c->x_e, 1, KEY_LEN - MODULUS) && c->y.kind == ITEM_NONE;
}

enum key_alg
cose_alg(int64_t number)
{
	switch (number) {
	case -7:
		return ALG_ES256;
	case -8:
		return ALG_EDDSA;
	case -257:
		return ALG_RS256;
	default:
		return ALG_NONE;
	}
}

static void
put(uint8_t ret[static KEY_LEN], uint32_t *ret_len, const struct item *bytes)
{
	memcpy(ret + *ret_len, bytes->data, bytes->n);
	*ret_len += (uint32_t)bytes->n;
}

int
cose_key_read(struct cbor_in *in, uint8_t *ret_alg, uint8_t ret[static KEY_LEN],
    uint32_t *ret_len)
{
	struct cose c = { 0 };
	enum key_alg alg;
	int r = read_map(in, &c);

	memset(ret, 0, KEY_LEN);
	*ret_alg = ALG_NONE;
	*ret_len = 0;
	if (r != KOSMO_OK)
		return r;
	alg = c.alg.kind == ITEM_INT ? cose_alg(c.alg.number) : ALG_NONE;
	if (c.alg.kind == ITEM_INT && alg == ALG_NONE)
		return KOSMO_EINVAL;
	if ((alg == ALG_ES256 && is_es256(&c)) ||
	    (alg == ALG_EDDSA && is_eddsa(&c))) {
		put(ret, ret_len, &c.x_e);
		if (alg == ALG_ES256)
			put(ret, ret_len, &c.y);
	} else if (alg == ALG_RS256 && is_rs256(&c)) {
		put(ret, ret_len, &c.crv_n);
		put(ret, ret_len, &c.x_e);
	} else
		return KOSMO_EFORMAT;
	*ret_alg = (uint8_t)alg;
	return KOSMO_OK;
}

int
cose_signature(uint8_t alg, const uint8_t *data, size_t len,
    uint8_t ret[static RAW_SIGNATURE_LEN], uint32_t *ret_len)
{
	size_t want = alg == ALG_EDDSA ? 64 : 256;

	memset(ret, 0, RAW_SIGNATURE_LEN);
	*ret_len = 64;
	if (alg == ALG_ES256)
		return der_signature(data, len, ret);
	if ((alg != ALG_EDDSA && alg != ALG_RS256) || len != want)
		return KOSMO_EFORMAT;
	memcpy(ret, data, len);
	*ret_len = (uint32_t)len;
	return KOSMO_OK;
}
