/*
 * A forgotten password: three checks, judged together. Who has two of them,
 * or is somebody else, gets nowhere, and nobody can tell why.
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

#include "known_rig.h"

#define HERE "192.0.2.1"
#define FAR "198.51.100.7"

static struct line *
forget(struct rig *r, const char *login, const char *source, const char *date,
    const char *code)
{
	struct line *l = line_bind(r, "sshd", login, source);
	struct k_forgot m = { 0 };

	(void)snprintf(m.date, sizeof(m.date), "%s", date);
	if (strspn(code, "0123456789") == strlen(code))
		(void)snprintf(m.digits, sizeof(m.digits), "%s", code);
	assert_int_equal(digest_typed("kosmo-code", code, m.code), KOSMO_OK);
	line_ask(l, &k_forgot_layout, &m);
	assert_int_equal(l->type, K_MAILED);
	assert_int_equal(l->reply.mailed.word, MAILED_SENT);
	return l;
}

static enum verdict_word
mailed(struct line *l, const char *digits)
{
	struct k_mail_code m = { .purpose = MAIL_RESET };

	(void)snprintf(m.digits, sizeof(m.digits), "%s", digits);
	line_ask(l, &k_mail_code_layout, &m);
	assert_int_equal(l->type, K_VERDICT);
	return (enum verdict_word)l->reply.verdict.word;
}

static void
again(struct line *l)
{
	struct k_mail m = { MAIL_RESET, 1 };

	line_ask(l, &k_mail_layout, &m);
	assert_int_equal(l->type, K_MAILED);
	assert_int_equal(l->reply.mailed.word, MAILED_SENT);
}

/* True if it was let do that. */
static bool
set_password(struct line *l, const char *hash)
{
	struct k_set_password m = { 0 };

	(void)snprintf(m.hash, sizeof(m.hash), "%s", hash);
	line_ask(l, &k_set_password_layout, &m);
	return !l->dropped && l->type == K_VERDICT &&
	    l->reply.verdict.word == VERDICT_YES;
}

static void
logs_in(struct rig *r, const char *hash, const char *code)
{
	struct line *l = line_bind(r, "sshd", "taro", HERE);

	assert_int_equal(line_password(l, hash), VERDICT_YES);
	assert_int_equal(line_code(l, code), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
}

/* One run with everything right; the code that was used into ret. */
static void
set_anew(struct rig *r, const struct secret *seed, char ret[static 9])
{
	struct line *l;

	(void)snprintf(ret, 9, "%s", rig_code(r, seed, 0));
	l = forget(r, "taro", FAR, BORN, ret);
	assert_int_equal(rig_mails_of(r, "taro", MK_RESET), 1);
	assert_int_equal(mailed(l, rig_mailed(r, "taro")), VERDICT_YES);
	assert_true(set_password(l, HASH_B));
	assert_false(set_password(l, HASH_A));
	line_close(&l);
}

static void
all_three_set_a_new_password(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;
	char used[9];

	rig_known(r, "taro", &seed);
	set_anew(r, &seed, used);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_NO);
	assert_int_equal(line_password(l, HASH_B), VERDICT_YES);
	/* the code is used up, the mailed one too */
	assert_int_equal(line_code(l, used), VERDICT_USED);
	line_close(&l);
	r->wall += 60;
	logs_in(r, HASH_B, rig_code(r, &seed, 0));
	assert_int_equal(rig_mails_of(r, "taro", MK_PASSWORD), 1);
}

static void
nothing_is_allowed_by_it(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	l = forget(r, "taro", FAR, BORN, rig_code(r, &seed, 0));
	assert_int_equal(mailed(l, rig_mailed(r, "taro")), VERDICT_YES);
	assert_true(set_password(l, HASH_B));
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
}

