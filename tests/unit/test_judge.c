/*
 * What the keeper says yes to, and what it never says yes to, whatever a
 * talk process asks.
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

#include "judge_rig.h"

#define HERE "192.0.2.1"

/* A whole login; the verdict is what the keeper ends it with. */
static enum msg_result
login(struct rig *r, const char *hash, const char *code)
{
	struct line *l = line_bind(r, "sshd", "taro", HERE);
	enum msg_result result;

	(void)line_password(l, hash);
	(void)line_code(l, code);
	result = line_finish(l, RESULT_ALLOW);
	line_close(&l);
	return result;
}

static void
registration_then_login(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
	assert_int_equal(login(r, HASH_A, rig_code(r, &seed, 0)), RESULT_ALLOW);
	r->wall += 60;
	assert_int_equal(login(r, HASH_B, rig_code(r, &seed, 0)), RESULT_DENY);
	assert_int_equal(login(r, HASH_A, "000000"), RESULT_DENY);
}

/* K_CODE with last: the verdict and END come of one request, or not at all. */
static struct line *
last_code(struct rig *r, const char *login, const char *digits)
{
	struct line *l = line_bind(r, "sshd", login, HERE);
	struct k_code m = { .last = 1 };

	(void)snprintf(m.digits, sizeof(m.digits), "%s", digits);
	(void)line_password(l, HASH_A);
	line_ask(l, &k_code_layout, &m);
	assert_int_equal(l->type, K_VERDICT);
	return l;
}

static void
a_last_code_ends_it(void **state)
{
	const struct k_finish finish = { RESULT_ALLOW };
	struct rig *r = *state;
	struct secret seed;
	struct line *l;
	char code[9];

	rig_person(r, "taro", &seed);
	l = last_code(r, "taro", "000000");
	assert_int_equal(l->reply.verdict.word, VERDICT_NO);
	assert_int_equal(l->reply.verdict.ended, 0);
	assert_false(l->ended);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	(void)snprintf(code, sizeof(code), "%s", rig_code(r, &seed, 0));
	l = last_code(r, "taro", code);
	assert_int_equal(l->reply.verdict.word, VERDICT_YES);
	assert_int_equal(l->reply.verdict.ended, 1);
	assert_true(l->ended);
	assert_int_equal(l->end.result, RESULT_ALLOW);
	line_ask(l, &k_finish_layout, &finish);
	assert_true(l->dropped);
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").last_login, r->wall);
	rig_restart(r);
	l = last_code(r, "taro", code);
	assert_int_equal(l->reply.verdict.word, VERDICT_USED);
	assert_false(l->ended);
	line_close(&l);
}

/* A right code with something left to do lets nobody in at once. */
static void
a_last_code_may_not_be_the_last(void **state)
{
	struct rig *r = *state;
	struct person p = { 0 };
	struct secret seed;
	struct txn *t = NULL;
	uint64_t version;
	struct line *l;

	rig_person(r, "taro", &seed);
	assert_int_equal(person_get(r->store, "taro", &p, &version), KOSMO_OK);
	p.todo |= TODO_PASSWORD;
	assert_int_equal(store_begin(r->store, &t), KOSMO_OK);
	assert_int_equal(person_put(t, &p, version), KOSMO_OK);
	assert_int_equal(store_commit(r->store, &t, NULL, NULL), KOSMO_OK);
	person_done(&p);
	l = last_code(r, "taro", rig_code(r, &seed, 0));
	assert_int_equal(l->reply.verdict.word, VERDICT_YES);
	assert_int_equal(l->reply.verdict.ended, 0);
	assert_false(l->ended);
	line_close(&l);
}

/* CASES: OTP alone never replaces the password, nor the other way round. */
static void
one_factor_is_not_enough(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "taro", &seed);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_code(l, rig_code(r, &seed, 0)), VERDICT_NO);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	assert_int_equal(login(r, HASH_A, rig_code(r, &seed, 0)), RESULT_ALLOW);
}

