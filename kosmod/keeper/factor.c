/*
 * factor.c: K_CODE and K_VOUCH. Charge, used mark, audit line and verdict are
 * one batch: what is said has been written.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/judge.h"
#include "kosmod/keeper/time.h"

/* What one answer came to. */
struct outcome {
	enum verdict_word word;
	const char *step;   /* "totp", "code" for the log */
	const char *reason; /* of a refusal */
	int64_t when;	    /* VERDICT_WAIT */
	bool last;	    /* a right one ends the conversation */
};

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

static void
judge_code(struct kconv *c, struct person *p, const struct k_code *m,
    struct outcome *o)
{
	int64_t now = keeper_wall(c->k);
	struct r_device *d = person_device(p, m->device);

	o->step = "totp";
	o->reason = "wrong code";
	o->last = m->last != 0;
	if (d == NULL || d->method != METHOD_TOTP) {
		o->reason = "no such device";
		return;
	}
	if (time_is_behind(c->k, now) != 0) {
		o->word = VERDICT_HOST_CLOCK;
		o->reason = "this host's clock is behind";
		return;
	}
	o->word = judge_totp(c, d, m->digits, now);
	if (o->word == VERDICT_USED)
		o->reason = "code used before";
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

/*
 * An admin's code stands for the factor; a slip vouches for a first device.
 * A code that vouches is good until the device stands (enrol.c), so that a
 * cut line does not use it up.
 */
static void
judge_vouch(struct kconv *c, struct person *p, const struct k_vouch *m,
    struct outcome *o)
{
	int64_t now = keeper_wall(c->k);
	bool code = code_fits(c, p, "code", p->code, m->code);
	bool slip = code_fits(c, p, "initial", p->initial, m->initial);

	o->step = "recovery";
	o->reason = "wrong code";
	if (code && p->code_until >= (uint64_t)now) {
		if ((p->todo & TODO_METHOD) == 0) {
			memset(p->code, 0, sizeof(p->code));
			p->code_until = 0;
		}
		o->word = VERDICT_YES;
	} else if (slip && p->state == STATE_REGISTERED &&
	    (p->todo & TODO_METHOD) != 0) {
		o->step = "slip";
		o->word = VERDICT_YES;
	}
}

/* A failed factor after a right password may lock: SPEC, "Lock". */
static void
count_failure(struct kconv *c, struct person *p, int64_t now)
{
	uint32_t n;

	if ((c->proven & STEP_PASSWORD) == 0 ||
	    person_knows(
		p, c->origin.name, now, c->k->conf->throttle.known_for))
		return;
	n = person_failed(p, now);
	if (n >= c->k->conf->throttle.lock && p->lock[0] == '\0') {
		(void)snprintf(p->lock, sizeof(p->lock), "%u wrong codes", n);
		p->locked = (uint64_t)now;
	}
}

/*
 * Writes what came of it: a used mark, or a charge; and the audit line. As a
 * counter, so that a full disk does not stop logins; p was read in this turn.
 */
static int
settle(struct kconv *c, struct person *p, const struct outcome *o)
{
	struct attempt a = kconv_attempt(c, c->exists ? p : NULL);
	bool yes = o->word == VERDICT_YES;
	uint8_t marked;
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) != KOSMO_OK)
		return r;
	if (!yes && o->word != VERDICT_HOST_CLOCK)
		r = throttle_charge(&a, t, &marked);
	if (r == KOSMO_OK && !yes && o->word == VERDICT_NO && c->exists &&
	    o->when == 0)
		count_failure(c, p, a.now);
	if (r == KOSMO_OK && c->exists) {
		if (!yes) {
			p->refused = (uint64_t)a.now;
			(void)snprintf(
			    p->refusal, sizeof(p->refusal), "%s", o->reason);
		}
		r = person_put(t, p, STORE_ANY);
	}
	if (r == KOSMO_OK)
		r = kconv_audit(c, t, "login", o->step, yes ? "pass" : "deny",
		    yes ? "" : o->reason);
	if (r == KOSMO_OK && yes)
		r = time_note(c->k, t, a.now);
	if (r == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

static void
tell(struct kconv *c, struct person *p, const struct outcome *o)
{
	uint32_t most = c->k->conf->login.attempts;
	struct k_verdict v = { 0 };

	v.word = (uint8_t)o->word;
	v.left = c->codes < most ? most - c->codes : 0;
	if ((c->proven & STEP_PASSWORD) == 0 && o->word != VERDICT_YES)
		v.word = VERDICT_NO; /* nothing is told before the password */
	else if (o->word == VERDICT_WAIT)
		v.when = (uint64_t)o->when;
	else if (c->exists && p->lock[0] != '\0')
		v.word = VERDICT_LOCKED;
	if (o->word == VERDICT_YES && o->last)
		v.ended = judge_at_once(c, p);
	kconv_verdict(c, &v);
}

/* True if the attempt may not be evaluated; fills the outcome. */
static bool
has_to_wait(struct kconv *c, const struct person *p, struct outcome *o)
{
	struct attempt a = kconv_attempt(c, c->exists ? p : NULL);

	o->when = throttle_wait(&a);
	if (o->when != 0) {
		o->word = VERDICT_WAIT;
		o->reason = "has to wait";
	} else if (!c->exists) {
		o->reason = "no such person";
	} else if ((c->required & STEP_PASSWORD & ~c->proven) != 0) {
		o->reason = "code before the password";
	} else if (person_state(p, a.now) == STATE_LOCKED) {
		o->reason = "locked";
	} else if (c->codes > c->k->conf->login.attempts) {
		o->reason = "too many codes in one login";
	} else {
		return false;
	}
	return true;
}

static void
prove(struct kconv *c, const struct outcome *o)
{
	if (o->word != VERDICT_YES)
		return;
	if (strcmp(o->step, "totp") != 0)
		c->vouched = true;
	if (strcmp(o->step, "slip") != 0)
		c->proven |= STEP_FACTOR;
}

/* The common way of both requests: load, wait?, judge, write, tell. */
static void
attempt(struct kconv *c, const union kmsg *msg,
    void (*judge)(
	struct kconv *, struct person *, const union kmsg *, struct outcome *))
{
	struct outcome o = { VERDICT_NO, "factor", "wrong code", 0, false };
	struct person p;
	uint64_t version = 0;
	int r;

	c->codes++;
	c->tried = keeper_mono(c->k);
	r = kconv_person(c, &p, &version);
	if (r == KOSMO_OK || r == KOSMO_ENOTFOUND) {
		if (!has_to_wait(c, &p, &o))
			judge(c, &p, msg, &o);
		r = settle(c, &p, &o);
	}
	if (r != KOSMO_OK) {
		kconv_trouble(c, "a code can't be judged", r);
	} else {
		prove(c, &o);
		tell(c, &p, &o);
	}
	person_done(&p);
}

static void
code_judge(
    struct kconv *c, struct person *p, const union kmsg *msg, struct outcome *o)
{
	judge_code(c, p, &msg->code, o);
}

static void
vouch_judge(
    struct kconv *c, struct person *p, const union kmsg *msg, struct outcome *o)
{
	judge_vouch(c, p, &msg->vouch, o);
}

void
answer_code(struct kconv *c, const union kmsg *msg)
{
	attempt(c, msg, code_judge);
}

void
answer_vouch(struct kconv *c, const union kmsg *msg)
{
	attempt(c, msg, vouch_judge);
}
