#include "config.h"

#include "tests/authenticator/pin.h"

#include <err.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/ctap.h"
#include "tests/authenticator/in.h"
#include "tests/authenticator/key.h"
#include "tests/authenticator/log.h"
#include "tests/authenticator/presence.h"
#include "tests/authenticator/shared.h"

#define PIN_MIN 4 /* bytes; the standard counts characters */
#define WRONG_IN_A_ROW 3

enum subcommand {
	GET_RETRIES = 1,
	GET_AGREEMENT,
	SET_PIN,
	CHANGE_PIN,
	GET_TOKEN,
	GET_TOKEN_BY_UV,
	GET_UV_RETRIES,
	GET_TOKEN_BY_PIN = 9
};

/* What a request may say, by the numbers that CTAP gives its parts. */
struct ask {
	int protocol;
	struct shared shared;
	const uint8_t *auth;
	size_t auth_len;
	const uint8_t *new_pin; /* encrypted, as the next */
	size_t new_pin_len;
	const uint8_t *hash;
	size_t hash_len;
	unsigned int permissions;
	char rp[256];
};

void
pin_init(struct pin *p)
{
	memset(p, 0, sizeof(*p));
	p->agreement = key_new(COSE_ES256);
}

void
pin_free(struct pin *p)
{
	EVP_PKEY_free(p->agreement);
	p->agreement = NULL;
}

static void
read_ask(struct ask *ask, const cbor_item_t *map)
{
	int64_t n;

	memset(ask, 0, sizeof(*ask));
	if (in_int(in_at(map, 1), &n))
		ask->protocol = (int)n;
	(void)in_bytes(in_at(map, 4), &ask->auth, &ask->auth_len);
	(void)in_bytes(in_at(map, 5), &ask->new_pin, &ask->new_pin_len);
	(void)in_bytes(in_at(map, 6), &ask->hash, &ask->hash_len);
	if (in_int(in_at(map, 9), &n))
		ask->permissions = (unsigned int)n;
	(void)in_text(in_at(map, 10), ask->rp, sizeof(ask->rp));
}

static bool
speaks(const struct authenticator *a, int protocol)
{
	int which = a->sw.v[SW_PIN_PROTOCOLS];

	return (protocol == 1 && which != PIN_TWO) ||
	    (protocol == 2 && which != PIN_ONE);
}

/* The secret of the two, for those that send something encrypted. */
static uint8_t
make_shared(struct authenticator *a, struct ask *ask, const cbor_item_t *map)
{
	uint8_t point[65];

	if (!speaks(a, ask->protocol))
		return CTAP_INVALID_PARAMETER;
	if (!in_point(in_at(map, 3), point))
		return CTAP_MISSING_PARAMETER;
	return shared_make(&ask->shared, ask->protocol, a->pin.agreement, point)
	    ? CTAP_OK
	    : CTAP_INVALID_PARAMETER;
}

static uint8_t
get_retries(const struct authenticator *a, struct out *out)
{
	out_map(out, 2);
	out_int(out, 3);
	out_int(out, a->store.pin_retries);
	out_int(out, 4); /* must it be replugged first? */
	out_bool(out, a->pin.wrong >= WRONG_IN_A_ROW);
	return CTAP_OK;
}

static uint8_t
get_uv_retries(const struct authenticator *a, struct out *out)
{
	out_map(out, 1);
	out_int(out, 5);
	out_int(out, a->store.uv_retries);
	return CTAP_OK;
}

static uint8_t
get_agreement(
    const struct authenticator *a, const struct ask *ask, struct out *out)
{
	if (!speaks(a, ask->protocol))
		return CTAP_INVALID_PARAMETER;
	out_map(out, 1);
	out_int(out, 1);
	key_write(out, a->pin.agreement, COSE_ECDH);
	return CTAP_OK;
}