/* Same code again; an older one after a newer; after restart, clock back. */
static void
a_code_works_once(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	char code[9], before[9];

	rig_person(r, "taro", &seed);
	(void)snprintf(code, sizeof(code), "%s", rig_code(r, &seed, 0));
	(void)snprintf(before, sizeof(before), "%s", rig_code(r, &seed, -30));
	assert_int_equal(login(r, HASH_A, code), RESULT_ALLOW);
	assert_int_equal(login(r, HASH_A, code), RESULT_DENY);
	assert_int_equal(login(r, HASH_A, before), RESULT_DENY);
	rig_restart(r);
	assert_int_equal(login(r, HASH_A, code), RESULT_DENY);
	r->wall -= 300;
	assert_int_equal(login(r, HASH_A, code), RESULT_DENY);
}

static void
fifty_at_once_let_one_in(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l[50];
	char code[9];
	int yes = 0;

	rig_person(r, "taro", &seed);
	(void)snprintf(code, sizeof(code), "%s", rig_code(r, &seed, 0));
	for (size_t i = 0; i < 50; i++)
		l[i] = line_bind(r, "sshd", "taro", HERE);
	for (size_t i = 0; i < 50; i++)
		(void)line_password(l[i], HASH_A);
	for (size_t i = 0; i < 50; i++)
		(void)line_code(l[i], code);
	for (size_t i = 0; i < 50; i++) {
		yes += line_finish(l[i], RESULT_ALLOW) == RESULT_ALLOW;
		line_close(&l[i]);
	}
	assert_int_equal(yes, 1);
}

/* Windows: one step either way, not two. */
static void
the_window_is_one_step(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	r->wall += 600 - r->wall % 30;
	assert_int_equal(
	    login(r, HASH_A, rig_code(r, &seed, -60)), RESULT_DENY);
	assert_int_equal(login(r, HASH_A, rig_code(r, &seed, 60)), RESULT_DENY);
	assert_int_equal(
	    login(r, HASH_A, rig_code(r, &seed, -30)), RESULT_ALLOW);
	assert_int_equal(
	    login(r, HASH_A, rig_code(r, &seed, 30)), RESULT_ALLOW);
}

static void
a_clock_far_behind_refuses_totp(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "taro", &seed);
	assert_int_equal(login(r, HASH_A, rig_code(r, &seed, 0)), RESULT_ALLOW);
	r->wall -= 1200;
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(
	    line_code(l, rig_code(r, &seed, 0)), VERDICT_HOST_CLOCK);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
}

/* What comes back for nobody is what comes back for a wrong password. */
static void
unknown_looks_like_wrong(void **state)
{
	struct rig *r = *state;
	struct line *known, *nobody;
	struct secret seed;

	rig_person(r, "taro", &seed);
	known = line_bind(r, "sshd", "taro", "192.0.2.9");
	nobody = line_bind(r, "sshd", "hanako", "192.0.2.9");
	assert_memory_equal(
	    &known->reply.bound, &nobody->reply.bound, sizeof(struct k_bound));
	for (uint32_t left = 3; left-- > 0;) {
		assert_int_equal(line_password(known, HASH_B), VERDICT_NO);
		assert_int_equal(line_password(nobody, HASH_B), VERDICT_NO);
		assert_memory_equal(&known->reply.verdict,
		    &nobody->reply.verdict, sizeof(struct k_verdict));
		assert_int_equal(known->not_before, nobody->not_before);
		assert_true(known->not_before > r->mono);
		assert_int_equal(known->reply.verdict.left, left);
	}
	assert_int_equal(line_finish(known, RESULT_DENY), RESULT_DENY);
	assert_int_equal(line_finish(nobody, RESULT_DENY), RESULT_DENY);
	line_close(&known);
	line_close(&nobody);
}

/* The dummy's setting is one name's own, always the same, and well-formed. */
static void
dummy_settings_stay(void **state)
{
	struct rig *r = *state;
	struct k_try try = { 0 };
	char first[HASH_LEN + 1] = "";

	for (int i = 0; i < 2; i++) {
		struct line *l = line_bind(r, "sshd", "hanako", HERE);

		line_ask(l, &k_try_layout, &try);
		assert_int_equal(l->type, K_SETTING);
		assert_int_equal(strlen(l->reply.setting.setting), 29);
		if (i == 1)
			assert_string_equal(first, l->reply.setting.setting);
		(void)snprintf(
		    first, sizeof(first), "%s", l->reply.setting.setting);
		line_close(&l);
	}
}

