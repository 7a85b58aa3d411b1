/*
 * What a slip is good for, and when it no longer is.
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

/* Invited, and registered up to the end of part 1. */
static void
part_1(struct rig *r, struct secret *seed)
{
	struct line *l;

	rig_invite_born(r, "taro");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	while ((line_profile(l).todo & TODO_PASSWORD) != 0)
		assert_true(line_step(l, seed));
	line_close(&l);
	rig_pass(r, 3600);
}

/* A conversation that the slip opened is over once its owner has finished. */
static void
a_slip_used_meanwhile(void **state)
{
	struct rig *r = *state;
	struct k_seed ask = { 0 };
	struct secret seed;
	struct line *old, *own;

	rig_invite_born(r, "taro");
	old = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_initial(old, r->initial), VERDICT_YES);
	own = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(own, r->initial), VERDICT_YES);
	while ((line_profile(own).todo & TODO_PASSWORD) != 0)
		assert_true(line_step(own, &seed));
	assert_int_equal(line_method(old, METHOD_TOTP), VERDICT_BUSY);
	line_ask(old, &k_seed_layout, &ask);
	assert_true(old->dropped);
	line_close(&old);
	assert_int_equal(line_app(own, &seed), VERDICT_YES);
	line_close(&own);
}

/* Part 2 has the same limit; who is active has none. */
static void
a_registration_ends_too(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;
	uint64_t until;

	part_1(r, &seed);
	until = rig_show(r, "taro").expires;
	rig_pass(r, (int64_t)until - r->wall);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	rig_pass(r, 1); /* while it is open */
	assert_int_equal(line_mail(l, MAIL_SETUP), MAILED_NOT_NOW);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_ENDED);
	assert_int_equal(l->reply.verdict.when, until);
	line_close(&l);
	assert_int_equal(rig_act(r, "taro", ACT_INVITE), VERDICT_YES);
	rig_register(r, &seed);
	rig_pass(r, 400 * 86400LL);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
}

/* email = no: the slip typed again vouches, and only then. */
static void
the_slip_again(void **state)
{
	for (int email = 0; email < 2; email++) {
		struct rig *r = *state;
		struct secret seed;
		struct line *l;

		r->conf.registration.email = email != 0;
		part_1(r, &seed);
		l = line_bind(r, "sshd", "taro", HERE);
		assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
		assert_int_equal(line_vouch(l, r->initial),
		    email != 0 ? VERDICT_NO : VERDICT_YES);
		assert_int_equal(line_profile(l).vouched, email == 0);
		line_close(&l);
		assert_int_equal(rig_act(r, "taro", ACT_REMOVE), VERDICT_YES);
		rig_pass(r, 3600);
	}
}

/* passwd(1) of root gives who is invited no other way in than the slip. */
static void
a_password_of_who_is_invited(void **state)
{
	struct rig *r = *state;
	struct k_bind b = { .phase = PHASE_PASSWORD,
		.uid = RIG_UID,
		.user = "taro",
		.service = "passwd" };
	struct line *l;

	rig_invite_born(r, "taro");
	l = line_name(r, PHASE_PASSWORD, "passwd", "taro", false);
	l->c->open.ruid = 0;
	line_ask(l, &k_bind_layout, &b);
	assert_int_equal(l->reply.bound.reset, 1);
	assert_int_equal(line_set(l, HASH_B), VERDICT_YES);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").state, STATE_INVITED);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_B), VERDICT_NO);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_birth(l, BORN), VERDICT_YES);
	line_close(&l);
}

/* The initial ID is of no use once somebody is active. */
static void
an_initial_id_ends(void **state)
{
	struct rig *r = *state;
	struct k_user_add m = { .login = "taro",
		.uid = RIG_UID,
		.initial_id = "A-1042",
		.email = MAIL,
		.birth = BORN };
	struct k_bind b = {
		.phase = PHASE_VERB, .user = "root", .service = "kosmoctl"
	};
	struct secret seed;
	struct line *l = line_open(r, PHASE_VERB, true);

	line_ask(l, &k_bind_layout, &b);
	line_ask(l, &k_user_add_layout, &m);
	assert_int_equal(l->type, K_SLIP);
	digest_plain(l->reply.slip.secret, r->initial, sizeof(r->initial));
	line_close(&l);
	for (int i = 0; i < 2; i++) {
		l = line_name(r, PHASE_AUTH, "login", "A-1042", false);
		memset(&b, 0, sizeof(b));
		b.phase = PHASE_AUTH;
		b.uid = l->c->open.uid = NO_UID;
		b.console = 1;
		(void)snprintf(b.user, sizeof(b.user), "A-1042");
		(void)snprintf(b.service, sizeof(b.service), "login");
		line_ask(l, &k_bind_layout, &b);
		assert_int_equal(l->type, K_BOUND);
		if (i == 0)
			assert_int_equal(
			    line_initial(l, r->initial), VERDICT_YES);
		else
			assert_int_equal(line_password(l, HASH_A), VERDICT_NO);
		line_close(&l);
		if (i == 0)
			rig_register(r, &seed);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_slip_used_meanwhile),
		TEST(a_registration_ends_too),
		TEST(the_slip_again),
		TEST(a_password_of_who_is_invited),
		TEST(an_initial_id_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
