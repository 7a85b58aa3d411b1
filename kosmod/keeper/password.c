/*
 * password.c: K_TRY and K_PASSWORD. The attempt is charged before the setting
 * leaves; talk hashes; the comparison is here. What must not be evaluated
 * (a wait, an unknown name) goes the same way with a dummy.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/combined.h"
#include "kosmod/keeper/remember.h"
#include "kosmod/keeper/ssh_key.h"
#include "kosmod/keeper/time.h"
#include "kosmod/keeper/trial.h"
#include "kosmod/reason.h"

#define PERMIT_MS 10000 /* a hash that takes longer has lost its permit */

/* "$y$j9T$salt$hash" without "$hash": what crypt_ra needs of it. */
static void
setting_of(const char *hash, char ret[static HASH_LEN + 1])
{
	const char *end = strrchr(hash, '$');
	size_t n = end != NULL ? (size_t)(end - hash) : 0;

	memcpy(ret, hash, n);
	ret[n] = '\0';
}

static int
find_setting(struct kconv *c, const struct person *p, struct k_setting *ret)
{
	if (p != NULL && p->password[0] != '\0' && !c->dummy) {
		setting_of(p->password, ret->setting);
		return KOSMO_OK;
	}
	return digest_dummy(c->k->mac_key, c->login, ret->setting);
}

static void
send_setting(struct kconv *c)
{
	struct k_setting s = { 0 };
	struct person p;
	uint64_t version;
	int r;

	r = kconv_person(c, &p, &version);
	if (c->combined)
		s.digits = combined_digits(c, r == KOSMO_OK ? &p : NULL);
	if (r == KOSMO_OK || r == KOSMO_ENOTFOUND)
		r = find_setting(c, r == KOSMO_OK ? &p : NULL, &s);
	if (r == KOSMO_OK)
		kconv_reply(c, &k_setting_layout, &s, 0);
	else
		kconv_trouble(c, "no setting for a password", r);
	person_done(&p);
}

static void
grant(struct kconv *c)
{
	c->hashing = true;
	c->hash_since = keeper_mono(c->k);
	c->k->n_hashing++;
	TAILQ_INSERT_TAIL(&c->k->hashing, c, queue);
	send_setting(c);
}

/* A talk that hashes for ever must not stop the others. */
static void
take_back_lost(struct keeper *k)
{
	struct kconv *c;

	while ((c = TAILQ_FIRST(&k->hashing)) != NULL &&
	    keeper_mono(k) - c->hash_since >= PERMIT_MS) {
		TAILQ_REMOVE(&k->hashing, c, queue);
		c->hashing = false;
		k->n_hashing--;
	}
}

static void
grant_next(struct keeper *k)
{
	struct kconv *c;

	while (k->n_hashing < k->hash_permits &&
	    (c = TAILQ_FIRST(&k->waiting)) != NULL) {
		TAILQ_REMOVE(&k->waiting, c, queue);
		c->waiting = false;
		k->n_waiting--;
		grant(c);
	}
}

void
password_let_go(struct kconv *c)
{
	struct keeper *k = c->k;

	if (c->waiting) {
		TAILQ_REMOVE(&k->waiting, c, queue);
		c->waiting = false;
		k->n_waiting--;
	}
	if (c->hashing) {
		TAILQ_REMOVE(&k->hashing, c, queue);
		c->hashing = false;
		k->n_hashing--;
	}
	take_back_lost(k);
	grant_next(k);
}

void
password_tick(struct keeper *k)
{
	take_back_lost(k);
	grant_next(k);
}

/* Charges the attempt; sets c->dummy if it may not be evaluated. */
static int
begin(struct kconv *c, const struct person *p)
{
	struct attempt a = kconv_attempt(c, p);
	struct txn *t = NULL;
	int r;

	c->dummy = p == NULL || c->passwords > c->k->conf->login.attempts ||
	    throttle_wait(&a) != 0;
	c->charged = a.now;
	if ((r = store_begin(c->k->store, &t)) != KOSMO_OK)
		return r;
	if ((r = throttle_charge(&a, t, &c->marked)) != KOSMO_OK) {
		store_abort(&t);
		return r;
	}
	return store_commit(c->k->store, &t, NULL, NULL);
}

