/*
 * Who has half of what a login takes gets no further with it, whatever else
 * happens to the person meanwhile; and shuts nobody out.
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

#define HERE "192.0.2.1"
#define FAR "198.51.100.7"

static enum verdict_word
set_password(struct line *l, const char *hash)
{
	struct k_set_password m = { 0 };

	(void)snprintf(m.hash, sizeof(m.hash), "%s", hash);
	line_ask(l, &k_set_password_layout, &m);
	if (l->type != K_VERDICT)
		return VERDICT_NO;
	return (enum verdict_word)l->reply.verdict.word;
}

/* The thief of a slip chose a password and saw the seed; then a new slip. */
static void
a_new_slip_voids_it_all(void **state)
{
	struct rig *r = *state;
	struct k_seed ask = { 0 };
	struct secret seen;
	struct line *l;

	rig_invite(r, "taro");
	l = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(set_password(l, HASH_B), VERDICT_YES);
	line_ask(l, &k_seed_layout, &ask);
	seen = l->reply.seed_is.seed;
	line_close(&l);
	assert_int_equal(rig_act(r, "taro", ACT_CODE), VERDICT_YES);
	assert_int_equal(rig_act(r, "taro", ACT_INVITE), VERDICT_YES);

	l = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_password(l, HASH_B), VERDICT_NO);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(set_password(l, HASH_A), VERDICT_YES);
	line_ask(l, &k_seed_layout, &ask);
	assert_int_equal(l->type, K_SEED_IS);
	assert_false(secret_equal(&seen, &l->reply.seed_is.seed));
	line_close(&l);
}

/* ... and what was begun with the voided slip goes no further. */
static void
an_open_conversation_ends_with_its_slip(void **state)
{
	struct rig *r = *state;
	struct k_seed ask = { 0 };
	struct line *before, *after;

	rig_invite(r, "taro");
	before = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_initial(before, r->initial), VERDICT_YES);
	after = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_initial(after, r->initial), VERDICT_YES);
	assert_int_equal(set_password(after, HASH_B), VERDICT_YES);
	assert_int_equal(rig_act(r, "taro", ACT_INVITE), VERDICT_YES);
	assert_int_not_equal(set_password(before, HASH_B), VERDICT_YES);
	assert_int_equal(line_finish(before, RESULT_ALLOW), RESULT_ERROR);
	line_ask(after, &k_seed_layout, &ask);
	assert_int_not_equal(after->type, K_SEED_IS);
	assert_int_equal(line_finish(after, RESULT_ALLOW), RESULT_ERROR);
	assert_int_equal(rig_show(r, "taro").state, STATE_INVITED);
	line_close(&before);
	line_close(&after);
}

/* Removed, or removed and invited again, under an open conversation. */
static void
removed_people_stay_removed(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	for (int again = 0; again < 2; again++) {
		struct line *l, *asked;

		rig_person(r, "taro", &seed);
		l = line_bind(r, "sshd", "taro", HERE);
		assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
		asked = line_bind(r, "sshd", "taro", HERE);
		assert_int_equal(rig_act(r, "taro", ACT_REMOVE), VERDICT_YES);
		if (again)
			rig_invite(r, "taro");
		assert_int_not_equal(
		    line_code(l, rig_code(r, &seed, 30)), VERDICT_YES);
		assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ERROR);
		assert_int_equal(
		    line_finish(asked, RESULT_ALLOW), RESULT_ERROR);
		assert_int_equal(rig_show(r, "taro").state,
		    again ? STATE_INVITED : STATE_NONE);
		line_close(&l);
		line_close(&asked);
	}
}

