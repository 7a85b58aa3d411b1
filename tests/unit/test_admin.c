/*
 * What admins do to people: each act, what it voids, who is told, and that
 * nothing else changes.
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
#include "kosmod/keeper/address.h"

#define HERE "192.0.2.1"
#define MAIL "taro@example.co.jp"
#define NEW "taro@example.com"

static int
count_one(void *arg, const char *login)
{
	(void)login;
	(*(size_t *)arg)++;
	return KOSMO_OK;
}

static size_t
owners(struct rig *r, const char *address)
{
	size_t n = 0;

	assert_int_equal(address_each(r->k, address, count_one, &n), KOSMO_OK);
	return n;
}

static enum verdict_word
set(struct rig *r, const struct k_user_set *m)
{
	struct line *l = line_root(r);
	enum verdict_word word;

	line_ask(l, &k_user_set_layout, m);
	word = line_word(l);
	line_close(&l);
	return word;
}

/* A new address by an admin is nobody's until a code mailed to it was typed. */
static void
an_address_is_not_confirmed_by_an_admin(void **state)
{
	struct k_user_set m = {
		.login = "taro", .fields = SET_EMAIL, .email = NEW
	};
	struct rig *r = *state;
	struct secret seed;

	rig_known(r, "taro", &seed);
	assert_int_equal(owners(r, MAIL), 1);
	assert_int_equal(set(r, &m), VERDICT_YES);
	assert_string_equal(rig_show(r, "taro").email, NEW);
	assert_int_equal(rig_show(r, "taro").email_ok, 0);
	assert_int_equal(owners(r, MAIL), 0);
	assert_int_equal(owners(r, NEW), 0);
	assert_int_equal(rig_told(r, MAIL, MK_ADDRESS, 0), 1);
	assert_int_equal(rig_told(r, NEW, MK_ADDRESS, 0), 1);
	assert_int_equal(rig_told(r, MAIL, MK_ADMIN, ACT_SET), 1);
	/* the same once more changes nothing */
	m.fields |= SET_NAME;
	assert_int_equal(set(r, &m), VERDICT_YES);
	assert_int_equal(rig_told(r, NEW, MK_ADDRESS, 0), 1);
	assert_int_equal(rig_in_log(r, "\"user set\""), 2);
}