/* A talk process that was taken over asks everything out of turn. */
static void
out_of_turn_is_dropped(void **state)
{
	struct rig *r = *state;
	static const uint8_t early[] = { K_TRY, K_PASSWORD, K_CODE, K_VOUCH,
		K_OLD, K_SET_PASSWORD, K_SEED, K_SEED_CODE, K_NAME, K_REMOVE,
		K_USER_ADD, K_USER_ACT, K_USER_NEXT, K_LOG, K_STATUS,
		K_LANGUAGE, K_BOUND };
	static const uint8_t bound[] = { K_BIND, K_PASSWORD, K_VOUCH, K_OLD,
		K_OLD_HASH, K_SET_PASSWORD, K_SEED, K_SEED_CODE, K_NAME,
		K_REMOVE, K_USER_ADD, K_USER_SET, K_USER_ACT, K_USER_SHOW,
		K_USER_NEXT, K_LOG, K_STATUS, K_LANGUAGE };
	union kmsg *zero = calloc(1, sizeof(*zero));
	struct secret seed;

	rig_person(r, "taro", &seed);
	for (size_t i = 0; i < sizeof(early); i++) {
		struct line *l = line_open(r, PHASE_AUTH, false);

		line_ask(l, kmsg_layout(early[i]), zero);
		assert_true(l->dropped);
		assert_int_equal(l->type, 0);
		line_close(&l);
	}
	for (size_t i = 0; i < sizeof(bound); i++) {
		struct line *l = line_bind(r, "sshd", "taro", HERE);

		line_ask(l, kmsg_layout(bound[i]), zero);
		assert_true(l->dropped);
		line_close(&l);
	}
	free(zero);
}

/*
 * A talk that was taken over by one person can't make the client's END about
 * another one, nor lower what is asked, nor pretend to be at the console.
 */
static void
talk_names_nobody_else(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	rig_person(r, "jiro", &seed);
	for (int i = 0; i < 7; i++) {
		struct line *l = line_name(r, PHASE_AUTH, "sshd", "taro", true);
		struct k_bind b = { .phase = PHASE_AUTH, .uid = RIG_UID };

		(void)snprintf(
		    b.user, sizeof(b.user), "%s", i == 1 ? "jiro" : "taro");
		(void)snprintf(b.service, sizeof(b.service), "%s",
		    i == 2 ? "locker" : "sshd");
		(void)snprintf(
		    b.ruser, sizeof(b.ruser), "%s", i == 3 ? "jiro" : "");
		b.uid += i == 4;
		b.options = i == 5 ? OPT_STEPS | OPT_STEP_FACTOR : 0;
		b.console = i == 6;
		line_ask(l, &k_bind_layout, &b);
		assert_int_equal(l->type == K_BOUND, i == 0);
		assert_int_equal(l->dropped, i != 0);
		line_close(&l);
	}
}

/* hana runs su to become taro: whose password it is that is asked. */
static struct line *
su_to_taro(struct rig *r)
{
	const struct kpeer peer = { .pid = RIG_PID, .trusted = 1 };
	struct msg_open open = { .version = MSG_VERSION,
		.phase = PHASE_AUTH,
		.uid = RIG_UID,
		.ruid = RIG_UID };
	struct k_bind b = { .phase = PHASE_AUTH, .uid = RIG_UID };
	struct line *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->rig = r;
	(void)strcpy(open.user, "taro");
	(void)strcpy(open.ruser, "hana");
	(void)strcpy(open.service, "su");
	(void)strcpy(b.user, "taro");
	(void)strcpy(b.ruser, "hana");
	(void)strcpy(b.service, "su");
	assert_int_equal(keeper_accept(r->k, l, &peer, &open, &l->c), KOSMO_OK);
	line_ask(l, &k_bind_layout, &b);
	assert_int_equal(l->type, K_BOUND);
	return l;
}

