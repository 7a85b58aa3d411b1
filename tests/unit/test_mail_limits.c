/*
 * Who gets a code by mail at all, for what, and how many.
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

#include "mail_rig.h"

#include "kosmod/keeper/mail_limits.h"

static void
the_next_one_comes_later(void **state)
{
	struct rig *r = *state;
	struct line *l;

	rig_mail_person(r, "taro");
	r->conf.email.resend_after = 90;
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	rig_pass(r, 20);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SOON);
	assert_int_equal(l->reply.mailed.seconds, 70);
	rig_pass(r, 70);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
	line_close(&l);
}

static void
so_many_an_hour(void **state)
{
	struct rig *r = *state;
	uint64_t first;
	struct line *l;

	rig_mail_person(r, "taro");
	r->conf.email.per_hour = 3;
	r->conf.email.resend_after = 0;
	l = line_login(r, "taro", HERE);
	first = (uint64_t)r->wall;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
		rig_pass(r, 60);
	}
	line_close(&l);
	rig_restart(r); /* it is in the record */
	l = line_login(r, "taro", FAR);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_MANY);
	assert_int_equal(l->reply.mailed.when, first + 3600);
	/* what they have is good all the same */
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_STANDING);
	rig_pass(r, 3600 - 180);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_MANY);
	line_close(&l);
}

/* Three times as many from one address, whoever they are for. */
static void
so_many_from_one_address(void **state)
{
	static const char *const people[] = { "taro", "hana", "jiro", "kazu" };
	struct rig *r = *state;
	struct line *l;

	for (size_t i = 0; i < 4; i++)
		rig_mail_person(r, people[i]);
	r->conf.email.per_hour = 2;
	r->conf.email.resend_after = 0;
	for (size_t i = 0; i < 6; i++) {
		l = line_login(r, people[i / 2], FAR);
		assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
		line_close(&l);
		rig_pass(r, 1);
	}
	for (size_t i = 0; i < 2; i++) {
		l = line_login(r, "kazu", FAR);
		assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_MANY);
		assert_int_equal(l->reply.mailed.when, r->wall - 6 + 3600);
		line_close(&l);
		rig_restart(r); /* it is in the store */
	}
	l = line_login(r, "kazu", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
	line_close(&l);
}

static void
count_one(struct rig *r, const char *login)
{
	struct line *l = line_bind(r, "sshd", login, FAR);
	struct person p = { 0 };
	struct txn *t = NULL;
	uint64_t version;

	assert_int_equal(person_get(r->store, login, &p, &version), KOSMO_OK);
	assert_int_equal(store_begin(r->store, &t), KOSMO_OK);
	assert_int_equal(mail_limits_count(l->c, t, &p), KOSMO_OK);
	assert_int_equal(store_commit(r->store, &t, NULL, NULL), KOSMO_OK);
	store_flush(r->store);
	person_done(&p);
	line_close(&l);
}

/*
 * A thousand an hour in all, over a restart as well; as many records stay and
 * no more. Each is counted as a mail that goes is.
 */
static void
so_many_in_all(void **state)
{
	struct store_facts before, after;
	struct rig *r = *state;
	struct line *l;

	rig_mail_person(r, "taro");
	r->conf.email.resend_after = 0;
	for (size_t i = 0; i < 2 * CODE_MARKS_MAX - 1; i++) {
		count_one(r, "taro");
		if (i == CODE_MARKS_MAX - 1) {
			rig_pass(r, 3600);
			store_facts(r->store, &before);
		}
	}
	store_facts(r->store, &after);
	assert_int_equal(after.records, before.records);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_MANY);
	assert_int_equal(l->reply.mailed.when, r->wall + 3600);
	line_close(&l);
	rig_restart(r);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_MANY);
	rig_pass(r, 3600);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
	line_close(&l);
}

static void
only_with_the_method(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "app", &seed);
	l = line_login(r, "app", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_NOT_NOW);
	assert_int_equal(line_mailed(l, MAIL_LOGIN, "123456"), VERDICT_NOT_NOW);
	line_close(&l);

	rig_mail_person(r, "taro");
	r->post.n = 0;
	r->post.answered = 0;
	r->conf.login.methods = METHOD_BIT(METHOD_TOTP);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_NOT_NOW);
	line_close(&l);
	assert_int_equal(r->post.n, 0);
}

