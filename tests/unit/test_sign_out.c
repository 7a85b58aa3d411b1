/*
 * What else is signed in: counted and ended by the warden, or told that it
 * can't be; and the IDs of who forgot them.
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

#include "kosmod/keeper/warden.h"
#include "known_rig.h"

#define HERE "192.0.2.1"

static void
ask(struct line *l, bool end)
{
	const struct k_sessions m = { end };

	line_ask(l, &k_sessions_layout, &m);
}

static struct k_sessions_is
told(const struct line *l)
{
	assert_int_equal(l->type, K_SESSIONS_IS);
	return l->reply.sessions_is;
}

/* taro, proven, with two sessions of which pam_kosmo told. */
static struct line *
begin(struct rig *r)
{
	struct secret seed;
	struct person *p;

	rig_known(r, "taro", &seed);
	p = rig_load(r, "taro");
	p->n_sessions = 2;
	for (size_t i = 0; i < 2; i++) {
		struct r_session *s = &p->sessions[i];

		(void)snprintf(s->id, sizeof(s->id), "%zu", i);
		(void)snprintf(s->service, sizeof(s->service), "sshd");
		(void)snprintf(s->tty, sizeof(s->tty), "pts/%zu", i);
		s->pid = 100 + i;
		s->opened = (uint64_t)r->wall - 60;
	}
	rig_store(r, &p);
	return line_login(r, "sshd", "taro", HERE, &seed);
}

static void
the_warden_counts(void **state)
{
	struct rig *r = *state;
	struct line *l = begin(r);
	struct p_sessions_is is = { 0, 1, 3, 2 };
	struct fake_warden w;

	rig_warden(r, &w);
	ask(l, false);
	assert_int_equal(l->type, 0); /* not before it answers */
	assert_int_equal(w.n_sessions, 1);
	assert_int_equal(w.sessions.end, 0);
	assert_int_equal(w.sessions.uid, RIG_UID);
	assert_string_equal(w.sessions.login, "taro");
	assert_int_equal(w.sessions.keep, 0); /* a login has none yet */
	assert_int_equal(w.sessions.n, 2);
	assert_int_equal(w.sessions.rows[1].pid, 101);
	is.id = w.sessions.id;
	rig_warden_says(r, &p_sessions_is_layout, &is);
	assert_int_equal(told(l).known, 1);
	assert_int_equal(told(l).sessions, 3);
	assert_int_equal(told(l).tickets, 2);
	line_close(&l);
}

static void
the_warden_ends(void **state)
{
	struct rig *r = *state;
	struct line *l = begin(r);
	struct p_sessions_is is = { 0, 1, 2, 1 };
	struct fake_warden w;

	rig_warden(r, &w);
	ask(l, true);
	assert_int_equal(w.sessions.end, 1);
	assert_int_equal(rig_show(r, "taro").sessions, 2);
	is.id = w.sessions.id;
	rig_warden_says(r, &p_sessions_is_layout, &is);
	assert_int_equal(told(l).sessions, 2);
	assert_int_equal(rig_show(r, "taro").sessions, 0);
	line_close(&l);
}

/* It can fail; then nothing is said to have ended. */
static void
what_failed_is_told(void **state)
{
	struct rig *r = *state;
	struct line *l = begin(r);
	struct p_sessions_is is = { 0, 0, 2, 1 };
	struct fake_warden w;

	rig_warden(r, &w);
	ask(l, true);
	is.id = w.sessions.id;
	rig_warden_says(r, &p_sessions_is_layout, &is);
	assert_int_equal(told(l).known, 0);
	assert_int_equal(told(l).sessions, 0);
	assert_int_equal(rig_show(r, "taro").sessions, 2);
	line_close(&l);
}

static void
without_a_warden_rows_alone(void **state)
{
	struct rig *r = *state;
	struct line *l = begin(r);

	ask(l, false);
	assert_int_equal(told(l).known, 0);
	assert_int_equal(told(l).sessions, 2);
	ask(l, true);
	assert_int_equal(told(l).known, 0);
	assert_int_equal(told(l).sessions, 0);
	assert_int_equal(rig_show(r, "taro").sessions, 2);
	line_close(&l);
}