static void
the_same_address_stays_confirmed(void **state)
{
	const struct k_user_set m = {
		.login = "taro", .fields = SET_EMAIL, .email = MAIL
	};
	struct rig *r = *state;
	struct secret seed;

	rig_known(r, "taro", &seed);
	assert_int_equal(set(r, &m), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").email_ok, 1);
	assert_int_equal(owners(r, MAIL), 1);
}

/* [email] domains binds admins too; what was recorded before may stay. */
static void
an_address_of_another_domain(void **state)
{
	struct k_user_add add = { .login = "hana",
		.uid = RIG_UID + 1,
		.email = "hana@example.net",
		.birth = "19850401" };
	struct k_user_set m = {
		.login = "taro", .fields = SET_EMAIL | SET_NAME, .email = NEW
	};
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	(void)strcpy(m.name, "Taro");
	(void)strcpy(r->conf.email.domains, "example.org example.edu");
	assert_int_equal(set(r, &m), VERDICT_DOMAIN);
	assert_string_equal(rig_show(r, "taro").email, MAIL);
	assert_string_equal(rig_show(r, "taro").name, "");
	(void)strcpy(m.email, MAIL);
	assert_int_equal(set(r, &m), VERDICT_YES);
	(void)strcpy(m.email, "taro@Example.edu");
	assert_int_equal(set(r, &m), VERDICT_YES);
	assert_string_equal(rig_show(r, "taro").email, "taro@Example.edu");

	l = line_root(r);
	line_ask(l, &k_user_add_layout, &add);
	assert_int_equal(line_word(l), VERDICT_DOMAIN);
	assert_int_equal(rig_show(r, "hana").state, STATE_NONE);
	(void)strcpy(add.email, "hana@example.org");
	line_ask(l, &k_user_add_layout, &add);
	assert_int_equal(l->type, K_SLIP);
	line_close(&l);
}

static void
a_hold_ends_by_an_admin(void **state)
{
	const struct k_user_set m = { .login = "taro", .fields = SET_EMAIL_OK };
	struct rig *r = *state;
	struct secret seed;
	struct person *p;

	rig_known(r, "taro", &seed);
	p = rig_load(r, "taro");
	p->email_held = (uint64_t)r->wall + 3600;
	rig_store(r, &p);
	assert_int_not_equal(rig_show(r, "taro").email_held, 0);
	assert_int_equal(set(r, &m), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").email_held, 0);
	assert_int_equal(rig_show(r, "taro").email_ok, 1);
}

static void
nobody_is_set(void **state)
{
	const struct k_user_set m = { .login = "nobody" };
	struct rig *r = *state;

	assert_int_equal(set(r, &m), VERDICT_MISSING);
}

/* taro, with a session and a remembered login. */
static void
begin(struct rig *r, struct secret *seed)
{
	struct person *p;

	rig_known(r, "taro", seed);
	p = rig_load(r, "taro");
	p->n_sessions = 1;
	(void)strcpy(p->sessions[0].id, "1");
	p->n_remembered = 1;
	p->remembered[0].until = (uint64_t)r->wall + 3600;
	p->pending.len = 20;
	p->code_until = (uint64_t)r->wall + 3600;
	p->n_mailed = 1;
	p->mailed[0].purpose = MAIL_LOGIN;
	rig_store(r, &p);
}

static void
nothing_is_loose(struct rig *r)
{
	struct person *p = rig_load(r, "taro");

	assert_int_equal(p->n_remembered, 0);
	assert_int_equal(p->n_mailed, 0);
	assert_int_equal(p->pending.len, 0);
	assert_int_equal(p->code_until, 0);
	rig_store(r, &p);
}

static void
a_lock_ends_sessions(void **state)
{
	struct p_sessions_is is = { .ok = 1, .sessions = 2 };
	struct rig *r = *state;
	struct fake_warden w;
	struct secret seed;
	struct line *l;

	begin(r, &seed);
	rig_warden(r, &w);
	l = line_root(r);
	line_act(l, "taro", ACT_LOCK);
	assert_int_equal(l->type, 0); /* not before the warden answers */
	assert_int_equal(w.sessions.end, 1);
	assert_int_equal(w.sessions.keep, 0);
	assert_string_equal(w.sessions.login, "taro");
	is.id = w.sessions.id;
	rig_warden_says(r, &p_sessions_is_layout, &is);
	assert_int_equal(l->type, K_SLIP);
	assert_int_equal(l->reply.slip.ended, 1);
	assert_int_equal(l->reply.slip.sessions, 2);
	assert_int_equal(l->reply.slip.wardenless, 0);
	assert_string_equal(l->reply.slip.secret, "");
	assert_int_equal(rig_show(r, "taro").sessions, 0);
	assert_int_equal(rig_show(r, "taro").state, STATE_LOCKED);
	assert_int_equal(rig_told(r, MAIL, MK_ADMIN, ACT_LOCK), 1);
	assert_int_equal(rig_in_log(r, "2 sessions ended"), 1);
	nothing_is_loose(r);
	line_close(&l);
}

/* Locked all the same; and it is said that nothing was ended. */
static void
a_lock_without_a_warden(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	begin(r, &seed);
	l = line_root(r);
	line_act(l, "taro", ACT_LOCK);
	assert_int_equal(l->type, K_SLIP);
	assert_int_equal(l->reply.slip.ended, 0);
	assert_int_equal(l->reply.slip.wardenless, 1);
	assert_int_equal(rig_show(r, "taro").state, STATE_LOCKED);
	assert_int_equal(rig_show(r, "taro").sessions, 1);
	line_close(&l);
}

/* kosmoctl may be gone before the warden answers: nothing hangs. */
static void
who_leaves_while_the_warden_works(void **state)
{
	struct p_sessions_is is = { .ok = 1, .sessions = 1 };
	struct rig *r = *state;
	struct fake_warden w;
	struct secret seed;
	struct line *l;

	begin(r, &seed);
	rig_warden(r, &w);
	l = line_root(r);
	line_act(l, "taro", ACT_LOCK);
	line_close(&l);
	is.id = w.sessions.id;
	rig_warden_says(r, &p_sessions_is_layout, &is);
	assert_int_equal(rig_show(r, "taro").state, STATE_LOCKED);
}

static void
an_unlock_forgets_counts(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct person *p;

	rig_known(r, "taro", &seed);
	p = rig_load(r, "taro");
	(void)strcpy(p->lock, "30 wrong codes");
	p->n_fails = 3;
	p->fails[0].at = p->fails[1].at = p->fails[2].at = (uint64_t)r->wall;
	p->births = 5;
	rig_store(r, &p);
	assert_int_equal(rig_show(r, "taro").state, STATE_LOCKED);
	assert_int_equal(rig_act(r, "taro", ACT_UNLOCK), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
	assert_int_equal(rig_show(r, "taro").failures, 0);
	assert_int_equal(rig_show(r, "taro").births, 0);
	assert_int_equal(rig_told(r, MAIL, MK_ADMIN, ACT_UNLOCK), 1);
}

static enum verdict_word
set_password(struct line *l, const char *hash)
{
	struct k_set_password m = { { 0 } };

	(void)snprintf(m.hash, sizeof(m.hash), "%s", hash);
	line_ask(l, &k_set_password_layout, &m);
	return l->dropped ? VERDICT_NOT_NOW : line_word(l);
}

/* The slip alone changes nothing: the factor comes before step 8. */
static void
a_reset_password_asks_the_factor(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	begin(r, &seed);
	assert_int_equal(rig_act(r, "taro", ACT_RESET_PASSWORD), VERDICT_YES);
	nothing_is_loose(r);
	assert_int_equal(rig_show(r, "taro").n_devices, 1);
	assert_int_equal(rig_told(r, MAIL, MK_ADMIN, ACT_RESET_PASSWORD), 1);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_NO);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(set_password(l, HASH_B), VERDICT_NOT_NOW);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	r->wall += 30;
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_YES);
	assert_int_equal(set_password(l, HASH_B), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_SPENT);
	line_close(&l);
}

static void
the_slip_of_a_reset_has_an_end(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	assert_int_equal(rig_act(r, "taro", ACT_RESET_PASSWORD), VERDICT_YES);
	r->wall += (int64_t)r->conf.registration.expires + 1;
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_ENDED);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
}

