#include "config.h"

#include "steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void
rig_new_terms(struct rig *r)
{
	for (size_t i = 0; i < 2; i++) {
		struct conf_terms *t = &r->conf.terms[i];

		for (size_t n = 0; n < sizeof(t->hash); n++)
			t->hash[n] =
			    (uint8_t)(t->hash[n] == 0 ? 1 + i
						      : t->hash[n] + 2U);
		(void)snprintf(
		    t->version, sizeof(t->version), "%u", t->hash[0]);
	}
}

void
rig_whole(struct rig *r)
{
	struct conf *c = &r->conf;

	c->registration.birth_date = true;
	c->registration.terms = true;
	c->registration.email = true;
	c->registration.user_id = true;
	c->registration.relogin = true;
	c->recovery.count = 10;
	rig_new_terms(r);
}

static enum verdict_word
word(const struct line *l)
{
	assert_false(l->dropped);
	assert_int_equal(l->type, K_VERDICT);
	return (enum verdict_word)l->reply.verdict.word;
}

static enum verdict_word
said(struct line *l, const struct layout *layout, const void *msg)
{
	line_ask(l, layout, msg);
	return word(l);
}

void
rig_invite_born(struct rig *r, const char *login)
{
	struct line *l = line_open(r, PHASE_VERB, true);
	struct k_bind b = { .phase = PHASE_VERB };
	struct k_user_add m = { .uid = RIG_UID, .birth = BORN };

	(void)snprintf(b.user, sizeof(b.user), "root");
	(void)snprintf(b.service, sizeof(b.service), "kosmoctl");
	line_ask(l, &k_bind_layout, &b);
	(void)snprintf(m.login, sizeof(m.login), "%s", login);
	(void)snprintf(m.email, sizeof(m.email), "%s@example.co.jp", login);
	line_ask(l, &k_user_add_layout, &m);
	assert_int_equal(l->type, K_SLIP);
	digest_plain(l->reply.slip.secret, r->initial, sizeof(r->initial));
	line_close(&l);
}

enum verdict_word
line_birth(struct line *l, const char *date)
{
	struct k_birth m = { 0 };

	(void)snprintf(m.date, sizeof(m.date), "%s", date);
	return said(l, &k_birth_layout, &m);
}

enum verdict_word
line_terms(struct line *l, size_t language)
{
	struct k_terms m = { .language = "en" };

	memcpy(m.hash, l->rig->conf.terms[language].hash, sizeof(m.hash));
	return said(l, &k_terms_layout, &m);
}

enum verdict_word
line_email(struct line *l, const char *address)
{
	struct k_email m = { 0 };

	(void)snprintf(m.address, sizeof(m.address), "%s", address);
	return said(l, &k_email_layout, &m);
}

enum mailed_word
line_mail(struct line *l, enum mail_purpose purpose)
{
	struct k_mail m = { .purpose = (uint8_t)purpose };

	line_ask(l, &k_mail_layout, &m);
	assert_int_equal(l->type, K_MAILED);
	return (enum mailed_word)l->reply.mailed.word;
}

enum verdict_word
line_mailed(struct line *l, enum mail_purpose purpose, bool enrol)
{
	struct k_mail_code m = { .purpose = (uint8_t)purpose, .enrol = enrol };

	(void)snprintf(
	    m.digits, sizeof(m.digits), "%s", rig_mailed(l->rig, l->c->login));
	return said(l, &k_mail_code_layout, &m);
}

enum verdict_word
line_user_id(struct line *l, const char *id)
{
	struct k_user_id m = { 0 };

	(void)snprintf(m.id, sizeof(m.id), "%s", id);
	return said(l, &k_user_id_layout, &m);
}

enum verdict_word
line_method(struct line *l, enum method method)
{
	struct k_method m = { (uint8_t)method };

	return said(l, &k_method_layout, &m);
}

enum verdict_word
line_set(struct line *l, const char *hash)
{
	struct k_set_password m = { 0 };

	(void)snprintf(m.hash, sizeof(m.hash), "%s", hash);
	return said(l, &k_set_password_layout, &m);
}

enum verdict_word
line_app(struct line *l, struct secret *ret)
{
	struct k_seed seed = { 0 };
	struct k_seed_code m = { .name = "app" };

	line_ask(l, &k_seed_layout, &seed);
	if (l->type != K_SEED_IS)
		return word(l);
	*ret = l->reply.seed_is.seed;
	(void)snprintf(
	    m.digits, sizeof(m.digits), "%s", rig_code(l->rig, ret, 0));
	return said(l, &k_seed_code_layout, &m);
}

