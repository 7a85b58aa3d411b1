/*
 * mail_typed.c: K_MAIL_CODE. What a typed code is worth, and what it does.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/device.h"
#include "kosmod/keeper/factor.h"
#include "kosmod/keeper/forgot.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/mail_code.h"
#include "kosmod/keeper/mail_in.h"
#include "kosmod/keeper/trial.h"

#define SLACK 60 /* seconds that a clock may be set back by */

bool
mail_is_good(
    struct kconv *c, const struct person *p, const struct r_mailed *row)
{
	uint64_t now = (uint64_t)keeper_wall(c->k);
	struct r_mailed here;

	return row->sent != 0 && row->sent <= now + SLACK && row->until > now &&
	    !digest_none(row->mac) && row->tries < c->k->conf->email.attempts &&
	    mail_mac(c, p, (enum mail_purpose)row->purpose, "", &here) ==
	    KOSMO_OK &&
	    memcmp(here.to, row->to, sizeof(here.to)) == 0;
}

enum verdict_word
mail_code_judge(struct kconv *c, struct person *p, enum mail_purpose purpose,
    const char *digits, uint32_t *ret_left)
{
	uint32_t most = c->k->conf->email.attempts;
	struct r_mailed *row = mail_row(p, purpose), typed;
	bool right;

	if (ret_left != NULL)
		*ret_left = 0;
	if (row == NULL || !mail_is_good(c, p, row) ||
	    mail_mac(c, p, purpose, digits, &typed) != KOSMO_OK)
		return VERDICT_ENDED;
	right = secret_bytes_equal(typed.mac, row->mac, DIGEST_LEN);
	if (!right && ++row->tries < most && ret_left != NULL)
		*ret_left = most - row->tries;
	if (right || row->tries >= most) /* used, or used up */
		memset(row->mac, 0, sizeof(row->mac));
	return right ? VERDICT_YES : VERDICT_NO;
}

/* The e-mail method itself: the code was mailed to where it will go. */
static int
add_method(struct kconv *c, struct person *p, const struct k_mail_code *m,
    struct txn *t, struct outcome *o)
{
	struct r_device d = { .method = METHOD_EMAIL };
	int r = device_add(c, p, t, &d, m->name);

	o->device = p->next_device;
	o->proves = STEP_FACTOR;
	return r;
}

/* What the right code of each purpose does. */
static int
take_effect(struct kconv *c, struct person *p, const struct k_mail_code *m,
    struct txn *t, struct outcome *o)
{
	switch ((enum mail_purpose)m->purpose) {
	case MAIL_LOGIN:
		o->proves = STEP_FACTOR;
		return KOSMO_OK;
	case MAIL_CONFIRM:
		o->vouches = true;
		return journey_confirmed(c, p, t);
	case MAIL_SETUP:
		o->vouches = true;
		return m->enrol ? add_method(c, p, m, t, o) : KOSMO_OK;
	case MAIL_ENROL:
		return add_method(c, p, m, t, o);
	case MAIL_RESET:
		break;
	}
	return KOSMO_EINVAL;
}

/* The fewer of both: one more wrong one ends the login, or the code. */
static uint32_t
left_of_login(const struct kconv *c, uint32_t left)
{
	uint32_t most = c->k->conf->login.attempts;
	uint32_t of_login = c->codes < most ? most - c->codes : 0;

	return left > 0 && left < of_login ? left : of_login;
}

static int
judge_mailed(struct kconv *c, struct person *p, const union kmsg *msg,
    struct txn *t, struct outcome *o)
{
	const struct k_mail_code *m = &msg->mail_code;
	enum mail_purpose purpose = (enum mail_purpose)m->purpose;
	const struct r_mailed *row = mail_row(p, purpose);
	uint32_t left;

	o->step = mail_word(m->purpose);
	o->last = m->last != 0;
	if (!mail_may(c, p, purpose) || (m->enrol && !mail_allowed(c))) {
		o->word = VERDICT_NOT_NOW;
		o->reason = REASON_NOT_DUE;
		return KOSMO_OK;
	}
	o->free = row == NULL || !mail_is_good(c, p, row);
	o->reason = o->free ? REASON_ENDED : REASON_WRONG_CODE;
	/* at an address only who has the slip can guess: no factor yet */
	o->locks = !o->free && purpose != MAIL_CONFIRM;
	o->word = mail_code_judge(c, p, purpose, m->digits, &left);
	o->left = purpose == MAIL_LOGIN ? left_of_login(c, left) : left;
	return o->word == VERDICT_YES ? take_effect(c, p, m, t, o) : KOSMO_OK;
}

/*
 * Behind another module's password everyone is asked for "Code:", and who
 * typed `resend` there may still have an app at hand: either is right.
 */
static int
judge(struct kconv *c, struct person *p, const union kmsg *msg, struct txn *t,
    struct outcome *o)
{
	const struct k_mail_code *m = &msg->mail_code;
	struct k_code app = { .last = m->last };
	struct outcome of_app = *o;
	int r = judge_mailed(c, p, msg, t, o);

	if (r != KOSMO_OK || o->word == VERDICT_YES ||
	    (c->proven & STEP_PASSWORD) != 0)
		return r;
	memcpy(app.digits, m->digits, sizeof(app.digits));
	r = factor_code(c, p, &app, &of_app);
	explicit_bzero(&app, sizeof(app));
	if (of_app.word == VERDICT_YES)
		*o = of_app;
	else
		o->free = false; /* it was an attempt at the app as well */
	return r;
}

/* The same for everyone, known or not: forgot.c judges all three checks. */
static void
judge_reset(struct kconv *c, const struct k_mail_code *m)
{
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);
	bool right = false;

	if (r == KOSMO_OK)
		right = mail_code_judge(c, &p, MAIL_RESET, m->digits, NULL) ==
		    VERDICT_YES;
	forgot_judged(c, r == KOSMO_OK ? &p : NULL, right);
	person_done(&p);
}

void
answer_mail_code(struct kconv *c, const union kmsg *msg)
{
	const struct k_mail_code *m = &msg->mail_code;

	c->tried = keeper_mono(c->k);
	if (m->purpose == MAIL_RESET)
		judge_reset(c, m);
	else if ((c->proven & STEP_PASSWORD) == 0 && m->purpose != MAIL_LOGIN)
		kconv_word(c, VERDICT_NOT_NOW);
	else
		trial_run(c, msg, judge, m->purpose == MAIL_LOGIN);
}
