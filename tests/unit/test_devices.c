/*
 * Devices, methods and recovery codes of who is registered; and what comes up
 * by itself at a login.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "steps.h"

#define MAIL "taro@example.co.jp"

static int
set_up(void **state)
{
	(void)rig_set_up(state);
	rig_whole(*state);
	return 0;
}

static void
registered(struct rig *r, struct secret *seed)
{
	rig_invite_born(r, "taro");
	rig_register(r, seed);
}

/* All proven. */
static struct line *
proven(struct rig *r, const struct secret *seed)
{
	struct line *l = line_bind(r, "sshd", "taro", HERE);

	rig_pass(r, 60);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, seed, 0)), VERDICT_YES);
	return l;
}

static void
add_mail(struct line *l)
{
	rig_pass(l->rig, 100);
	assert_int_equal(line_mail(l, MAIL_ENROL), MAILED_SENT);
	assert_int_equal(line_mailed(l, MAIL_ENROL, true), VERDICT_YES);
}

/* The last one stays, and so does the last one that policy allows. */
static void
the_last_one_stays(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	l = proven(r, &seed);
	assert_int_equal(line_remove(l, 1), VERDICT_LAST);
	assert_int_equal(line_remove(l, 7), VERDICT_MISSING);
	add_mail(l);
	assert_int_equal(rig_mails(r, MAIL, MK_DEVICE_ADDED), 1);
	assert_int_equal(
	    fake_post_mail(&r->post, "taro", MK_DEVICE_ADDED)->method,
	    METHOD_EMAIL);
	r->conf.login.methods = METHOD_BIT(METHOD_TOTP);
	assert_int_equal(line_remove(l, 1), VERDICT_LAST);
	r->conf.login.methods = METHOD_BIT(METHOD_EMAIL);
	assert_int_equal(line_remove(l, 2), VERDICT_LAST);
	assert_int_equal(rig_show(r, "taro").preferred, METHOD_TOTP);
	assert_int_equal(line_remove(l, 1), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").preferred, METHOD_EMAIL);
	assert_int_equal(line_remove(l, 2), VERDICT_LAST);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").n_devices, 1);
	assert_int_equal(rig_mails(r, MAIL, MK_DEVICE_REMOVED), 1);
	assert_string_equal(
	    fake_post_mail(&r->post, "taro", MK_DEVICE_REMOVED)->device, "app");
}

/* The preferred method is one of what there is, and a change is told. */
static void
the_preferred_method(void **state)
{
	struct rig *r = *state;
	const struct p_mail *mail;
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_method(l, METHOD_TOTP), VERDICT_NOT_NOW);
	line_close(&l);
	l = proven(r, &seed);
	assert_int_equal(line_method(l, METHOD_EMAIL), VERDICT_MISSING);
	assert_int_equal(line_method(l, METHOD_PASSKEY), VERDICT_NOT_NOW);
	r->conf.login.methods |= METHOD_BIT(METHOD_PASSKEY);
	assert_int_equal(line_method(l, METHOD_PASSKEY), VERDICT_MISSING);
	assert_int_equal(line_method(l, METHOD_RECOVERY), VERDICT_NOT_NOW);
	assert_int_equal(line_method(l, METHOD_NONE), VERDICT_NOT_NOW);
	add_mail(l);
	r->conf.login.methods = METHOD_BIT(METHOD_TOTP);
	assert_int_equal(line_method(l, METHOD_EMAIL), VERDICT_NOT_NOW);
	r->conf.login.methods |= METHOD_BIT(METHOD_EMAIL);
	assert_int_equal(line_method(l, METHOD_TOTP), VERDICT_YES);
	assert_int_equal(rig_mails(r, MAIL, MK_METHOD), 0); /* as it was */
	assert_int_equal(line_method(l, METHOD_EMAIL), VERDICT_YES);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").preferred, METHOD_EMAIL);
	assert_int_equal(rig_mails(r, MAIL, MK_METHOD), 1);
	mail = fake_post_mail(&r->post, "taro", MK_METHOD);
	assert_int_equal(mail->old_method, METHOD_TOTP);
	assert_int_equal(mail->method, METHOD_EMAIL);
	/* the app is still good for a code, by its number and by none */
	l = proven(r, &seed);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
}