static void
a_recovery_code_does_as_well(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	l = forget(r, "taro", FAR, BORN, RECOVERY);
	assert_int_equal(rig_show(r, "taro").recovery, 1);
	assert_int_equal(mailed(l, rig_mailed(r, "taro")), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").recovery, 0);
	assert_true(set_password(l, HASH_B));
	assert_int_equal(rig_mails_of(r, "taro", MK_RECOVERY), 1);
	line_close(&l);
}

/* The code that an administrator printed is a recovery code. */
static void
an_admins_code_does_as_well(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	assert_int_equal(rig_act(r, "taro", ACT_CODE), VERDICT_YES);
	for (int run = 0; run < 2; run++) {
		l = forget(r, "taro", FAR, BORN, r->initial);
		assert_int_equal(
		    rig_mails_of(r, "taro", MK_RESET), 1); /* used up by then */
		assert_int_equal(mailed(l, rig_mailed(r, "taro")),
		    run == 0 ? VERDICT_YES : VERDICT_NO);
		line_close(&l);
	}
}

/* A mailbox alone; a birth date and a mailbox; a code and a mailbox. */
static void
two_of_three_get_nowhere(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;
	const char *tries[][2] = { { NOT_BORN, "000000" }, { BORN, "000000" },
		{ NOT_BORN, NULL }, { "", NULL }, { BORN, "" } };

	rig_known(r, "taro", &seed);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		const char *code = tries[i][1];

		l = forget(r, "taro", FAR, tries[i][0],
		    code != NULL ? code : rig_code(r, &seed, 0));
		assert_int_equal(rig_mails_of(r, "taro", MK_RESET), 0);
		assert_int_equal(mailed(l, "123456"), VERDICT_NO);
		assert_false(set_password(l, HASH_B));
		line_close(&l);
	}
	/* none of it used the code up */
	logs_in(r, HASH_A, rig_code(r, &seed, 0));
}

/* The owner's own mail, read by a thief who has not the rest. */
static void
a_mailbox_alone_gets_nowhere(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *owner, *thief;

	rig_known(r, "taro", &seed);
	owner = forget(r, "taro", HERE, BORN, rig_code(r, &seed, 0));
	thief = forget(r, "taro", FAR, NOT_BORN, "000000");
	assert_int_equal(mailed(thief, rig_mailed(r, "taro")), VERDICT_NO);
	assert_false(set_password(thief, HASH_B));
	line_close(&thief);
	/* ... and spoils nothing by it */
	assert_int_equal(mailed(owner, rig_mailed(r, "taro")), VERDICT_YES);
	assert_true(set_password(owner, HASH_B));
	line_close(&owner);
}

/* App and mailbox, while the owner's own code is on its way. */
static void
a_phone_and_a_mailbox_get_nowhere(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *owner, *thief;

	rig_known(r, "taro", &seed);
	owner = forget(r, "taro", HERE, BORN, rig_code(r, &seed, 0));
	thief = forget(r, "taro", FAR, NOT_BORN, rig_code(r, &seed, 0));
	assert_int_equal(mailed(thief, rig_mailed(r, "taro")), VERDICT_NO);
	assert_false(set_password(thief, HASH_B));
	line_close(&thief);
	line_close(&owner);
}

static void
a_wrong_mailed_code_uses_nothing_up(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;
	char wrong[7];

	rig_known(r, "taro", &seed);
	l = forget(r, "taro", FAR, BORN, rig_code(r, &seed, 0));
	(void)snprintf(wrong, sizeof(wrong), "%s", rig_mailed(r, "taro"));
	wrong[0] = wrong[0] == '9' ? '0' : (char)(wrong[0] + 1);
	assert_int_equal(mailed(l, wrong), VERDICT_NO);
	assert_false(set_password(l, HASH_B));
	line_close(&l);
	logs_in(r, HASH_A, rig_code(r, &seed, 0));
}

/* What came back, and when, of one run that leads nowhere. */
struct seen {
	int64_t forgot, again, judged;
	struct k_mailed first, second;
	struct k_verdict verdict;
};

static struct seen
watch(struct rig *r, const char *login, const char *date)
{
	struct line *l = forget(r, login, FAR, date, "000000");
	struct seen s = { 0 };

	s.forgot = l->not_before - r->mono;
	s.first = l->reply.mailed;
	again(l);
	s.again = l->not_before - r->mono;
	s.second = l->reply.mailed;
	(void)mailed(l, "123456");
	s.judged = l->not_before - r->mono;
	s.verdict = l->reply.verdict;
	line_close(&l);
	return s;
}

