#include "config.h"

#include "tests/authenticator/ctap.h"

#include "tests/authenticator/auth_data.h"
#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/key.h"
#include "tests/authenticator/log.h"
#include "tests/authenticator/presence.h"

#define MAX_MESSAGE 1200 /* as we say; longer ones do no harm */

enum command {
	MAKE_CREDENTIAL = 0x01,
	GET_ASSERTION = 0x02,
	GET_INFO = 0x04,
	CLIENT_PIN = 0x06,
	RESET = 0x07,
	SELECTION = 0x0b
};

static void
write_options(const struct authenticator *a, struct out *out)
{
	bool uv = a->sw.v[SW_UV] != UV_NONE;
	bool old = a->sw.v[SW_VERSION] == VERSION_2_0;

	out_map(out, 4U + (uv ? 1U : 0U) + (old ? 0U : 2U));
	out_text(out, "rk");
	out_bool(out, false);
	out_text(out, "up");
	out_bool(out, true);
	if (uv) {
		out_text(out, "uv");
		out_bool(out, a->sw.v[SW_UV] == UV_SET);
	}
	out_text(out, "plat");
	out_bool(out, false);
	out_text(out, "clientPin");
	out_bool(out, a->store.has_pin);
	if (!old) {
		out_text(out, "pinUvAuthToken");
		out_bool(out, true);
		out_text(out, "makeCredUvNotRqd");
		out_bool(out, a->sw.v[SW_MAKE_WITHOUT_UV] == YES);
	}
}

static void
write_protocols(const struct authenticator *a, struct out *out)
{
	int which = a->sw.v[SW_PIN_PROTOCOLS];

	out_array(out, which == PIN_BOTH ? 2 : 1);
	if (which != PIN_ONE)
		out_int(out, 2);
	if (which != PIN_TWO)
		out_int(out, 1);
}

static void
write_algorithms(const struct authenticator *a, struct out *out)
{
	static const int algs[] = { COSE_ES256, COSE_EDDSA, COSE_RS256 };
	int which = a->sw.v[SW_ALGORITHMS];

	out_array(out, which == ALGS_ALL ? 3 : 1);
	for (int i = 0; i < 3; i++) {
		if (which != ALGS_ALL && which != ALGS_ES256 + i)
			continue;
		out_map(out, 2);
		out_text(out, "alg");
		out_int(out, algs[i]);
		out_text(out, "type");
		out_text(out, "public-key");
	}
}

static uint8_t
get_info(const struct authenticator *a, struct out *out)
{
	bool old = a->sw.v[SW_VERSION] == VERSION_2_0;

	bool change = a->sw.v[SW_PIN_CHANGE] == YES;
	bool protects = a->sw.v[SW_PROTECT] == YES;

	out_map(out,
	    (old ? 5U : 7U) + (change && !old ? 1U : 0U) +
		(protects ? 1U : 0U));
	out_int(out, 1);
	out_array(out, old ? 1 : 2);
	out_text(out, "FIDO_2_0");
	if (!old)
		out_text(out, "FIDO_2_1");
	if (protects) {
		out_int(out, 2);
		out_array(out, 1);
		out_text(out, "credProtect");
	}
	out_int(out, 3);
	out_bytes(out, aaguid, sizeof(aaguid));
	out_int(out, 4);
	write_options(a, out);
	out_int(out, 5);
	out_int(out, MAX_MESSAGE);
	out_int(out, 6);
	write_protocols(a, out);
	if (old)
		return CTAP_OK;
	out_int(out, 9);
	out_array(out, 1);
	out_text(out, "usb");
	out_int(out, 10);
	write_algorithms(a, out);
	if (change) {
		out_int(out, 12);
		out_bool(out, true);
	}
	return CTAP_OK;
}

static uint8_t
reset(struct authenticator *a)
{
	uint8_t status = presence_wait(a);

	if (status == CTAP_OK) {
		store_wipe(&a->store);
		pin_free(&a->pin);
		pin_init(&a->pin);
	}
	return status;
}

static uint8_t
without_parameters(struct authenticator *a, uint8_t command, struct out *out)
{
	switch (command) {
	case GET_INFO:
		note("%u getInfo", a->hid.channel);
		return get_info(a, out);
	case RESET:
		note("%u reset", a->hid.channel);
		return reset(a);
	case SELECTION:
		note("%u selection", a->hid.channel);
		if (a->sw.v[SW_VERSION] == VERSION_2_0)
			return CTAP_INVALID_COMMAND;
		return presence_wait(a);
	default:
		note("%u command 0x%02x", a->hid.channel, command);
		return CTAP_INVALID_COMMAND;
	}
}

static uint8_t
with_parameters(
    struct authenticator *a, const uint8_t *data, size_t len, struct out *out)
{
	struct cbor_load_result result;
	cbor_item_t *map = cbor_load(data + 1, len - 1, &result);
	uint8_t status;

	if (map == NULL || !cbor_isa_map(map))
		status = CTAP_INVALID_CBOR;
	else if (data[0] == MAKE_CREDENTIAL)
		status = make_credential(a, map, out);
	else if (data[0] == GET_ASSERTION)
		status = get_assertion(a, map, out);
	else
		status = pin_request(a, map, out);
	if (map != NULL)
		cbor_decref(&map);
	return status;
}

/* What goes wrong with the answer as a whole, where it carries something. */
static void
spoil(struct authenticator *a, struct out *out)
{
	if (a->sw.v[SW_FRAMES] == WRONG)
		a->hid.report_len = REPORT_LEN / 2;
	if (a->sw.v[SW_REPLY] == REPLY_TRUNCATED)
		out->len -= out->len / 4;
	else if (a->sw.v[SW_REPLY] == REPLY_OVERSIZED)
		while (!out->overfull)
			out_u8(out, 0);
}

void
ctap_request(
    struct authenticator *a, const uint8_t *data, size_t len, struct out *out)
{
	uint8_t command = len == 0 ? 0 : data[0];
	bool parameters = command == MAKE_CREDENTIAL ||
	    command == GET_ASSERTION || command == CLIENT_PIN;

	out_u8(out, CTAP_OK);
	if (parameters)
		out->buf[0] = with_parameters(a, data, len, out);
	else
		out->buf[0] = without_parameters(a, command, out);
	if (out->buf[0] != CTAP_OK)
		out->len = 1;
	else if (command == MAKE_CREDENTIAL || command == GET_ASSERTION)
		spoil(a, out);
	if (a->hid.stop != HID_ABANDON)
		note("%u status 0x%02x", a->hid.channel, out->buf[0]);
}