/* Nobody learns from it who there is, and nobody is mailed by it. */
static void
before_the_password_all_get_the_same(void **state)
{
	struct rig *r = *state;
	static const char *const people[] = { "taro", "nobody-here" };
	int64_t at[2];

	rig_mail_person(r, "taro");
	r->post.n = 0;
	r->post.answered = 0;
	for (size_t i = 0; i < 2; i++) {
		struct line *l = line_bind(r, "sshd", people[i], FAR);

		for (int again = 0; again < 2; again++) {
			assert_int_equal(
			    line_mail(l, MAIL_LOGIN, again != 0), MAILED_SENT);
			assert_int_equal(l->reply.mailed.when, 0);
			at[i] = l->not_before - r->mono;
			assert_int_equal(at[i], BOUNDARY_MS);
		}
		assert_int_equal(
		    line_mailed(l, MAIL_LOGIN, "123456"), VERDICT_NO);
		line_close(&l);
	}
	assert_int_equal(r->post.n, 0);
}

static struct line *
factor_alone(struct rig *r, const char *login)
{
	struct msg_open open = { .version = MSG_VERSION,
		.phase = PHASE_AUTH,
		.uid = RIG_UID,
		.ruid = RIG_UID,
		.remote = 1,
		.options = OPT_STEPS | OPT_STEP_FACTOR };
	struct k_bind b = { .phase = PHASE_AUTH,
		.uid = RIG_UID,
		.options = OPT_STEPS | OPT_STEP_FACTOR };
	const struct kpeer peer = { .pid = RIG_PID, .trusted = 1 };
	struct line *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->rig = r;
	(void)snprintf(open.user, sizeof(open.user), "%s", login);
	(void)snprintf(open.service, sizeof(open.service), "sshd");
	assert_int_equal(keeper_accept(r->k, l, &peer, &open, &l->c), KOSMO_OK);
	(void)snprintf(b.user, sizeof(b.user), "%s", login);
	(void)snprintf(b.service, sizeof(b.service), "sshd");
	(void)snprintf(b.source, sizeof(b.source), "%s", FAR);
	line_ask(l, &k_bind_layout, &b);
	assert_int_equal(l->type, K_BOUND);
	assert_int_equal(l->reply.bound.steps, STEP_FACTOR);
	return l;
}

/* Where the factor is all that is asked a mail goes, but only when asked. */
static void
with_the_factor_alone_it_is_asked_for(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l, *other;

	rig_person(r, "app", &seed);
	rig_mail_person(r, "taro");
	r->post.n = 0;
	r->post.answered = 0;
	for (int i = 0; i < 2; i++) {
		l = factor_alone(r, i == 0 ? "nobody-here" : "app");
		assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
		assert_int_equal(l->not_before, r->mono + BOUNDARY_MS);
		line_close(&l);
	}
	l = factor_alone(r, "taro");
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	assert_int_equal(r->post.n, 0);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
	assert_int_equal(l->not_before, r->mono + BOUNDARY_MS);
	assert_int_equal(r->post.n, 1);
	/* who has an app at hand may type that code instead */
	other = factor_alone(r, "app");
	assert_int_equal(line_mail(other, MAIL_LOGIN, true), MAILED_SENT);
	assert_int_equal(line_mailed(other, MAIL_LOGIN, "12345"), VERDICT_NO);
	assert_int_equal(
	    line_mailed(other, MAIL_LOGIN, rig_code(r, &seed, 0)), VERDICT_YES);
	line_close(&other);
	/* too soon: told to nobody */
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
	assert_int_equal(r->post.n, 1);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
}

