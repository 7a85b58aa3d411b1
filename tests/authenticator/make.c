#include "config.h"

#include <err.h>
#include <string.h>

#include "tests/authenticator/ask.h"
#include "tests/authenticator/attest.h"
#include "tests/authenticator/auth_data.h"
#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/ctap.h"
#include "tests/authenticator/in.h"
#include "tests/authenticator/key.h"
#include "tests/authenticator/log.h"

static const struct ask_keys keys = {
	.hash = 1, .rp = 2, .list = 5, .options = 7, .auth = 8, .protocol = 9
};

#define ALGORITHMS_AT 4
#define EXTENSIONS_AT 6

static bool
offers(const struct authenticator *a, int64_t alg)
{
	int which = a->sw.v[SW_ALGORITHMS];

	switch (alg) {
	case COSE_ES256:
		return which == ALGS_ALL || which == ALGS_ES256;
	case COSE_EDDSA:
		return which == ALGS_ALL || which == ALGS_EDDSA;
	case COSE_RS256:
		return which == ALGS_ALL || which == ALGS_RS256;
	default:
		return false;
	}
}

/* The first of those asked for that it can; 0 if there is none. */
static int
choose(const struct authenticator *a, const cbor_item_t *params)
{
	static const int forced[] = { [ALGS_ES256] = COSE_ES256,
		[ALGS_EDDSA] = COSE_EDDSA,
		[ALGS_RS256] = COSE_RS256 };
	int64_t alg;

	if (a->sw.v[SW_ANSWER] != ALGS_ALL)
		return forced[a->sw.v[SW_ANSWER]];
	for (size_t i = 0; i < in_count(params); i++)
		if (in_int(in_named(in_item(params, i), "alg"), &alg) &&
		    offers(a, alg))
			return (int)alg;
	return 0;
}

/* What was asked for, or all that there is (CTAP2, 12.1). */
static int
protect(const struct authenticator *a, const cbor_item_t *map)
{
	int64_t level;

	if (a->sw.v[SW_PROTECT] == NO)
		return 0;
	return in_int(
		   in_named(in_at(map, EXTENSIONS_AT), "credProtect"), &level)
	    ? (int)level
	    : PROTECT_ALL;
}

/* Who has set a PIN or a finger wants it used, unless told otherwise. */
static bool
wants_more(const struct authenticator *a, const struct ask *ask)
{
	bool protected = a->store.has_pin || a->sw.v[SW_UV] == UV_SET;

	return protected && !ask->verified && a->sw.v[SW_MAKE_WITHOUT_UV] == NO;
}

static uint8_t
exclude(struct ask *ask, struct authenticator *a)
{
	struct credential c;
	uint8_t status;

	if (!ask_find(ask, a, &c))
		return CTAP_OK;
	credential_free(&c);
	/* somebody has to be there to be told */
	status = ask_touch(ask, a);
	return status == CTAP_OK ? CTAP_EXCLUDED : status;
}

static void
answer(struct authenticator *a, const struct ask *ask, int alg,
    const cbor_item_t *map, struct out *out)
{
	struct credential c;
	struct out data = { .len = 0 };

	credential_new(&c, &a->store, ask->rp_hash, alg, protect(a, map));
	auth_data_write(a, &data, ask->rp_hash,
	    (uint8_t)(FLAG_UP | (ask->verified ? FLAG_UV : 0)), &c);
	out_map(out, 3);
	out_int(out, 1);
	out_text(out, attest_format(a));
	out_int(out, 2);
	out_bytes(out, data.buf, data.len);
	out_int(out, 3);
	attest_write(a, out, &c, ask, &data);
	credential_free(&c);
}

uint8_t
make_credential(
    struct authenticator *a, const cbor_item_t *map, struct out *out)
{
	struct ask ask;
	uint8_t status;
	int alg;

	status = ask_read(&ask, a, map, &keys, "makeCredential");
	if (status == CTAP_OK)
		status = ask_verify(&ask, a, MAY_MAKE);
	if (status != CTAP_OK)
		return status;
	if (in_count(in_at(map, ALGORITHMS_AT)) == 0 || in_at(map, 3) == NULL)
		return CTAP_MISSING_PARAMETER;
	if ((alg = choose(a, in_at(map, ALGORITHMS_AT))) == 0)
		return CTAP_UNSUPPORTED_ALGORITHM;
	if (ask.up == SAID_NO)
		return CTAP_INVALID_OPTION;
	if (wants_more(a, &ask))
		return CTAP_PUAT_REQUIRED;
	if ((status = exclude(&ask, a)) != CTAP_OK ||
	    (status = ask_touch(&ask, a)) != CTAP_OK)
		return status;
	answer(a, &ask, alg, map, out);
	return CTAP_OK;
}
