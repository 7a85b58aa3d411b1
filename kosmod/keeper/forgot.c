/*
 * forgot.c: K_FORGOT, and what MAIL_RESET means. The first two checks are
 * judged at once, so that a mail goes only if both were right; but nobody
 * hears of it before the third.
 */
#include "config.h"

#include "forgot.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/codes.h"
#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/mail_code.h"
#include "kosmod/keeper/time.h"
#include "kosmod/reason.h"

#define RUNS_A_DAY 5
#define DAY 86400

_Static_assert(RUNS_A_DAY <= FORGOTS_MAX, "they are kept in the record");

/* Notes one more run of the last day; false if there were enough. */
static bool
count_run(struct person *p, int64_t now)
{
	uint8_t n = 0;

	for (size_t i = 0; i < p->n_forgots; i++) {
		if (p->forgots[i].at + DAY > (uint64_t)now)
			p->forgots[n++] = p->forgots[i];
	}
	p->n_forgots = n;
	if (n >= RUNS_A_DAY)
		return false;
	p->forgots[p->n_forgots++].at = (uint64_t)now;
	return true;
}

static bool
born(const struct kconv *c, const struct person *p, const char *date)
{
	uint8_t mac[DIGEST_LEN];

	return digest_mac(c->k->mac_key, "birth", person_bound(p), date,
		   strlen(date), mac) == KOSMO_OK &&
	    !digest_none(p->birth) &&
	    secret_bytes_equal(mac, p->birth, DIGEST_LEN);
}

/* A code of any app; remembers whose. */
static bool
app_code(struct kconv *c, const struct person *p, const char *digits)
{
	uint64_t step;

	if (digits[0] == '\0' || time_is_behind(c->k, keeper_wall(c->k)) != 0)
		return false;
	for (size_t i = 0; i < p->n_devices; i++) {
		const struct r_device *d = &p->devices[i];

		if (codes_app(c, d, digits, &step) != VERDICT_YES)
			continue;
		c->forgot.device = d->id;
		c->forgot.step = step;
		return true;
	}
	return false;
}

static bool
recovery_code(struct kconv *c, const struct person *p, const uint8_t *typed)
{
	size_t place;

	if (digest_none(typed) ||
	    codes_recovery(c, p, typed, &place) != KOSMO_OK)
		return false;
	c->forgot.device = 0;
	memcpy(c->forgot.code, typed, DIGEST_LEN);
	return true;
}

/* Why a run goes no further; REASON_NONE: the first two checks are right. */
static enum reason
look(struct kconv *c, const struct person *p, const struct k_forgot *m)
{
	bool date = born(c, p, m->date);
	bool code = app_code(c, p, m->digits) || recovery_code(c, p, m->code);
	enum person_state state = person_state(p, keeper_wall(c->k));

	if (state == STATE_LOCKED)
		return REASON_LOCKED;
	if (state != STATE_ACTIVE)
		return REASON_UNREGISTERED;
	if (p->email_ok == 0)
		return REASON_NO_ADDRESS;
	if (!date)
		return REASON_WRONG_BIRTH;
	return code ? REASON_NONE : REASON_WRONG_CODE;
}

/* Whoever is still invited is told so, by mail. */
static int
tell_invited(struct kconv *c, struct txn *t, const struct person *p,
    const struct k_forgot *m)
{
	struct p_mail mail;

	if (p->state != STATE_INVITED || p->lock[0] != '\0' ||
	    (!digest_none(p->birth) && !born(c, p, m->date)))
		return KOSMO_OK;
	mail_about(c->k, c, p, MK_NOT_REGISTERED, &mail);
	return mail_notice(c->k, t, &mail);
}

/* What two right answers lead to. What became of it, the log alone is told. */
static int
mail_reset(struct kconv *c, struct person *p)
{
	struct k_mailed mailed = { 0 };
	struct txn *t = NULL;
	int r;

	r = mail_code_send(c, p, MAIL_RESET, false, &mailed);
	if (r != KOSMO_OK || mailed.word == MAILED_SENT)
		return r;
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "forgot", "mail", "deny",
		 mailed.word == MAILED_NOT_NOW ? reason_token(REASON_NO_ADDRESS)
		     : mailed.word == MAILED_FAILED ? "mail can't be sent"
						    : "too many mails")) ==
		KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

static void
note_refusal(struct kconv *c, struct person *p, enum reason reason)
{
	p->refused = (uint64_t)keeper_wall(c->k);
	(void)snprintf(p->refusal, sizeof(p->refusal), REASON_FORGOT "%s",
	    reason_token(reason));
}