/* [service su] who. */
static void
su_asks_one_of_two(void **state)
{
	struct rig *r = *state;
	struct secret taro, hana;
	uint32_t i = 0;

	rig_person(r, "taro", &taro);
	rig_person(r, "hana", &hana);
	while (strcmp(r->conf.services[i].name, "su") != 0)
		i++;
	for (int caller = 0; caller < 2; caller++) {
		struct line *l;

		r->conf.services[i].caller = caller != 0;
		rig_pass(r, 60);
		l = su_to_taro(r);
		assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
		assert_int_equal(
		    line_code(l, rig_code(r, caller ? &taro : &hana, 0)),
		    VERDICT_NO);
		assert_int_equal(
		    line_code(l, rig_code(r, caller ? &hana : &taro, 0)),
		    VERDICT_YES);
		line_close(&l);
	}
}

/* No claim of talk's lifts a verdict, or makes the stack go on. */
static void
claims_lift_nothing(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_person(r, "taro", &seed);
	for (int claim = 0; claim < 256; claim++) {
		struct line *l = line_bind(r, "sshd", "taro", HERE);
		enum msg_result got;

		got = line_finish(l, (enum msg_result)claim);
		assert_true(got == RESULT_DENY || got == RESULT_ERROR ||
		    got == RESULT_MAXTRIES);
		line_close(&l);
	}
}

/* A password without the slip can't enrol a first device. */
static void
a_first_device_is_vouched_for(void **state)
{
	struct rig *r = *state;
	struct k_set_password set = { HASH_A };
	struct k_seed ask = { 0 };
	struct k_vouch vouch = { 0 };
	struct line *l;

	rig_invite(r, "taro");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	line_ask(l, &k_set_password_layout, &set);
	line_close(&l); /* cut here */

	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_SPENT);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	line_ask(l, &k_seed_layout, &ask);
	assert_true(l->dropped);
	line_close(&l);

	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	line_ask(l, &k_vouch_layout, &vouch);
	assert_int_equal(l->reply.verdict.word, VERDICT_NO);
	assert_int_equal(rig_act(r, "taro", ACT_CODE), VERDICT_YES);
	assert_int_equal(
	    digest_typed("kosmo-code", r->initial, vouch.code), KOSMO_OK);
	line_ask(l, &k_vouch_layout, &vouch);
	assert_int_equal(l->reply.verdict.word, VERDICT_YES);
	line_ask(l, &k_seed_layout, &ask);
	assert_int_equal(l->type, K_SEED_IS);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
}

/* A typed language is kept after the password, and only one that there is. */
static void
a_language_is_kept(void **state)
{
	struct rig *r = *state;
	struct k_language ja = { "ja" }, other = { "fr" };
	struct k_profile ask = { 0 };
	struct line *l;

	rig_invite(r, "taro");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	line_ask(l, &k_language_layout, &ja);
	assert_int_equal(l->reply.verdict.word, VERDICT_YES);
	line_close(&l);

	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	line_ask(l, &k_profile_layout, &ask);
	assert_string_equal(l->reply.person.language, "ja");
	line_ask(l, &k_language_layout, &other);
	assert_true(l->dropped);
	line_close(&l);
}

/* The seed is the same after a cut, and verifies nothing until enrolled. */
static void
the_seed_stays_for_a_day(void **state)
{
	struct rig *r = *state;
	struct k_set_password set = { HASH_A };
	struct k_seed ask = { 0 };
	struct k_seed_code code = { 0 };
	struct secret first, again;
	struct line *l;
	char slip[64];

	rig_invite(r, "taro");
	memcpy(slip, r->initial, sizeof(slip));
	l = line_bind(r, "sshd", "taro", HERE);
	(void)line_initial(l, slip);
	line_ask(l, &k_set_password_layout, &set);
	line_ask(l, &k_seed_layout, &ask);
	first = l->reply.seed_is.seed;
	(void)snprintf(
	    code.digits, sizeof(code.digits), "%s", rig_code(r, &first, 900));
	line_ask(l, &k_seed_code_layout, &code);
	assert_int_equal(l->reply.verdict.word, VERDICT_CLOCK);
	assert_int_equal(l->reply.verdict.offset, 900);
	line_close(&l);
	for (int day = 0; day < 2; day++) {
		struct k_vouch vouch = { 0 };

		rig_restart(r);
		l = line_bind(r, "sshd", "taro", HERE);
		(void)line_password(l, HASH_A);
		assert_int_equal(
		    digest_typed("kosmo-initial", slip, vouch.initial),
		    KOSMO_OK);
		line_ask(l, &k_vouch_layout, &vouch);
		assert_int_equal(l->reply.verdict.word, VERDICT_YES);
		line_ask(l, &k_seed_layout, &ask);
		again = l->reply.seed_is.seed;
		assert_int_equal(secret_equal(&first, &again), day == 0);
		line_close(&l);
		r->wall += 86401;
	}
}

