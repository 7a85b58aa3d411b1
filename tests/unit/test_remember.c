/*
 * Logins that skip the code: only where policy gives a time, the same person
 * at the same place, and no longer than they should.
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

#define HERE "192.0.2.1"
#define FAR "198.51.100.7"
#define HOURS (12 * 3600)

static int
set_up(void **state)
{
	int r = rig_set_up(state);

	((struct rig *)*state)->conf.login.remember = HOURS;
	return r;
}

static struct conf_service *
row(struct rig *r, const char *name)
{
	uint32_t i = 0;

	while (i + 1 < r->conf.n_services &&
	    strcmp(r->conf.services[i].name, name) != 0)
		i++;
	assert_string_equal(r->conf.services[i].name, name);
	return &r->conf.services[i];
}

static enum verdict_word
remember(struct line *l)
{
	static const struct k_remember m = { 0 };

	line_ask(l, &k_remember_layout, &m);
	if (l->dropped)
		return VERDICT_MISSING;
	assert_int_equal(l->type, K_VERDICT);
	return (enum verdict_word)l->reply.verdict.word;
}

/* A whole login that says yes to it. */
static void
log_in(struct rig *r, const char *login, const char *source,
    const struct secret *seed)
{
	struct line *l = line_login(r, "sshd", login, source, seed);

	assert_int_equal(remember(l), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
}

/* True if the password alone is let in. */
static bool
skips_at(
    struct rig *r, const char *service, const char *login, const char *source)
{
	static const struct k_profile profile = { 0 };
	struct line *l = line_bind(r, service, login, source);
	bool told, in;

	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	line_ask(l, &k_profile_layout, &profile);
	assert_int_equal(l->type, K_PERSON);
	told = l->reply.person.remembered != 0;
	in = line_finish(l, RESULT_ALLOW) == RESULT_ALLOW;
	assert_int_equal(told, in);
	line_close(&l);
	return in;
}

static bool
skips(struct rig *r, const char *source)
{
	return skips_at(r, "sshd", "taro", source);
}

static void
the_next_login_skips_the_code(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	assert_false(skips(r, HERE));
	log_in(r, "taro", HERE, &seed);
	assert_true(skips(r, HERE));
	rig_restart(r);
	assert_true(skips(r, HERE));
	r->wall += HOURS - 3600;
	assert_true(skips(r, HERE));
	r->wall += 3600;
	assert_false(skips(r, HERE));
	/* it does not grow by being used */
	l = line_login(r, "sshd", "taro", HERE, &seed);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	assert_false(skips(r, HERE));
}

static void
only_the_same_person_at_the_same_place(void **state)
{
	struct rig *r = *state;
	struct secret seed, other;

	rig_known(r, "taro", &seed);
	rig_known(r, "hanako", &other);
	log_in(r, "taro", HERE, &seed);
	assert_false(skips(r, FAR));
	assert_false(skips_at(r, "sshd", "hanako", HERE));
	assert_true(skips(r, HERE));
}

/* Each class of services by itself. */
static void
only_the_same_service(void **state)
{
	struct rig *r = *state;
	struct conf_service *vpn = &r->conf.services[r->conf.n_services++];
	struct secret seed;

	*vpn = *row(r, "sshd");
	(void)snprintf(vpn->name, sizeof(vpn->name), "vpn");
	rig_known(r, "taro", &seed);
	log_in(r, "taro", HERE, &seed);
	assert_false(skips_at(r, "vpn", "taro", HERE));
	assert_false(skips_at(r, "sudo", "taro", ""));
	assert_false(skips_at(r, "su", "taro", ""));
	assert_false(skips_at(r, "login", "taro", ""));
	assert_false(skips_at(r, "login", "taro", HERE));
	assert_true(skips(r, HERE));
}

/* What all callers without an address share is nobody's place. */
static void
not_without_an_address(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	l = line_bind(r, "sshd", "taro", "");
	assert_int_equal(l->reply.bound.remember, 0);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_YES);
	assert_int_equal(remember(l), VERDICT_NOT_NOW);
	line_close(&l);
}

