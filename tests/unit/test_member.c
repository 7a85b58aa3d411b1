/*
 * Members of kosmo-admin: what they have to prove first, for how long it
 * lasts, and every account that they may not touch.
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

#include "admin_rig.h"

#define TTY "pts/3"

static void
show(struct line *l, const char *login)
{
	struct k_user_show m = { { 0 } };

	(void)snprintf(m.login, sizeof(m.login), "%s", login);
	line_ask(l, &k_user_show_layout, &m);
}

/* What comes of `user show taro` in a new conversation. */
static bool
may_look(struct rig *r, const char *tty, uint8_t *ret_bound)
{
	struct line *l = line_member(r, tty);
	bool may;

	*ret_bound = l->reply.bound.admin;
	show(l, "mika");
	may = line_answered(l);
	line_close(&l);
	return may;
}

static void
nothing_without_proof(void **state)
{
	static const struct layout *const verbs[] = { &k_user_add_layout,
		&k_user_set_layout, &k_user_act_layout, &k_user_rename_layout,
		&k_user_import_layout, &k_user_show_layout, &k_user_next_layout,
		&k_log_layout, &k_status_layout };
	struct msg_people *m = calloc(1, sizeof(*m)); /* the largest of all */
	struct rig *r = *state;
	struct secret seed;

	rig_mika(r, &seed);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		struct line *l = line_member(r, TTY);

		assert_int_equal(l->reply.bound.admin, ADMIN_CONFIRM);
		line_ask(l, verbs[i], m);
		assert_true(l->dropped);
		line_close(&l);
		/* the password alone is not enough */
		l = line_member(r, TTY);
		assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
		line_ask(l, verbs[i], m);
		assert_true(l->dropped);
		line_close(&l);
	}
	free(m);
}

static void
a_proof_lasts_five_minutes_on_its_terminal(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;
	uint8_t bound;

	rig_mika(r, &seed);
	l = line_member(r, TTY);
	line_confirm(l, &seed);
	show(l, "mika");
	assert_int_equal(l->type, K_PERSON);
	line_close(&l);
	assert_true(may_look(r, TTY, &bound));
	assert_int_equal(bound, ADMIN_YES);
	assert_false(may_look(r, "pts/4", &bound));
	assert_int_equal(bound, ADMIN_CONFIRM);
	assert_false(may_look(r, "", &bound));
	r->mono += 299 * 1000;
	assert_true(may_look(r, TTY, &bound));
	r->mono += 2 * 1000;
	assert_false(may_look(r, TTY, &bound));
	assert_int_equal(bound, ADMIN_CONFIRM);
}

/* Where there is no terminal nothing is remembered. */
static void
no_terminal_no_memory(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;
	uint8_t bound;

	rig_mika(r, &seed);
	l = line_member(r, "");
	line_confirm(l, &seed);
	show(l, "mika");
	assert_int_equal(l->type, K_PERSON);
	line_close(&l);
	assert_false(may_look(r, "", &bound));
}

/* A proof of who was locked, removed, or has another password, is none. */
static void
a_proof_ends_with_its_person(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct person *p;
	struct line *l;
	uint8_t bound;

	rig_mika(r, &seed);
	l = line_member(r, TTY);
	line_confirm(l, &seed);
	show(l, "mika");
	assert_int_equal(rig_act(r, "mika", ACT_LOCK), VERDICT_YES);
	show(l, "mika"); /* also in the conversation that proved it */
	assert_true(l->dropped);
	line_close(&l);
	assert_false(may_look(r, TTY, &bound));
	assert_int_equal(rig_act(r, "mika", ACT_UNLOCK), VERDICT_YES);
	assert_true(may_look(r, TTY, &bound));
	p = rig_load(r, "mika");
	p->password_set = (uint64_t)r->wall + 1;
	rig_store(r, &p);
	assert_false(may_look(r, TTY, &bound));
	p = rig_load(r, "mika");
	p->password_set = 1;
	p->uid = MEMBER_UID + 1;
	rig_store(r, &p);
	assert_false(may_look(r, TTY, &bound));
}

/* mika, proven, with a warden. */
static struct line *
begin(struct rig *r, struct fake_warden *w)
{
	struct secret seed, other;
	struct line *l;

	rig_mika(r, &seed);
	rig_known(r, "taro", &other);
	rig_warden(r, w);
	l = line_member(r, TTY);
	line_confirm(l, &seed);
	return l;
}

