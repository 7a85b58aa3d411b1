/*
 * change.c: what a person looks at and changes of themselves.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/door.h"
#include "kosmod/keeper/forgot.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/ssh_key.h"
#include "kosmod/keeper/warden.h"

#define BOTH (STEP_PASSWORD | STEP_FACTOR)

static void
only_language(struct k_person *view)
{
	struct k_person told = { 0 };

	memcpy(told.language, view->language, sizeof(told.language));
	explicit_bzero(view, sizeof(*view));
	*view = told;
}

static void
tell_profile(struct kconv *c, const struct person *p)
{
	struct k_person view = { 0 };

	person_view(p, c->k->conf, keeper_wall(c->k), &view);
	view.vouched = c->vouched;
	view.remembered = c->skips;
	view.doors = door_open(c, p);
	view.key_seen = ssh_key_seen(c, p);
	view.key_device = c->key_device;
	if (c->refused)
		only_language(&view);
	kconv_reply(c, &k_person_layout, &view, 0);
	explicit_bzero(&view, sizeof(view));
}

static void
found(struct kconv *c, const struct p_where_is *is)
{
	door_found(c, is);
	answer_profile(c, NULL);
}

/*
 * Nothing of a person is told before they have proven something; but whoever
 * runs kosmoctl is known by the uid. Who is locked is told so in their
 * language.
 */
void
answer_profile(struct kconv *c, const union kmsg *msg)
{
	static const struct k_person nobody = { 0 };
	struct person p = { 0 };
	uint64_t version;
	int r = KOSMO_ENOTFOUND;

	(void)msg;
	if (c->proven != 0 || c->refused || forgot_may_set(c) ||
	    c->open.phase == PHASE_VERB)
		r = kconv_person(c, &p, &version);
	if (r == KOSMO_ENOTFOUND)
		kconv_reply(c, &k_person_layout, &nobody, 0);
	else if (r != KOSMO_OK)
		kconv_trouble(c, "a person can't be read", r);
	else if (door_unsure(c, &p))
		warden_where(c, &p, found);
	else
		tell_profile(c, &p);
	person_done(&p);
}

/* Passwords that must not come again: the one in force, then the history. */
static const char *
old_hash(const struct kconv *c, const struct person *p, uint32_t index)
{
	if (p->password[0] == '\0')
		index++; /* it was set back: the history is all there is */
	if (index >= 1 + c->k->conf->password.history)
		return NULL;
	if (index == 0)
		return p->password;
	return index <= p->n_history ? p->history[index - 1].hash : NULL;
}

void
answer_old(struct kconv *c, const union kmsg *msg)
{
	struct k_setting s = { 0 };
	struct person p;
	uint64_t version;
	const char *hash, *end;
	int r = kconv_person(c, &p, &version);

	if (r != KOSMO_OK) {
		kconv_trouble(c, "a person can't be read", r);
		return;
	}
	hash = old_hash(c, &p, msg->old.index);
	end = hash != NULL ? strrchr(hash, '$') : NULL;
	if (end != NULL)
		memcpy(s.setting, hash, (size_t)(end - hash));
	kconv_reply(c, &k_setting_layout, &s, 0);
	person_done(&p);
}

void
answer_old_hash(struct kconv *c, const union kmsg *msg)
{
	const struct k_old_hash *m = &msg->old_hash;
	uint8_t mac[DIGEST_LEN] = { 0 };
	struct person p;
	uint64_t version;
	const char *hash;
	bool same;
	int r;

	if ((r = kconv_person(c, &p, &version)) != KOSMO_OK ||
	    (r = digest_mac(c->k->mac_key, "initial", person_bound(&p),
		 m->initial, DIGEST_LEN, mac)) != KOSMO_OK) {
		kconv_trouble(c, "a person can't be read", r);
		return;
	}
	hash = old_hash(c, &p, m->index);
	same = hash != NULL && strcmp(hash, m->hash) == 0;
	if (!digest_none(p.initial) &&
	    secret_bytes_equal(mac, p.initial, DIGEST_LEN))
		same = true;
	kconv_word(c, same ? VERDICT_YES : VERDICT_NO);
	person_done(&p);
}

/* Whose password may be set here; permits.c let pass what can be at all. */
static bool
may_set(const struct kconv *c, const struct person *p)
{
	if (c->reset)
		return true;
	if (forgot_may_set(c))
		return p->lock[0] == '\0' && p->state == STATE_ACTIVE;
	if ((p->todo & TODO_PASSWORD) != 0)
		return journey_turn(c, p, TODO_PASSWORD) &&
		    (p->n_devices == 0 || (c->proven & STEP_FACTOR) != 0);
	return (c->proven & BOTH) == BOTH && p->lock[0] == '\0';
}

