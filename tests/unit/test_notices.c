/*
 * Notices: none is lost, none goes twice, and they take their time when they
 * have to.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/notices.h"
#include "mail_rig.h"

#define DAY 86400

/* As if something of login was changed. */
static void
tell(struct rig *r, const char *login, bool commit)
{
	struct p_mail mail = { .kind = MK_METHOD };
	struct txn *t = NULL;

	mail.when = (uint64_t)r->wall;
	(void)snprintf(mail.login, sizeof(mail.login), "%s", login);
	(void)snprintf(mail.to, sizeof(mail.to), "%s@example.co.jp", login);
	assert_int_equal(store_begin(r->store, &t), KOSMO_OK);
	assert_int_equal(mail_notice(r->k, t, &mail), KOSMO_OK);
	if (commit)
		assert_int_equal(
		    store_commit(r->store, &t, NULL, NULL), KOSMO_OK);
	store_abort(&t);
	store_flush(r->store);
}

static void
one_goes_once(void **state)
{
	struct rig *r = *state;

	tell(r, "taro", true);
	assert_int_equal(r->post.n, 0); /* not before it is durable */
	rig_pass(r, 1);
	assert_int_equal(r->post.n, 1);
	assert_int_equal(r->post.mails[0].kind, MK_METHOD);
	assert_string_equal(r->post.mails[0].to, "taro@example.co.jp");
	assert_int_equal(notices_count(r->k), 0);
	rig_restart(r);
	rig_pass(r, 4000);
	assert_int_equal(r->post.n, 1);
	assert_int_equal(rig_in_log(r, "\"outcome\":\"sent\""), 1);
}

static void
what_was_not_written_does_not_go(void **state)
{
	struct rig *r = *state;

	tell(r, "taro", false);
	tell(r, "hana", true);
	rig_pass(r, 1);
	assert_int_equal(r->post.n, 1);
	assert_string_equal(r->post.mails[0].login, "hana");
	assert_int_equal(notices_count(r->k), 0);
}

static void
they_wait_for_post_over_restarts(void **state)
{
	struct rig *r = *state;

	rig_post_here(r, false);
	for (int i = 0; i < 3; i++) {
		tell(r, "taro", true);
		rig_pass(r, 1);
		rig_restart(r);
	}
	rig_pass(r, 1);
	assert_int_equal(notices_count(r->k), 3);
	rig_post_here(r, true);
	rig_pass(r, 1);
	assert_int_equal(r->post.n, 3);
	assert_int_equal(notices_count(r->k), 0);
}

/* A few at a time, and all of them in the end. */
static void
they_go_a_few_at_a_time(void **state)
{
	struct rig *r = *state;
	char login[8];

	r->post.mood = FAKE_SILENT;
	for (int i = 0; i < 40; i++) {
		(void)snprintf(login, sizeof(login), "p%d", i);
		tell(r, login, true);
	}
	rig_pass(r, 1);
	assert_int_equal(r->post.n, 4);
	rig_pass(r, 1);
	assert_int_equal(r->post.n, 4);
	r->post.mood = FAKE_TAKES;
	rig_post(r);
	for (int i = 0; i < 10; i++)
		rig_pass(r, 1);
	assert_int_equal(r->post.n, 40);
	assert_int_equal(notices_count(r->k), 0);
}

/* Pauses of 1, 2, 4 ... 60 minutes; after three days it is given up. */
static void
one_that_fails_is_tried_again(void **state)
{
	struct rig *r = *state;
	int64_t begin = r->wall, last = 0, pause = 0, longest = 0;
	size_t n = 0;

	r->post.mood = FAKE_FAILS;
	tell(r, "taro", true);
	while (notices_count(r->k) > 0) {
		rig_pass(r, 10);
		assert_true(r->wall < begin + 4 * DAY);
		if (r->post.n == n)
			continue;
		n = r->post.n;
		if (n > 1) {
			assert_true(r->wall - last >= pause);
			pause = r->wall - last;
		}
		longest = pause > longest ? pause : longest;
		last = r->wall;
	}
	assert_true(r->wall > begin + 3 * DAY);
	assert_true(longest >= 3600 && longest <= 3610);
	assert_true(n >= 72 && n <= 80);
	assert_int_equal(rig_in_log(r, "\"outcome\":\"given up\""), 1);
}