static void
says(struct rig *r, struct fake_warden *w, uint32_t uid, uint32_t flags)
{
	const struct p_account_is is = {
		.id = w->account.id, .uid = uid, .flags = flags
	};

	rig_warden_says(r, &p_account_is_layout, &is);
}

static void
an_ordinary_account_may_be_touched(void **state)
{
	struct rig *r = *state;
	struct fake_warden w;
	struct line *l = begin(r, &w);

	(void)strcpy(r->conf.admin.protect, "wheel operators");
	line_act(l, "taro", ACT_UNLOCK);
	assert_int_equal(l->type, 0); /* not before the warden has looked */
	assert_string_equal(w.account.login, "taro");
	assert_string_equal(w.account.groups, "wheel operators");
	says(r, &w, RIG_UID, ACCOUNT_EXISTS);
	assert_int_equal(line_word(l), VERDICT_YES);
	assert_int_equal(rig_in_log(r, "\"by\":\"uid 2001\""), 1);
	line_close(&l);
}

/* One fact each that forbids it. */
static void
accounts_that_only_root_may_touch(void **state)
{
	static const struct {
		uint32_t uid, flags;
	} facts[] = {
		{ RIG_UID, ACCOUNT_EXISTS | ACCOUNT_SYSTEM },
		{ RIG_UID, ACCOUNT_EXISTS | ACCOUNT_ADMIN },
		{ RIG_UID, ACCOUNT_EXISTS | ACCOUNT_PROTECTED },
		{ RIG_UID, ACCOUNT_EXISTS | ACCOUNT_UNSURE },
		{ RIG_UID, 0 },
		{ RIG_UID + 1, ACCOUNT_EXISTS },
		{ MEMBER_UID, ACCOUNT_EXISTS },
		{ 0, ACCOUNT_EXISTS },
	};
	struct rig *r = *state;
	struct fake_warden w;
	struct line *l = begin(r, &w);

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		line_act(l, "taro", ACT_LOCK);
		says(r, &w, facts[i].uid, facts[i].flags);
		assert_int_equal(line_word(l), VERDICT_NO_RIGHT);
		assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
	}
	assert_int_equal(rig_in_log(r, "may not touch taro"),
	    sizeof(facts) / sizeof(facts[0]));
	line_close(&l);
}

static void
oneself_is_not_touched(void **state)
{
	struct rig *r = *state;
	struct fake_warden w;
	struct line *l = begin(r, &w);

	line_act(l, "mika", ACT_UNLOCK);
	says(r, &w, RIG_UID, ACCOUNT_EXISTS);
	assert_int_equal(line_word(l), VERDICT_NO_RIGHT);
	line_close(&l);
}

static void
without_a_warden_only_root(void **state)
{
	struct rig *r = *state;
	struct fake_warden w;
	struct line *l = begin(r, &w);

	w.there = false;
	keeper_priv_here(r->k, PRIV_WARDEN, false);
	line_act(l, "taro", ACT_UNLOCK);
	assert_int_equal(line_word(l), VERDICT_NO_RIGHT);
	show(l, "taro");
	assert_int_equal(l->type, K_PERSON); /* looking needs none */
	line_close(&l);
	assert_int_equal(rig_act(r, "taro", ACT_UNLOCK), VERDICT_YES);
}

static void
rebinding_is_root_s(void **state)
{
	struct rig *r = *state;
	struct fake_warden w;
	struct line *l = begin(r, &w);

	line_act(l, "taro", ACT_REBIND);
	assert_int_equal(line_word(l), VERDICT_NO_RIGHT);
	assert_int_equal(w.n_accounts, 0);
	line_close(&l);
}

/* What kosmoctl says of an account is not believed. */
static void
adding_needs_the_account(void **state)
{
	struct k_user_add m = { .login = "jiro", .uid = NO_UID };
	struct rig *r = *state;
	struct fake_warden w;
	struct line *l = begin(r, &w);

	line_ask(l, &k_user_add_layout, &m);
	assert_int_equal(line_word(l), VERDICT_NO_RIGHT);
	m.uid = 3000;
	line_ask(l, &k_user_add_layout, &m);
	says(r, &w, 3001, ACCOUNT_EXISTS);
	assert_int_equal(line_word(l), VERDICT_NO_RIGHT);
	line_ask(l, &k_user_add_layout, &m);
	says(r, &w, 3000, ACCOUNT_EXISTS | ACCOUNT_PROTECTED);
	assert_int_equal(line_word(l), VERDICT_NO_RIGHT);
	assert_int_equal(rig_show(r, "jiro").state, STATE_NONE);
	line_ask(l, &k_user_add_layout, &m);
	says(r, &w, 3000, ACCOUNT_EXISTS);
	assert_int_equal(l->type, K_SLIP);
	assert_int_equal(rig_show(r, "jiro").uid, 3000);
	line_close(&l);
}