/* chauthtok: K_BIND's answer says whether nothing is asked. */
static uint8_t
resets(struct rig *r, const char *service, uint32_t ruid)
{
	struct line *l = line_name(r, PHASE_PASSWORD, service, "taro", false);
	struct k_bind b = { .phase = PHASE_PASSWORD, .uid = RIG_UID };
	uint8_t reset;

	l->c->open.ruid = ruid;
	(void)snprintf(b.user, sizeof(b.user), "taro");
	(void)snprintf(b.service, sizeof(b.service), "%s", service);
	line_ask(l, &k_bind_layout, &b);
	assert_int_equal(l->type, K_BOUND);
	reset = l->reply.bound.reset;
	if (!reset)
		assert_int_not_equal(set_password(l, HASH_B), VERDICT_YES);
	line_close(&l);
	return reset;
}

/* sshd changes an expired password as root; that is not root's own change. */
static void
only_passwd_of_root_asks_nothing(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	assert_int_equal(resets(r, "passwd", 0), 1);
	assert_int_equal(resets(r, "passwd", RIG_UID), 0);
	assert_int_equal(resets(r, "sshd", 0), 0);
	assert_int_equal(resets(r, "login", 0), 0);
}

/* A conversation of sudo or su, run by ruid. */
static enum verdict_word
re_ask(struct rig *r, const char *service, uint32_t ruid, const char *hash)
{
	struct line *l = line_name(r, PHASE_AUTH, service, "taro", false);
	struct k_bind b = { .phase = PHASE_AUTH, .uid = RIG_UID };
	enum verdict_word w;

	l->c->open.ruid = ruid;
	(void)snprintf(b.user, sizeof(b.user), "taro");
	(void)snprintf(b.service, sizeof(b.service), "%s", service);
	line_ask(l, &k_bind_layout, &b);
	w = line_password(l, hash);
	line_close(&l);
	return w;
}

/* Somebody else's `su taro` makes neither taro's sudo nor locker wait. */
static void
su_by_others_is_their_origin(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	for (int i = 0; i < 6; i++)
		assert_int_equal(re_ask(r, "su", 1007, HASH_B), VERDICT_NO);
	assert_int_equal(re_ask(r, "su", 1007, HASH_A), VERDICT_NO);
	assert_int_equal(re_ask(r, "sudo", RIG_UID, HASH_A), VERDICT_YES);
	assert_int_equal(re_ask(r, "sudo", 0, HASH_A), VERDICT_YES);
	assert_int_equal(re_ask(r, "su", 1008, HASH_A), VERDICT_YES);
}

/* A clock that was far ahead for a while leaves no wait of a year behind. */
static void
a_clock_that_was_ahead(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	r->wall += 365 * 86400;
	for (int i = 0; i < 6; i++)
		assert_int_equal(
		    re_ask(r, "sudo", RIG_UID, HASH_B), VERDICT_NO);
	r->wall -= 365 * 86400;
	assert_int_equal(re_ask(r, "sudo", RIG_UID, HASH_A), VERDICT_YES);
	/* nor an unlock that lasts a year */
	r->wall += 365 * 86400;
	assert_int_equal(rig_act(r, "taro", ACT_UNLOCK), VERDICT_YES);
	r->wall -= 365 * 86400;
	for (int i = 0; i < 5; i++)
		assert_int_equal(
		    re_ask(r, "sudo", RIG_UID, HASH_B), VERDICT_NO);
	assert_int_equal(re_ask(r, "sudo", RIG_UID, HASH_A), VERDICT_NO);
}

/*
 * From an address that everybody waits for: a right password of one whom the
 * address knows, in the very second, does not end the others' wait.
 */
static void
a_right_password_takes_back_its_own(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "taro", &seed);
	rig_invite(r, "jiro");
	for (int i = 0; i < 50; i++) {
		l = line_bind(r, "sshd", "nobody", HERE);
		assert_int_equal(line_password(l, HASH_B), VERDICT_NO);
		line_close(&l);
	}
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	line_close(&l);
	l = line_bind(r, "sshd", "jiro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_NO);
	line_close(&l);
}

static enum verdict_word
line_password_from(struct rig *r, const char *source)
{
	struct line *l = line_bind(r, "sshd", "taro", source);
	enum verdict_word w = line_password(l, HASH_B);

	line_close(&l);
	return w;
}

