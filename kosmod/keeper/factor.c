/*
 * factor.c: K_CODE and K_VOUCH: codes of an app, of an administrator, and
 * recovery codes.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/codes.h"
#include "kosmod/keeper/factor.h"
#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/time.h"
#include "kosmod/keeper/trial.h"

static enum verdict_word
judge_app(struct kconv *c, struct r_device *d, const char *digits)
{
	uint64_t step;
	enum verdict_word word = codes_app(c, d, digits, &step);

	if (word == VERDICT_YES) {
		d->step = step;
		d->used = (uint64_t)keeper_wall(c->k);
	}
	return word;
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

int
factor_code(struct kconv *c, struct person *p, const struct k_code *m,
    struct outcome *o)
{
	struct r_device *d = find_app(p, m->device);

	o->step = "totp";
	o->last = m->last != 0;
	o->proves = STEP_FACTOR;
	if (d == NULL || d->method != METHOD_TOTP) {
		o->reason = REASON_NO_DEVICE;
	} else if ((kconv_methods(c) & METHOD_BIT(METHOD_TOTP)) == 0) {
		o->reason = REASON_NO_METHOD;
	} else if (time_is_behind(c->k, keeper_wall(c->k)) != 0) {
		o->word = VERDICT_HOST_CLOCK;
		o->reason = REASON_CLOCK;
		o->free = true;
	} else {
		o->word = judge_app(c, d, m->digits);
		if (o->word == VERDICT_USED)
			o->reason = REASON_USED;
	}
	return KOSMO_OK;
}

static int
judge_code(struct kconv *c, struct person *p, const union kmsg *msg,
    struct txn *t, struct outcome *o)
{
	(void)t;
	return factor_code(c, p, &msg->code, o);
}

/* One code fewer, and who may not know is told. */
static int
recovered(
    struct kconv *c, const struct person *p, struct txn *t, struct outcome *o)
{
	struct p_mail mail;

	o->left = p->n_recovery;
	mail_about(c->k, c, p, MK_RECOVERY, &mail);
	mail.n = p->n_recovery;
	return mail_notice(c->k, t, &mail);
}

/* The initial password of the slip, where no mail can vouch. */
static bool
slip_vouches(struct kconv *c, const struct person *p, const struct k_vouch *m)
{
	uint8_t mac[DIGEST_LEN];

	if (p->state != STATE_REGISTERED || c->k->conf->registration.email ||
	    digest_none(p->initial))
		return false;
	return digest_mac(c->k->mac_key, "initial", person_bound(p), m->initial,
		   DIGEST_LEN, mac) == KOSMO_OK &&
	    secret_bytes_equal(mac, p->initial, DIGEST_LEN);
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
	size_t place;

	o->step = "recovery";
	o->vouches = true;
	if (codes_recovery(c, p, m->code, &place) == KOSMO_OK) {
		o->proves = STEP_FACTOR;
		o->word = VERDICT_YES;
		if (place < p->n_recovery) {
			codes_spend(p, place);
			return recovered(c, p, t, o);
		}
		if (!first)
			codes_spend(p, place);
	} else if (first && slip_vouches(c, p, m)) {
		o->step = "slip";
		o->word = VERDICT_YES;
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
