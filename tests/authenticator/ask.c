#include "config.h"

#include "tests/authenticator/ask.h"

#include <string.h>

#include <openssl/sha.h>

#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/ctap.h"
#include "tests/authenticator/in.h"
#include "tests/authenticator/log.h"
#include "tests/authenticator/presence.h"

static enum tri
option(const cbor_item_t *options, const char *name)
{
	bool b;

	if (!in_bool(in_named(options, name), &b))
		return UNSAID;
	return b ? SAID_YES : SAID_NO;
}

static const char *
word(enum tri said)
{
	return said == UNSAID ? "-" : said == SAID_YES ? "true" : "false";
}

uint8_t
ask_read(struct ask *ask, struct authenticator *a, const cbor_item_t *map,
    const struct ask_keys *keys, const char *name)
{
	const cbor_item_t *rp = in_at(map, keys->rp);
	const cbor_item_t *options = in_at(map, keys->options);
	size_t len;
	int64_t n;

	memset(ask, 0, sizeof(*ask));
	/* as text, or in a map with a name beside it */
	if (rp != NULL && cbor_isa_map(rp))
		rp = in_named(rp, "id");
	if (!in_text(rp, ask->rp, sizeof(ask->rp)) ||
	    !in_bytes(in_at(map, keys->hash), &ask->hash, &len) || len != 32)
		return CTAP_MISSING_PARAMETER;
	SHA256((const uint8_t *)ask->rp, strlen(ask->rp), ask->rp_hash);
	ask->list = in_at(map, keys->list);
	ask->rk = option(options, "rk");
	ask->up = option(options, "up");
	ask->uv = option(options, "uv");
	ask->has_auth =
	    in_bytes(in_at(map, keys->auth), &ask->auth, &ask->auth_len);
	if (in_int(in_at(map, keys->protocol), &n))
		ask->protocol = (int)n;
	note("%u %s rp=%s list=%zu up=%s uv=%s pin=%s", a->hid.channel, name,
	    ask->rp, in_count(ask->list), word(ask->up), word(ask->uv),
	    !ask->has_auth	     ? "no"
		: ask->auth_len == 0 ? "empty"
				     : "yes");
	return CTAP_OK;
}

/* No more than a touch: which of several keys is it? */
static uint8_t
select_only(struct authenticator *a)
{
	uint8_t status = presence_wait(a);

	if (status != CTAP_OK)
		return status;
	return a->store.has_pin ? CTAP_PIN_INVALID : CTAP_PIN_NOT_SET;
}

uint8_t
ask_verify(struct ask *ask, struct authenticator *a, unsigned int permission)
{
	uint8_t status;

	if (ask->has_auth && ask->auth_len == 0)
		return select_only(a);
	if (ask->rk == SAID_YES)
		return CTAP_UNSUPPORTED_OPTION;
	if (ask->has_auth) {
		status = pin_verify(a, ask->protocol, ask->hash, ask->auth,
		    ask->auth_len, permission, ask->rp);
		ask->verified = status == CTAP_OK;
		/* a finger's touch serves once */
		ask->touched = ask->verified && a->pin.touched;
		a->pin.touched = false;
		return status;
	}
	if (ask->uv != SAID_YES)
		return CTAP_OK;
	if (a->sw.v[SW_UV] != UV_SET)
		return a->sw.v[SW_VERSION] == VERSION_2_0
		    ? CTAP_UNSUPPORTED_OPTION
		    : CTAP_INVALID_OPTION;
	status = presence_finger(a);
	ask->verified = status == CTAP_OK;
	ask->touched = ask->verified;
	return status;
}

bool
ask_find(
    const struct ask *ask, const struct authenticator *a, struct credential *c)
{
	const uint8_t *id;
	size_t len;

	for (size_t i = 0; i < in_count(ask->list); i++) {
		if (!in_bytes(in_named(in_item(ask->list, i), "id"), &id, &len))
			continue;
		if (credential_find(c, &a->store, id, len, ask->rp_hash) &&
		    (c->protect != PROTECT_ALL || ask->verified))
			return true;
		credential_free(c);
	}
	return false;
}

uint8_t
ask_touch(struct ask *ask, struct authenticator *a)
{
	uint8_t status;

	if (ask->touched)
		return CTAP_OK;
	status = presence_wait(a);
	ask->touched = status == CTAP_OK;
	return status;
}