/* A stolen password alone sets up no device: a mailed code comes first. */
static void
reset_devices_begins_with_mail(void **state)
{
	const struct k_mail mail = { .purpose = MAIL_SETUP, .again = 1 };
	const struct k_seed seed = { 0 };
	struct k_mail_code code = { .purpose = MAIL_SETUP };
	struct rig *r = *state;
	struct secret old;
	struct line *l;

	begin(r, &old);
	r->conf.registration.email = true;
	assert_int_equal(rig_act(r, "taro", ACT_RESET_DEVICES), VERDICT_YES);
	nothing_is_loose(r);
	assert_int_equal(rig_show(r, "taro").state, STATE_REGISTERED);
	assert_int_equal(rig_show(r, "taro").n_devices, 0);
	assert_int_equal(rig_show(r, "taro").recovery, 0);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	line_ask(l, &k_seed_layout, &seed);
	assert_true(l->dropped || l->type == K_VERDICT);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	line_ask(l, &k_mail_layout, &mail);
	assert_int_equal(l->reply.mailed.word, MAILED_SENT);
	(void)snprintf(
	    code.digits, sizeof(code.digits), "%s", rig_mailed(r, "taro"));
	line_ask(l, &k_mail_code_layout, &code);
	assert_int_equal(line_word(l), VERDICT_YES);
	line_ask(l, &k_seed_layout, &seed);
	assert_int_equal(l->type, K_SEED_IS);
	line_close(&l);
}

static void
reset_all_starts_again(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct person *p;
	struct line *l;

	begin(r, &seed);
	p = rig_load(r, "taro");
	(void)strcpy(p->user_id, "yamadataro");
	rig_store(r, &p);
	r->conf.registration.user_id = true;
	assert_int_equal(rig_act(r, "taro", ACT_RESET_ALL), VERDICT_YES);
	nothing_is_loose(r);
	assert_int_equal(rig_show(r, "taro").state, STATE_INVITED);
	assert_int_equal(rig_show(r, "taro").n_devices, 0);
	assert_int_equal(rig_show(r, "taro").email_ok, 0);
	assert_string_equal(rig_show(r, "taro").user_id, "");
	assert_int_equal(owners(r, MAIL), 0);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_NO);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	line_close(&l);
}