static void
put_password(struct kconv *c, struct person *p, const char *hash)
{
	uint32_t keep = c->k->conf->password.history;

	if (keep > HISTORY_MAX)
		keep = HISTORY_MAX;
	if (p->password[0] != '\0' && keep > 0) {
		memmove(p->history + 1, p->history,
		    (HISTORY_MAX - 1) * sizeof(*p->history));
		(void)snprintf(p->history[0].hash, sizeof(p->history[0].hash),
		    "%s", p->password);
		if (p->n_history < HISTORY_MAX)
			p->n_history++;
	}
	if (p->n_history > keep)
		p->n_history = (uint8_t)keep;
	memset(p->history + p->n_history, 0,
	    (size_t)(HISTORY_MAX - p->n_history) * sizeof(*p->history));
	(void)snprintf(p->password, sizeof(p->password), "%s", hash);
	p->password_set = (uint64_t)keeper_wall(c->k);
	p->todo &= ~(uint32_t)TODO_PASSWORD;
	if (p->state == STATE_ACTIVE)
		p->expires = 0; /* that was the slip's */
	if (c->reset)
		p->todo |= TODO_PASSWORD;
	journey_void(p);
}

/* The first one is told with the rest of the registration, at its end. */
static int
tell_password(struct kconv *c, const struct person *p, struct txn *t)
{
	struct p_mail mail;

	if (p->state != STATE_ACTIVE)
		return KOSMO_OK;
	mail_about(c->k, c, p, c->reset ? MK_ADMIN : MK_PASSWORD, &mail);
	if (c->reset)
		mail.act = ACT_RESET_PASSWORD;
	return mail_notice(c->k, t, &mail);
}

/* Only what libxcrypt's yescrypt writes: nothing weaker comes in. */
static bool
good_hash(const char *hash)
{
	return strncmp(hash, "$y$", 3) == 0 && strlen(hash) >= 60 &&
	    strspn(hash,
		"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz$") == strlen(hash);
}

/* One person, one audit line, one batch. */
static int
save(struct kconv *c, const struct person *p, uint64_t version,
    const char *event, const char *reason)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, event, "", "done", reason)) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

static int
save_password(struct kconv *c, struct person *p, uint64_t version)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = tell_password(c, p, t)) == KOSMO_OK &&
	    (r = journey_settle(c, p, t)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "password", "", "done",
		 c->reset ? "set by root, to be changed" : "changed")) ==
		KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

/*
 * Part 1 ended here, so a first device may follow; with relogin, after the
 * new password was typed as a login asks for it.
 */
static void
end_part_1(struct kconv *c)
{
	c->initial = false;
	c->vouched = true;
	if (!c->k->conf->registration.relogin)
		return;
	c->proven = 0;
	c->passwords = 0;
}

void
answer_set_password(struct kconv *c, const union kmsg *msg)
{
	const char *hash = msg->set_password.hash;
	uint8_t before = STATE_NONE;
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK && (!may_set(c, &p) || !good_hash(hash))) {
		person_done(&p);
		c->k->ways.drop(c->conn, "a password that may not be set");
		return;
	}
	if (r == KOSMO_OK) {
		before = p.state;
		put_password(c, &p, hash);
		r = save_password(c, &p, version);
	}
	if (r == KOSMO_OK && before == STATE_INVITED &&
	    p.state != STATE_INVITED)
		end_part_1(c);
	person_done(&p);
	if (r != KOSMO_OK) {
		kconv_trouble(c, "a password can't be stored", r);
		return;
	}
	c->password_set = true;
	c->forgot.stage = FORGOT_NONE;
	kconv_word(c, VERDICT_YES);
}

void
answer_language(struct kconv *c, const union kmsg *msg)
{
	const char *language = msg->language.language;
	struct person p;
	uint64_t version;
	int r;

	if (strcmp(language, "en") != 0 && strcmp(language, "ja") != 0) {
		c->k->ways.drop(c->conn, "a language that there is not");
		return;
	}
	if ((r = kconv_person(c, &p, &version)) == KOSMO_OK) {
		(void)snprintf(p.language, sizeof(p.language), "%s", language);
		r = save(c, &p, version, "language", language);
	}
	person_done(&p);
	if (r == KOSMO_OK)
		kconv_word(c, VERDICT_YES);
	else
		kconv_trouble(c, "a language can't be stored", r);
}
