/*
 * factor.c: K_CODE and K_VOUCH: codes of an app, of an administrator, and
 * recovery codes.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/time.h"
#include "kosmod/keeper/trial.h"

static enum verdict_word
judge_totp(struct kconv *c, struct r_device *d, const char *digits, int64_t now)
{
	uint64_t window = c->k->conf->totp.window, step = 0;
	struct totp t;
	uint64_t at;

	device_totp(d, &t);
	if (t.period == 0)
		return VERDICT_NO;
	at = (uint64_t)now / t.period;
	if (totp_find(&t, digits, at > window ? at - window : 0, at + window,
		&step) != KOSMO_OK)
		return VERDICT_NO;
	if (step <= d->step)
		return VERDICT_USED;
	d->step = step;
	d->used = (uint64_t)now;
	return VERDICT_YES;
}

/*
 * 0 is whatever app there is: who prefers another method and is asked for a
 * code behind another module's password has no other way to name it.
 */
static struct r_device *
find_app(struct person *p, uint32_t id)
{
	if (id != 0)
		return person_device(p, id);
	for (size_t i = 0; i < p->n_devices; i++) {
		if (p->devices[i].method == METHOD_TOTP)
			return &p->devices[i];
	}
	return NULL;
}

static int
judge_code(struct kconv *c, struct person *p, const union kmsg *msg,
    struct txn *t, struct outcome *o)
{
	const struct k_code *m = &msg->code;
	int64_t now = keeper_wall(c->k);
	struct r_device *d = find_app(p, m->device);

	(void)t;
	o->step = "totp";
	o->last = m->last != 0;
	o->proves = STEP_FACTOR;
	if (d == NULL || d->method != METHOD_TOTP) {
		o->reason = "no such device";
	} else if ((kconv_methods(c) & METHOD_BIT(METHOD_TOTP)) == 0) {
		o->reason = "method not allowed here";
	} else if (time_is_behind(c->k, now) != 0) {
		o->word = VERDICT_HOST_CLOCK;
		o->reason = "this host's clock is behind";
		o->free = true;
	} else {
		o->word = judge_totp(c, d, m->digits, now);
		if (o->word == VERDICT_USED)
			o->reason = "code used before";
	}
	return KOSMO_OK;
}

static bool
code_fits(struct kconv *c, const struct person *p, const char *purpose,
    const uint8_t kept[static DIGEST_LEN],
    const uint8_t typed[static DIGEST_LEN])
{
	uint8_t mac[DIGEST_LEN];

	return digest_mac(c->k->mac_key, purpose, p->login, typed, DIGEST_LEN,
		   mac) == KOSMO_OK &&
	    !digest_none(kept) && secret_bytes_equal(mac, kept, DIGEST_LEN);
}

/* Uses a recovery code up; all are compared, so that none shows by time. */
static bool
take_recovery(struct kconv *c, struct person *p, const uint8_t *typed)
{
	size_t found = CODES_MAX;

	for (size_t i = 0; i < p->n_recovery; i++) {
		if (code_fits(c, p, "recovery", p->recovery[i].mac, typed))
			found = i;
	}
	if (found == CODES_MAX)
		return false;
	memmove(p->recovery + found, p->recovery + found + 1,
	    (p->n_recovery - found - 1) * sizeof(*p->recovery));
	p->n_recovery--;
	memset(&p->recovery[p->n_recovery], 0, sizeof(*p->recovery));
	return true;
}

/* One code fewer, and who may not know is told. */
static int
recovered(
    struct kconv *c, const struct person *p, struct txn *t, struct outcome *o)
{
	struct p_mail mail;

	o->word = VERDICT_YES;
	o->left = p->n_recovery;
	mail_about(c->k, c, p, MK_RECOVERY, &mail);
	mail.n = p->n_recovery;
	return mail_notice(c->k, t, &mail);
}

/* The initial password of the slip, where no mail can vouch. */
static bool
slip_vouches(struct kconv *c, const struct person *p, const struct k_vouch *m)
{
	return code_fits(c, p, "initial", p->initial, m->initial) &&
	    p->state == STATE_REGISTERED && !c->k->conf->registration.email;
}

/*
 * An admin's code and a recovery code stand for the factor, and vouch for a
 * first device; a slip does no more than that. An admin's code that vouches
 * is good until the device stands (device.c), so that a cut line does not use
 * it up.
 */
static int
judge_vouch(struct kconv *c, struct person *p, const union kmsg *msg,
    struct txn *t, struct outcome *o)
{
	const struct k_vouch *m = &msg->vouch;
	bool first = (person_todo(p, c->k->conf) & TODO_METHOD) != 0;
	bool code = code_fits(c, p, "code", p->code, m->code);

	o->step = "recovery";
	o->vouches = true;
	o->proves = STEP_FACTOR;
	if (code && p->code_until >= (uint64_t)keeper_wall(c->k)) {
		if (!first) {
			memset(p->code, 0, sizeof(p->code));
			p->code_until = 0;
		}
		o->word = VERDICT_YES;
	} else if (take_recovery(c, p, m->code)) {
		return recovered(c, p, t, o);
	} else if (first && slip_vouches(c, p, m)) {
		o->step = "slip";
		o->word = VERDICT_YES;
		o->proves = 0;
	}
	return KOSMO_OK;
}

void
answer_code(struct kconv *c, const union kmsg *msg)
{
	trial_run(c, msg, judge_code, true);
}

void
answer_vouch(struct kconv *c, const union kmsg *msg)
{
	trial_run(c, msg, judge_vouch, true);
}