static void
nobody_learns_it_before_the_password(void **state)
{
	static const struct k_profile profile = { 0 };
	struct rig *r = *state;
	struct secret seed;
	struct k_bound known, nobody;
	struct line *l;

	rig_known(r, "taro", &seed);
	log_in(r, "taro", HERE, &seed);
	l = line_bind(r, "sshd", "taro", HERE);
	known = l->reply.bound;
	assert_int_equal(line_password(l, HASH_B), VERDICT_NO);
	line_ask(l, &k_profile_layout, &profile);
	assert_int_equal(l->reply.person.remembered, 0);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	l = line_bind(r, "sshd", "nobody", HERE);
	nobody = l->reply.bound;
	line_close(&l);
	assert_int_equal(known.remember, HOURS);
	assert_memory_equal(&known, &nobody, sizeof(known));
}

/* Without a time nothing is remembered, nor what was remembered used. */
static void
policy_gives_the_time(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	r->conf.login.remember = 0;
	l = line_login(r, "sshd", "taro", HERE, &seed);
	assert_int_equal(remember(l), VERDICT_NOT_NOW);
	line_close(&l);
	row(r, "sshd")->remember = HOURS; /* the service's own */
	log_in(r, "taro", HERE, &seed);
	assert_true(skips(r, HERE));
	row(r, "sshd")->remember = 0;
	r->conf.login.remember = HOURS;
	assert_false(skips(r, HERE));
	row(r, "sshd")->remember = 60; /* shorter since */
	assert_false(skips(r, HERE));
	row(r, "sshd")->remember = REMEMBER_UNSET;
	assert_true(skips(r, HERE));
}

/* Who has the password and a talk process names another address in K_BIND. */
static void
a_false_address_is_no_place(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct k_bind b = { .phase = PHASE_AUTH,
		.uid = RIG_UID,
		.user = "taro",
		.service = "sshd",
		.source = HERE };
	struct line *l;

	rig_known(r, "taro", &seed);
	log_in(r, "taro", HERE, &seed);
	l = line_name(r, PHASE_AUTH, "sshd", "taro", true);
	line_ask(l, &k_bind_layout, &b);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
}

/* steps= on the PAM line is root's word. */
static void
the_pam_line_wins(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct kpeer peer = { .pid = RIG_PID, .trusted = 1 };
	struct msg_open open = { .phase = PHASE_AUTH,
		.version = MSG_VERSION,
		.uid = RIG_UID,
		.remote = 1,
		.from = HERE,
		.options = OPT_STEPS | OPT_STEP_PASSWORD | OPT_STEP_FACTOR };
	struct k_bind b = { .phase = PHASE_AUTH,
		.uid = RIG_UID,
		.options = open.options,
		.user = "taro",
		.service = "sshd",
		.source = HERE };
	struct line l = { .rig = r };

	rig_known(r, "taro", &seed);
	log_in(r, "taro", HERE, &seed);
	(void)snprintf(open.user, sizeof(open.user), "taro");
	(void)snprintf(open.service, sizeof(open.service), "sshd");
	assert_int_equal(keeper_accept(r->k, &l, &peer, &open, &l.c), KOSMO_OK);
	line_ask(&l, &k_bind_layout, &b);
	assert_int_equal(l.reply.bound.remember, 0);
	assert_int_equal(line_password(&l, HASH_A), VERDICT_YES);
	assert_int_equal(line_finish(&l, RESULT_ALLOW), RESULT_DENY);
	keeper_closed(&l.c);
}

/* Four people from one address: it is a gateway, or a class room. */
static void
not_where_many_log_in(void **state)
{
	static const char *const others[] = { "hanako", "jiro", "saburo" };
	struct rig *r = *state;
	struct secret seed, other;
	struct line *l;

	rig_known(r, "taro", &seed);
	log_in(r, "taro", FAR, &seed);
	for (size_t i = 0; i < 3; i++) {
		assert_true(skips(r, FAR));
		rig_known(r, others[i], &other);
		l = line_login(r, "sshd", others[i], FAR, &other);
		assert_int_equal(l->reply.verdict.word, VERDICT_YES);
		assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
		line_close(&l);
	}
	rig_restart(r);
	assert_false(skips(r, FAR));
	l = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(l->reply.bound.remember, 0); /* not offered either */
	line_close(&l);
	l = line_login(r, "sshd", "taro", FAR, &seed);
	assert_int_equal(remember(l), VERDICT_NOT_NOW);
	line_close(&l);
	/* the same few, again and again, are no crowd */
	r->conf.login.remember = 4 * 86400;
	r->wall += 86400 + 120;
	log_in(r, "taro", FAR, &seed);
	for (int i = 0; i < 9; i++)
		assert_true(skips(r, FAR));
}

