/*
 * admin.c: the verbs of admin.sock that say who somebody is: user add and
 * user set.
 */
#include "config.h"

#include "admin.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/address.h"
#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/mail_code.h"
#include "kosmod/keeper/member.h"
#include "kosmod/keeper/people.h"
#include "libkosmo/mail_address.h"

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

int
admin_audit(struct kconv *c, struct txn *t, const char *login,
    const char *event, const char *reason)
{
	struct audit_event ev = { 0 };
	char by[32];

	(void)snprintf(by, sizeof(by), "uid %u", (unsigned)c->peer.uid);
	ev.event = event;
	ev.login = login;
	ev.uid = (uint32_t)c->peer.uid;
	ev.service = "kosmoctl";
	ev.source = c->origin.name;
	ev.outcome = "done";
	ev.reason = reason;
	ev.by = by;
	ev.time = keeper_wall(c->k);
	return audit_add(t, &ev);
}

int
admin_notice(
    struct kconv *c, struct txn *t, const struct person *p, enum user_act act)
{
	struct p_mail mail;
	int r;

	mail_about(c->k, c, p, MK_ADMIN, &mail);
	mail.act = (uint8_t)act;
	r = mail_notice(c->k, t, &mail);
	explicit_bzero(&mail, sizeof(mail));
	return r;
}

int
admin_load(struct kconv *c, const char *login, struct person *ret,
    uint64_t *ret_version)
{
	memset(ret, 0, sizeof(*ret));
	return person_get(c->k->store, login, ret, ret_version);
}

int
admin_birth(struct kconv *c, struct person *p, const char *date)
{
	if (date[0] == '\0')
		return KOSMO_OK;
	return digest_mac(c->k->mac_key, "birth", person_bound(p), date,
	    strlen(date), p->birth);
}

int
admin_put_alias(struct txn *t, const char *alias, const char *login)
{
	if (alias[0] == '\0' || strcmp(alias, login) == 0)
		return KOSMO_OK;
	return store_put(t, REC_ALIAS, alias, login, strlen(login), STORE_ANY);
}

int
admin_delete_alias(struct txn *t, const char *alias, const char *login)
{
	if (alias[0] == '\0' || strcmp(alias, login) == 0)
		return KOSMO_OK;
	return store_delete(t, REC_ALIAS, alias, STORE_ANY);
}

static int
fill(struct kconv *c, const struct k_user_add *m, struct person *p,
    struct k_slip *slip)
{
	int r;

	memset(p, 0, sizeof(*p));
	p->schema = PERSON_SCHEMA;
	p->uid = m->uid;
	copy(p->login, sizeof(p->login), m->login);
	copy(p->user_id, sizeof(p->user_id), m->user_id);
	copy(p->initial_id, sizeof(p->initial_id), m->initial_id);
	copy(p->name, sizeof(p->name), m->name);
	copy(p->email, sizeof(p->email), m->email);
	copy(p->language, sizeof(p->language),
	    m->language[0] != '\0' ? m->language : c->k->conf->login.language);
	if ((r = admin_birth(c, p, m->birth)) != KOSMO_OK)
		return r;
	journey_invite(c->k->conf, p);
	return slip_initial(c, p, m->expires, slip);
}