/* [service sshd] methods: what is not allowed there proves nothing there. */
static void
a_method_not_allowed_here(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;
	uint32_t i = 0;

	registered(r, &seed);
	while (strcmp(r->conf.services[i].name, "sshd") != 0)
		i++;
	r->conf.services[i].methods = METHOD_BIT(METHOD_EMAIL);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_NO);
	line_close(&l);
	r->conf.services[i].methods = 0;
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_YES);
	line_close(&l);
}

/* Each works once, in place of the app, and who owns it is told. */
static void
recovery_codes(void **state)
{
	struct rig *r = *state;
	char code[12], next[12];
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	l = proven(r, &seed);
	assert_int_equal(line_codes(l, code), 10);
	assert_int_equal(strlen(code), 8);
	line_close(&l);
	for (int i = 0; i < 2; i++) {
		rig_restart(r);
		l = line_bind(r, "sshd", "taro", HERE);
		assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
		assert_int_equal(
		    line_vouch(l, code), i == 0 ? VERDICT_YES : VERDICT_NO);
		if (i == 0)
			assert_int_equal(l->reply.verdict.left, 9);
		assert_int_equal(line_finish(l, RESULT_ALLOW),
		    i == 0 ? RESULT_ALLOW : RESULT_DENY);
		line_close(&l);
	}
	assert_int_equal(rig_show(r, "taro").recovery, 9);
	assert_int_equal(rig_mails(r, MAIL, MK_RECOVERY), 1);
	assert_int_equal(fake_post_mail(&r->post, "taro", MK_RECOVERY)->n, 9);
	l = proven(r, &seed); /* new ones void the earlier ones */
	assert_int_equal(line_codes(l, code), 10);
	assert_int_equal(line_codes(l, next), 10);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_vouch(l, code), VERDICT_NO);
	assert_int_equal(line_vouch(l, next), VERDICT_YES);
	line_close(&l);
}

/* A code before the password, or another person's, is none. */
static void
recovery_codes_are_bound(void **state)
{
	struct rig *r = *state;
	struct k_vouch m = { 0 };
	struct secret seed;
	char code[12];
	struct line *l;

	registered(r, &seed);
	l = proven(r, &seed);
	assert_int_equal(line_codes(l, code), 10);
	line_close(&l);
	rig_invite_born(r, "jiro");
	l = line_bind(r, "sshd", "jiro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_vouch(l, code), VERDICT_NO);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", HERE);
	line_ask(l, &k_vouch_layout, &m);
	assert_true(l->dropped);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").recovery, 10);
}

/* Nobody is active who never had the codes on their screen. */
static void
codes_are_seen(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	char code[12];
	struct line *l;

	rig_invite_born(r, "taro");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	while (line_profile(l).todo != TODO_CODES)
		assert_true(line_step(l, &seed));
	assert_int_equal(line_seen(l), VERDICT_NOT_NOW);
	assert_int_equal(line_codes(l, code), 10);
	assert_int_equal(rig_show(r, "taro").state, STATE_REGISTERED);
	assert_int_equal(rig_mails(r, MAIL, MK_REGISTERED), 0);
	assert_int_equal(line_seen(l), VERDICT_YES);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
}

