#include "config.h"

#include "tests/authenticator/u2f.h"

#include <string.h>

#include "tests/authenticator/attest.h"
#include "tests/authenticator/auth_data.h"
#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/ctap.h"
#include "tests/authenticator/key.h"
#include "tests/authenticator/log.h"
#include "tests/authenticator/presence.h"

enum instruction { REGISTER = 0x01, AUTHENTICATE = 0x02, GET_VERSION = 0x03 };
enum control { CHECK_ONLY = 0x07, DONT_ENFORCE = 0x08 };

enum status_word {
	U2F_OK = 0x9000,
	U2F_NOT_TOUCHED = 0x6985,
	U2F_NOT_MINE = 0x6a80,
	U2F_WRONG_LENGTH = 0x6700,
	U2F_NO_SUCH = 0x6d00
};

struct apdu {
	uint8_t ins;
	uint8_t p1;
	const uint8_t *data;
	size_t len;
};

/* CLA INS P1 P2 00 Lc Lc data, with or without Le. */
static bool
read_apdu(struct apdu *apdu, const uint8_t *raw, size_t len)
{
	memset(apdu, 0, sizeof(*apdu));
	if (len < 4)
		return false;
	apdu->ins = raw[1];
	apdu->p1 = raw[2];
	if (len < 7)
		return true;
	apdu->data = raw + 7;
	apdu->len = (size_t)raw[5] << 8 | raw[6];
	/* Le alone, of a command without data */
	if (len == 7)
		apdu->len = 0;
	return apdu->len <= len - 7;
}

/* Programs ask again and again: it says "no" until it is touched. */
static bool
is_touched(struct authenticator *a)
{
	switch (a->sw.v[SW_TOUCH]) {
	case TOUCH_NEVER:
		return false;
	case TOUCH_TOLD:
		if (!a->u2f_blinks)
			note("%u blinks", a->hid.channel);
		a->u2f_blinks = !a->touched;
		if (!a->touched)
			return false;
		a->touched = false;
		note("%u touched", a->hid.channel);
		return true;
	default:
		return presence_wait(a) == CTAP_OK;
	}
}

static enum status_word
do_register(struct authenticator *a, const struct apdu *apdu, struct out *out)
{
	struct credential c;
	uint8_t point[65], signature[512], *certificate;
	size_t len;

	if (apdu->len != 64)
		return U2F_WRONG_LENGTH;
	if (!is_touched(a))
		return U2F_NOT_TOUCHED;
	credential_new(&c, &a->store, apdu->data + 32, COSE_ES256, 0);
	key_point(c.key, point);
	out_u8(out, 0x05);
	out_raw(out, point, sizeof(point));
	out_u8(out, sizeof(c.id));
	out_raw(out, c.id, sizeof(c.id));
	EVP_PKEY_free(attest_key(&a->store, &certificate, &len));
	out_raw(out, certificate, len);
	OPENSSL_free(certificate);
	len = attest_u2f(a, &c, apdu->data + 32, apdu->data, signature);
	if (a->sw.v[SW_SIGNATURE] == WRONG)
		signature[len - 1] ^= 1;
	out_raw(out, signature, len);
	credential_free(&c);
	return U2F_OK;
}

static void
answer(struct authenticator *a, const struct apdu *apdu,
    const struct credential *c, struct out *out)
{
	struct out data = { .len = 0 };
	uint8_t signature[512];
	size_t len;

	out_raw(&data, apdu->data + 32, 32);
	out_u8(&data, a->sw.v[SW_UP_FLAG] == WRONG ? 0 : FLAG_UP);
	out_u32(&data, next_counter(a));
	out_raw(out, data.buf + 32, 5);
	out_raw(&data, apdu->data, 32);
	key_sign(c->key, COSE_ES256, data.buf, data.len, signature, &len);
	if (a->sw.v[SW_SIGNATURE] == WRONG)
		signature[len - 1] ^= 1;
	out_raw(out, signature, len);
}

static enum status_word
do_authenticate(
    struct authenticator *a, const struct apdu *apdu, struct out *out)
{
	enum status_word sw = U2F_NOT_TOUCHED;
	struct credential c;

	if (apdu->len < 65 || apdu->len != 65U + apdu->data[64])
		return U2F_WRONG_LENGTH;
	if (!credential_find(&c, &a->store, apdu->data + 65, apdu->data[64],
		apdu->data + 32) ||
	    c.alg != COSE_ES256) {
		sw = U2F_NOT_MINE;
	} else if (apdu->p1 != CHECK_ONLY &&
	    (apdu->p1 == DONT_ENFORCE || is_touched(a))) {
		answer(a, apdu, &c, out);
		sw = U2F_OK;
	}
	credential_free(&c);
	return sw;
}

void
u2f_request(
    struct authenticator *a, const uint8_t *raw, size_t len, struct out *out)
{
	enum status_word sw = U2F_WRONG_LENGTH;
	struct apdu apdu;

	if (!read_apdu(&apdu, raw, len)) {
		out_u16(out, (uint16_t)sw);
		return;
	}
	switch (apdu.ins) {
	case REGISTER:
		sw = do_register(a, &apdu, out);
		break;
	case AUTHENTICATE:
		sw = do_authenticate(a, &apdu, out);
		break;
	case GET_VERSION:
		out_raw(out, "U2F_V2", 6);
		sw = U2F_OK;
		break;
	default:
		sw = U2F_NO_SUCH;
	}
	out_u16(out, (uint16_t)sw);
	note("%u u2f 0x%02x status 0x%04x", a->hid.channel, apdu.ins, sw);
}
