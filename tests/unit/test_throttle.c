/*
 * SPEC 3, "Throttle" and "Lock": each number of [throttle] changes what
 * happens, no wait is an oracle, and nobody is shut out from afar.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "judge_rig.h"

#define FAR "198.51.100.7"
#define HOME "192.0.2.1" /* where rig_person registers from */

static enum verdict_word
try_once(struct rig *r, const char *login, const char *source, const char *hash)
{
	struct line *l =
	    line_bind(r, source[0] == '\0' ? "login" : "sshd", login, source);
	enum verdict_word w = line_password(l, hash);

	line_close(&l);
	return w;
}

static void
guess(struct rig *r, const char *login, const char *source, int times)
{
	for (int i = 0; i < times; i++)
		assert_int_equal(
		    try_once(r, login, source, HASH_B), VERDICT_NO);
}

/* After 5 failures the right password is refused like a wrong one.
 * From a known origin, so that the counts for all origins stay out of it. */
static void
five_failures_then_waits(void **state)
{
	static const int64_t waits[] = { 60, 120, 240, 480, 900, 900 };
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	guess(r, "taro", HOME, 4);
	assert_int_equal(try_once(r, "taro", HOME, HASH_A), VERDICT_YES);
	guess(r, "taro", HOME, 1);
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		assert_int_equal(try_once(r, "taro", HOME, HASH_A), VERDICT_NO);
		r->wall += waits[i] - 1;
		assert_int_equal(try_once(r, "taro", HOME, HASH_A), VERDICT_NO);
		r->wall += 1;
		assert_int_equal(
		    try_once(r, "taro", HOME, HASH_A), VERDICT_YES);
		guess(r, "taro", HOME, i < 2 ? 1 : 5);
	}
}

static void
the_window_slides(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	for (int i = 0; i < 12; i++) {
		guess(r, "taro", FAR, 1);
		r->wall += 226; /* five of them take more than 15 minutes */
	}
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_YES);
}

/* Another origin of the same person is not touched by it. */
static void
the_wait_is_the_origins(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	guess(r, "taro", FAR, 5);
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_NO);
	assert_int_equal(try_once(r, "taro", HOME, HASH_A), VERDICT_YES);
	assert_int_equal(
	    try_once(r, "taro", "203.0.113.1", HASH_A), VERDICT_YES);
}

/* 20 in an hour from everywhere: unknown origins wait, known ones don't. */
static void
per_person(void **state)
{
	struct rig *r = *state;
	char source[32];
	struct secret seed;

	rig_person(r, "taro", &seed);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(source, sizeof(source), "198.51.100.%d", i);
		guess(r, "taro", source, 1);
	}
	assert_int_equal(
	    try_once(r, "taro", "203.0.113.1", HASH_A), VERDICT_NO);
	assert_int_equal(try_once(r, "taro", HOME, HASH_A), VERDICT_YES);
	assert_int_equal(try_once(r, "taro", "", HASH_A), VERDICT_YES);
	r->wall += 3601;
	assert_int_equal(
	    try_once(r, "taro", "203.0.113.1", HASH_A), VERDICT_YES);
	r->conf.throttle.known_for = 60;
	for (int i = 0; i < 20; i++) {
		(void)snprintf(source, sizeof(source), "198.51.100.%d", i);
		guess(r, "taro", source, 1);
	}
	assert_int_equal(try_once(r, "taro", HOME, HASH_A), VERDICT_NO);
}

/* 50 in an hour from one address: it waits for everybody, unknown too. */
static void
per_source(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	guess(r, "nobody", FAR, 49);
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_YES);
	guess(r, "nobody", FAR, 1);
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_NO);
	assert_int_equal(try_once(r, "taro", HOME, HASH_A), VERDICT_YES);
	r->wall += 3601;
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_YES);
}

static void
keys_count(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	r->conf.throttle.free = 2;
	r->conf.throttle.base = 7;
	r->conf.throttle.ceiling = 10;
	guess(r, "taro", FAR, 2);
	r->wall += 6;
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_NO);
	r->wall += 1;
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_YES);
	guess(r, "taro", FAR, 1);
	r->wall += 10; /* 14, but for the ceiling */
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_YES);
}

/* Two failures are two only within [throttle] window. */
static void
the_window_is_a_key(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	r->conf.throttle.free = 2;
	r->conf.throttle.window = 60;
	guess(r, "taro", FAR, 1);
	r->wall += 61;
	guess(r, "taro", FAR, 1);
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_YES);
	r->wall += 58;
	guess(r, "taro", FAR, 1);
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_NO);
}

