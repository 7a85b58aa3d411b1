/*
 * Codes by mail: to whom one goes, what it is good for, when it ends, and what
 * becomes of everybody else while post is slow, failing or away.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mail_rig.h"

static void
it_logs_in_once(void **state)
{
	struct rig *r = *state;
	char code[17];
	struct line *l;

	rig_mail_person(r, "taro");
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	(void)snprintf(code, sizeof(code), "%s", rig_mailed(r, "taro"));
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, other_than(code)), VERDICT_NO);
	assert_int_equal(l->reply.verdict.left, 2);
	assert_int_equal(line_mailed(l, MAIL_LOGIN, code), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);

	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mailed(l, MAIL_LOGIN, code), VERDICT_ENDED);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
}

static void
the_mail_says_what_it_is(void **state)
{
	struct rig *r = *state;
	const struct p_mail *m;
	struct line *l;

	rig_mail_person(r, "taro");
	r->conf.email.digits = 8;
	r->conf.email.lifetime = 120;
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	m = fake_post_mail(&r->post, "taro", MK_LOGIN);
	assert_non_null(m);
	assert_string_equal(m->to, "taro@example.co.jp");
	assert_int_equal(strlen(m->code), 8);
	assert_int_equal(strspn(m->code, "0123456789"), 8);
	assert_int_equal(m->lifetime, 120);
	assert_string_equal(m->source, HERE);
	assert_string_equal(m->service, "sshd");
	assert_int_equal(m->when, r->wall);
	/* and nobody else hears of the digits */
	assert_int_equal(rig_in_log(r, m->code), 0);
	assert_int_equal(line_mailed(l, MAIL_LOGIN, m->code), VERDICT_YES);
	line_close(&l);
}

static void
it_ends_with_its_lifetime(void **state)
{
	struct rig *r = *state;
	struct line *l;

	rig_mail_person(r, "taro");
	r->conf.email.lifetime = 120;
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	rig_pass(r, 120);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_ENDED);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	rig_pass(r, 119);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_YES);
	line_close(&l);
}

/* What was typed too late is no failure: it could not have been a guess. */
static void
an_ended_one_costs_nothing(void **state)
{
	struct rig *r = *state;
	struct line *l;

	rig_mail_person(r, "taro");
	r->conf.login.attempts = 9;
	l = line_login(r, "taro", FAR);
	for (int i = 0; i < 8; i++)
		assert_int_equal(
		    line_mailed(l, MAIL_LOGIN, "123456"), VERDICT_ENDED);
	assert_int_equal(rig_show(r, "taro").failures, 0);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_YES);
	line_close(&l);
}

static void
its_tries_are_counted(void **state)
{
	struct rig *r = *state;
	const char *code, *wrong;
	struct line *l;

	r->conf.registration.email = true;
	r->conf.email.attempts = 3;
	rig_invite(r, "taro");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_email(l, "taro@example.co.jp"), VERDICT_YES);
	assert_int_equal(line_mail(l, MAIL_CONFIRM, false), MAILED_SENT);
	code = rig_mailed(r, "taro");
	wrong = other_than(code);
	for (uint32_t left = 2;; left--) {
		assert_int_equal(
		    line_mailed(l, MAIL_CONFIRM, wrong), VERDICT_NO);
		assert_int_equal(l->reply.verdict.left, left);
		if (left == 0)
			break;
	}
	assert_int_equal(line_mailed(l, MAIL_CONFIRM, code), VERDICT_ENDED);
	assert_int_equal(rig_show(r, "taro").email_ok, 0);
	line_close(&l);
}

/* ... over logins, too. */
static void
its_tries_outlive_a_login(void **state)
{
	struct rig *r = *state;
	char code[17];
	struct line *l;

	rig_mail_person(r, "taro");
	r->conf.email.attempts = 2;
	for (int i = 0; i < 2; i++) {
		l = line_login(r, "taro", HERE);
		if (i == 0)
			assert_int_equal(
			    line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
		(void)snprintf(code, sizeof(code), "%s", rig_mailed(r, "taro"));
		assert_int_equal(
		    line_mailed(l, MAIL_LOGIN, other_than(code)), VERDICT_NO);
		line_close(&l);
		rig_restart(r);
	}
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mailed(l, MAIL_LOGIN, code), VERDICT_ENDED);
	line_close(&l);
}

static void
only_the_newest_counts(void **state)
{
	struct rig *r = *state;
	char first[17];
	struct line *l;

	rig_mail_person(r, "taro");
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	do { /* once in a million they are the same */
		(void)snprintf(
		    first, sizeof(first), "%s", rig_mailed(r, "taro"));
		rig_pass(r, 61);
		assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
	} while (strcmp(first, rig_mailed(r, "taro")) == 0);
	assert_int_equal(line_mailed(l, MAIL_LOGIN, first), VERDICT_NO);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_YES);
	line_close(&l);
}

/* Who comes back within its lifetime is asked for the one they have. */
static void
one_that_stands_is_not_sent_again(void **state)
{
	struct rig *r = *state;
	struct line *l;
	uint64_t sent;
	size_t n;

	rig_mail_person(r, "taro");
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	line_close(&l);
	sent = (uint64_t)r->wall;
	n = r->post.n;
	rig_restart(r);
	rig_pass(r, 200);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_STANDING);
	assert_int_equal(l->reply.mailed.when, sent);
	assert_int_equal(r->post.n, n);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_YES);
	line_close(&l);
}

