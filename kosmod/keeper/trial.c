#include "config.h"

#include "trial.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/device.h"
#include "kosmod/keeper/judge.h"
#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/time.h"

#define WARN_FAILURES 3 /* somebody seems to know the password */
#define WARN_AGAIN (30 * 86400)

/* What runs: the request, who judges it, and what it came to. */
struct trial {
	const union kmsg *msg;
	trial_judge judge;
	bool login;
	struct outcome o;
};

static int
notice(
    struct kconv *c, const struct person *p, struct txn *t, enum mail_kind kind)
{
	struct p_mail mail;

	mail_about(c->k, c, p, kind, &mail);
	return mail_notice(c->k, t, &mail);
}

int
trial_lock(struct kconv *c, struct person *p, struct txn *t, uint32_t n,
    enum reason what)
{
	int r;

	(void)snprintf(
	    p->lock, sizeof(p->lock), "%u %s", n, reason_token(what));
	p->locked = (uint64_t)keeper_wall(c->k);
	if ((r = notice(c, p, t, MK_LOCK)) != KOSMO_OK)
		return r;
	return kconv_audit(c, t, "lock", "", "done", p->lock);
}

int
trial_failed(struct kconv *c, struct person *p, struct txn *t)
{
	int64_t now = keeper_wall(c->k);
	uint32_t n;

	if (p->lock[0] != '\0' ||
	    person_knows(
		p, c->origin.name, now, c->k->conf->throttle.known_for))
		return KOSMO_OK;
	n = person_failed(p, now);
	if (n >= c->k->conf->throttle.lock)
		return trial_lock(c, p, t, n, REASON_CODES);
	if (n < WARN_FAILURES || p->warned + WARN_AGAIN > (uint64_t)now)
		return KOSMO_OK;
	p->warned = (uint64_t)now;
	return notice(c, p, t, MK_GUESSED);
}

/* True if it may not be evaluated; fills the outcome. */
static bool
has_to_wait(struct kconv *c, const struct person *p, struct trial *tr)
{
	struct attempt a = kconv_attempt(c, c->exists ? p : NULL);
	struct outcome *o = &tr->o;

	o->when = throttle_wait(&a);
	if (o->when != 0) {
		o->word = VERDICT_WAIT;
		o->reason = REASON_WAIT;
	} else if (!c->exists) {
		o->reason = REASON_NO_PERSON;
	} else if ((c->required & STEP_PASSWORD & ~c->proven) != 0) {
		o->reason = REASON_TOO_EARLY;
	} else if (person_state(p, a.now) == STATE_LOCKED) {
		o->reason = REASON_LOCKED;
	} else if (tr->login && c->codes > c->k->conf->login.attempts) {
		o->reason = REASON_TOO_MANY;
	} else {
		return false;
	}
	o->locks = false;
	return true;
}

/* What the answer leaves behind: a charge, a failure, or the newest time. */
static int
charge(struct kconv *c, struct person *p, struct txn *t, struct trial *tr)
{
	struct attempt a = kconv_attempt(c, c->exists ? p : NULL);
	uint8_t marked;
	int r = KOSMO_OK;

	if (tr->o.word == VERDICT_YES)
		return time_note(c->k, t, a.now);
	if (!tr->o.free)
		r = throttle_charge(&a, t, &marked);
	if (r == KOSMO_OK && tr->o.locks && tr->o.word == VERDICT_NO &&
	    (c->proven & STEP_PASSWORD) != 0)
		r = trial_failed(c, p, t);
	if (c->exists) {
		p->refused = (uint64_t)a.now;
		(void)snprintf(p->refusal, sizeof(p->refusal), "%s",
		    reason_token(tr->o.reason));
	}
	return r;
}

/*
 * Judges, and writes all that came of it. As a counter, so that a full disk
 * does not stop logins; p was read in this turn.
 */
static int
settle(struct kconv *c, struct person *p, struct trial *tr)
{
	struct outcome *o = &tr->o;
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) != KOSMO_OK)
		return r;
	if (!has_to_wait(c, p, tr))
		r = tr->judge(c, p, tr->msg, t, o);
	if (r == KOSMO_OK && (r = charge(c, p, t, tr)) == KOSMO_OK && c->exists)
		r = person_put(t, p, STORE_ANY);
	if (r == KOSMO_OK)
		r = kconv_audit(c, t, "login", o->step,
		    o->word == VERDICT_YES ? "pass" : "deny",
		    o->word == VERDICT_YES ? "" : reason_token(o->reason));
	if (r == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

static void
prove(struct kconv *c, const struct outcome *o)
{
	if (o->word != VERDICT_YES)
		return;
	c->proven |= o->proves;
	c->vouched = c->vouched || o->vouches;
	if (o->device != 0)
		device_added(c, o->device);
}

static void
tell(struct kconv *c, struct person *p, const struct outcome *o)
{
	uint32_t most = c->k->conf->login.attempts;
	struct k_verdict v = { 0 };

	v.word = (uint8_t)o->word;
	v.device = o->device;
	v.left = o->left;
	if (o->left == LEFT_BY_LOGIN)
		v.left = c->codes < most ? most - c->codes : 0;
	if ((c->proven & STEP_PASSWORD) == 0 && o->word != VERDICT_YES) {
		/* nothing is told before the password */
		v.word = VERDICT_NO;
		v.device = 0;
	} else if (o->word == VERDICT_WAIT || o->word == VERDICT_ENDED) {
		v.when = (uint64_t)o->when;
	} else if (c->exists && p->lock[0] != '\0') {
		v.word = VERDICT_LOCKED;
	}
	if (o->word == VERDICT_YES && o->last)
		v.ended = judge_at_once(c, p);
	kconv_verdict(c, &v);
}

void
trial_run(struct kconv *c, const union kmsg *msg, trial_judge judge, bool login)
{
	struct trial tr = { msg, judge, login,
		{ .word = VERDICT_NO,
		    .step = "factor",
		    .reason = REASON_WRONG_CODE,
		    .left = LEFT_BY_LOGIN,
		    .locks = true } };
	struct person p;
	uint64_t version;
	int r;

	c->codes += login;
	c->tried = keeper_mono(c->k);
	r = kconv_person(c, &p, &version);
	if (r == KOSMO_OK || r == KOSMO_ENOTFOUND)
		r = settle(c, &p, &tr);
	if (r != KOSMO_OK) {
		kconv_trouble(c, "an attempt can't be judged", r);
	} else {
		prove(c, &tr.o);
		tell(c, &p, &tr.o);
	}
	person_done(&p);
}
