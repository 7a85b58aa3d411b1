/*
 * User IDs: their rules, and whose name one may not be.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "known_rig.h"
#include "steps.h"

static int
set_up(void **state)
{
	(void)rig_set_up(state);
	rig_whole(*state);
	return 0;
}

/* login, at the step of the user ID. */
static struct line *
at_user_id(struct rig *r, const char *login)
{
	struct secret seed;
	struct line *l;

	rig_invite_born(r, login);
	l = line_bind(r, "sshd", login, HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	while ((line_profile(l).todo & TODO_CONFIRM) != 0)
		assert_true(line_step(l, &seed));
	return l;
}

/* The rules of user IDs, and whose name one may not be. */
static void
user_ids(void **state)
{
	struct rig *r = *state;
	struct conf *c = &r->conf;
	struct line *l;

	(void)snprintf(c->user_id.deny, sizeof(c->user_id.deny),
	    "operator1 Administrator");
	rig_invite_born(r, "hanako123");
	l = at_user_id(r, "tarotaro");
	assert_int_equal(line_user_id(l, "short12"), VERDICT_NO);
	assert_int_equal(line_user_id(l, "fourteen141414"), VERDICT_NO);
	assert_int_equal(line_user_id(l, "Yamadataro"), VERDICT_NO);
	assert_int_equal(line_user_id(l, "yamada_taro"), VERDICT_NO);
	assert_int_equal(line_user_id(l, "operator1"), VERDICT_TAKEN);
	assert_int_equal(line_user_id(l, "administrator"), VERDICT_TAKEN);
	assert_int_equal(line_user_id(l, "hanako123"), VERDICT_TAKEN);
	assert_int_equal(line_user_id(l, "tarotaro"), VERDICT_TAKEN);
	c->user_id.min = 7;
	c->user_id.max = 14;
	c->user_id.symbols[0] = '_';
	c->user_id.deny[0] = '\0';
	c->user_id.keep = true;
	assert_int_equal(line_user_id(l, "hanako123"), VERDICT_TAKEN);
	assert_int_equal(line_user_id(l, "tarotaro"), VERDICT_YES);
	line_close(&l);
	assert_string_equal(rig_show(r, "tarotaro").user_id, "tarotaro");
}

/* Each of the limits that user_ids moved was needed for one of its answers. */
static void
user_id_limits(void **state)
{
	static const char *const ids[] = { "short12", "fourteen141414",
		"yamada_taro", "operator1" };

	for (size_t i = 0; i < 4; i++) {
		struct rig *r = rig_new();
		struct line *l;

		(void)state;
		rig_whole(r);
		r->conf.user_id.min = i == 0 ? 7 : 8;
		r->conf.user_id.max = i == 1 ? 14 : 13;
		r->conf.user_id.symbols[0] = i == 2 ? '_' : '\0';
		r->conf.user_id.deny[0] = '\0';
		l = at_user_id(r, "taro");
		for (size_t j = 0; j < 3; j++) {
			if (j != i)
				assert_int_equal(
				    line_user_id(l, ids[j]), VERDICT_NO);
		}
		assert_int_equal(line_user_id(l, ids[i]), VERDICT_YES);
		line_close(&l);
		rig_free(&r);
	}
}

/* It is the person's from then on, and nobody else's. */
static void
an_id_is_an_alias(void **state)
{
	struct rig *r = *state;
	struct buf b = BUF_INIT;
	struct line *l = at_user_id(r, "taro");
	uint64_t version;

	assert_int_equal(line_user_id(l, "yamadataro"), VERDICT_YES);
	assert_int_equal(line_user_id(l, "yamadatar0"), VERDICT_NOT_NOW);
	line_close(&l);
	rig_restart(r);
	assert_int_equal(
	    store_get(r->store, REC_ALIAS, "yamadataro", &b, &version),
	    KOSMO_OK);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "taro", 4);
	buf_done(&b);
	l = at_user_id(r, "hanako");
	assert_int_equal(line_user_id(l, "yamadataro"), VERDICT_TAKEN);
	line_close(&l);
}

/* Nor may it be the name of an account of this host, if the warden is here. */
static void
no_other_account(void **state)
{
	struct rig *r = *state;
	struct p_account_is is = { 0 };
	struct k_user_id m = { "backupuser" };
	struct fake_warden w;
	struct line *l;

	rig_warden(r, &w);
	l = at_user_id(r, "taro");
	for (int i = 0; i < 2; i++) {
		line_ask(l, &k_user_id_layout, &m);
		assert_int_equal(l->type, 0); /* the warden looks */
		assert_string_equal(w.account.login, "backupuser");
		is.id = w.account.id;
		is.flags = i == 0 ? ACCOUNT_EXISTS : 0;
		rig_warden_says(r, &p_account_is_layout, &is);
		assert_int_equal(l->type, K_VERDICT);
		assert_int_equal(l->reply.verdict.word,
		    i == 0 ? VERDICT_TAKEN : VERDICT_YES);
	}
	line_close(&l);
	assert_string_equal(rig_show(r, "taro").user_id, "backupuser");
}

/* Two who want the same at once: the second one is told. */
static void
one_id_one_person(void **state)
{
	struct rig *r = *state;
	struct p_account_is is = { 0 };
	struct k_user_id m = { "yamadataro" };
	struct fake_warden w;
	struct line *first, *second;

	rig_warden(r, &w);
	first = at_user_id(r, "taro");
	second = at_user_id(r, "hanako");
	line_ask(first, &k_user_id_layout, &m);
	is.id = w.account.id;
	line_ask(second, &k_user_id_layout, &m);
	assert_int_equal(second->type, 0);
	rig_warden_says(r, &p_account_is_layout, &is);
	assert_int_equal(first->reply.verdict.word, VERDICT_YES);
	is.id = w.account.id;
	rig_warden_says(r, &p_account_is_layout, &is);
	assert_int_equal(second->type, K_VERDICT);
	assert_int_equal(second->reply.verdict.word, VERDICT_TAKEN);
	line_close(&first);
	line_close(&second);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(user_ids),
		cmocka_unit_test(user_id_limits),
		TEST(an_id_is_an_alias),
		TEST(no_other_account),
		TEST(one_id_one_person),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
