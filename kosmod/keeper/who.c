/*
 * who.c: who somebody is: K_BIRTH, K_TERMS and K_USER_ID.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/people.h"
#include "kosmod/keeper/trial.h"
#include "kosmod/keeper/warden.h"
#include "kosmod/user_id.h"

static bool
same_birth(struct kconv *c, const struct person *p, const char *date)
{
	uint8_t mac[DIGEST_LEN];

	return digest_mac(c->k->mac_key, "birth", person_bound(p), date,
		   strlen(date), mac) == KOSMO_OK &&
	    secret_bytes_equal(mac, p->birth, DIGEST_LEN);
}

/* The last wrong date ends it until an administrator unlocks. */
static int
wrong_birth(struct kconv *c, struct person *p, struct txn *t, struct outcome *o)
{
	uint32_t most = c->k->conf->registration.attempts;

	p->births++;
	o->left = p->births < most ? most - p->births : 0;
	if (o->left > 0)
		return KOSMO_OK;
	return trial_lock(c, p, t, p->births, REASON_BIRTHS);
}

static int
judge_birth(struct kconv *c, struct person *p, const union kmsg *msg,
    struct txn *t, struct outcome *o)
{
	o->step = "birth";
	o->reason = REASON_WRONG_BIRTH;
	o->locks = false; /* it has a count of its own */
	if (!journey_turn(c, p, TODO_BIRTH) || digest_none(p->birth)) {
		o->word = VERDICT_NOT_NOW;
		o->free = true;
		o->reason = digest_none(p->birth) ? REASON_NO_BIRTH
						  : REASON_NOT_ITS_TURN;
		return KOSMO_OK;
	}
	if (!same_birth(c, p, msg->birth.date))
		return wrong_birth(c, p, t, o);
	o->word = VERDICT_YES;
	p->todo &= ~(uint32_t)TODO_BIRTH;
	return journey_settle(c, p, t);
}

void
answer_birth(struct kconv *c, const union kmsg *msg)
{
	const char *date = msg->birth.date;

	if (strlen(date) != 8 || strspn(date, "0123456789") != 8) {
		c->k->ways.drop(c->conn, "a date that there is not");
		return;
	}
	trial_run(c, msg, judge_birth, false);
}

/* One person who did something, its audit line and what it ends: a batch. */
static int
save(struct kconv *c, struct person *p, struct txn *t, uint64_t version,
    const char *event, const char *reason)
{
	int r = journey_settle(c, p, t);

	if (r == KOSMO_OK && (r = person_put(t, p, version)) == KOSMO_OK)
		r = kconv_audit(c, t, event, "", "done", reason);
	return r;
}

static const struct conf_terms *
terms_in_force(const struct conf *conf, const uint8_t *hash)
{
	for (size_t i = 0; i < 2; i++) {
		if (!digest_none(hash) &&
		    memcmp(conf->terms[i].hash, hash, DIGEST_LEN) == 0)
			return &conf->terms[i];
	}
	return NULL;
}

static int
agree(struct kconv *c, struct person *p, uint64_t version,
    const struct conf_terms *terms)
{
	struct txn *t = NULL;
	int r;

	(void)snprintf(p->terms, sizeof(p->terms), "%s", terms->version);
	memcpy(p->terms_hash, terms->hash, sizeof(p->terms_hash));
	p->terms_at = (uint64_t)keeper_wall(c->k);
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = save(c, p, t, version, "terms", p->terms)) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

void
answer_terms(struct kconv *c, const union kmsg *msg)
{
	const struct conf_terms *terms =
	    terms_in_force(c->k->conf, msg->terms.hash);
	enum verdict_word word = VERDICT_NOT_NOW;
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK && terms != NULL && journey_turn(c, &p, TODO_TERMS)) {
		word = VERDICT_YES;
		r = agree(c, &p, version, terms);
	}
	person_done(&p);
	if (r == KOSMO_OK)
		kconv_word(c, word);
	else
		kconv_trouble(c, "consent can't be stored", r);
}

