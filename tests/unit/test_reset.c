/*
 * What an administrator's resets leave a person to do, and what a slip or a
 * password alone can't do then.
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
	rig_pass(r, 3600);
}

/* The factor is asked first: the slip alone changes nothing. */
static void
a_password(void **state)
{
	struct rig *r = *state;
	struct k_set_password m = { HASH_B };
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	assert_int_equal(rig_act(r, "taro", ACT_RESET_PASSWORD), VERDICT_YES);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_NO);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_profile(l).todo, TODO_PASSWORD);
	line_ask(l, &k_set_password_layout, &m);
	assert_true(l->dropped);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_YES);
	assert_int_equal(line_set(l, HASH_B), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").expires, 0);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_SPENT);
	assert_int_equal(line_password(l, HASH_B), VERDICT_YES);
	line_close(&l);
}

/* Not even where a login takes no factor. */
static void
a_password_where_it_is_all(void **state)
{
	struct rig *r = *state;
	struct k_set_password m = { HASH_B };
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	r->conf.login.floor = STEP_PASSWORD;
	for (uint32_t i = 0; i < r->conf.n_services; i++)
		r->conf.services[i].steps = STEP_PASSWORD;
	assert_int_equal(rig_act(r, "taro", ACT_RESET_PASSWORD), VERDICT_YES);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	line_ask(l, &k_set_password_layout, &m);
	assert_true(l->dropped);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
}

/* Such a slip ends as an invitation's does. */
static void
a_late_slip(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	assert_int_equal(rig_act(r, "taro", ACT_RESET_PASSWORD), VERDICT_YES);
	rig_pass(r, r->conf.registration.expires + 1);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_ENDED);
	line_close(&l);
}

/* Part 2 again, and the password does not open it: a mailed code does. */
static void
the_devices(void **state)
{
	struct rig *r = *state;
	struct k_seed ask = { 0 };
	struct secret seed, old;
	struct line *l;

	registered(r, &old);
	assert_int_equal(rig_act(r, "taro", ACT_RESET_DEVICES), VERDICT_YES);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &old, 0)), VERDICT_NO);
	line_ask(l, &k_seed_layout, &ask);
	assert_true(l->dropped);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_mail(l, MAIL_SETUP), MAILED_SENT);
	assert_int_equal(line_mailed(l, MAIL_SETUP, false), VERDICT_YES);
	while (line_step(l, &seed))
		;
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	assert_false(secret_equal(&seed, &old));
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
}

/* Registration starts again, birth date first. */
static void
all_of_it(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	assert_int_equal(rig_act(r, "taro", ACT_RESET_ALL), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").state, STATE_INVITED);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_NO);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_terms(l, 0), VERDICT_NOT_NOW);
	line_close(&l);
	rig_register(r, &seed);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
}

/* An admin's code stands for the app once, and vouches for a first device. */
static void
a_code(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	registered(r, &seed);
	assert_int_equal(rig_act(r, "taro", ACT_CODE), VERDICT_YES);
	for (int i = 0; i < 2; i++) {
		l = line_bind(r, "sshd", "taro", HERE);
		assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
		assert_int_equal(line_vouch(l, r->initial),
		    i == 0 ? VERDICT_YES : VERDICT_NO);
		assert_int_equal(line_finish(l, RESULT_ALLOW),
		    i == 0 ? RESULT_ALLOW : RESULT_DENY);
		line_close(&l);
	}
	assert_int_equal(rig_act(r, "taro", ACT_RESET_DEVICES), VERDICT_YES);
	assert_int_equal(rig_act(r, "taro", ACT_CODE), VERDICT_YES);
	for (int i = 0; i < 2; i++) { /* a cut line does not use it up */
		l = line_bind(r, "sshd", "taro", HERE);
		assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
		assert_int_equal(line_vouch(l, r->initial), VERDICT_YES);
		if (i == 1)
			assert_int_equal(line_app(l, &seed), VERDICT_YES);
		line_close(&l);
	}
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_vouch(l, r->initial), VERDICT_NO);
	line_close(&l);
	assert_int_equal(rig_act(r, "taro", ACT_CODE), VERDICT_YES);
	rig_pass(r, 86401);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_vouch(l, r->initial), VERDICT_NO);
	line_close(&l);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_password),
		TEST(a_password_where_it_is_all),
		TEST(a_late_slip),
		TEST(the_devices),
		TEST(all_of_it),
		TEST(a_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
