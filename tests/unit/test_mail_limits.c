/*
 * Who gets a code by mail at all, how many, and what happens to the others
 * while post is away, slow or failing.
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
	l = line_login(r, "kazu", FAR);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_MANY);
	assert_int_equal(l->reply.mailed.when, r->wall - 6 + 3600);
	line_close(&l);
	l = line_login(r, "kazu", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
	line_close(&l);
}

/* A thousand an hour in all: the marks of all but one are put in by hand. */
static void
so_many_in_all(void **state)
{
	struct rig *r = *state;
	struct line *l;

	rig_mail_person(r, "taro");
	r->conf.email.resend_after = 0;
	for (uint32_t i = 0; i < CODE_MARKS_MAX - 1; i++)
		r->k->code_marks[i].at = r->mono;
	r->k->next_mark = CODE_MARKS_MAX - 1;
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
	assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_MANY);
	assert_int_equal(l->reply.mailed.when, r->wall + 3600);
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
	const struct kpeer peer = { 0, 4242, 0, 1 };
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

static void
without_post_it_fails_at_once(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "app", &seed);
	rig_mail_person(r, "taro");
	rig_post_here(r, false);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_FAILED);
	rig_post_here(r, true);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	line_close(&l);
}

static void
one_that_was_not_handed_over_is_void(void **state)
{
	struct rig *r = *state;
	struct line *l;

	rig_mail_person(r, "taro");
	r->post.mood = FAKE_FAILS;
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_FAILED);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_ENDED);
	r->post.mood = FAKE_TAKES;
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_YES);
	line_close(&l);
}

/* While post is silent this one waits, and everybody else goes on. */
static void
a_slow_post_is_waited_for_by_one(void **state)
{
	const struct k_mail m = { MAIL_LOGIN, 0 };
	struct rig *r = *state;
	struct line *slow, *other;
	struct secret seed;

	rig_person(r, "app", &seed);
	rig_mail_person(r, "taro");
	r->conf.registration.email = false; /* app has confirmed none */
	r->post.mood = FAKE_SILENT;
	slow = line_login(r, "taro", HERE);
	line_ask(slow, &k_mail_layout, &m);
	assert_int_equal(slow->type, 0);

	other = line_login(r, "app", HERE);
	assert_int_equal(line_code(other, rig_code(r, &seed, 0)), VERDICT_YES);
	assert_int_equal(line_finish(other, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&other);

	rig_pass(r, 29);
	assert_int_equal(slow->type, 0);
	rig_pass(r, 2);
	assert_int_equal(slow->type, K_MAILED);
	assert_int_equal(slow->reply.mailed.word, MAILED_FAILED);
	/* what comes after that is too late, and hurts nobody */
	r->post.mood = FAKE_TAKES;
	rig_post(r);
	assert_int_equal(line_mailed(slow, MAIL_LOGIN, rig_mailed(r, "taro")),
	    VERDICT_ENDED);
	line_close(&slow);
}

/* Who hangs up meanwhile finds the code good when coming back. */
static void
whoever_waits_may_go(void **state)
{
	const struct k_mail m = { MAIL_LOGIN, 0 };
	struct rig *r = *state;
	struct line *l;

	rig_mail_person(r, "taro");
	r->post.mood = FAKE_SILENT;
	l = line_login(r, "taro", HERE);
	line_ask(l, &k_mail_layout, &m);
	line_close(&l);
	r->post.mood = FAKE_TAKES;
	rig_post(r);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_STANDING);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_YES);
	line_close(&l);
}

static void
a_restart_voids_what_was_not_sent(void **state)
{
	const struct k_mail m = { MAIL_LOGIN, 0 };
	struct rig *r = *state;
	struct line *l;
	size_t n;

	rig_mail_person(r, "taro");
	r->post.mood = FAKE_SILENT;
	l = line_login(r, "taro", HERE);
	line_ask(l, &k_mail_layout, &m);
	assert_int_equal(l->type, 0);
	line_close(&l);
	n = r->post.n;
	rig_restart(r);
	r->post.mood = FAKE_TAKES;
	rig_pass(r, 10);
	assert_int_equal(r->post.n, n); /* and it does not go by itself */
	l = line_login(r, "taro", HERE);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_ENDED);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	assert_int_equal(r->post.n, n + 1);
	line_close(&l);
}

/* An older one that is handed over late does not make the newer one good. */
static void
a_late_answer_is_for_its_own_code(void **state)
{
	const struct k_mail m = { MAIL_LOGIN, 1 };
	struct rig *r = *state;
	struct line *first, *second;
	char older[17];

	rig_mail_person(r, "taro");
	r->post.mood = FAKE_SILENT;
	first = line_login(r, "taro", HERE);
	line_ask(first, &k_mail_layout, &m);
	(void)snprintf(older, sizeof(older), "%s", rig_mailed(r, "taro"));
	second = line_login(r, "taro", FAR);
	line_ask(second, &k_mail_layout, &m);
	assert_int_equal(second->type, 0);
	if (strcmp(older, rig_mailed(r, "taro")) == 0)
		skip();		 /* once in a million */
	rig_post_here(r, false); /* the second is lost with it ... */
	assert_int_equal(second->reply.mailed.word, MAILED_FAILED);
	line_close(&first);
	assert_int_equal(line_mailed(second, MAIL_LOGIN, older), VERDICT_ENDED);
	assert_int_equal(line_mailed(second, MAIL_LOGIN, rig_mailed(r, "taro")),
	    VERDICT_ENDED);
	line_close(&second);
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
		TEST(without_post_it_fails_at_once),
		TEST(one_that_was_not_handed_over_is_void),
		TEST(a_slow_post_is_waited_for_by_one),
		TEST(whoever_waits_may_go),
		TEST(a_restart_voids_what_was_not_sent),
		TEST(a_late_answer_is_for_its_own_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