void
answer_try(struct kconv *c, const union kmsg *msg)
{
	struct keeper *k = c->k;
	struct person p;
	uint64_t version;
	int r;

	(void)msg;
	c->passwords++;
	c->tried = keeper_mono(k);
	r = kconv_person(c, &p, &version);
	if (r == KOSMO_OK || r == KOSMO_ENOTFOUND)
		r = begin(c, r == KOSMO_OK ? &p : NULL);
	person_done(&p);
	if (r != KOSMO_OK) {
		kconv_trouble(c, "a password attempt can't be charged", r);
		return;
	}
	c->trying = true;
	take_back_lost(k);
	c->waiting = true;
	k->n_waiting++;
	TAILQ_INSERT_TAIL(&k->waiting, c, queue);
	grant_next(k);
}

enum match { MATCH_NONE, MATCH_PASSWORD, MATCH_INITIAL };

static enum match
compare(struct kconv *c, const struct person *p, const struct k_password *m)
{
	uint8_t mac[DIGEST_LEN] = { 0 };
	const char *bound = p != NULL ? person_bound(p) : c->login;
	bool password, initial;

	if (digest_mac(c->k->mac_key, "initial", bound, m->initial, DIGEST_LEN,
		mac) != KOSMO_OK ||
	    p == NULL || c->dummy)
		return MATCH_NONE;
	password = p->password[0] != '\0' && p->state != STATE_INVITED &&
	    secret_bytes_equal(m->hash, p->password, sizeof(m->hash));
	initial = !digest_none(p->initial) &&
	    secret_bytes_equal(mac, p->initial, DIGEST_LEN);
	return password ? MATCH_PASSWORD : initial ? MATCH_INITIAL : MATCH_NONE;
}

/*
 * The initial password of an invitation; or of a slip that an administrator
 * gave in place of a password, which has to be changed then.
 */
static bool
initial_works(const struct person *p)
{
	return p->state == STATE_INVITED ||
	    (p->password[0] == '\0' && (p->todo & TODO_PASSWORD) != 0);
}

/* What a right password means for this person now. */
static enum verdict_word
word_of(struct kconv *c, const struct person *p, enum match match)
{
	enum person_state state = person_state(p, keeper_wall(c->k));

	if (match == MATCH_INITIAL && !initial_works(p))
		return VERDICT_SPENT;
	if (state == STATE_LOCKED)
		return VERDICT_LOCKED;
	/* the slip of somebody who is active has an end as well */
	if (state == STATE_EXPIRED ||
	    (match == MATCH_INITIAL && p->expires != 0 &&
		(uint64_t)keeper_wall(c->k) > p->expires))
		return VERDICT_ENDED;
	if (match == MATCH_INITIAL && p->expires != 0 &&
	    (uint64_t)keeper_wall(c->k) > p->expires)
		return VERDICT_ENDED; /* a slip for who is active */
	return VERDICT_YES;
}