/* True if somebody else goes by id, as login name, user ID or initial ID. */
static int
is_others(struct kconv *c, const char *id, bool *ret)
{
	struct buf value = BUF_INIT;
	uint64_t version;
	int r;

	*ret = false;
	if (strcmp(id, c->login) == 0)
		return KOSMO_OK;
	r = store_get(c->k->store, REC_ALIAS, id, &value, &version);
	if (r == KOSMO_OK)
		*ret = value.len != strlen(c->login) ||
		    memcmp(value.data, c->login, value.len) != 0;
	else if (r == KOSMO_ENOTFOUND)
		r = people_taken(c->k, id, ret);
	buf_done(&value);
	return r;
}

/* The initial ID is the login name, unless another one was given. */
static bool
is_initial(const struct person *p, const char *id)
{
	return strcmp(id,
		   p->initial_id[0] != '\0' ? p->initial_id : p->login) == 0;
}

static int
judge_user_id(
    struct kconv *c, struct person *p, const char *id, enum verdict_word *ret)
{
	const struct conf *conf = c->k->conf;
	bool taken = false;
	int r = KOSMO_OK;

	*ret = VERDICT_YES;
	if (!journey_turn(c, p, TODO_USER_ID))
		*ret = VERDICT_NOT_NOW;
	else if (user_id_denied(conf, id) ||
	    (is_initial(p, id) && !conf->user_id.keep))
		*ret = VERDICT_TAKEN;
	else if (!user_id_good(conf, id))
		*ret = VERDICT_NO;
	else if ((r = is_others(c, id, &taken)) == KOSMO_OK && taken)
		*ret = VERDICT_TAKEN;
	return r;
}

/* The login name needs no alias; an initial ID keeps the one it has. */
static int
move_alias(struct txn *t, const struct person *p, const char *id)
{
	int r = KOSMO_OK;

	if (p->user_id[0] != '\0' && strcmp(p->user_id, p->login) != 0 &&
	    strcmp(p->user_id, p->initial_id) != 0)
		r = store_delete(t, REC_ALIAS, p->user_id, STORE_ANY);
	if (r == KOSMO_OK && strcmp(id, p->login) != 0)
		r = store_put(
		    t, REC_ALIAS, id, p->login, strlen(p->login), STORE_ANY);
	return r;
}

static int
store_user_id(
    struct kconv *c, struct person *p, uint64_t version, const char *id)
{
	struct txn *t = NULL;
	int r;

	if (store_full(c->k->store))
		return KOSMO_EFULL;
	if ((r = store_begin(c->k->store, &t)) != KOSMO_OK)
		return r;
	if ((r = move_alias(t, p, id)) == KOSMO_OK) {
		(void)snprintf(p->user_id, sizeof(p->user_id), "%s", id);
		p->todo &= ~(uint32_t)TODO_USER_ID;
		r = save(c, p, t, version, "user id", "");
	}
	if (r == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

/*
 * A name of this host's accounts is somebody's login name, if not in Kosmo.
 * Where there is no warden nobody can say: such an ID is never taken for its
 * owner's where the account is known (bind.c).
 */
static void
on_account(struct kconv *c, const struct p_account_is *is)
{
	enum verdict_word word = VERDICT_TAKEN;
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK &&
	    (is == NULL || (is->flags & ACCOUNT_EXISTS) == 0 ||
		strcmp(c->wanted, c->login) == 0))
		r = judge_user_id(c, &p, c->wanted, &word);
	if (r == KOSMO_OK && word == VERDICT_YES)
		r = store_user_id(c, &p, version, c->wanted);
	person_done(&p);
	if (r == KOSMO_OK)
		kconv_word(c, word);
	else
		kconv_trouble(c, "a user ID can't be stored", r);
}

void
answer_user_id(struct kconv *c, const union kmsg *msg)
{
	const char *id = msg->user_id.id;
	enum verdict_word word = VERDICT_NO;
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK)
		r = judge_user_id(c, &p, id, &word);
	person_done(&p);
	if (r != KOSMO_OK) {
		kconv_trouble(c, "a user ID can't be looked for", r);
	} else if (word != VERDICT_YES) {
		kconv_word(c, word);
	} else {
		(void)snprintf(c->wanted, sizeof(c->wanted), "%s", id);
		warden_account(c, c->wanted, on_account);
	}
}