static void
everyone_sees_the_same(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct seen nobody, other;
	struct line *l;

	rig_known(r, "taro", &seed);
	rig_known(r, "hanako", &seed);
	rig_invite(r, "jiro");
	assert_int_equal(rig_act(r, "hanako", ACT_LOCK), VERDICT_YES);
	nobody = watch(r, "nobody", BORN);
	assert_int_equal(nobody.verdict.word, VERDICT_NO);
	assert_true(nobody.forgot > 0 && nobody.again > 0);
	assert_true(nobody.judged > 0);
	for (int i = 0; i < 4; i++) {
		static const char *const who[] = { "taro", "hanako", "jiro",
			"taro" };

		other = watch(r, who[i], i == 3 ? NOT_BORN : BORN);
		assert_memory_equal(&other, &nobody, sizeof(other));
	}
	/* right ones are not told until the third */
	l = forget(r, "taro", FAR, BORN, rig_code(r, &seed, 0));
	assert_int_equal(l->not_before - r->mono, nobody.forgot);
	line_close(&l);
}

static void
five_runs_a_day(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	for (int i = 0; i < 5; i++) {
		l = forget(r, "taro", FAR, NOT_BORN, "000000");
		line_close(&l);
		r->wall += 1200; /* so that the throttle is not it */
	}
	l = forget(r, "taro", HERE, BORN, rig_code(r, &seed, 0));
	assert_int_equal(rig_mails_of(r, "taro", MK_RESET), 0);
	line_close(&l);
	rig_restart(r);
	l = forget(r, "taro", HERE, BORN, rig_code(r, &seed, 0));
	assert_int_equal(rig_mails_of(r, "taro", MK_RESET), 0);
	line_close(&l);
	r->wall += 86400;
	l = forget(r, "taro", HERE, BORN, rig_code(r, &seed, 0));
	assert_int_equal(rig_mails_of(r, "taro", MK_RESET), 1);
	line_close(&l);
}

/* One run is one failure of the origin; a right one is none. */
static void
a_run_is_one_charge(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;
	char used[9];

	rig_known(r, "taro", &seed);
	set_anew(r, &seed, used);
	r->wall += 60;
	for (int i = 0; i < 4; i++) {
		l = line_bind(r, "sshd", "taro", FAR);
		assert_int_equal(line_password(l, HASH_A), VERDICT_NO);
		line_close(&l);
	}
	l = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_password(l, HASH_B), VERDICT_YES);
	line_close(&l);
	l = forget(r, "taro", FAR, NOT_BORN, "000000"); /* the fifth */
	line_close(&l);
	l = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_password(l, HASH_B), VERDICT_NO); /* waits */
	line_close(&l);
	l = forget(r, "taro", FAR, BORN, rig_code(r, &seed, 0));
	assert_int_equal(
	    rig_mails_of(r, "taro", MK_RESET), 1); /* so does this */
	line_close(&l);
	logs_in(r, HASH_B, rig_code(r, &seed, 0));
}

static void
it_neither_locks_nor_unlocks(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	for (int i = 0; i < 40; i++) {
		l = forget(r, "taro", FAR, NOT_BORN, "000000");
		(void)mailed(l, "123456");
		line_close(&l);
		r->wall += 86400 / 5 + 1;
	}
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
	l = forget(r, "taro", FAR, BORN, rig_code(r, &seed, 0));
	assert_int_equal(rig_act(r, "taro", ACT_LOCK), VERDICT_YES);
	assert_int_equal(mailed(l, rig_mailed(r, "taro")), VERDICT_NO);
	assert_false(set_password(l, HASH_B));
	line_close(&l);
	r->post.n = r->post.answered = 0;
	r->wall += 86400;
	l = forget(r, "taro", FAR, BORN, rig_code(r, &seed, 0));
	assert_int_equal(rig_mails_of(r, "taro", MK_RESET), 0);
	assert_int_equal(rig_show(r, "taro").state, STATE_LOCKED);
	line_close(&l);
}

/* Locked after the third check, before the new password: it stays as it is. */
static void
a_lock_comes_in_time(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	l = forget(r, "taro", FAR, BORN, rig_code(r, &seed, 0));
	assert_int_equal(mailed(l, rig_mailed(r, "taro")), VERDICT_YES);
	assert_int_equal(rig_act(r, "taro", ACT_LOCK), VERDICT_YES);
	assert_false(set_password(l, HASH_B));
	line_close(&l);
	assert_int_equal(rig_act(r, "taro", ACT_UNLOCK), VERDICT_YES);
	r->wall += 60;
	logs_in(r, HASH_A, rig_code(r, &seed, 0));
}