/* p: who typed the right password, but a wrong code with it; or NULL. */
static int
note_wrong(struct kconv *c, struct person *p)
{
	struct txn *t = NULL;
	int r = KOSMO_OK;

	if ((r = store_begin(c->k->store, &t)) != KOSMO_OK)
		return r;
	if (p != NULL && time_is_behind(c->k, keeper_wall(c->k)) == 0)
		r = trial_failed(c, p, t);
	if (r == KOSMO_OK && p != NULL)
		r = person_put(t, p, STORE_ANY);
	if (r == KOSMO_OK)
		r = kconv_audit(c, t, "login", p != NULL ? "totp" : "password",
		    "deny",
		    reason_token(p != NULL ? REASON_WRONG_CODE
			    : !c->exists   ? REASON_NO_PERSON
			    : c->dummy	   ? REASON_WAIT
					   : REASON_WRONG_PASSWORD));
	if (r == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

static void
refuse(struct kconv *c, struct person *p)
{
	struct k_verdict v = { 0 };
	uint32_t most = c->k->conf->login.attempts;
	int r = note_wrong(c, p);

	if (r != KOSMO_OK) {
		kconv_trouble(c, "a refusal can't be written", r);
		return;
	}
	v.word = VERDICT_NO;
	v.left = c->passwords < most ? most - c->passwords : 0;
	kconv_verdict(c, &v);
}

/* A key that sshd has let in here stands for the factor. */
static int
settle_key(struct kconv *c, struct txn *t, struct person *p)
{
	int r = ssh_key_note(c, t, p);

	return r == KOSMO_OK ? person_put(t, p, STORE_ANY) : r;
}

/* Uses up the code that was typed with it; notes why none is asked for. */
static int
settle_factor(struct kconv *c, struct txn *t, struct person *p,
    const struct k_password *m)
{
	int r;

	if (c->key_device != 0)
		return settle_key(c, t, p);
	if (c->skips)
		return kconv_audit(c, t, "login", "remembered", "pass", "");
	if (!c->combined)
		return KOSMO_OK;
	combined_spend(c, p, m->digits);
	if ((r = person_put(t, p, STORE_ANY)) == KOSMO_OK &&
	    (r = time_note(c->k, t, keeper_wall(c->k))) == KOSMO_OK)
		r = kconv_audit(c, t, "login", "totp", "pass", "");
	return r;
}

/* Nobody learns before the right password that a login is remembered. */
static void
prove(struct kconv *c, const struct person *p, enum match match)
{
	c->proven |= STEP_PASSWORD;
	c->initial = match == MATCH_INITIAL && p->state == STATE_INVITED;
	if (c->combined || c->key_device != 0)
		c->proven |= STEP_FACTOR;
	if (c->skips)
		c->required &= (uint8_t)~STEP_FACTOR;
}

/* Right: the charge is taken back, and that in itself must be durable. */
static void
let_pass(struct kconv *c, struct person *p, enum match match,
    const struct k_password *m)
{
	struct attempt a = kconv_attempt(c, p);
	enum verdict_word word = word_of(c, p, match);
	struct k_verdict v = { 0 };
	struct txn *t = NULL;
	int r;

	v.word = (uint8_t)word;
	v.when = v.word == VERDICT_ENDED ? p->expires : 0;
	c->key_device =
	    word == VERDICT_YES && !c->combined ? ssh_key_used(c, p) : 0;
	c->skips = word == VERDICT_YES && match == MATCH_PASSWORD &&
	    !c->combined && c->key_device == 0 && remember_holds(c, p);
	if ((r = store_begin(c->k->store, &t)) != KOSMO_OK ||
	    (r = throttle_refund(&a, c->charged, c->marked, t)) != KOSMO_OK ||
	    (v.word != VERDICT_YES &&
		(r = kconv_audit(c, t, "login", "password", "deny",
		     v.word == VERDICT_LOCKED ? "locked"
			 : v.word == VERDICT_ENDED
			 ? "invitation ended"
			 : "initial password again")) != KOSMO_OK) ||
	    (v.word == VERDICT_YES &&
		(r = settle_factor(c, t, p, m)) != KOSMO_OK) ||
	    (r = store_commit(c->k->store, &t, NULL, NULL)) != KOSMO_OK) {
		store_abort(&t);
		c->skips = false;
		c->key_device = 0;
		kconv_trouble(c, "a right password can't be written", r);
		return;
	}
	c->refused = word == VERDICT_LOCKED || word == VERDICT_ENDED;
	if (v.word == VERDICT_YES)
		prove(c, p, match);
	kconv_verdict(c, &v);
}

void
answer_password(struct kconv *c, const union kmsg *msg)
{
	const struct k_password *m = &msg->password;
	struct person p;
	uint64_t version;
	enum match match;
	int r;

	if (c->combined != (m->combined != 0)) {
		c->k->ways.drop(c->conn, "a password that is not as asked");
		return;
	}
	c->trying = false;
	password_let_go(c);
	r = kconv_person(c, &p, &version);
	if (r != KOSMO_OK && r != KOSMO_ENOTFOUND) {
		kconv_trouble(c, "a person can't be read", r);
		goto out;
	}
	match = compare(c, r == KOSMO_OK ? &p : NULL, m);
	if (match == MATCH_NONE || (c->combined && match == MATCH_INITIAL)) {
		refuse(c, NULL);
	} else if (c->combined && !combined_right(c, &p, m->digits)) {
		refuse(c, &p);
	} else {
		let_pass(c, &p, match, m);
	}
out:
	person_done(&p);
}
