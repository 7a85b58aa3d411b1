/*
 * Password and code typed together: one split, one charge, one verdict.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "known_rig.h"

static int
set_up(void **state)
{
	int r = rig_set_up(state);
	struct conf *conf = &((struct rig *)*state)->conf;

	for (uint32_t i = 0; i < conf->n_services; i++) {
		if (strcmp(conf->services[i].name, "sudo") == 0)
			conf->services[i].combined = true;
	}
	return r;
}

static struct line *
begin(struct rig *r, const char *login)
{
	static const struct k_try try = { 0 };
	struct line *l = line_bind(r, "sudo", login, "");

	assert_int_equal(l->reply.bound.combined, 1);
	line_ask(l, &k_try_layout, &try);
	assert_int_equal(l->type, K_SETTING);
	return l;
}

static enum verdict_word
together(struct line *l, const char *hash, const char *digits)
{
	struct k_password m = { .combined = 1 };

	(void)snprintf(m.hash, sizeof(m.hash), "%s", hash);
	(void)snprintf(m.digits, sizeof(m.digits), "%s", digits);
	line_ask(l, &k_password_layout, &m);
	assert_int_equal(l->type, K_VERDICT);
	return (enum verdict_word)l->reply.verdict.word;
}

static enum verdict_word
once(struct rig *r, const char *login, const char *hash, const char *digits)
{
	struct line *l = begin(r, login);
	enum verdict_word word = together(l, hash, digits);

	assert_int_equal(line_finish(l, RESULT_ALLOW),
	    word == VERDICT_YES ? RESULT_ALLOW : RESULT_DENY);
	line_close(&l);
	return word;
}

static void
both_right_are_let_in(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	char code[9];

	rig_known(r, "taro", &seed);
	(void)snprintf(code, sizeof(code), "%s", rig_code(r, &seed, 0));
	assert_int_equal(once(r, "taro", HASH_A, code), VERDICT_YES);
	/* once */
	assert_int_equal(once(r, "taro", HASH_A, code), VERDICT_NO);
	r->wall += 30;
	assert_int_equal(
	    once(r, "taro", HASH_A, rig_code(r, &seed, 0)), VERDICT_YES);
}

static void
a_wrong_password_uses_no_code_up(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	char code[9];

	rig_known(r, "taro", &seed);
	(void)snprintf(code, sizeof(code), "%s", rig_code(r, &seed, 0));
	assert_int_equal(once(r, "taro", HASH_B, code), VERDICT_NO);
	assert_int_equal(once(r, "taro", HASH_A, code), VERDICT_YES);
}

/* Which of both was wrong shows in nothing. */
static void
there_is_one_verdict(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct k_verdict seen[3];
	int64_t when[3];

	rig_known(r, "taro", &seed);
	for (int i = 0; i < 3; i++) {
		struct line *l = begin(r, i == 2 ? "nobody" : "taro");

		(void)together(l, i == 0 ? HASH_A : HASH_B,
		    i == 0 ? "000000" : rig_code(r, &seed, 0));
		seen[i] = l->reply.verdict;
		when[i] = l->not_before;
		line_close(&l);
	}
	assert_memory_equal(&seen[0], &seen[1], sizeof(seen[0]));
	assert_memory_equal(&seen[0], &seen[2], sizeof(seen[0]));
	assert_int_equal(when[0], when[1]);
	assert_int_equal(when[0], when[2]);
	assert_true(when[0] > r->mono);
}

/* It is one failure each, so the fifth makes wait. */
static void
there_is_one_charge(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_known(r, "taro", &seed);
	for (int i = 0; i < 4; i++)
		assert_int_equal(once(r, "taro", HASH_A, "000000"), VERDICT_NO);
	assert_int_equal(
	    once(r, "taro", HASH_A, rig_code(r, &seed, 0)), VERDICT_YES);
	r->wall += 30;
	for (int i = 0; i < 5; i++)
		assert_int_equal(once(r, "taro", HASH_A, "000000"), VERDICT_NO);
	assert_int_equal(
	    once(r, "taro", HASH_A, rig_code(r, &seed, 0)), VERDICT_NO);
}