static void
nobody_waits_for_ever(void **state)
{
	struct rig *r = *state;
	struct line *l = begin(r);
	struct p_sessions_is late = { 0, 1, 2, 0 };
	struct fake_warden w;

	rig_warden(r, &w);
	ask(l, false);
	rig_pass(r, 9);
	assert_int_equal(l->type, 0);
	rig_pass(r, 2);
	assert_int_equal(told(l).known, 0);
	late.id = w.sessions.id;
	rig_warden_says(r, &p_sessions_is_layout, &late); /* no second reply */
	ask(l, false);
	keeper_priv_here(r->k, PRIV_WARDEN, false);
	assert_int_equal(told(l).known, 0);
	ask(l, true);
	line_close(&l); /* ... and nobody who is gone is answered */
	late.id = w.sessions.id;
	rig_warden_says(r, &p_sessions_is_layout, &late);
	rig_pass(r, 20);
}

/* An answer to another job, or none at all. */
static void
the_warden_is_not_believed_blindly(void **state)
{
	struct rig *r = *state;
	struct line *l = begin(r);
	struct p_account_is other = { 0 };
	struct p_sessions_is is = { 0, 1, 1, 0 };
	struct buf bad = BUF_INIT;
	struct fake_warden w;

	rig_warden(r, &w);
	ask(l, false);
	other.id = w.sessions.id;
	rig_warden_says(r, &p_account_is_layout, &other);
	is.id = w.sessions.id + 1;
	rig_warden_says(r, &p_sessions_is_layout, &is);
	assert_int_equal(l->type, 0);
	assert_int_equal(buf_add(&bad, "\xc8\x00", 2), KOSMO_OK);
	assert_int_equal(keeper_priv(r->k, PRIV_WARDEN, &bad), KOSMO_EFORMAT);
	buf_done(&bad);
	line_close(&l);
}

/* kosmoctl runs in a session, which stays. */
static void
the_session_that_asks_stays(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct k_bind b = { .phase = PHASE_VERB,
		.user = "taro",
		.uid = RIG_UID,
		.service = "kosmoctl" };
	struct fake_warden w;
	struct line *l;

	rig_known(r, "taro", &seed);
	rig_warden(r, &w);
	l = line_name(r, PHASE_VERB, "kosmoctl", "taro", false);
	line_ask(l, &k_bind_layout, &b);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_YES);
	ask(l, true);
	assert_int_equal(w.sessions.keep, 4242);
	line_close(&l);
}

static void
not_before_a_change_or_a_proof(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	ask(l, true);
	assert_true(l->dropped);
	line_close(&l);
}

static struct p_account_is account;
static unsigned accounts;

static void
on_account(struct kconv *c, const struct p_account_is *is)
{
	assert_non_null(c);
	accounts++;
	memset(&account, 0, sizeof(account));
	if (is != NULL)
		account = *is;
}

static void
accounts_are_asked_for(void **state)
{
	struct rig *r = *state;
	struct line *l = begin(r);
	struct p_account_is is = { .uid = 1001, .flags = ACCOUNT_EXISTS };
	struct fake_warden w;

	accounts = 0;
	warden_account(l->c, "taro", on_account);
	assert_int_equal(accounts, 1); /* there is no warden */
	assert_int_equal(account.flags, 0);
	rig_warden(r, &w);
	warden_account(l->c, "taro", on_account);
	assert_int_equal(accounts, 1);
	assert_string_equal(w.account.login, "taro");
	assert_string_equal(w.account.groups, "sudo wheel adm");
	is.id = w.account.id;
	rig_warden_says(r, &p_account_is_layout, &is);
	assert_int_equal(accounts, 2);
	assert_int_equal(account.flags, ACCOUNT_EXISTS);
	line_close(&l);
}

static struct line *
verb(struct rig *r)
{
	struct line *l = line_name(r, PHASE_VERB, "kosmoctl", "root", false);
	struct k_bind b = { .phase = PHASE_VERB,
		.user = "root",
		.uid = RIG_UID,
		.service = "kosmoctl" };

	line_ask(l, &k_bind_layout, &b);
	assert_int_equal(l->type, K_BOUND);
	return l;
}

static int64_t
forgot_id(struct rig *r, const char *address)
{
	struct k_forgot_id m = { 0 };
	struct line *l = verb(r);
	int64_t at;

	(void)snprintf(m.address, sizeof(m.address), "%s", address);
	line_ask(l, &k_forgot_id_layout, &m);
	assert_int_equal(l->type, K_VERDICT);
	assert_int_equal(l->reply.verdict.word, VERDICT_YES);
	at = l->not_before - r->mono;
	line_close(&l);
	rig_pass(r, 1);
	return at;
}

