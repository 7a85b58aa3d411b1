#include "config.h"

#include "codes.h"

#include <string.h>

enum verdict_word
codes_app(const struct kconv *c, const struct r_device *d, const char *digits,
    uint64_t *ret_step)
{
	uint64_t window = c->k->conf->totp.window;
	struct totp t;
	uint64_t at;

	device_totp(d, &t);
	if (d->method != METHOD_TOTP || t.period == 0)
		return VERDICT_NO;
	at = (uint64_t)keeper_wall(c->k) / t.period;
	if (totp_find(&t, digits, at > window ? at - window : 0, at + window,
		ret_step) != KOSMO_OK)
		return VERDICT_NO;
	return *ret_step <= d->step ? VERDICT_USED : VERDICT_YES;
}

static bool
fits(const struct kconv *c, const struct person *p, const char *purpose,
    const uint8_t kept[static DIGEST_LEN],
    const uint8_t typed[static DIGEST_LEN])
{
	uint8_t mac[DIGEST_LEN];

	return digest_mac(c->k->mac_key, purpose, person_bound(p), typed,
		   DIGEST_LEN, mac) == KOSMO_OK &&
	    !digest_none(kept) && secret_bytes_equal(mac, kept, DIGEST_LEN);
}

int
codes_recovery(const struct kconv *c, const struct person *p,
    const uint8_t typed[static DIGEST_LEN], size_t *ret_place)
{
	*ret_place = p->n_recovery;
	if (p->code_until >= (uint64_t)keeper_wall(c->k) &&
	    fits(c, p, "code", p->code, typed))
		return KOSMO_OK;
	for (size_t i = 0; i < p->n_recovery; i++) {
		if (fits(c, p, "recovery", p->recovery[i].mac, typed)) {
			*ret_place = i;
			return KOSMO_OK;
		}
	}
	return KOSMO_ENOTFOUND;
}

void
codes_spend(struct person *p, size_t place)
{
	if (place >= p->n_recovery) {
		memset(p->code, 0, sizeof(p->code));
		p->code_until = 0;
		return;
	}
	memmove(p->recovery + place, p->recovery + place + 1,
	    (p->n_recovery - place - 1) * sizeof(*p->recovery));
	p->n_recovery--;
	memset(&p->recovery[p->n_recovery], 0, sizeof(*p->recovery));
}