/* A wrong code behind the right password counts towards the lock. */
static void
wrong_codes_lock(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_known(r, "taro", &seed);
	r->conf.throttle.lock = 3;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
		assert_int_equal(once(r, "taro", HASH_B, "000000"), VERDICT_NO);
		assert_int_equal(once(r, "taro", HASH_A, "000000"), VERDICT_NO);
		r->wall += 3600;
	}
	assert_int_equal(rig_show(r, "taro").state, STATE_LOCKED);
	assert_int_equal(
	    once(r, "taro", HASH_A, rig_code(r, &seed, 0)), VERDICT_LOCKED);
}

static void
without_an_app_it_is_always_wrong(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct person *p;

	rig_known(r, "taro", &seed);
	p = rig_load(r, "taro");
	p->devices[0].method = METHOD_EMAIL;
	p->preferred = METHOD_EMAIL;
	rig_store(r, &p);
	assert_int_equal(
	    once(r, "taro", HASH_A, rig_code(r, &seed, 0)), VERDICT_NO);
	assert_int_equal(once(r, "taro", HASH_A, ""), VERDICT_NO);
	assert_int_equal(once(r, "taro", HASH_A, "000000"), VERDICT_NO);
}

/* N is that of the preferred app; for everyone else, of policy. */
static void
the_app_says_how_many_digits(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct person *p;
	struct line *l;

	rig_known(r, "taro", &seed);
	p = rig_load(r, "taro");
	p->devices[0].digits = 8;
	rig_store(r, &p);
	l = begin(r, "taro");
	assert_int_equal(l->reply.setting.digits, 8);
	line_close(&l);
	l = begin(r, "nobody");
	assert_int_equal(l->reply.setting.digits, 6);
	line_close(&l);
	r->conf.totp.digits = 8;
	l = begin(r, "nobody");
	assert_int_equal(l->reply.setting.digits, 8);
	line_close(&l);
}

/* A box that takes both takes nothing else, and the other way round. */
static void
it_is_typed_as_it_was_asked(void **state)
{
	struct rig *r = *state;
	struct k_password alone = { .hash = HASH_A }, both = { .combined = 1 };
	static const struct k_try try = { 0 };
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	l = begin(r, "taro");
	line_ask(l, &k_password_layout, &alone);
	assert_true(l->dropped);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", "192.0.2.1");
	line_ask(l, &k_try_layout, &try);
	line_ask(l, &k_password_layout, &both);
	assert_true(l->dropped);
	line_close(&l);
}

static void
an_initial_password_is_none(void **state)
{
	struct rig *r = *state;
	struct k_password m = { .combined = 1, .digits = "000000" };
	struct line *l;

	rig_invite(r, "taro");
	l = begin(r, "taro");
	assert_int_equal(
	    digest_typed("kosmo-initial", r->initial, m.initial), KOSMO_OK);
	line_ask(l, &k_password_layout, &m);
	assert_int_equal(l->reply.verdict.word, VERDICT_NO);
	line_close(&l);
}

/* A clock that is behind proves nothing, and is nobody's failure. */
static void
a_clock_behind_takes_no_code(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_known(r, "taro", &seed);
	assert_int_equal(
	    once(r, "taro", HASH_A, rig_code(r, &seed, 0)), VERDICT_YES);
	r->wall -= 3600;
	assert_int_equal(
	    once(r, "taro", HASH_A, rig_code(r, &seed, 0)), VERDICT_NO);
	assert_int_equal(rig_show(r, "taro").failures, 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, rig_tear_down)
	const struct CMUnitTest tests[] = {
		T(both_right_are_let_in),
		T(a_wrong_password_uses_no_code_up),
		T(there_is_one_verdict),
		T(there_is_one_charge),
		T(wrong_codes_lock),
		T(without_an_app_it_is_always_wrong),
		T(the_app_says_how_many_digits),
		T(it_is_typed_as_it_was_asked),
		T(an_initial_password_is_none),
		T(a_clock_behind_takes_no_code),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