/* A stolen password: part 2 begins with a code that only the mailbox has. */
static void
it_vouches_for_a_first_device(void **state)
{
	struct rig *r = *state;
	const struct k_seed seed = { 0 };
	struct line *l = rig_mail_part_1(r, "taro");

	line_close(&l);
	l = line_login(r, "taro", FAR);
	line_ask(l, &k_seed_layout, &seed);
	assert_true(l->dropped || l->type != K_SEED_IS);
	line_close(&l);

	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_ENROL, true), MAILED_NOT_NOW);
	assert_int_equal(line_mail(l, MAIL_SETUP, false), MAILED_SENT);
	assert_int_equal(
	    line_mailed(l, MAIL_SETUP, other_than(rig_mailed(r, "taro"))),
	    VERDICT_NO);
	assert_int_equal(l->reply.verdict.left, 4);
	assert_int_equal(
	    line_mailed(l, MAIL_SETUP, rig_mailed(r, "taro")), VERDICT_YES);
	line_ask(l, &k_seed_layout, &seed);
	assert_int_equal(l->type, K_SEED_IS);
	line_close(&l);
}

/* For the e-mail method that code is the enrolment. */
static void
it_enrols_the_method(void **state)
{
	struct rig *r = *state;
	struct line *l = rig_mail_part_1(r, "taro");

	line_close(&l);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_SETUP, false), MAILED_SENT);
	assert_int_equal(
	    line_mailed_enrol(l, MAIL_SETUP, rig_mailed(r, "taro")),
	    VERDICT_YES);
	assert_int_not_equal(l->reply.verdict.device, 0);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").n_devices, 1);
	assert_int_equal(rig_show(r, "taro").devices[0].method, METHOD_EMAIL);
}

/* ... only where policy allows that; nothing is used up by asking. */
static void
it_enrols_no_method_that_is_not_allowed(void **state)
{
	struct rig *r = *state;
	struct line *l = rig_mail_part_1(r, "taro");

	line_close(&l);
	r->conf.login.methods = METHOD_BIT(METHOD_TOTP);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_SETUP, false), MAILED_SENT);
	assert_int_equal(
	    line_mailed_enrol(l, MAIL_SETUP, rig_mailed(r, "taro")),
	    VERDICT_NOT_NOW);
	assert_int_equal(
	    line_mailed(l, MAIL_SETUP, rig_mailed(r, "taro")), VERDICT_YES);
	assert_int_equal(line_mail(l, MAIL_ENROL, false), MAILED_NOT_NOW);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").n_devices, 0);
}

/* Whose only method is allowed no more sets up another, by mail as well. */
static void
it_vouches_for_another_method(void **state)
{
	const struct k_seed seed = { 0 };
	struct rig *r = *state;
	struct line *l;

	rig_mail_person(r, "taro");
	r->conf.login.methods = METHOD_BIT(METHOD_TOTP);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_SETUP, false), MAILED_SENT);
	assert_int_equal(
	    line_mailed(l, MAIL_SETUP, rig_mailed(r, "taro")), VERDICT_YES);
	line_ask(l, &k_seed_layout, &seed);
	assert_int_equal(l->type, K_SEED_IS);
	line_close(&l);
}

/* An address that the person changed while registering has to wait its day. */
static void
a_held_address_gets_none(void **state)
{
	struct rig *r = *state;
	struct line *l;

	r->conf.registration.email = true;
	r->conf.registration.change = CHANGE_HOLD;
	rig_invite(r, "taro");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_email(l, "other@example.co.jp"), VERDICT_YES);
	assert_int_equal(line_mail(l, MAIL_CONFIRM, false), MAILED_SENT);
	rig_mail_finish_1(r, l, "taro");
	line_close(&l);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_SETUP, false), MAILED_NOT_NOW);
	assert_int_equal(
	    line_mailed_enrol(l, MAIL_SETUP, "123456"), VERDICT_NOT_NOW);
	line_close(&l);
	rig_pass(r, 86401);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_SETUP, false), MAILED_SENT);
	line_close(&l);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_next_one_comes_later),
		TEST(so_many_an_hour),
		TEST(so_many_from_one_address),
		TEST(so_many_in_all),
		TEST(only_with_the_method),
		TEST(before_the_password_all_get_the_same),
		TEST(with_the_factor_alone_it_is_asked_for),
		TEST(it_vouches_for_a_first_device),
		TEST(it_enrols_the_method),
		TEST(it_enrols_no_method_that_is_not_allowed),
		TEST(it_vouches_for_another_method),
		TEST(a_held_address_gets_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