/* One batch: the charge, the run, and what was found out. p may be NULL. */
static int
begin(struct kconv *c, struct person *p, const struct k_forgot *m)
{
	struct attempt a = kconv_attempt(c, p);
	enum reason why = p == NULL  ? REASON_NO_PERSON
	    : throttle_wait(&a) != 0 ? REASON_WAIT
	    : !count_run(p, a.now)   ? REASON_RUNS
				     : REASON_NONE;
	bool judged = why == REASON_NONE;
	struct txn *t = NULL;
	int r;

	if (judged)
		why = look(c, p, m);
	c->forgot.stage = why == REASON_NONE ? FORGOT_TWO : FORGOT_WRONG;
	c->forgot.charged = a.now;
	if ((r = store_begin(c->k->store, &t)) != KOSMO_OK)
		return r;
	r = throttle_charge(&a, t, &c->forgot.marked);
	if (r == KOSMO_OK && judged)
		r = tell_invited(c, t, p, m);
	if (r == KOSMO_OK && p != NULL) {
		if (why != REASON_NONE)
			note_refusal(c, p, why);
		r = person_put(t, p, STORE_ANY);
	}
	if (r == KOSMO_OK)
		r = kconv_audit(c, t, "forgot", "two",
		    why == REASON_NONE ? "pass" : "deny", reason_token(why));
	if (r == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

/* The same words at the same moment, whatever was found. */
static void
say_sent(struct kconv *c)
{
	const struct k_mailed sent = { .word = MAILED_SENT };

	kconv_reply(c, &k_mailed_layout, &sent, kconv_boundary(c));
}

void
answer_forgot(struct kconv *c, const union kmsg *msg)
{
	struct person p;
	uint64_t version;
	int r;

	c->tried = keeper_mono(c->k);
	r = kconv_person(c, &p, &version);
	if (r == KOSMO_OK || r == KOSMO_ENOTFOUND)
		r = begin(c, r == KOSMO_OK ? &p : NULL, &msg->forgot);
	if (r == KOSMO_OK && c->forgot.stage == FORGOT_TWO)
		r = mail_reset(c, &p);
	person_done(&p);
	if (r == KOSMO_OK)
		say_sent(c);
	else
		kconv_trouble(c, "a forgotten password can't be judged", r);
}

void
forgot_again(struct kconv *c, bool again)
{
	struct person p = { 0 };
	uint64_t version;
	int r = KOSMO_OK;

	c->tried = keeper_mono(c->k);
	if (again && c->forgot.stage == FORGOT_TWO) {
		r = kconv_person(c, &p, &version);
		if (r == KOSMO_OK &&
		    person_state(&p, keeper_wall(c->k)) == STATE_ACTIVE)
			r = mail_reset(c, &p);
	}
	person_done(&p);
	if (r == KOSMO_OK)
		say_sent(c);
	else
		kconv_trouble(c, "a code can't be mailed", r);
}

/* Uses up the code that was right before; false if it is none any more. */
static bool
use_up(struct kconv *c, struct person *p)
{
	struct r_device *d;
	size_t place;

	if (c->forgot.device == 0) {
		if (codes_recovery(c, p, c->forgot.code, &place) != KOSMO_OK)
			return false;
		codes_spend(p, place);
		return true;
	}
	d = person_device(p, c->forgot.device);
	if (d == NULL || c->forgot.step <= d->step)
		return false;
	d->step = c->forgot.step;
	d->used = (uint64_t)keeper_wall(c->k);
	return true;
}

/* A recovery code that was used is told, as at a login. */
static int
tell_used(struct kconv *c, struct txn *t, const struct person *p)
{
	struct p_mail mail;

	if (c->forgot.device != 0)
		return KOSMO_OK;
	mail_about(c->k, c, p, MK_RECOVERY, &mail);
	mail.n = p->n_recovery;
	return mail_notice(c->k, t, &mail);
}

static int
settle_right(struct kconv *c, struct txn *t, const struct person *p)
{
	struct attempt a = kconv_attempt(c, p);
	int r;

	if ((r = throttle_refund(&a, c->forgot.charged, c->forgot.marked, t)) !=
		KOSMO_OK ||
	    (r = tell_used(c, t, p)) != KOSMO_OK ||
	    (r = time_note(c->k, t, a.now)) != KOSMO_OK ||
	    (r = person_put(t, p, STORE_ANY)) != KOSMO_OK)
		return r;
	return kconv_audit(c, t, "forgot", "mail", "pass", "");
}

/* The person is written only if the mailed code was theirs to try. */
static int
settle_wrong(struct kconv *c, struct txn *t, struct person *p)
{
	int r = KOSMO_OK;

	if (c->forgot.stage == FORGOT_TWO) {
		note_refusal(c, p, REASON_WRONG_MAILED);
		r = person_put(t, p, STORE_ANY);
	}
	if (r != KOSMO_OK)
		return r;
	return kconv_audit(c, t, "forgot", "mail", "deny",
	    reason_token(c->forgot.stage == FORGOT_TWO ? REASON_WRONG_MAILED
						       : REASON_EARLIER));
}

void
forgot_judged(struct kconv *c, struct person *p, bool code_right)
{
	struct k_verdict v = { .word = VERDICT_NO };
	struct txn *t = NULL;
	bool all;
	int r;

	if (c->forgot.stage != FORGOT_WRONG && c->forgot.stage != FORGOT_TWO) {
		c->k->ways.drop(c->conn, "no forgotten password to be judged");
		return;
	}
	c->tried = keeper_mono(c->k);
	all = c->forgot.stage == FORGOT_TWO && p != NULL && code_right &&
	    person_state(p, keeper_wall(c->k)) == STATE_ACTIVE && use_up(c, p);
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = all ? settle_right(c, t, p) : settle_wrong(c, t, p)) ==
		KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	c->forgot.stage = r == KOSMO_OK && all ? FORGOT_ALL : FORGOT_OVER;
	v.word = c->forgot.stage == FORGOT_ALL ? VERDICT_YES : VERDICT_NO;
	if (r == KOSMO_OK)
		kconv_verdict(c, &v);
	else
		kconv_trouble(c, "a mailed code can't be judged", r);
}

bool
forgot_may_set(const struct kconv *c)
{
	return c->forgot.stage == FORGOT_ALL;
}