/* Who has not begun has a slip, and nothing to be reset. */
static void
resets_of_the_invited(void **state)
{
	struct rig *r = *state;

	rig_invite(r, "taro");
	assert_int_equal(
	    rig_act(r, "taro", ACT_RESET_PASSWORD), VERDICT_NOT_NOW);
	assert_int_equal(
	    rig_act(r, "taro", ACT_RESET_DEVICES), VERDICT_NOT_NOW);
	assert_int_equal(rig_act(r, "taro", ACT_CODE), VERDICT_NOT_NOW);
	assert_int_equal(rig_act(r, "taro", ACT_RESET_ALL), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").state, STATE_INVITED);
}

static void
a_reminder_is_for_the_unregistered(void **state)
{
	const struct p_mail *m;
	struct rig *r = *state;
	struct secret seed;

	rig_invite(r, "taro");
	assert_int_equal(rig_act(r, "taro", ACT_REMIND), VERDICT_YES);
	rig_pass(r, 0);
	m = fake_post_mail(&r->post, "taro", MK_REMIND);
	assert_non_null(m);
	assert_int_equal(m->until, rig_show(r, "taro").expires);
	assert_int_equal(m->code[0], '\0');
	assert_int_equal(rig_told(r, MAIL, MK_ADMIN, ACT_REMIND), 0);
	r->wall += (int64_t)r->conf.registration.expires + 1;
	assert_int_equal(rig_act(r, "taro", ACT_REMIND), VERDICT_NOT_NOW);
	rig_known(r, "hanako", &seed);
	assert_int_equal(rig_act(r, "hanako", ACT_REMIND), VERDICT_NOT_NOW);
}

static enum verdict_word
rename_to(struct rig *r, const char *login, const char *to, uint32_t uid)
{
	struct k_user_rename m = { .uid = uid };
	struct line *l = line_root(r);
	enum verdict_word word;

	(void)snprintf(m.login, sizeof(m.login), "%s", login);
	(void)snprintf(m.to, sizeof(m.to), "%s", to);
	line_ask(l, &k_user_rename_layout, &m);
	word = line_word(l);
	line_close(&l);
	return word;
}

/* Everything that was proven goes with the person, HMACs included. */
static void
a_rename_keeps_all(void **state)
{
	struct k_vouch vouch = { .code = { 0 } };
	struct rig *r = *state;
	struct secret seed;
	struct person *p;
	struct line *l;

	rig_known(r, "taro", &seed);
	p = rig_load(r, "taro");
	(void)strcpy(p->user_id, "yamadataro");
	rig_store(r, &p);
	assert_int_equal(rename_to(r, "taro", "jiro", 7), VERDICT_NOT_NOW);
	assert_int_equal(rename_to(r, "taro", "a b", RIG_UID), VERDICT_NO);
	assert_int_equal(
	    rename_to(r, "nobody", "jiro", RIG_UID), VERDICT_MISSING);
	assert_int_equal(rename_to(r, "taro", "jiro", RIG_UID), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").state, STATE_NONE);
	assert_int_equal(rig_show(r, "jiro").state, STATE_ACTIVE);
	assert_int_equal(owners(r, MAIL), 1);
	assert_int_equal(rig_told(r, MAIL, MK_ADMIN, ACT_RENAME), 1);
	l = line_bind(r, "sshd", "jiro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(
	    digest_typed("kosmo-code", RECOVERY, vouch.code), KOSMO_OK);
	line_ask(l, &k_vouch_layout, &vouch);
	assert_int_equal(line_word(l), VERDICT_YES);
	line_close(&l);
	/* a second name later, and an initial password under the third */
	assert_int_equal(rename_to(r, "jiro", "saburo", RIG_UID), VERDICT_YES);
	assert_int_equal(rig_act(r, "saburo", ACT_RESET_ALL), VERDICT_YES);
	l = line_bind(r, "sshd", "saburo", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	line_close(&l);
}

static void
a_name_that_is_taken(void **state)
{
	struct rig *r = *state;

	rig_invite(r, "taro");
	rig_invite(r, "hanako");
	assert_int_equal(
	    rename_to(r, "taro", "hanako", RIG_UID), VERDICT_TAKEN);
	assert_int_equal(rename_to(r, "taro", "taro", RIG_UID), VERDICT_TAKEN);
	assert_int_equal(rig_show(r, "taro").state, STATE_INVITED);
}

static void
a_rebind_is_of_the_uid_alone(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	l = line_root(r);
	line_act(l, "taro", ACT_REBIND);
	assert_int_equal(line_word(l), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").uid, RIG_UID + 1);
	assert_int_equal(rig_told(r, MAIL, MK_ADMIN, ACT_REBIND), 1);
	line_close(&l);
}

static void
who_is_removed_is_told(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	begin(r, &seed);
	assert_int_equal(rig_act(r, "taro", ACT_REMOVE), VERDICT_YES);
	assert_int_equal(rig_show(r, "taro").state, STATE_NONE);
	assert_int_equal(owners(r, MAIL), 0);
	assert_int_equal(rig_told(r, MAIL, MK_ADMIN, ACT_REMOVE), 1);
	assert_int_equal(rig_act(r, "taro", ACT_REMOVE), VERDICT_MISSING);
	rig_restart(r);
	assert_int_equal(r->k->people, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_address_is_not_confirmed_by_an_admin),
		TEST(the_same_address_stays_confirmed),
		TEST(an_address_of_another_domain),
		TEST(a_hold_ends_by_an_admin),
		TEST(nobody_is_set),
		TEST(a_lock_ends_sessions),
		TEST(a_lock_without_a_warden),
		TEST(who_leaves_while_the_warden_works),
		TEST(an_unlock_forgets_counts),
		TEST(a_reset_password_asks_the_factor),
		TEST(the_slip_of_a_reset_has_an_end),
		TEST(reset_devices_begins_with_mail),
		TEST(reset_all_starts_again),
		TEST(resets_of_the_invited),
		TEST(a_reminder_is_for_the_unregistered),
		TEST(a_rename_keeps_all),
		TEST(a_name_that_is_taken),
		TEST(a_rebind_is_of_the_uid_alone),
		TEST(who_is_removed_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