/* Both numbers of a rate. */
static void
rates_are_keys(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	char source[32];

	rig_person(r, "taro", &seed);
	r->conf.throttle.per_source = 3;
	r->conf.throttle.per_source_window = 120;
	guess(r, "nobody", FAR, 2);
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_YES);
	guess(r, "nobody", FAR, 1);
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_NO);
	r->wall += 121;
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_YES);

	r->wall += 3600; /* what was charged in the wait counts for taro */
	r->conf.throttle.per_person = 4;
	r->conf.throttle.per_person_window = 180;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(
		    try_once(r, "taro", "203.0.113.1", HASH_A), VERDICT_YES);
		(void)snprintf(source, sizeof(source), "203.0.113.%d", 9 + i);
		guess(r, "taro", source, 1);
	}
	assert_int_equal(
	    try_once(r, "taro", "203.0.113.1", HASH_A), VERDICT_NO);
	r->wall += 181;
	assert_int_equal(
	    try_once(r, "taro", "203.0.113.1", HASH_A), VERDICT_YES);
}

/* 1,000 in parallel cost 1,000, and the first five are all that counted. */
static void
parallel_guesses_all_cost(void **state)
{
	struct rig *r = *state;
	struct line *l[1000];
	struct k_try try = { 0 };
	struct k_password m = { .hash = HASH_A };
	struct secret seed;
	int settings = 0, yes = 0;

	r->conf.limits.conversations = 2000;
	rig_person(r, "taro", &seed);
	for (size_t i = 0; i < 1000; i++)
		l[i] = line_bind(r, "sshd", "taro", FAR);
	r->k->hash_permits = 1000;
	for (size_t i = 0; i < 1000; i++) {
		line_ask(l[i], &k_try_layout, &try);
		settings += l[i]->type == K_SETTING;
	}
	for (size_t i = 0; i < 1000; i++) {
		line_ask(l[i], &k_password_layout, &m);
		yes += l[i]->reply.verdict.word == VERDICT_YES;
		line_close(&l[i]);
	}
	assert_int_equal(settings, 1000);
	assert_int_equal(yes, 5);
}

/* A talk that dies between the two leaves the charge standing. */
static void
a_cut_attempt_is_a_failure(void **state)
{
	struct rig *r = *state;
	struct k_try try = { 0 };
	struct secret seed;

	rig_person(r, "taro", &seed);
	for (int i = 0; i < 5; i++) {
		struct line *l = line_bind(r, "sshd", "taro", FAR);

		line_ask(l, &k_try_layout, &try);
		line_close(&l);
	}
	rig_restart(r);
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_NO);
}

/* The wait is told only where the password was right before it began. */
static void
the_wait_is_told_to_whom(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "taro", &seed);
	l = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	guess(r, "taro", FAR, 5);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_WAIT);
	assert_int_equal(l->reply.verdict.when, r->wall + 60);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_password(l, HASH_A), VERDICT_NO);
	line_close(&l);
}

/* 30 wrong codes after a right password lock; wrong passwords never do. */
static void
wrong_codes_lock(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	guess(r, "taro", FAR, 200);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
	for (int i = 0; i < 30; i++) {
		struct line *l;

		assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
		r->wall += 20 * 3600;
		l = line_bind(r, "sshd", "taro", FAR);
		assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
		(void)line_code(l, "000000");
		line_close(&l);
	}
	assert_int_equal(rig_show(r, "taro").state, STATE_LOCKED);
	assert_int_equal(rig_act(r, "taro", ACT_UNLOCK), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").failures, 0);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
}

static void
unlock_ends_waits(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	guess(r, "taro", FAR, 5);
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_NO);
	assert_int_equal(rig_act(r, "taro", ACT_UNLOCK), VERDICT_YES);
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_YES);
}

/* A complete login forgets the failures of its own origin only. */
static void
login_resets_its_origin(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "taro", &seed);
	guess(r, "taro", FAR, 4);
	guess(r, "taro", "203.0.113.1", 4);
	l = line_bind(r, "sshd", "taro", FAR);
	(void)line_password(l, HASH_A);
	(void)line_code(l, rig_code(r, &seed, 0));
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	guess(r, "taro", FAR, 4);
	assert_int_equal(try_once(r, "taro", FAR, HASH_A), VERDICT_YES);
	guess(r, "taro", "203.0.113.1", 1);
	assert_int_equal(
	    try_once(r, "taro", "203.0.113.1", HASH_A), VERDICT_NO);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(five_failures_then_waits),
		TEST(the_window_slides),
		TEST(the_wait_is_the_origins),
		TEST(per_person),
		TEST(per_source),
		TEST(keys_count),
		TEST(the_window_is_a_key),
		TEST(rates_are_keys),
		TEST(parallel_guesses_all_cost),
		TEST(a_cut_attempt_is_a_failure),
		TEST(the_wait_is_told_to_whom),
		TEST(wrong_codes_lock),
		TEST(unlock_ends_waits),
		TEST(login_resets_its_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
