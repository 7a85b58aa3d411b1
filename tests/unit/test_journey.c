/*
 * The registration as the keeper holds to it: its order, what each part ends
 * with, and that a cut at any place loses nothing.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "steps.h"

#define MAIL "taro@example.co.jp"
#define WHOLE                                                                 \
	(TODO_BIRTH | TODO_TERMS | TODO_EMAIL | TODO_CONFIRM | TODO_USER_ID | \
	    TODO_CHOICE | TODO_PASSWORD | TODO_METHOD)

static int
set_up(void **state)
{
	(void)rig_set_up(state);
	rig_whole(*state);
	return 0;
}

static enum msg_result
login(struct rig *r, const char *name, const struct secret *seed)
{
	struct line *l = line_bind(r, "sshd", name, HERE);
	enum msg_result result;

	(void)line_password(l, HASH_A);
	(void)line_code(l, rig_code(r, seed, 0));
	result = line_finish(l, RESULT_ALLOW);
	line_close(&l);
	rig_pass(r, 60);
	return result;
}

static void
all_of_it_then_a_login(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct k_person p;

	rig_invite_born(r, "taro");
	p = rig_show(r, "taro");
	assert_int_equal(p.state, STATE_INVITED);
	assert_int_equal(p.todo, WHOLE);
	assert_int_equal(p.born, 1);
	rig_register(r, &seed);
	p = rig_show(r, "taro");
	assert_int_equal(p.state, STATE_ACTIVE);
	assert_int_equal(p.todo, 0);
	assert_int_equal(p.expires, 0);
	assert_int_equal(p.email_ok, 1);
	assert_int_equal(p.recovery, 10);
	assert_int_equal(p.preferred, METHOD_TOTP);
	assert_string_equal(p.user_id, "yamadataro");
	assert_string_equal(p.terms, r->conf.terms[1].version);
	assert_int_equal(login(r, "taro", &seed), RESULT_ALLOW);
	assert_int_equal(rig_mails(r, MAIL, MK_REGISTERED), 1);
	assert_int_equal(rig_mails(r, MAIL, MK_PASSWORD), 0);
	assert_int_equal(rig_mails(r, MAIL, MK_DEVICE_ADDED), 0);
	assert_int_equal(rig_mails(r, MAIL, MK_ADDRESS), 0);
}

/* Each step in a conversation of its own, each second one after a restart. */
static void
a_cut_after_each_step(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	uint32_t before = UINT32_MAX, todo;
	int steps = 0;

	rig_invite_born(r, "taro");
	for (todo = WHOLE; todo != 0; steps++) {
		struct line *l = line_bind(r, "sshd", "taro", HERE);
		struct k_person p = rig_show(r, "taro");

		assert_int_equal(p.todo, todo);
		assert_true(todo < before || (todo & TODO_CODES) != 0);
		before = todo;
		assert_int_equal(p.state,
		    (todo & TODO_PASSWORD) != 0 ? STATE_INVITED
						: STATE_REGISTERED);
		assert_true(p.expires != 0);
		if (p.state == STATE_INVITED) {
			assert_int_equal(
			    line_initial(l, r->initial), VERDICT_YES);
		} else {
			assert_int_equal(
			    line_initial(l, r->initial), VERDICT_SPENT);
			assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
			if (p.n_devices > 0)
				assert_int_equal(
				    line_code(l, rig_code(r, &seed, 0)),
				    VERDICT_YES);
		}
		assert_true(line_step(l, &seed));
		line_close(&l);
		if (steps % 2 == 0)
			rig_restart(r);
		rig_pass(r, 100);
		todo = rig_show(r, "taro").todo;
	}
	assert_int_equal(steps, 9);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
	assert_int_equal(login(r, "taro", &seed), RESULT_ALLOW);
}