static void
locked_and_expired_people(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "taro", &seed);
	assert_int_equal(rig_act(r, "taro", ACT_LOCK), VERDICT_YES);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_B), VERDICT_NO);
	assert_int_equal(line_password(l, HASH_A), VERDICT_LOCKED);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	assert_int_equal(rig_act(r, "taro", ACT_UNLOCK), VERDICT_YES);
	assert_int_equal(login(r, HASH_A, rig_code(r, &seed, 0)), RESULT_ALLOW);

	rig_invite(r, "hanako");
	r->wall += 31 * 86400;
	l = line_bind(r, "sshd", "hanako", HERE);
	assert_int_equal(line_initial(l, "wrong"), VERDICT_NO);
	assert_int_equal(line_initial(l, r->initial), VERDICT_ENDED);
	line_close(&l);
}

/* A new slip voids the earlier one. */
static void
a_slip_is_voided_by_the_next(void **state)
{
	struct rig *r = *state;
	struct line *l;
	char old[64];

	rig_invite(r, "taro");
	memcpy(old, r->initial, sizeof(old));
	assert_int_equal(rig_act(r, "taro", ACT_INVITE), VERDICT_YES);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, old), VERDICT_NO);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	line_close(&l);
}

/* Locked between auth and account: account says so. */
static void
account_looks_again(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_person(r, "taro", &seed);
	l = line_bind(r, "sshd", "taro", HERE);
	(void)line_password(l, HASH_A);
	(void)line_code(l, rig_code(r, &seed, 0));
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	l->ended = false;
	keeper_account(l->c);
	assert_int_equal(l->end.result, RESULT_ALLOW);
	assert_int_equal(rig_act(r, "taro", ACT_LOCK), VERDICT_YES);
	keeper_account(l->c);
	assert_int_equal(l->end.result, RESULT_DENY);
	line_close(&l);
}

/* keys.sock has a phase of its own, which nobody else may say. */
static void
phases_have_their_sockets(void **state)
{
	struct rig *r = *state;

	for (uint8_t i = 0; i < 3 * (PHASE_KEYS + 2); i++) {
		uint8_t phase = i / 3;
		struct kpeer peer = {
			.trusted = 1, .admin = i % 3 == 1, .keys = i % 3 == 2
		};
		struct msg_open open = { .version = MSG_VERSION,
			.phase = phase };
		struct line l = { .rig = r };
		bool right = peer.admin
		    ? phase == PHASE_VERB
		    : phase >= PHASE_AUTH && phase <= PHASE_VERB;

		if (peer.keys || phase == PHASE_SESSION ||
		    phase == PHASE_SESSION_END)
			right = false; /* no conversation comes of them */
		assert_int_equal(
		    keeper_accept(r->k, &l, &peer, &open, &l.c), KOSMO_OK);
		assert_int_equal(l.c != NULL, right);
		assert_int_equal(l.ended, !right);
		keeper_closed(&l.c);
	}
}