static void
who_is_invited_is_told_by_mail(void **state)
{
	struct rig *r = *state;
	struct person *p;
	struct line *l;

	rig_invite(r, "taro");
	p = rig_load(r, "taro");
	assert_int_equal(digest_mac(r->k->mac_key, "birth", "taro", BORN,
			     strlen(BORN), p->birth),
	    KOSMO_OK);
	rig_store(r, &p);
	l = forget(r, "taro", FAR, NOT_BORN, "000000");
	assert_int_equal(rig_mails_of(r, "taro", MK_NOT_REGISTERED), 0);
	line_close(&l);
	l = forget(r, "taro", FAR, BORN, "000000");
	assert_int_equal(rig_mails_of(r, "taro", MK_NOT_REGISTERED), 1);
	assert_int_equal(rig_mails_of(r, "taro", MK_RESET), 0);
	assert_int_equal(mailed(l, "123456"), VERDICT_NO);
	line_close(&l);
}

static void
resend_mails_only_after_two_right_ones(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	l = forget(r, "taro", FAR, BORN, "000000");
	again(l);
	assert_int_equal(rig_mails_of(r, "taro", MK_RESET), 0);
	line_close(&l);
	l = forget(r, "taro", FAR, BORN, rig_code(r, &seed, 0));
	again(l); /* too soon, which is not told */
	assert_int_equal(rig_mails_of(r, "taro", MK_RESET), 1);
	r->wall += r->conf.email.resend_after;
	again(l);
	assert_int_equal(rig_mails_of(r, "taro", MK_RESET), 2);
	assert_int_equal(mailed(l, rig_mailed(r, "taro")), VERDICT_YES);
	line_close(&l);
}

/* A date that is not recorded, an address that is not confirmed: no way. */
static void
what_is_not_recorded_is_never_right(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct person *p;
	struct line *l;

	rig_known(r, "taro", &seed);
	p = rig_load(r, "taro");
	memset(p->birth, 0, sizeof(p->birth));
	rig_store(r, &p);
	l = forget(r, "taro", FAR, "", rig_code(r, &seed, 0));
	line_close(&l);
	rig_known(r, "hanako", &seed);
	p = rig_load(r, "hanako");
	p->email_ok = 0;
	rig_store(r, &p);
	l = forget(r, "hanako", FAR, BORN, rig_code(r, &seed, 0));
	line_close(&l);
	assert_int_equal(rig_mails_of(r, "taro", MK_RESET), 0);
	assert_int_equal(rig_mails_of(r, "hanako", MK_RESET), 0);
}

static void
what_comes_out_of_turn_ends_it(void **state)
{
	struct rig *r = *state;
	struct k_forgot m = { 0 };
	struct k_mail_code code = { .purpose = MAIL_RESET };
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	l = line_bind(r, "sshd", "taro", FAR);
	line_ask(l, &k_mail_code_layout, &code); /* without K_FORGOT */
	assert_true(l->dropped);
	line_close(&l);
	l = forget(r, "taro", FAR, NOT_BORN, "000000");
	assert_int_equal(mailed(l, "123456"), VERDICT_NO);
	line_ask(l, &k_mail_code_layout, &code); /* a second guess */
	assert_true(l->dropped);
	line_close(&l);
	l = forget(r, "taro", FAR, NOT_BORN, "000000");
	line_ask(l, &k_forgot_layout, &m); /* a second run */
	assert_true(l->dropped);
	line_close(&l);
	l = line_bind(r, "sudo", "taro", "");
	line_ask(l, &k_forgot_layout, &m); /* where nobody can be asked */
	assert_true(l->dropped);
	line_close(&l);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)
	const struct CMUnitTest tests[] = {
		T(all_three_set_a_new_password),
		T(nothing_is_allowed_by_it),
		T(a_recovery_code_does_as_well),
		T(an_admins_code_does_as_well),
		T(two_of_three_get_nowhere),
		T(a_mailbox_alone_gets_nowhere),
		T(a_phone_and_a_mailbox_get_nowhere),
		T(a_wrong_mailed_code_uses_nothing_up),
		T(everyone_sees_the_same),
		T(five_runs_a_day),
		T(a_run_is_one_charge),
		T(it_neither_locks_nor_unlocks),
		T(a_lock_comes_in_time),
		T(who_is_invited_is_told_by_mail),
		T(resend_mails_only_after_two_right_ones),
		T(what_is_not_recorded_is_never_right),
		T(what_comes_out_of_turn_ends_it),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