/* A new PIN out of its 64 bytes, if it is long enough. */
static uint8_t
store_new_pin(struct authenticator *a, const struct ask *ask)
{
	uint8_t pin[SHARED_MAX], hash[32];
	size_t len;

	if (!shared_decrypt(
		&ask->shared, ask->new_pin, ask->new_pin_len, pin, &len) ||
	    len != 64)
		return CTAP_INVALID_PARAMETER;
	len = strnlen((const char *)pin, len);
	if (len < PIN_MIN || len == 64)
		return CTAP_PIN_POLICY;
	SHA256(pin, len, hash);
	store_set_pin(&a->store, hash);
	a->pin.permissions = 0;
	return CTAP_OK;
}

/* Tries left and right PIN? A try is on disk before it is looked at. */
static uint8_t
check_pin(struct authenticator *a, const struct ask *ask)
{
	struct store *s = &a->store;
	uint8_t hash[SHARED_MAX];
	size_t len;

	if (s->pin_retries == 0)
		return CTAP_PIN_BLOCKED;
	if (a->pin.wrong >= WRONG_IN_A_ROW || a->sw.v[SW_PIN_AUTH] == WRONG)
		return CTAP_PIN_AUTH_BLOCKED;
	s->pin_retries--;
	store_save(s);
	if (shared_decrypt(
		&ask->shared, ask->hash, ask->hash_len, hash, &len) &&
	    len == PIN_HASH_LEN &&
	    CRYPTO_memcmp(hash, s->pin, PIN_HASH_LEN) == 0) {
		a->pin.wrong = 0;
		s->pin_retries = PIN_RETRIES;
		s->uv_retries = UV_RETRIES;
		store_save(s);
		return CTAP_OK;
	}
	/* the secret is used up */
	EVP_PKEY_free(a->pin.agreement);
	a->pin.agreement = key_new(COSE_ES256);
	if (s->pin_retries == 0)
		return CTAP_PIN_BLOCKED;
	return ++a->pin.wrong >= WRONG_IN_A_ROW ? CTAP_PIN_AUTH_BLOCKED
						: CTAP_PIN_INVALID;
}

static uint8_t
set_pin(struct authenticator *a, const struct ask *ask)
{
	if (a->store.has_pin ||
	    !auth_fits(ask->protocol, ask->shared.hmac, ask->new_pin,
		ask->new_pin_len, ask->auth, ask->auth_len))
		return CTAP_PIN_AUTH_INVALID;
	return store_new_pin(a, ask);
}

static uint8_t
change_pin(struct authenticator *a, const struct ask *ask)
{
	uint8_t both[2 * (SHARED_MAX + 16)], status;
	size_t len = ask->new_pin_len + ask->hash_len;

	if (!a->store.has_pin)
		return CTAP_PIN_NOT_SET;
	if (ask->new_pin == NULL || ask->hash == NULL || len > sizeof(both))
		return CTAP_MISSING_PARAMETER;
	memcpy(both, ask->new_pin, ask->new_pin_len);
	memcpy(both + ask->new_pin_len, ask->hash, ask->hash_len);
	if (!auth_fits(ask->protocol, ask->shared.hmac, both, len, ask->auth,
		ask->auth_len))
		return CTAP_PIN_AUTH_INVALID;
	if ((status = check_pin(a, ask)) != CTAP_OK)
		return status;
	return store_new_pin(a, ask);
}

static void
give_token(struct authenticator *a, const struct ask *ask,
    unsigned int permissions, bool touched, struct out *out)
{
	struct pin *p = &a->pin;
	uint8_t encrypted[SHARED_MAX + 16];

	if (RAND_bytes(p->token, sizeof(p->token)) != 1)
		errx(1, "no random bytes");
	p->permissions = permissions;
	p->touched = touched;
	memcpy(p->rp, ask->rp, sizeof(p->rp));
	out_map(out, 1);
	out_int(out, 2);
	out_bytes(out, encrypted,
	    shared_encrypt(
		&ask->shared, p->token, sizeof(p->token), encrypted));
}