static void
it_is_bound_to_its_purpose(void **state)
{
	struct rig *r = *state;
	struct line *l;

	rig_mail_person(r, "taro");
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	for (uint8_t p = MAIL_CONFIRM; p <= MAIL_PURPOSES; p++) {
		if (p == MAIL_LOGIN || p == MAIL_RESET)
			continue;
		assert_int_not_equal(
		    line_mailed(l, (enum mail_purpose)p, rig_mailed(r, "taro")),
		    VERDICT_YES);
	}
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_YES);
	/* nor does one for a second device log in */
	assert_int_equal(line_mail(l, MAIL_ENROL, false), MAILED_SENT);
	assert_int_not_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_YES);
	line_close(&l);
}

static void
it_is_bound_to_its_person(void **state)
{
	struct rig *r = *state;
	struct line *taro, *hana;

	rig_mail_person(r, "taro");
	rig_mail_person(r, "hana");
	taro = line_login(r, "taro", HERE);
	hana = line_login(r, "hana", HERE);
	do { /* once in a million they are the same */
		rig_pass(r, 61);
		assert_int_equal(
		    line_mail(taro, MAIL_LOGIN, true), MAILED_SENT);
		assert_int_equal(
		    line_mail(hana, MAIL_LOGIN, true), MAILED_SENT);
	} while (strcmp(rig_mailed(r, "taro"), rig_mailed(r, "hana")) == 0);
	assert_int_equal(
	    line_mailed(hana, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_NO);
	line_close(&hana);
	line_close(&taro);
}

/* One for an address that was chosen is none for the next that is chosen. */
static void
it_is_bound_to_its_address(void **state)
{
	struct rig *r = *state;
	const struct p_mail *m;
	char code[17];
	struct line *l;

	rig_mail_person(r, "taro");
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_YES);
	assert_int_equal(line_email(l, "new@example.co.jp"), VERDICT_YES);
	assert_int_equal(line_mail(l, MAIL_CONFIRM, false), MAILED_SENT);
	m = fake_post_mail(&r->post, "taro", MK_CONFIRM);
	assert_string_equal(m->to, "new@example.co.jp");
	(void)snprintf(code, sizeof(code), "%s", m->code);
	assert_int_equal(line_email(l, "newer@example.co.jp"), VERDICT_YES);
	assert_int_equal(line_mailed(l, MAIL_CONFIRM, code), VERDICT_ENDED);
	rig_pass(r, 61);
	assert_int_equal(line_mail(l, MAIL_CONFIRM, false), MAILED_SENT);
	assert_string_equal(fake_post_mail(&r->post, "taro", MK_CONFIRM)->to,
	    "newer@example.co.jp");
	assert_int_equal(
	    line_mailed(l, MAIL_CONFIRM, rig_mailed(r, "taro")), VERDICT_YES);
	assert_string_equal(rig_show(r, "taro").email, "newer@example.co.jp");
	line_close(&l);
}

/* A wrong one is a failed factor, as a wrong code of an app is. */
static void
a_wrong_one_is_a_failure(void **state)
{
	struct rig *r = *state;
	struct line *l;

	rig_mail_person(r, "taro");
	r->conf.throttle.lock = 5;
	r->conf.email.resend_after = 0;
	for (uint32_t n = 0; n < 5; n++) {
		l = line_login(r, "taro", FAR);
		assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
		assert_int_equal(rig_show(r, "taro").failures, n);
		assert_int_equal(line_mailed(l, MAIL_LOGIN,
				     other_than(rig_mailed(r, "taro"))),
		    n < 4 ? VERDICT_NO : VERDICT_LOCKED);
		line_close(&l);
		rig_pass(r, 1000); /* beyond the wait */
	}
	assert_int_equal(rig_show(r, "taro").state, STATE_LOCKED);
}

static void
asking_and_leaving_is_none(void **state)
{
	struct rig *r = *state;
	struct line *l;

	rig_mail_person(r, "taro");
	r->conf.email.resend_after = 0;
	for (int i = 0; i < 8; i++) {
		l = line_login(r, "taro", FAR);
		assert_int_equal(line_mail(l, MAIL_LOGIN, true), MAILED_SENT);
		line_close(&l);
	}
	assert_int_equal(rig_show(r, "taro").failures, 0);
	l = line_login(r, "taro", FAR);
	assert_int_equal(
	    line_mailed(l, MAIL_LOGIN, rig_mailed(r, "taro")), VERDICT_YES);
	line_close(&l);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(it_logs_in_once),
		TEST(the_mail_says_what_it_is),
		TEST(it_ends_with_its_lifetime),
		TEST(an_ended_one_costs_nothing),
		TEST(its_tries_are_counted),
		TEST(its_tries_outlive_a_login),
		TEST(only_the_newest_counts),
		TEST(one_that_stands_is_not_sent_again),
		TEST(it_is_bound_to_its_purpose),
		TEST(it_is_bound_to_its_person),
		TEST(it_is_bound_to_its_address),
		TEST(a_wrong_one_is_a_failure),
		TEST(asking_and_leaving_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