/* A new version of the terms is asked at the next login, and only then. */
static void
terms_change(void **state)
{
	struct rig *r = *state;
	struct k_terms old = { .language = "en" };
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	memcpy(old.hash, r->conf.terms[0].hash, sizeof(old.hash));
	rig_new_terms(r);
	l = proven(r, &seed);
	assert_int_equal(line_profile(l).todo, TODO_TERMS);
	line_ask(l, &k_terms_layout, &old);
	assert_int_equal(l->reply.verdict.word, VERDICT_NOT_NOW);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	l = proven(r, &seed);
	assert_int_equal(line_terms(l, 0), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	assert_string_equal(
	    rig_show(r, "taro").terms, r->conf.terms[0].version);
	assert_int_equal(rig_show(r, "taro").terms_at, r->wall);
	rig_new_terms(r);
	r->conf.registration.terms = false;
	assert_int_equal(rig_show(r, "taro").todo, 0);
}

/* What the store holds of taro, changed behind the keeper's back. */
static void
change(struct rig *r, void (*with)(struct person *p))
{
	struct person p;
	struct txn *t = NULL;
	uint64_t version;

	assert_int_equal(person_get(r->store, "taro", &p, &version), KOSMO_OK);
	with(&p);
	assert_int_equal(store_begin(r->store, &t), KOSMO_OK);
	assert_int_equal(person_put(t, &p, version), KOSMO_OK);
	assert_int_equal(store_commit(r->store, &t, NULL, NULL), KOSMO_OK);
	store_flush(r->store);
	person_done(&p);
}

static void
unconfirm(struct person *p)
{
	p->email_ok = 0;
}

/* An address that is not confirmed is, at the next login. */
static void
an_unconfirmed_address(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	change(r, unconfirm);
	assert_int_equal(rig_show(r, "taro").todo, TODO_CONFIRM);
	rig_pass(r, 3600);
	l = proven(r, &seed);
	assert_int_equal(line_mail(l, MAIL_CONFIRM), MAILED_SENT);
	assert_int_equal(line_mailed(l, MAIL_CONFIRM, false), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").email_ok, 1);
}

/* No device of a method that policy still allows: part 2, vouched for. */
static void
a_method_that_is_gone(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	r->conf.login.methods = METHOD_BIT(METHOD_EMAIL);
	assert_int_equal(rig_show(r, "taro").todo, TODO_METHOD);
	rig_pass(r, 3600);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_NO);
	assert_int_equal(line_mail(l, MAIL_ENROL), MAILED_NOT_NOW);
	assert_int_equal(line_mail(l, MAIL_SETUP), MAILED_SENT);
	assert_int_equal(line_mailed(l, MAIL_SETUP, true), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").preferred, METHOD_EMAIL);
	assert_int_equal(rig_mails(r, MAIL, MK_DEVICE_ADDED), 1);
}

/* A new password by who proved all: told, and what was mailed is void. */
static void
a_new_password(void **state)
{
	struct rig *r = *state;
	struct k_set_password m = { HASH_B };
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	line_ask(l, &k_set_password_layout, &m);
	assert_true(l->dropped);
	line_close(&l);
	l = proven(r, &seed);
	add_mail(l);
	rig_pass(r, 100);
	assert_int_equal(line_mail(l, MAIL_LOGIN), MAILED_SENT);
	assert_int_equal(line_set(l, HASH_B), VERDICT_YES);
	assert_int_equal(line_mailed(l, MAIL_LOGIN, false), VERDICT_ENDED);
	line_close(&l);
	assert_int_equal(rig_mails(r, MAIL, MK_PASSWORD), 1);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_NO);
	assert_int_equal(line_password(l, HASH_B), VERDICT_YES);
	line_close(&l);
}

static void
of_schema_1(struct person *p)
{
	p->schema = 1;
	memset(&p->email_ok, 0, sizeof(*p) - offsetof(struct person, email_ok));
}

/* A record from before: read, and asked for what it does not have. */
static void
an_older_record(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	change(r, of_schema_1);
	rig_restart(r);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
	assert_int_equal(rig_show(r, "taro").todo, TODO_TERMS | TODO_CONFIRM);
	rig_pass(r, 3600);
	l = proven(r, &seed);
	assert_true(line_step(l, &seed));
	assert_true(line_step(l, &seed));
	assert_false(line_step(l, &seed));
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_last_one_stays),
		TEST(the_preferred_method),
		TEST(a_method_not_allowed_here),
		TEST(recovery_codes),
		TEST(recovery_codes_are_bound),
		TEST(codes_are_seen),
		TEST(terms_change),
		TEST(an_unconfirmed_address),
		TEST(a_method_that_is_gone),
		TEST(a_new_password),
		TEST(an_older_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