static uint8_t
token_by_pin(struct authenticator *a, const struct ask *ask,
    unsigned int permissions, struct out *out)
{
	uint8_t status;

	if (!a->store.has_pin)
		return CTAP_PIN_NOT_SET;
	if (permissions == 0)
		return CTAP_INVALID_PARAMETER;
	status = check_pin(a, ask);
	if (status == CTAP_OK && a->sw.v[SW_PIN_CHANGE] == YES)
		status = CTAP_PIN_POLICY;
	if (status == CTAP_OK)
		give_token(a, ask, permissions, false, out);
	return status;
}

static uint8_t
token_by_uv(struct authenticator *a, const struct ask *ask, struct out *out)
{
	uint8_t status;

	if (a->sw.v[SW_UV] != UV_SET)
		return CTAP_NOT_ALLOWED;
	if (ask->permissions == 0)
		return CTAP_INVALID_PARAMETER;
	if ((status = presence_finger(a)) == CTAP_OK)
		give_token(a, ask, ask->permissions, true, out);
	return status;
}

static const char *
name_of(int64_t subcommand)
{
	static const char *const names[] = { [GET_RETRIES] = "getPINRetries",
		[GET_AGREEMENT] = "getKeyAgreement",
		[SET_PIN] = "setPIN",
		[CHANGE_PIN] = "changePIN",
		[GET_TOKEN] = "getPinToken",
		[GET_TOKEN_BY_UV] = "getTokenUsingUv",
		[GET_UV_RETRIES] = "getUVRetries",
		[GET_TOKEN_BY_PIN] = "getTokenUsingPin" };

	if (subcommand < 0 || subcommand > GET_TOKEN_BY_PIN ||
	    names[subcommand] == NULL)
		return "unknown";
	return names[subcommand];
}

static uint8_t
with_secret(struct authenticator *a, int64_t subcommand, struct ask *ask,
    const cbor_item_t *map, struct out *out)
{
	uint8_t status = make_shared(a, ask, map);

	if (status != CTAP_OK)
		return status;
	switch (subcommand) {
	case SET_PIN:
		return set_pin(a, ask);
	case CHANGE_PIN:
		return change_pin(a, ask);
	case GET_TOKEN:
		return token_by_pin(a, ask, MAY_MAKE | MAY_PROVE, out);
	case GET_TOKEN_BY_UV:
		return token_by_uv(a, ask, out);
	default:
		return token_by_pin(a, ask, ask->permissions, out);
	}
}

uint8_t
pin_request(struct authenticator *a, const cbor_item_t *map, struct out *out)
{
	struct ask ask;
	int64_t subcommand = 0;
	bool old = a->sw.v[SW_VERSION] == VERSION_2_0;

	read_ask(&ask, map);
	(void)in_int(in_at(map, 2), &subcommand);
	note("%u clientPIN %s", a->hid.channel, name_of(subcommand));
	switch (subcommand) {
	case GET_RETRIES:
		return get_retries(a, out);
	case GET_AGREEMENT:
		return get_agreement(a, &ask, out);
	case GET_UV_RETRIES:
		return old ? CTAP_INVALID_PARAMETER : get_uv_retries(a, out);
	case GET_TOKEN_BY_UV:
	case GET_TOKEN_BY_PIN:
		if (old)
			return CTAP_INVALID_PARAMETER;
		__attribute__((fallthrough));
	case SET_PIN:
	case CHANGE_PIN:
	case GET_TOKEN:
		return with_secret(a, subcommand, &ask, map, out);
	default:
		return CTAP_INVALID_PARAMETER;
	}
}

uint8_t
pin_verify(struct authenticator *a, int protocol, const uint8_t hash[32],
    const uint8_t *auth, size_t auth_len, unsigned int permission,
    const char *rp)
{
	struct pin *p = &a->pin;

	if (!speaks(a, protocol))
		return CTAP_INVALID_PARAMETER;
	if ((p->permissions & permission) == 0 ||
	    !auth_fits(protocol, p->token, hash, 32, auth, auth_len) ||
	    (p->rp[0] != '\0' && strcmp(p->rp, rp) != 0))
		return CTAP_PIN_AUTH_INVALID;
	/* the first use binds it */
	if (p->rp[0] == '\0')
		memcpy(p->rp, rp, strlen(rp) + 1);
	return CTAP_OK;
}