static void
setting_and_renaming_are_guarded(void **state)
{
	const struct k_user_set set = {
		.login = "taro", .fields = SET_NAME, .name = "X"
	};
	struct k_user_rename rename = {
		.login = "taro", .to = "jiro", .uid = RIG_UID
	};
	struct rig *r = *state;
	struct fake_warden w;
	struct line *l = begin(r, &w);

	line_ask(l, &k_user_set_layout, &set);
	says(r, &w, RIG_UID, ACCOUNT_EXISTS | ACCOUNT_ADMIN);
	assert_int_equal(line_word(l), VERDICT_NO_RIGHT);
	assert_string_equal(rig_show(r, "taro").name, "");
	line_ask(l, &k_user_rename_layout, &rename);
	assert_string_equal(w.account.login, "jiro"); /* as it is now */
	says(r, &w, RIG_UID, ACCOUNT_EXISTS | ACCOUNT_ADMIN);
	assert_int_equal(line_word(l), VERDICT_NO_RIGHT);
	rename.uid = RIG_UID + 1; /* another account than taro's was */
	line_ask(l, &k_user_rename_layout, &rename);
	assert_int_equal(line_word(l), VERDICT_NO_RIGHT);
	rename.uid = RIG_UID;
	line_ask(l, &k_user_rename_layout, &rename);
	says(r, &w, RIG_UID, ACCOUNT_EXISTS);
	assert_int_equal(line_word(l), VERDICT_YES);
	line_close(&l);
}

/* Line by line: the others are invited. */
static void
an_import_is_judged_by_line(void **state)
{
	struct msg_people *m = calloc(1, sizeof(*m));
	const struct msg_invitation *a;
	struct rig *r = *state;
	struct fake_warden w;
	struct line *l = begin(r, &w);

	assert_non_null(m);
	m->pass = PEOPLE_WRITE;
	m->n = 3;
	for (uint32_t i = 0; i < 3; i++) {
		(void)snprintf(m->people[i].login, sizeof(m->people[i].login),
		    "u%u", (unsigned)i);
		m->people[i].uid = 3000 + i;
	}
	line_ask(l, &k_user_import_layout, m);
	says(r, &w, 3000, ACCOUNT_EXISTS);
	assert_int_equal(l->type, 0);
	says(r, &w, 3001, ACCOUNT_EXISTS | ACCOUNT_SYSTEM);
	says(r, &w, 3002, ACCOUNT_EXISTS);
	assert_int_equal(l->type, K_INVITED);
	a = l->reply.invited.people;
	assert_int_equal(a[0].word, INVITED_YES);
	assert_int_equal(a[1].word, INVITED_NO_RIGHT);
	assert_int_equal(a[2].word, INVITED_YES);
	assert_int_equal(rig_show(r, "u1").state, STATE_NONE);
	assert_int_equal(rig_show(r, "u2").state, STATE_INVITED);
	/* one line alone, too, is answered as a line */
	m->n = 1;
	(void)strcpy(m->people[0].login, "u9");
	line_ask(l, &k_user_import_layout, m);
	says(r, &w, 3000, ACCOUNT_EXISTS | ACCOUNT_ADMIN);
	assert_int_equal(l->type, K_INVITED);
	assert_int_equal(l->reply.invited.people[0].word, INVITED_NO_RIGHT);
	line_close(&l);
	free(m);
}

/* Whoever hangs up while the warden looks leaves nothing behind. */
static void
who_leaves_while_the_warden_looks(void **state)
{
	struct rig *r = *state;
	struct fake_warden w;
	struct line *l = begin(r, &w);

	line_act(l, "taro", ACT_LOCK);
	line_close(&l);
	says(r, &w, RIG_UID, ACCOUNT_EXISTS);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_without_proof),
		TEST(a_proof_lasts_five_minutes_on_its_terminal),
		TEST(no_terminal_no_memory),
		TEST(a_proof_ends_with_its_person),
		TEST(an_ordinary_account_may_be_touched),
		TEST(accounts_that_only_root_may_touch),
		TEST(oneself_is_not_touched),
		TEST(without_a_warden_only_root),
		TEST(rebinding_is_root_s),
		TEST(adding_needs_the_account),
		TEST(setting_and_renaming_are_guarded),
		TEST(an_import_is_judged_by_line),
		TEST(who_leaves_while_the_warden_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