static size_t
ids(struct rig *r, const char *login)
{
	size_t n = 0;

	for (size_t i = 0; i < r->post.n; i++)
		n += r->post.mails[i].kind == MK_USER_ID &&
		    strcmp(r->post.mails[i].login, login) == 0;
	return n;
}

static void
ids_are_mailed_and_nothing_told(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	int64_t at;

	rig_known(r, "taro", &seed);
	rig_invite(r, "jiro");
	at = forgot_id(r, "taro@example.co.jp");
	assert_true(at > 0);
	assert_int_equal(ids(r, "taro"), 1);
	assert_string_equal(r->post.mails[0].to, "taro@example.co.jp");
	assert_int_equal(forgot_id(r, "nobody@example.co.jp"), at);
	assert_int_equal(forgot_id(r, "jiro@example.co.jp"), at);
	assert_int_equal(ids(r, "jiro"), 0); /* not confirmed */
	(void)forgot_id(r, "Taro@Example.CO.JP");
	assert_int_equal(ids(r, "taro"), 2);
}

/* Several may share an address; one that moves takes only its own along. */
static void
an_address_may_be_shared(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct person *p;

	rig_known(r, "taro", &seed);
	rig_known(r, "hanako", &seed);
	p = rig_load(r, "hanako");
	(void)snprintf(p->email, sizeof(p->email), "taro@example.co.jp");
	rig_store(r, &p);
	(void)forgot_id(r, "taro@example.co.jp");
	assert_int_equal(ids(r, "taro"), 1);
	assert_int_equal(ids(r, "hanako"), 1);
	(void)forgot_id(r, "hanako@example.co.jp");
	assert_int_equal(ids(r, "hanako"), 1);
	p = rig_load(r, "taro");
	p->email_ok = 0;
	rig_store(r, &p);
	rig_restart(r);
	(void)forgot_id(r, "taro@example.co.jp");
	assert_int_equal(ids(r, "taro"), 1);
	assert_int_equal(ids(r, "hanako"), 2);
}

/* Half of what a person's codes may use, whoever asks. */
static void
mails_of_ids_are_few(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_known(r, "taro", &seed);
	r->conf.email.per_hour = 6;
	for (int i = 0; i < 8; i++)
		(void)forgot_id(r, "taro@example.co.jp");
	assert_int_equal(ids(r, "taro"), 3);
	r->wall += 3600;
	(void)forgot_id(r, "taro@example.co.jp");
	assert_int_equal(ids(r, "taro"), 4);
}

/* One caller can't walk through a list of addresses. */
static void
a_caller_is_counted(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_known(r, "taro", &seed);
	r->conf.throttle.per_source = 4;
	for (int i = 0; i < 4; i++)
		(void)forgot_id(r, "nobody@example.co.jp");
	(void)forgot_id(r, "taro@example.co.jp");
	assert_int_equal(ids(r, "taro"), 0);
	r->wall += r->conf.throttle.per_source_window;
	(void)forgot_id(r, "taro@example.co.jp");
	assert_int_equal(ids(r, "taro"), 1);
}

static void
ids_are_asked_for_in_kosmoctl_alone(void **state)
{
	struct rig *r = *state;
	struct k_forgot_id m = { .address = "taro@example.co.jp" };
	struct line *l = line_bind(r, "sshd", "taro", HERE);

	line_ask(l, &k_forgot_id_layout, &m);
	assert_true(l->dropped);
	line_close(&l);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)
	const struct CMUnitTest tests[] = {
		T(the_warden_counts),
		T(the_warden_ends),
		T(what_failed_is_told),
		T(without_a_warden_rows_alone),
		T(nobody_waits_for_ever),
		T(the_warden_is_not_believed_blindly),
		T(the_session_that_asks_stays),
		T(not_before_a_change_or_a_proof),
		T(accounts_are_asked_for),
		T(ids_are_mailed_and_nothing_told),
		T(an_address_may_be_shared),
		T(mails_of_ids_are_few),
		T(a_caller_is_counted),
		T(ids_are_asked_for_in_kosmoctl_alone),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
