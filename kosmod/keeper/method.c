/*
 * method.c: K_METHOD and K_RECOVERY: which factor, and the codes beside it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/mail.h"

#define BOTH (STEP_PASSWORD | STEP_FACTOR)
#define GROUPS 2 /* xxxx-xxxx */

static bool
has_device(const struct person *p, uint8_t method)
{
	for (size_t i = 0; i < p->n_devices; i++) {
		if (p->devices[i].method == method)
			return true;
	}
	return false;
}

/* Which one the registration sets up. */
static enum verdict_word
choose(const struct kconv *c, struct person *p, uint8_t method)
{
	if (method > METHOD_EMAIL ||
	    (journey_methods(c->k->conf, p) & METHOD_BIT(method)) == 0)
		return VERDICT_NOT_NOW;
	p->chosen = method;
	p->todo &= ~(uint32_t)TODO_CHOICE;
	return VERDICT_YES;
}

/* Which one a login asks for first. */
static enum verdict_word
prefer(const struct kconv *c, struct person *p, uint8_t method)
{
	if ((c->proven & BOTH) != BOTH || p->state != STATE_ACTIVE ||
	    p->lock[0] != '\0' || method > METHOD_EMAIL ||
	    (c->k->conf->login.methods & METHOD_BIT(method)) == 0)
		return VERDICT_NOT_NOW;
	if (!has_device(p, method))
		return VERDICT_MISSING;
	p->preferred = method;
	journey_void(p);
	return VERDICT_YES;
}

static int
tell_method(
    struct kconv *c, const struct person *p, struct txn *t, uint8_t before)
{
	struct p_mail mail;

	if (p->preferred == before)
		return KOSMO_OK;
	mail_about(c->k, c, p, MK_METHOD, &mail);
	mail.old_method = before;
	return mail_notice(c->k, t, &mail);
}

static int
store_method(
    struct kconv *c, struct person *p, uint64_t version, uint8_t before)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = tell_method(c, p, t, before)) == KOSMO_OK &&
	    (r = journey_settle(c, p, t)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "method", "", "done", "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

void
answer_method(struct kconv *c, const union kmsg *msg)
{
	uint8_t method = msg->method.method, before = METHOD_NONE;
	enum verdict_word word = VERDICT_NO;
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK) {
		before = p.preferred;
		if (journey_turn(c, &p, TODO_CHOICE | TODO_METHOD))
			word = choose(c, &p, method);
		else
			word = prefer(c, &p, method);
		if (word == VERDICT_YES)
			r = store_method(c, &p, version, before);
	}
	person_done(&p);
	if (r == KOSMO_OK)
		kconv_word(c, word);
	else
		kconv_trouble(c, "a method can't be stored", r);
}

/* Makes new codes in place of all earlier ones: HMACs into p, text into ret. */
static int
make_codes(struct kconv *c, struct person *p, struct k_codes_is *ret)
{
	uint32_t count = c->k->conf->recovery.count;
	uint8_t typed[DIGEST_LEN];
	char plain[sizeof(ret->codes[0].text)];
	int r = KOSMO_OK;

	memset(p->recovery, 0, sizeof(p->recovery));
	p->n_recovery = 0;
	for (uint32_t i = 0; i < count && i < CODES_MAX && r == KOSMO_OK; i++) {
		digest_words(ret->codes[i].text, GROUPS);
		digest_plain(ret->codes[i].text, plain, sizeof(plain));
		r = digest_typed("kosmo-code", plain, typed);
		if (r == KOSMO_OK)
			r = digest_mac(c->k->mac_key, "recovery",
			    person_bound(p), typed, sizeof(typed),
			    p->recovery[i].mac);
		p->n_recovery = ret->n = (uint8_t)(i + 1);
	}
	explicit_bzero(plain, sizeof(plain));
	explicit_bzero(typed, sizeof(typed));
	return r;
}

static int
store_codes(
    struct kconv *c, struct person *p, uint64_t version, const char *what)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = journey_settle(c, p, t)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "recovery codes", "", what, "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

/* Nobody is active before they have seen them. */
static bool
may_have_codes(const struct kconv *c, const struct person *p)
{
	if ((c->proven & BOTH) != BOTH || p->lock[0] != '\0')
		return false;
	return p->state == STATE_ACTIVE || journey_turn(c, p, TODO_CODES);
}

static int
answer_codes(struct kconv *c, struct person *p, uint64_t version)
{
	struct k_codes_is codes = { 0 };
	int r = make_codes(c, p, &codes);

	if (r == KOSMO_OK)
		r = store_codes(c, p, version, "made");
	if (r == KOSMO_OK)
		kconv_reply(c, &k_codes_is_layout, &codes, 0);
	explicit_bzero(&codes, sizeof(codes));
	return r;
}

static int
answer_seen(struct kconv *c, struct person *p, uint64_t version)
{
	int r;

	p->todo &= ~(uint32_t)TODO_CODES;
	if ((r = store_codes(c, p, version, "seen")) == KOSMO_OK)
		kconv_word(c, VERDICT_YES);
	return r;
}

void
answer_recovery(struct kconv *c, const union kmsg *msg)
{
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK && !may_have_codes(c, &p))
		kconv_word(c, VERDICT_NOT_NOW);
	else if (r == KOSMO_OK && msg->recovery.seen != 0 &&
	    p.n_recovery == 0 && c->k->conf->recovery.count > 0)
		kconv_word(c, VERDICT_NOT_NOW); /* there was nothing to see */
	else if (r == KOSMO_OK && msg->recovery.seen != 0)
		r = answer_seen(c, &p, version);
	else if (r == KOSMO_OK)
		r = answer_codes(c, &p, version);
	person_done(&p);
	if (r != KOSMO_OK)
		kconv_trouble(c, "recovery codes can't be stored", r);
}
