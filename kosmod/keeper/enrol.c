/*
 * enrol.c: K_SEED and K_SEED_CODE. A seed is sealed in the record from the
 * moment it is shown, the same for a day, and verifies nothing until a code
 * of it was typed.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/device.h"
#include "kosmod/keeper/journey.h"

#define SEED_LEN 20 /* bytes: 160 bits, RFC 4226 4 */
#define PENDING_SECONDS 86400
#define CLOCK_SECONDS (30 * 60) /* how far off a phone's clock is told */

static bool
may_add(const struct kconv *c, const struct person *p)
{
	return device_may_add(c, p) &&
	    (journey_methods(c->k->conf, p) & METHOD_BIT(METHOD_TOTP)) != 0;
}

static int
renew_seed(struct kconv *c, struct person *p, uint64_t version)
{
	uint64_t now = (uint64_t)keeper_wall(c->k);
	struct txn *t = NULL;
	int r;

	if (p->pending.len > 0 && p->pending_since + PENDING_SECONDS > now &&
	    p->pending_since <= now)
		return KOSMO_OK;
	if (store_full(c->k->store))
		return KOSMO_EFULL;
	digest_random(p->pending.bytes, SEED_LEN);
	p->pending.len = SEED_LEN;
	p->pending_since = now;
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "enroll", "totp", "begun", "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

static void
send_seed(struct kconv *c, const struct person *p)
{
	const struct conf *conf = c->k->conf;
	struct k_seed_is s = { 0 };

	s.seed = p->pending;
	(void)snprintf(s.issuer, sizeof(s.issuer), "%s", conf->totp.issuer);
	(void)snprintf(s.account, sizeof(s.account), "%s", p->login);
	(void)snprintf(
	    s.algorithm, sizeof(s.algorithm), "%s", conf->totp.algorithm);
	s.digits = conf->totp.digits;
	s.period = conf->totp.period;
	kconv_reply(c, &k_seed_is_layout, &s, 0);
	explicit_bzero(&s, sizeof(s));
}

void
answer_seed(struct kconv *c, const union kmsg *msg)
{
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	(void)msg;
	if (r == KOSMO_OK && !may_add(c, &p)) {
		person_done(&p);
		kconv_word(c, VERDICT_NOT_NOW);
		return;
	}
	if (r == KOSMO_OK)
		r = renew_seed(c, &p, version);
	if (r == KOSMO_OK)
		send_seed(c, &p);
	else
		kconv_trouble(c, "a seed can't be stored", r);
	person_done(&p);
}

/* Fills the new device and finds what the code says of its clock. */
static enum verdict_word
judge(struct kconv *c, const struct person *p, const char *digits,
    struct r_device *d, uint32_t *ret_offset)
{
	const struct conf *conf = c->k->conf;
	uint64_t far, near, at, step = 0;
	struct totp t;

	memset(d, 0, sizeof(*d));
	d->method = METHOD_TOTP;
	d->seed = p->pending;
	d->digits = conf->totp.digits;
	d->period = conf->totp.period;
	(void)snprintf(
	    d->algorithm, sizeof(d->algorithm), "%s", conf->totp.algorithm);
	device_totp(d, &t);
	at = (uint64_t)keeper_wall(c->k) / d->period;
	near = conf->totp.window;
	far = CLOCK_SECONDS / d->period;
	if (totp_find(&t, digits, at - near, at + near, &step) == KOSMO_OK) {
		d->step = step;
		return VERDICT_YES;
	}
	if (totp_find(&t, digits, at - far, at + far, &step) != KOSMO_OK)
		return VERDICT_NO;
	*ret_offset =
	    (uint32_t)((step > at ? step - at : at - step) * d->period);
	return VERDICT_CLOCK;
}

void
answer_seed_code(struct kconv *c, const union kmsg *msg)
{
	const struct k_seed_code *m = &msg->seed_code;
	enum verdict_word word = VERDICT_NO;
	struct k_verdict v = { 0 };
	struct r_device d = { 0 };
	struct person p;
	uint64_t version;
	uint32_t most = c->k->conf->login.attempts;
	int r = kconv_person(c, &p, &version);

	c->seeds++;
	v.left = c->seeds < most ? most - c->seeds : 0;
	if (r != KOSMO_OK)
		goto out;
	if (!may_add(c, &p) || p.pending.len == 0 || c->seeds > most)
		word = VERDICT_NOT_NOW;
	else
		word = judge(c, &p, m->digits, &d, &v.offset);
	v.word = (uint8_t)word;
	if (word == VERDICT_YES) {
		secret_done(&p.pending);
		p.pending_since = 0;
		r = device_store(c, &p, version, &d, m->name, "totp");
		v.device = p.next_device;
	}
out:
	person_done(&p);
	explicit_bzero(&d, sizeof(d));
	if (r != KOSMO_OK) {
		kconv_trouble(c, "a device can't be stored", r);
		return;
	}
	if (word == VERDICT_YES)
		device_added(c, v.device);
	kconv_verdict(c, &v);
}
