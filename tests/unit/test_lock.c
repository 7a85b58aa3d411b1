/*
 * Wrong codes after the right password: when the person is told, and when it
 * locks (SPEC 3, "Lock").
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
#define DAY 86400

/* One wrong code, from an address, and a day's part of rest. */
static enum verdict_word
wrong(struct rig *r, const char *from)
{
	struct line *l = line_bind(r, "sshd", "taro", from);
	enum verdict_word w;

	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	w = line_code(l, "000000");
	line_close(&l);
	return w;
}

/* A month has room for 30 of them, one each day and a bit less. */
static void
spread(struct rig *r, uint32_t n, const char *from)
{
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(wrong(r, from), VERDICT_NO);
		rig_pass(r, DAY - 3600);
		if (i % 7 == 0)
			rig_restart(r);
	}
}

/* One line of the log holds both. */
static void
is_in_log(struct rig *r, const char *event, const char *reason)
{
	struct k_log ask = { .login = "taro" };
	struct k_lines lines = { 0 };
	const char *at;

	do {
		ask.offset = lines.offset;
		audit_read(r->audit, &ask, &lines);
		at = strstr(lines.text, event);
		if (at != NULL && strstr(at, reason) != NULL)
			return;
	} while (!lines.end);
	fail_msg("not in the log: %s", event);
}

static void
thirty_in_a_month_lock(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "taro", &seed);
	spread(r, 29, FAR);
	assert_int_equal(rig_show(r, "taro").failures, 29);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
	l = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_DENY), RESULT_DENY);
	line_close(&l);
	assert_int_equal(rig_mails(r, MAIL, MK_LOCK), 0);
	rig_pass(r, 60);
	assert_int_equal(wrong(r, FAR), VERDICT_LOCKED);
	assert_int_equal(rig_show(r, "taro").state, STATE_LOCKED);
	assert_string_equal(rig_show(r, "taro").lock, "30 wrong codes");
	assert_int_equal(rig_mails(r, MAIL, MK_LOCK), 1);
	is_in_log(r, "\"event\":\"lock\"", "30 wrong codes");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_LOCKED);
	line_close(&l);
	rig_pass(r, 40 * DAY); /* until an admin unlocks */
	assert_int_equal(rig_show(r, "taro").state, STATE_LOCKED);
	assert_int_equal(rig_act(r, "taro", ACT_UNLOCK), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").failures, 0);
	assert_int_equal(wrong(r, FAR), VERDICT_NO);
}

/* Older than 30 days they are no longer counted. */
static void
thirty_in_two_months_do_not(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(wrong(r, FAR), VERDICT_NO);
		rig_pass(r, 2 * DAY);
	}
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
	assert_in_range(rig_show(r, "taro").failures, 14, 16);
}

/* [throttle] lock is the number. */
static void
as_many_as_said(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	r->conf.throttle.lock = 4;
	rig_person(r, "taro", &seed);
	spread(r, 3, FAR);
	assert_int_equal(wrong(r, FAR), VERDICT_LOCKED);
}

/* The third is told, once; wrong passwords and one's own slips are not. */
static void
the_third_is_told(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "taro", &seed);
	for (int i = 0; i < 6; i++) {
		l = line_bind(r, "sshd", "taro", FAR);
		assert_int_equal(line_password(l, HASH_B), VERDICT_NO);
		line_close(&l);
		rig_pass(r, 3600);
	}
	spread(r, 6, HERE); /* logged in from there */
	assert_int_equal(rig_show(r, "taro").failures, 0);
	assert_int_equal(rig_mails(r, MAIL, MK_GUESSED), 0);
	spread(r, 2, FAR);
	assert_int_equal(rig_mails(r, MAIL, MK_GUESSED), 0);
	spread(r, 1, FAR);
	assert_int_equal(rig_mails(r, MAIL, MK_GUESSED), 1);
	assert_string_equal(
	    fake_post_mail(&r->post, "taro", MK_GUESSED)->source, FAR);
	spread(r, 10, FAR);
	assert_int_equal(rig_mails(r, MAIL, MK_GUESSED), 1);
}

/* known-for: what was known is not known for ever. */
static void
an_origin_is_forgotten(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	r->conf.throttle.known_for = 3600;
	rig_person(r, "taro", &seed);
	assert_int_equal(wrong(r, HERE), VERDICT_NO);
	assert_int_equal(rig_show(r, "taro").failures, 0);
	rig_pass(r, DAY);
	assert_int_equal(wrong(r, HERE), VERDICT_NO);
	assert_int_equal(rig_show(r, "taro").failures, 1);
}

/* A code that was right before, a wait, giving up: no failures. */
static void
what_is_no_failure(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "taro", &seed);
	l = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_USED);
	assert_int_equal(line_finish(l, RESULT_DENY), RESULT_DENY);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").failures, 0);
	l = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	for (int n = 0; n < 4; n++) /* three of a login are looked at */
		assert_int_equal(line_code(l, "000000"), VERDICT_NO);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").failures, 3);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(thirty_in_a_month_lock),
		TEST(thirty_in_two_months_do_not),
		TEST(as_many_as_said),
		TEST(the_third_is_told),
		TEST(an_origin_is_forgotten),
		TEST(what_is_no_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