/* A request that would be right if it were its turn. */
static void
fill(const struct rig *r, uint8_t type, union kmsg *m)
{
	memset(m, 0, sizeof(*m));
	switch (type) {
	case K_BIRTH:
		memcpy(m->birth.date, BORN, sizeof(BORN));
		break;
	case K_TERMS:
		memcpy(m->terms.hash, r->conf.terms[0].hash, DIGEST_LEN);
		break;
	case K_EMAIL:
		memcpy(m->email.address, MAIL, sizeof(MAIL));
		break;
	case K_MAIL:
		m->mail.purpose = MAIL_CONFIRM;
		break;
	case K_USER_ID:
		memcpy(m->user_id.id, "yamadataro", sizeof("yamadataro"));
		break;
	case K_METHOD:
		m->method.method = METHOD_TOTP;
		break;
	case K_SET_PASSWORD:
		memcpy(m->set_password.hash, HASH_B, sizeof(HASH_B));
		break;
	default:
		break;
	}
}

/* It changes nothing of what is open, and lets nobody in. */
static void
is_refused(struct rig *r, uint8_t type, uint32_t todo)
{
	union kmsg *m = calloc(1, sizeof(*m));
	struct line *l = line_bind(r, "sshd", "taro", HERE);

	assert_non_null(m);
	fill(r, type, m);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	line_ask(l, kmsg_layout(type), m);
	if (l->type == K_VERDICT)
		assert_int_not_equal(l->reply.verdict.word, VERDICT_YES);
	else if (l->type == K_MAILED)
		assert_int_equal(l->reply.mailed.word, MAILED_NOT_NOW);
	else
		assert_true(l->dropped || l->ended);
	if (l->ended)
		assert_int_equal(l->end.result, RESULT_DENY);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").todo, todo);
	free(m);
}

static void
nothing_out_of_its_order(void **state)
{
	static const struct {
		enum todo open;	  /* the first open step */
		uint8_t types[2]; /* what answers it */
	} steps[] = {
		{ TODO_BIRTH, { K_BIRTH, 0 } },
		{ TODO_TERMS, { K_TERMS, 0 } },
		{ TODO_EMAIL, { K_EMAIL, 0 } },
		{ TODO_CONFIRM, { K_EMAIL, K_MAIL } },
		{ TODO_USER_ID, { K_USER_ID, 0 } },
		{ TODO_CHOICE, { K_METHOD, 0 } },
		{ TODO_PASSWORD, { K_SET_PASSWORD, 0 } },
	};
	static const uint8_t types[] = { K_BIRTH, K_TERMS, K_EMAIL, K_MAIL,
		K_USER_ID, K_METHOD, K_SET_PASSWORD, K_SEED, K_RECOVERY,
		K_FINISH };
	struct rig *r = *state;
	struct secret seed;

	rig_invite_born(r, "taro");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		uint32_t todo = rig_show(r, "taro").todo;
		struct line *l;

		assert_int_not_equal(todo & steps[i].open, 0);
		for (size_t j = 0; j < sizeof(types); j++) {
			if (memchr(steps[i].types, types[j], 2) == NULL)
				is_refused(r, types[j], todo);
		}
		l = line_bind(r, "sshd", "taro", HERE);
		assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
		assert_true(line_step(l, &seed));
		line_close(&l);
	}
	assert_int_equal(rig_show(r, "taro").state, STATE_REGISTERED);
}