/* A talk that never gives its hash does not keep the others from theirs. */
static void
lost_permits_come_back(void **state)
{
	struct rig *r = *state;
	struct k_try try = { 0 };
	struct line *stuck[64], *l;
	struct secret seed;
	size_t n = r->k->hash_permits;

	assert_in_range(n, 1, 64);
	rig_person(r, "taro", &seed);
	for (size_t i = 0; i < n; i++) {
		stuck[i] = line_bind(r, "sshd", "jiro", FAR);
		line_ask(stuck[i], &k_try_layout, &try);
		assert_int_equal(stuck[i]->type, K_SETTING);
	}
	l = line_bind(r, "sshd", "taro", HERE);
	line_ask(l, &k_try_layout, &try);
	assert_int_equal(l->type, 0);
	r->mono += 10000;
	keeper_tick(r->k);
	assert_int_equal(l->type, K_SETTING);
	for (size_t i = 0; i < n; i++)
		line_close(&stuck[i]);
	line_close(&l);
	assert_int_equal(r->k->n_hashing, 0);
}

/* Locked: refused by every way in, before and without a password too. */
static void
locked_is_locked_everywhere(void **state)
{
	static const struct {
		const char *service;
		uint8_t phase;
	} ways[] = {
		{ "sshd", PHASE_ACCOUNT },
		{ "cron", PHASE_ACCOUNT },
		{ "sudo", PHASE_AUTH },
		{ "locker", PHASE_AUTH },
		{ "passwd", PHASE_PASSWORD },
	};
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	assert_int_equal(rig_act(r, "taro", ACT_LOCK), VERDICT_YES);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct line *l =
		    line_name(r, ways[i].phase, ways[i].service, "taro", false);
		struct k_bind b = { .phase = ways[i].phase, .uid = RIG_UID };

		(void)snprintf(b.user, sizeof(b.user), "taro");
		(void)snprintf(
		    b.service, sizeof(b.service), "%s", ways[i].service);
		line_ask(l, &k_bind_layout, &b);
		assert_int_equal(l->type, K_BOUND);
		if (ways[i].phase != PHASE_ACCOUNT) {
			assert_int_equal(
			    line_password(l, HASH_A), VERDICT_LOCKED);
			assert_int_equal(
			    line_code(l, rig_code(r, &seed, 30)), VERDICT_NO);
		}
		assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
		line_close(&l);
	}
}

/* Sources and origins that say nothing any more are forgotten. */
static void
counters_are_swept(void **state)
{
	struct rig *r = *state;
	struct buf b = BUF_INIT;
	struct secret seed;
	uint64_t version;

	rig_person(r, "taro", &seed);
	assert_int_equal(line_password_from(r, FAR), VERDICT_NO);
	assert_int_equal(
	    store_get(r->store, REC_SOURCE, FAR, &b, &version), KOSMO_OK);
	for (int i = 0; i < 4; i++) {
		keeper_tick(r->k);
		store_flush(r->store);
	}
	assert_int_equal(
	    store_get(r->store, REC_SOURCE, FAR, &b, &version), KOSMO_OK);
	r->wall += 86400;
	r->mono += 86400 * 1000LL;
	for (int i = 0; i < 4; i++) {
		keeper_tick(r->k);
		store_flush(r->store);
	}
	assert_int_equal(store_get(r->store, REC_SOURCE, FAR, &b, &version),
	    KOSMO_ENOTFOUND);
	assert_int_equal(
	    store_get(r->store, REC_ORIGIN, "taro " FAR, &b, &version),
	    KOSMO_ENOTFOUND);
	buf_done(&b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_slip_voids_it_all),
		TEST(an_open_conversation_ends_with_its_slip),
		TEST(removed_people_stay_removed),
		TEST(only_passwd_of_root_asks_nothing),
		TEST(su_by_others_is_their_origin),
		TEST(a_clock_that_was_ahead),
		TEST(a_right_password_takes_back_its_own),
		TEST(lost_permits_come_back),
		TEST(counters_are_swept),
		TEST(locked_is_locked_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