static void
one_that_cant_go_is_deleted(void **state)
{
	struct rig *r = *state;

	r->post.mood = FAKE_NEVER;
	tell(r, "taro", true);
	rig_pass(r, 1);
	assert_int_equal(r->post.n, 1);
	assert_int_equal(notices_count(r->k), 0);
	rig_restart(r);
	rig_pass(r, 7200);
	assert_int_equal(r->post.n, 1);
	assert_int_equal(rig_in_log(r, "\"outcome\":\"never\""), 1);
}

/* Without post nothing waits for ever either. */
static void
it_is_given_up_without_post(void **state)
{
	struct rig *r = *state;

	rig_post_here(r, false);
	tell(r, "taro", true);
	rig_pass(r, 3 * DAY - 10);
	assert_int_equal(notices_count(r->k), 1);
	rig_pass(r, 20);
	rig_pass(r, 3600);
	assert_int_equal(notices_count(r->k), 0);
	assert_int_equal(rig_in_log(r, "\"outcome\":\"given up\""), 1);
}

/* Post went away with it: nobody knows, so it goes again. */
static void
what_post_takes_away_goes_again(void **state)
{
	struct rig *r = *state;

	r->post.mood = FAKE_SILENT;
	tell(r, "taro", true);
	rig_pass(r, 1);
	assert_int_equal(r->post.n, 1);
	rig_post_here(r, false);
	r->post.mood = FAKE_TAKES;
	r->post.answered = r->post.n;
	rig_post_here(r, true);
	rig_pass(r, 61);
	assert_int_equal(r->post.n, 2);
	assert_int_equal(notices_count(r->k), 0);
}

/* So many an hour to a person: others, and codes, go on. */
static void
they_have_a_quota_of_their_own(void **state)
{
	struct rig *r = *state;
	struct line *l;
	size_t n;

	rig_mail_person(r, "taro");
	n = r->post.n;
	for (int i = 0; i < 25; i++)
		tell(r, "taro", true);
	tell(r, "hana", true);
	for (int i = 0; i < 30; i++)
		rig_pass(r, 1);
	assert_int_equal(r->post.n, n + 21);
	assert_int_equal(rig_in_log(r, "\"outcome\":\"dropped\""), 5);
	l = line_login(r, "taro", HERE);
	assert_int_equal(line_mail(l, MAIL_LOGIN, false), MAILED_SENT);
	line_close(&l);
	n = r->post.n;
	rig_pass(r, 3600);
	tell(r, "taro", true);
	rig_pass(r, 1);
	assert_int_equal(r->post.n, n + 1);
}

/* No address, no notice. */
static void
one_without_an_address_is_left_out(void **state)
{
	const struct p_mail mail = { .kind = MK_METHOD, .login = "taro" };
	struct rig *r = *state;
	struct txn *t = NULL;

	assert_int_equal(store_begin(r->store, &t), KOSMO_OK);
	assert_int_equal(mail_notice(r->k, t, &mail), KOSMO_OK);
	assert_int_equal(store_commit(r->store, &t, NULL, NULL), KOSMO_OK);
	store_flush(r->store);
	assert_int_equal(notices_count(r->k), 0);
}

static void
status_counts_them(void **state)
{
	struct rig *r = *state;
	const struct k_status m = { 0 };
	struct k_bind b = { .phase = PHASE_VERB };
	struct line *l;

	rig_post_here(r, false);
	tell(r, "taro", true);
	tell(r, "taro", true);
	l = line_open(r, PHASE_VERB, true);
	(void)snprintf(b.user, sizeof(b.user), "root");
	(void)snprintf(b.service, sizeof(b.service), "kosmoctl");
	line_ask(l, &k_bind_layout, &b);
	line_ask(l, &k_status_layout, &m);
	assert_int_equal(l->type, K_STATUS_IS);
	assert_int_equal(l->reply.status_is.post, 0);
	assert_int_equal(l->reply.status_is.warden, 0);
	assert_int_equal(l->reply.status_is.notices, 2);
	rig_post_here(r, true);
	keeper_priv_here(r->k, PRIV_WARDEN, true);
	line_ask(l, &k_status_layout, &m);
	assert_int_equal(l->reply.status_is.post, 1);
	assert_int_equal(l->reply.status_is.warden, 1);
	line_close(&l);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(one_goes_once),
		TEST(what_was_not_written_does_not_go),
		TEST(they_wait_for_post_over_restarts),
		TEST(they_go_a_few_at_a_time),
		TEST(one_that_fails_is_tried_again),
		TEST(one_that_cant_go_is_deleted),
		TEST(it_is_given_up_without_post),
		TEST(what_post_takes_away_goes_again),
		TEST(they_have_a_quota_of_their_own),
		TEST(one_without_an_address_is_left_out),
		TEST(status_counts_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