int
admin_add(struct kconv *c, const struct person *p, const char *event)
{
	struct txn *t = NULL;
	int r;

	if (store_full(c->k->store))
		return KOSMO_EFULL;
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, p, 0)) == KOSMO_OK &&
	    (r = admin_put_alias(t, p->user_id, p->login)) == KOSMO_OK &&
	    (r = admin_put_alias(t, p->initial_id, p->login)) == KOSMO_OK &&
	    (r = people_count(t, c->k->people + 1)) == KOSMO_OK &&
	    (r = admin_audit(c, t, p->login, event, "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	if (r == KOSMO_OK)
		c->k->people++;
	return r;
}

static void
add(struct kconv *c, const union kmsg *msg)
{
	const struct k_user_add *m = &msg->user_add;
	const char *names[] = { m->login, m->user_id, m->initial_id };
	struct k_slip slip = { 0 };
	struct person p = { 0 };
	bool taken = false;
	int r = KOSMO_OK;

	for (size_t i = 0; i < 3 && r == KOSMO_OK && !taken; i++) {
		if (names[i][0] != '\0')
			r = people_taken(c->k, names[i], &taken);
	}
	if (r == KOSMO_OK && taken) {
		kconv_word(c, VERDICT_TAKEN);
		return;
	}
	if (r == KOSMO_OK && !address_allowed(c->k->conf, m->email)) {
		kconv_word(c, VERDICT_DOMAIN);
		return;
	}
	if (r == KOSMO_OK && (r = fill(c, m, &p, &slip)) == KOSMO_OK)
		r = admin_add(c, &p, "user add");
	if (r == KOSMO_OK) {
		slip_fill(c, &p, p.expires, &slip);
		kconv_reply(c, &k_slip_layout, &slip, 0);
	} else {
		kconv_trouble(c, "a person can't be added", r);
	}
	explicit_bzero(&slip, sizeof(slip));
	person_done(&p);
}

void
answer_user_add(struct kconv *c, const union kmsg *msg)
{
	const struct k_user_add *m = &msg->user_add;
	const struct subject of = { m->login, m->uid };
	const struct guarded what = { m, sizeof(*m), &of, 1, false };

	if (!people_good_login(m->login))
		kconv_word(c, VERDICT_NO);
	else if (member_is(c) && m->uid == NO_UID)
		kconv_word(c, VERDICT_NO_RIGHT);
	else
		member_guard(c, &what, add);
}

/* What was known of the old address is not known of the new one. */
static void
change_email(struct person *p, const char *email)
{
	copy(p->email, sizeof(p->email), email);
	p->email_ok = 0;
	p->email_held = 0;
	memset(p->email_next, 0, sizeof(p->email_next));
	mail_code_void(p);
}

/* The change to both addresses; and that an admin made it, to the old one. */
static int
notices(struct kconv *c, struct txn *t, const struct person *before,
    const struct person *after)
{
	struct p_mail mail;
	int r;

	r = admin_notice(
	    c, t, before->email[0] != '\0' ? before : after, ACT_SET);
	if (r != KOSMO_OK || strcmp(before->email, after->email) == 0)
		return r;
	mail_about(c->k, c, before, MK_ADDRESS, &mail);
	mail_address_mask(after->email, mail.address, sizeof(mail.address));
	if ((r = mail_notice(c->k, t, &mail)) == KOSMO_OK) {
		copy(mail.to, sizeof(mail.to), after->email);
		r = mail_notice(c->k, t, &mail);
	}
	explicit_bzero(&mail, sizeof(mail));
	return r;
}

/* Other addresses than those that policy wants are not recorded by anybody. */
static int
change(struct kconv *c, const struct k_user_set *m, struct person *p)
{
	bool other =
	    (m->fields & SET_EMAIL) != 0 && strcmp(p->email, m->email) != 0;

	if (other && !address_allowed(c->k->conf, m->email))
		return KOSMO_EPERM;
	if (other)
		change_email(p, m->email);
	if ((m->fields & SET_EMAIL_OK) != 0)
		p->email_held = 0;
	if ((m->fields & SET_NAME) != 0)
		copy(p->name, sizeof(p->name), m->name);
	if ((m->fields & SET_LANGUAGE) != 0)
		copy(p->language, sizeof(p->language), m->language);
	if ((m->fields & SET_BIRTH) != 0)
		return admin_birth(c, p, m->birth);
	return KOSMO_OK;
}

static int
save_set(struct kconv *c, const struct person *before, const struct person *p,
    uint64_t version)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = address_index(c->k, t, before, p)) == KOSMO_OK &&
	    (r = notices(c, t, before, p)) == KOSMO_OK &&
	    (r = admin_audit(c, t, p->login, "user set", "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

static void
set(struct kconv *c, const union kmsg *msg)
{
	const struct k_user_set *m = &msg->user_set;
	struct person before, p;
	uint64_t version;
	int r = admin_load(c, m->login, &before, &version);

	p = before;
	if (r == KOSMO_OK && (r = change(c, m, &p)) == KOSMO_OK)
		r = save_set(c, &before, &p, version);
	if (r == KOSMO_OK)
		kconv_word(c, VERDICT_YES);
	else if (r == KOSMO_ENOTFOUND)
		kconv_word(c, VERDICT_MISSING);
	else if (r == KOSMO_EPERM)
		kconv_word(c, VERDICT_DOMAIN);
	else
		kconv_trouble(c, "a person can't be changed", r);
	person_done(&before);
	person_done(&p);
}

void
answer_user_set(struct kconv *c, const union kmsg *msg)
{
	const struct k_user_set *m = &msg->user_set;
	const struct subject of = { m->login, NO_UID };
	const struct guarded what = { m, sizeof(*m), &of, 1, false };

	member_guard(c, &what, set);
}