static uint8_t
session(struct rig *r, uint8_t phase, uid_t uid, uint8_t ticket[TICKET_LEN])
{
	struct kpeer peer = { .uid = uid, .pid = 1, .trusted = uid == 0 };
	struct msg_open open = { 0 };
	struct line l = { 0 };

	l.rig = r;
	open.version = MSG_VERSION;
	open.phase = phase;
	memcpy(open.ticket, ticket, TICKET_LEN);
	assert_int_equal(keeper_accept(r->k, &l, &peer, &open, &l.c), KOSMO_OK);
	assert_null(l.c);
	assert_true(l.ended);
	memcpy(ticket, l.end.ticket, TICKET_LEN);
	return l.end.result;
}

_Static_assert(TICKET_LEN * 8 == 128, "bits of a ticket");

/* A ticket: once, within 120 s, by root; its row counts as a session. */
static void
tickets_and_sessions(void **state)
{
	struct rig *r = *state;
	uint8_t ticket[TICKET_LEN], used[TICKET_LEN], none[TICKET_LEN] = { 0 };
	struct secret seed;

	rig_person(r, "taro", &seed);
	for (int late = 0; late < 2; late++) {
		struct line *l = line_bind(r, "sshd", "taro", HERE);

		r->wall += 60;
		(void)line_password(l, HASH_A);
		(void)line_code(l, rig_code(r, &seed, 0));
		assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
		memcpy(ticket, l->end.ticket, TICKET_LEN);
		memcpy(used, ticket, TICKET_LEN);
		line_close(&l);
		r->mono += late ? 120001 : 119000;
		if (late)
			break;
		assert_int_equal(session(r, PHASE_SESSION, RIG_UID, ticket),
		    RESULT_NOT_MINE);
		memcpy(ticket, used, TICKET_LEN);
		assert_int_equal(
		    session(r, PHASE_SESSION, 0, ticket), RESULT_NOTED);
		assert_int_equal(rig_show(r, "taro").sessions, 1);
		assert_int_equal(
		    session(r, PHASE_SESSION, 0, used), RESULT_NOT_MINE);
		assert_int_equal(
		    session(r, PHASE_SESSION_END, 0, ticket), RESULT_NOTED);
		assert_int_equal(rig_show(r, "taro").sessions, 0);
	}
	assert_int_equal(session(r, PHASE_SESSION, 0, ticket), RESULT_NOT_MINE);
	assert_int_equal(session(r, PHASE_SESSION, 0, none), RESULT_NOT_MINE);
}

/* SPEC 5, [limits] conversations: the last eight are the console's. */
static void
the_console_has_room(void **state)
{
	struct rig *r = *state;
	struct line *l[6];

	r->conf.limits.conversations = 12;
	for (size_t i = 0; i < 5; i++)
		l[i] = line_name(r, PHASE_AUTH, "sshd", "taro", true);
	assert_non_null(l[3]->c);
	assert_null(l[4]->c);
	assert_int_equal(l[4]->end.result, RESULT_ERROR);
	l[5] = line_name(r, PHASE_AUTH, "login", "taro", true);
	assert_null(l[5]->c); /* a telnetd's login is no console */
	line_close(&l[5]);
	l[5] = line_name(r, PHASE_AUTH, "login", "taro", false);
	assert_non_null(l[5]->c);
	for (size_t i = 0; i < 6; i++)
		line_close(&l[i]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(talk_names_nobody_else),
		TEST(su_asks_one_of_two),
		TEST(registration_then_login),
		TEST(a_last_code_ends_it),
		TEST(a_last_code_may_not_be_the_last),
		TEST(one_factor_is_not_enough),
		TEST(a_code_works_once),
		TEST(fifty_at_once_let_one_in),
		TEST(the_window_is_one_step),
		TEST(a_clock_far_behind_refuses_totp),
		TEST(unknown_looks_like_wrong),
		TEST(dummy_settings_stay),
		TEST(out_of_turn_is_dropped),
		TEST(claims_lift_nothing),
		TEST(a_first_device_is_vouched_for),
		TEST(a_language_is_kept),
		TEST(the_seed_stays_for_a_day),
		TEST(locked_and_expired_people),
		TEST(a_slip_is_voided_by_the_next),
		TEST(account_looks_again),
		TEST(phases_have_their_sockets),
		TEST(tickets_and_sessions),
		TEST(the_console_has_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
