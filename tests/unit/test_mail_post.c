/*
 * Post is away, slow or failing: one waits, and is told; all others go on.
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
		skip(); /* once in a million */
	/* the first is handed over, and of the second nothing is heard */
	r->post.mood = FAKE_TAKES;
	r->post.n--;
	rig_post(r);
	r->post.n++;
	assert_int_equal(first->type, K_MAILED);
	assert_int_equal(second->type, 0);
	r->post.mood = FAKE_SILENT;
	rig_pass(r, 31);
	assert_int_equal(second->type, K_MAILED);
	assert_int_equal(second->reply.mailed.word, MAILED_FAILED);
	assert_int_equal(line_mailed(second, MAIL_LOGIN, older), VERDICT_ENDED);
	assert_int_equal(line_mailed(second, MAIL_LOGIN, rig_mailed(r, "taro")),
	    VERDICT_ENDED);
	line_close(&first);
	line_close(&second);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(without_post_it_fails_at_once),
		TEST(one_that_was_not_handed_over_is_void),
		TEST(a_slow_post_is_waited_for_by_one),
		TEST(whoever_waits_may_go),
		TEST(a_restart_voids_what_was_not_sent),
		TEST(a_late_answer_is_for_its_own_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