/* relogin: after part 1 the new password proves, and nothing else. */
static void
the_new_password_again(void **state)
{
	struct rig *r = *state;
	struct k_seed seed_ask = { 0 };
	struct secret seed;
	struct line *l;

	rig_invite_born(r, "taro");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	while ((line_profile(l).todo & ~(uint32_t)TODO_METHOD) != TODO_PASSWORD)
		assert_true(line_step(l, &seed));
	assert_int_equal(line_set(l, HASH_A), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").state, STATE_REGISTERED);
	assert_int_equal(line_profile(l).state, STATE_NONE); /* unproven */
	assert_int_equal(line_password(l, HASH_B), VERDICT_NO);
	assert_int_equal(l->reply.verdict.left, 2);
	assert_int_equal(line_initial(l, r->initial), VERDICT_SPENT);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_profile(l).vouched, 1);
	assert_int_equal(line_app(l, &seed), VERDICT_YES);
	line_close(&l);

	rig_invite_born(r, "jiro"); /* the key is not ignored */
	r->conf.registration.relogin = false;
	l = line_bind(r, "sshd", "jiro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_birth(l, BORN), VERDICT_YES);
	assert_int_equal(line_terms(l, 0), VERDICT_YES);
	assert_int_equal(line_email(l, "jiro@example.co.jp"), VERDICT_YES);
	assert_int_equal(line_mail(l, MAIL_CONFIRM), MAILED_SENT);
	assert_int_equal(line_mailed(l, MAIL_CONFIRM, false), VERDICT_YES);
	assert_int_equal(line_user_id(l, "jiro12345"), VERDICT_YES);
	assert_int_equal(line_method(l, METHOD_EMAIL), VERDICT_YES);
	assert_int_equal(line_profile(l).chosen, METHOD_EMAIL);
	assert_int_equal(line_set(l, HASH_A), VERDICT_YES);
	line_ask(l, &k_seed_layout, &seed_ask);
	assert_int_equal(l->type, K_SEED_IS);
	line_close(&l);
}

/* The method by mail: the code that vouches enrols it as well. */
static void
a_method_by_mail(void **state)
{
	struct rig *r = *state;
	struct k_mail_code login_code = { .purpose = MAIL_LOGIN };
	struct k_person p;
	struct secret seed;
	struct line *l;

	rig_invite_born(r, "taro");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	while ((line_profile(l).todo & TODO_PASSWORD) != 0)
		assert_true(line_step(l, &seed));
	line_close(&l);
	rig_pass(r, 100);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_method(l, METHOD_EMAIL), VERDICT_YES);
	assert_int_equal(line_mail(l, MAIL_SETUP), MAILED_SENT);
	assert_int_equal(line_mailed(l, MAIL_SETUP, true), VERDICT_YES);
	assert_true(line_step(l, &seed)); /* the codes */
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	p = rig_show(r, "taro");
	assert_int_equal(p.n_devices, 1);
	assert_int_equal(p.devices[0].method, METHOD_EMAIL);
	assert_int_equal(p.preferred, METHOD_EMAIL);

	rig_pass(r, 100);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, "123456"), VERDICT_NO);
	assert_int_equal(line_mail(l, MAIL_LOGIN), MAILED_SENT);
	(void)snprintf(login_code.digits, sizeof(login_code.digits), "%s",
	    rig_mailed(r, "taro"));
	login_code.last = 1;
	line_ask(l, &k_mail_code_layout, &login_code);
	assert_int_equal(l->reply.verdict.word, VERDICT_YES);
	assert_int_equal(l->reply.verdict.ended, 1);
	assert_int_equal(l->end.result, RESULT_ALLOW);
	line_close(&l);
}

/* A step that policy leaves out is not asked; its key alone decides. */
static void
each_key_is_its_step(void **state)
{
	struct rig *r = *state;
	struct conf *c = &r->conf;
	bool *keys[] = { &c->registration.birth_date, &c->registration.terms,
		&c->registration.email, &c->registration.user_id };
	uint32_t bits[] = { TODO_BIRTH, TODO_TERMS,
		/* without an address there is one method left */
		TODO_EMAIL | TODO_CONFIRM | TODO_CHOICE, TODO_USER_ID };
	const char *names[] = { "a", "b", "c", "d" };

	for (size_t i = 0; i < 4; i++) {
		*keys[i] = false;
		rig_invite_born(r, names[i]);
		assert_int_equal(rig_show(r, names[i]).todo, WHOLE & ~bits[i]);
		*keys[i] = true;
	}
	c->login.methods = METHOD_BIT(METHOD_EMAIL);
	rig_invite_born(r, "e");
	assert_int_equal(rig_show(r, "e").todo, WHOLE & ~TODO_CHOICE);
	assert_int_equal(rig_show(r, "e").chosen, METHOD_EMAIL);
	c->registration.expires = 7200;
	rig_invite_born(r, "f");
	assert_int_equal(rig_show(r, "f").expires, r->wall + 7200);
}

/* Recovery codes are as many as policy says, and none where it says none. */
static void
as_many_codes_as_said(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	r->conf.recovery.count = 0;
	rig_invite_born(r, "taro");
	rig_register(r, &seed);
	assert_int_equal(rig_show(r, "taro").recovery, 0);
	assert_int_equal(rig_act(r, "taro", ACT_REMOVE), VERDICT_YES);
	r->conf.recovery.count = 24;
	rig_invite_born(r, "taro");
	rig_register(r, &seed);
	assert_int_equal(rig_show(r, "taro").recovery, 24);
}