static void
seed_code(struct rig *r, struct line *l)
{
	static const struct k_seed ask = { 0 };
	struct k_seed_code code = { 0 };
	struct secret seed;

	line_ask(l, &k_seed_layout, &ask);
	assert_int_equal(l->type, K_SEED_IS);
	seed = l->reply.seed_is.seed;
	(void)snprintf(
	    code.digits, sizeof(code.digits), "%s", rig_code(r, &seed, 0));
	line_ask(l, &k_seed_code_layout, &code);
}

enum change { PASSWORD, ADDED, REMOVED, METHOD, SIGN_OUT, CHANGES };

static void
change(struct rig *r, struct line *l, enum change what)
{
	const struct k_set_password set = { HASH_A };
	const struct k_remove removed = { 2 };
	const struct k_method method = { METHOD_TOTP };
	const struct k_sessions end = { 1 };

	switch (what) {
	case PASSWORD:
		line_ask(l, &k_set_password_layout, &set);
		break;
	case ADDED:
		seed_code(r, l);
		break;
	case REMOVED:
		line_ask(l, &k_remove_layout, &removed);
		break;
	case METHOD:
		line_ask(l, &k_method_layout, &method);
		break;
	case SIGN_OUT:
		line_ask(l, &k_sessions_layout, &end);
		assert_int_equal(l->type, K_SESSIONS_IS);
		assert_int_equal(l->reply.sessions_is.remembered, 1);
		return;
	case CHANGES:
		break;
	}
	assert_int_equal(l->type, K_VERDICT);
	assert_int_equal(l->reply.verdict.word, VERDICT_YES);
}

static void
changes_and_sign_out_void_it(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	for (int i = 0; i < CHANGES; i++) {
		log_in(r, "taro", HERE, &seed);
		assert_true(skips(r, HERE));
		l = line_login(r, "sshd", "taro", FAR, &seed);
		change(r, l, (enum change)i);
		line_close(&l);
		assert_false(skips(r, HERE));
	}
}

/* A login without a code changes nothing, and is not remembered again. */
static void
it_opens_no_more_than_the_door(void **state)
{
	const struct k_remove removed = { 1 };
	const struct k_sessions end = { 1 };
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	log_in(r, "taro", HERE, &seed);
	for (int i = 0; i < 3; i++) {
		l = line_bind(r, "sshd", "taro", HERE);
		assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
		if (i == 0)
			line_ask(l, &k_remove_layout, &removed);
		else if (i == 1)
			line_ask(l, &k_sessions_layout, &end);
		else
			(void)remember(l);
		assert_true(l->dropped);
		line_close(&l);
	}
}

/* Whatever came up meanwhile takes a whole login. */
static void
not_while_something_is_left_to_do(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct person *p;

	rig_known(r, "taro", &seed);
	log_in(r, "taro", HERE, &seed);
	p = rig_load(r, "taro");
	p->todo = TODO_CODES;
	rig_store(r, &p);
	assert_false(skips(r, HERE));
	p = rig_load(r, "taro");
	p->todo = 0;
	rig_store(r, &p);
	assert_true(skips(r, HERE));
}

static void
not_before_all_is_proven(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	(void)remember(l);
	assert_true(l->dropped);
	line_close(&l);
}

/* A wait is a wait: not even the right password is looked at. */
static void
who_has_to_wait_waits(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	log_in(r, "taro", HERE, &seed);
	for (int i = 0; i < 5; i++) {
		l = line_bind(r, "sshd", "taro", HERE);
		assert_int_equal(line_password(l, HASH_B), VERDICT_NO);
		line_close(&l);
	}
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_NO);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	r->wall += 900;
	assert_true(skips(r, HERE));
}

static void
the_locked_stay_out(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	log_in(r, "taro", HERE, &seed);
	assert_int_equal(rig_act(r, "taro", ACT_LOCK), VERDICT_YES);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_LOCKED);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, rig_tear_down)
	const struct CMUnitTest tests[] = {
		T(the_next_login_skips_the_code),
		T(only_the_same_person_at_the_same_place),
		T(only_the_same_service),
		T(not_without_an_address),
		T(nobody_learns_it_before_the_password),
		T(policy_gives_the_time),
		T(a_false_address_is_no_place),
		T(the_pam_line_wins),
		T(not_where_many_log_in),
		T(changes_and_sign_out_void_it),
		T(it_opens_no_more_than_the_door),
		T(not_while_something_is_left_to_do),
		T(not_before_all_is_proven),
		T(who_has_to_wait_waits),
		T(the_locked_stay_out),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