enum verdict_word
line_remove(struct line *l, uint32_t device)
{
	struct k_remove m = { device };

	return said(l, &k_remove_layout, &m);
}

enum verdict_word
line_vouch(struct line *l, const char *code)
{
	struct k_vouch m = { 0 };

	assert_int_equal(digest_typed("kosmo-code", code, m.code), KOSMO_OK);
	assert_int_equal(
	    digest_typed("kosmo-initial", code, m.initial), KOSMO_OK);
	return said(l, &k_vouch_layout, &m);
}

uint8_t
line_codes(struct line *l, char ret[static 12])
{
	struct k_recovery m = { 0 };

	line_ask(l, &k_recovery_layout, &m);
	assert_int_equal(l->type, K_CODES_IS);
	if (l->reply.codes_is.n > 0)
		digest_plain(l->reply.codes_is.codes[0].text, ret, 12);
	return l->reply.codes_is.n;
}

enum verdict_word
line_seen(struct line *l)
{
	struct k_recovery m = { 1 };

	return said(l, &k_recovery_layout, &m);
}

struct k_person
line_profile(struct line *l)
{
	struct k_profile m = { 0 };

	line_ask(l, &k_profile_layout, &m);
	assert_int_equal(l->type, K_PERSON);
	return l->reply.person;
}

static enum verdict_word
confirm(struct line *l, enum mail_purpose purpose)
{
	enum mailed_word w = line_mail(l, purpose);

	assert_true(w == MAILED_SENT || w == MAILED_STANDING);
	return line_mailed(l, purpose, false);
}

static enum verdict_word
choose_password(struct line *l)
{
	enum verdict_word w = line_set(l, HASH_A);

	if (w == VERDICT_YES && l->rig->conf.registration.relogin)
		w = line_password(l, HASH_A);
	return w;
}

static enum verdict_word
first_device(struct line *l, struct secret *ret)
{
	if (!line_profile(l).vouched && confirm(l, MAIL_SETUP) != VERDICT_YES)
		return VERDICT_NO;
	return line_app(l, ret);
}

static enum verdict_word
see_codes(struct line *l)
{
	char code[12];

	assert_int_equal(line_codes(l, code), l->rig->conf.recovery.count);
	return line_seen(l);
}

static enum verdict_word
step(struct line *l, enum todo todo, struct secret *ret)
{
	switch (todo) {
	case TODO_BIRTH:
		return line_birth(l, BORN);
	case TODO_TERMS:
		return line_terms(l, 1);
	case TODO_EMAIL:
		return line_email(l, "taro@example.co.jp");
	case TODO_CONFIRM:
		return confirm(l, MAIL_CONFIRM);
	case TODO_USER_ID:
		return line_user_id(l, "yamadataro");
	case TODO_CHOICE:
		return line_method(l, METHOD_TOTP);
	case TODO_PASSWORD:
		return choose_password(l);
	case TODO_METHOD:
		return first_device(l, ret);
	case TODO_CODES:
		return see_codes(l);
	}
	return VERDICT_NO;
}

bool
line_step(struct line *l, struct secret *ret)
{
	static const enum todo order[] = { TODO_BIRTH, TODO_TERMS, TODO_EMAIL,
		TODO_CONFIRM, TODO_USER_ID, TODO_CHOICE, TODO_PASSWORD,
		TODO_METHOD, TODO_CODES };
	uint32_t todo = line_profile(l).todo;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if ((todo & order[i]) == 0)
			continue;
		assert_int_equal(step(l, order[i], ret), VERDICT_YES);
		return true;
	}
	return false;
}

void
rig_register(struct rig *r, struct secret *ret)
{
	struct line *l = line_bind(r, "sshd", "taro", HERE);

	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	while (line_step(l, ret))
		;
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	rig_pass(r, 60);
}

size_t
rig_mails(struct rig *r, const char *to, enum mail_kind kind)
{
	size_t n = 0;

	rig_pass(r, 1);
	for (size_t i = 0; i < r->post.n; i++)
		n += r->post.mails[i].kind == kind &&
		    strcmp(r->post.mails[i].to, to) == 0;
	return n;
}