/* Nobody passes whose date was never recorded, and it is no wrong date. */
static void
no_date_no_way(void **state)
{
	struct rig *r = *state;
	struct line *l;

	rig_invite(r, "taro");
	assert_int_equal(rig_show(r, "taro").todo & TODO_BIRTH, TODO_BIRTH);
	assert_int_equal(rig_show(r, "taro").born, 0);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	for (int i = 0; i < 6; i++)
		assert_int_equal(line_birth(l, BORN), VERDICT_NOT_NOW);
	assert_int_equal(line_terms(l, 0), VERDICT_NOT_NOW);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").births, 0);
}

/* The rules of user IDs, and whose name one may not be. */
static void
user_ids(void **state)
{
	struct rig *r = *state;
	struct conf *c = &r->conf;
	struct secret seed;
	struct line *l;

	(void)snprintf(c->user_id.deny, sizeof(c->user_id.deny),
	    "operator1 Administrator");
	rig_invite_born(r, "hanako123");
	rig_invite_born(r, "tarotaro");
	l = line_bind(r, "sshd", "tarotaro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	while ((line_profile(l).todo & TODO_CONFIRM) != 0)
		assert_true(line_step(l, &seed));
	assert_int_equal(line_user_id(l, "short12"), VERDICT_NO);
	assert_int_equal(line_user_id(l, "fourteen141414"), VERDICT_NO);
	assert_int_equal(line_user_id(l, "Yamadataro"), VERDICT_NO);
	assert_int_equal(line_user_id(l, "yamada_taro"), VERDICT_NO);
	assert_int_equal(line_user_id(l, "operator1"), VERDICT_TAKEN);
	assert_int_equal(line_user_id(l, "administrator"), VERDICT_TAKEN);
	assert_int_equal(line_user_id(l, "hanako123"), VERDICT_TAKEN);
	assert_int_equal(line_user_id(l, "tarotaro"), VERDICT_TAKEN);
	c->user_id.min = 7;
	c->user_id.max = 14;
	c->user_id.symbols[0] = '_';
	c->user_id.deny[0] = '\0';
	c->user_id.keep = true;
	assert_int_equal(line_user_id(l, "hanako123"), VERDICT_TAKEN);
	assert_int_equal(line_user_id(l, "tarotaro"), VERDICT_YES);
	assert_true(l->dropped == false);
	line_close(&l);
	assert_string_equal(rig_show(r, "tarotaro").user_id, "tarotaro");
}

/* Each of the limits that user_ids moved was needed for one of its answers. */
static void
user_id_limits(void **state)
{
	static const char *const ids[] = { "short12", "fourteen141414",
		"yamada_taro", "operator1" };

	for (size_t i = 0; i < 4; i++) {
		struct rig *r = rig_new();
		struct secret seed;
		struct line *l;

		(void)state;
		rig_whole(r);
		r->conf.user_id.min = i == 0 ? 7 : 8;
		r->conf.user_id.max = i == 1 ? 14 : 13;
		r->conf.user_id.symbols[0] = i == 2 ? '_' : '\0';
		r->conf.user_id.deny[0] = '\0';
		rig_invite_born(r, "taro");
		l = line_bind(r, "sshd", "taro", HERE);
		assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
		while ((line_profile(l).todo & TODO_CONFIRM) != 0)
			assert_true(line_step(l, &seed));
		for (size_t j = 0; j < 3; j++) {
			if (j != i)
				assert_int_equal(
				    line_user_id(l, ids[j]), VERDICT_NO);
		}
		assert_int_equal(line_user_id(l, ids[i]), VERDICT_YES);
		line_close(&l);
		rig_free(&r);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_of_it_then_a_login),
		TEST(a_cut_after_each_step),
		TEST(nothing_out_of_its_order),
		TEST(the_new_password_again),
		TEST(a_method_by_mail),
		TEST(each_key_is_its_step),
		TEST(as_many_codes_as_said),
		TEST(no_date_no_way),
		TEST(user_ids),
		cmocka_unit_test(user_id_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
