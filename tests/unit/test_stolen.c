/*
 * Who has one thing of somebody else's: a slip without the birth date, a
 * password without the mailbox, a mailbox without the password. Each stops
 * where SPEC says, whatever their talk asks.
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

#include "steps.h"

#define MAIL "taro@example.co.jp"

static int
set_up(void **state)
{
	(void)rig_set_up(state);
	rig_whole(*state);
	return 0;
}

/* What a thief would want of request type, from a guess at its content. */
static void
fill(const struct rig *r, uint8_t type, union kmsg *m)
{
	memset(m, 0, sizeof(*m));
	switch (type) {
	case K_TERMS:
		memcpy(m->terms.hash, r->conf.terms[0].hash, DIGEST_LEN);
		break;
	case K_EMAIL:
		(void)snprintf(m->email.address, sizeof(m->email.address),
		    "thief@example.org");
		break;
	case K_MAIL:
		m->mail.purpose = MAIL_LOGIN;
		m->mail.again = 1;
		break;
	case K_MAIL_CODE:
		m->mail_code.purpose = MAIL_ENROL;
		m->mail_code.enrol = 1;
		(void)snprintf(
		    m->mail_code.digits, sizeof(m->mail_code.digits), "000000");
		break;
	case K_USER_ID:
		(void)snprintf(
		    m->user_id.id, sizeof(m->user_id.id), "thief1234");
		break;
	case K_METHOD:
		m->method.method = METHOD_EMAIL;
		break;
	case K_SET_PASSWORD:
		(void)snprintf(
		    m->set_password.hash, sizeof(m->set_password.hash), HASH_B);
		break;
	case K_NAME:
		m->name.device = 1;
		(void)snprintf(m->name.name, sizeof(m->name.name), "x");
		break;
	case K_REMOVE:
		m->remove.device = 1;
		break;
	default:
		break;
	}
}

/* What they would like to change. */
static void
is_as_it_was(struct rig *r, const struct k_person *before)
{
	struct k_person p = rig_show(r, "taro");

	assert_int_equal(p.todo, before->todo);
	assert_int_equal(p.n_devices, before->n_devices);
	assert_int_equal(p.preferred, before->preferred);
	assert_int_equal(p.chosen, before->chosen);
	assert_int_equal(p.recovery, before->recovery);
	assert_int_equal(p.pending, before->pending);
	assert_string_equal(p.email, before->email);
	assert_string_equal(p.email_next, before->email_next);
	assert_string_equal(p.user_id, before->user_id);
	assert_string_equal(p.terms, before->terms);
	assert_string_equal(p.devices[0].name, before->devices[0].name);
}

/* How far a thief has come when a conversation begins. */
typedef void (*thief)(struct rig *r, struct line *l);

/* Every request of the protocol, each in a conversation of its own. */
static void
tries_everything(struct rig *r, thief begins)
{
	struct k_person before = rig_show(r, "taro");
	union kmsg *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	for (unsigned type = K_BIND; type < K_BIND + KMSG_REQUESTS; type++) {
		struct line *l = line_bind(r, "sshd", "taro", HERE);

		if (kmsg_layout((uint8_t)type) == NULL)
			continue;
		begins(r, l);
		fill(r, (uint8_t)type, m);
		line_ask(l, kmsg_layout((uint8_t)type), m);
		assert_int_not_equal(l->type, K_SEED_IS);
		assert_int_not_equal(l->type, K_CODES_IS);
		if (!l->dropped && !l->ended && !l->c->trying)
			assert_int_not_equal(
			    line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
		line_close(&l);
		is_as_it_was(r, &before);
		rig_pass(r, 3600); /* no wait is what stops them */
	}
	free(m);
}

static void
has_slip(struct rig *r, struct line *l)
{
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
}

static void
has_password(struct rig *r, struct line *l)
{
	(void)r;
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
}

static void
has_nothing(struct rig *r, struct line *l)
{
	(void)r;
	(void)l;
}

/* Invited and registered up to the open step bit (0: to the end). */
static void
register_up_to(struct rig *r, uint32_t bit, struct secret *seed)
{
	struct line *l;

	rig_invite_born(r, "taro");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	while (bit == 0 || (line_profile(l).todo & bit) != 0) {
		if (!line_step(l, seed))
			break;
	}
	line_close(&l);
	rig_pass(r, 3600);
}

/* Five wrong dates in all lock; the mailbox is told; unlocking begins anew. */
static void
a_slip_without_the_date(void **state)
{
	struct rig *r = *state;
	struct line *l = NULL;
	struct k_person p;

	rig_invite_born(r, "taro");
	tries_everything(r, has_slip);
	for (uint32_t left = 4;; left--) {
		l = line_bind(r, "sshd", "taro", HERE);
		assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
		assert_int_equal(line_birth(l, OTHER_DAY),
		    left > 0 ? VERDICT_NO : VERDICT_LOCKED);
		assert_int_equal(l->reply.verdict.left, left);
		rig_pass(r, 3600);
		if (left == 0)
			break;
		line_close(&l);
		if (left % 2 == 0)
			rig_restart(r);
	}
	assert_int_equal(line_birth(l, BORN), VERDICT_LOCKED);
	line_close(&l);
	p = rig_show(r, "taro");
	assert_int_equal(p.state, STATE_LOCKED);
	assert_string_equal(p.lock, "5 wrong dates of birth");
	assert_int_equal(rig_mails(r, MAIL, MK_LOCK), 1);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_LOCKED);
	line_close(&l);
	assert_int_equal(rig_act(r, "taro", ACT_UNLOCK), VERDICT_YES);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_birth(l, OTHER_DAY), VERDICT_NO);
	assert_int_equal(l->reply.verdict.left, 4);
	assert_int_equal(line_birth(l, BORN), VERDICT_YES);
	line_close(&l);
}

/* [registration] attempts, and that guessing dates is slowed as all is. */
static void
as_many_dates_as_said(void **state)
{
	struct rig *r = *state;
	struct line *l;

	r->conf.registration.attempts = 7;
	rig_invite_born(r, "taro");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	for (uint32_t left = 6; left > 1; left--) {
		assert_int_equal(line_birth(l, OTHER_DAY), VERDICT_NO);
		assert_int_equal(l->reply.verdict.left, left);
	}
	assert_int_equal(line_birth(l, BORN), VERDICT_WAIT);
	assert_true(l->reply.verdict.when > (uint64_t)r->wall);
	assert_int_equal(rig_show(r, "taro").births, 5);
	rig_pass(r, 3600);
	assert_int_equal(line_birth(l, OTHER_DAY), VERDICT_NO);
	assert_int_equal(line_birth(l, OTHER_DAY), VERDICT_LOCKED);
	line_close(&l);
}

/* Part 2 takes the mailbox as well: no device, no consent to one. */
static void
a_password_before_part_2(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	register_up_to(r, TODO_PASSWORD, &seed);
	assert_int_equal(rig_show(r, "taro").state, STATE_REGISTERED);
	/* a method may be chosen by whoever has the password: it adds none */
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_method(l, METHOD_EMAIL), VERDICT_YES);
	line_close(&l);
	tries_everything(r, has_password);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_vouch(l, r->initial), VERDICT_NO); /* the slip */
	assert_int_equal(line_profile(l).vouched, 0);
	line_close(&l);
	assert_int_equal(rig_mails(r, MAIL, MK_SETUP), 0);
}

static void
a_password_of_who_is_active(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	register_up_to(r, 0, &seed);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
	tries_everything(r, has_password);
	rig_new_terms(r); /* consent is asked of who logs in, not of them */
	assert_int_equal(rig_show(r, "taro").todo, TODO_TERMS);
	tries_everything(r, has_password);
}

static struct secret their_seed;

/* Everything was proven, and then an administrator locked. */
static void
is_locked_meanwhile(struct rig *r, struct line *l)
{
	assert_int_equal(rig_act(r, "taro", ACT_UNLOCK), VERDICT_YES);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(
	    line_code(l, rig_code(r, &their_seed, 0)), VERDICT_YES);
	assert_int_equal(rig_act(r, "taro", ACT_LOCK), VERDICT_YES);
}

static void
a_lock_ends_what_was_open(void **state)
{
	struct rig *r = *state;
	struct line *l;

	register_up_to(r, 0, &their_seed);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(
	    line_code(l, rig_code(r, &their_seed, 0)), VERDICT_YES);
	rig_pass(r, 100);
	assert_int_equal(line_mail(l, MAIL_ENROL), MAILED_SENT);
	assert_int_equal(line_mailed(l, MAIL_ENROL, true), VERDICT_YES);
	line_close(&l);
	rig_pass(r, 3600);
	tries_everything(r, is_locked_meanwhile);
}

/* A mailbox alone: no code of any purpose does anything without a password. */
static void
a_mailbox_alone(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *own, *l;

	register_up_to(r, TODO_PASSWORD, &seed);
	tries_everything(r, has_nothing);
	own = line_bind(r, "sshd", "taro", FAR);
	assert_int_equal(line_password(own, HASH_A), VERDICT_YES);
	assert_int_equal(line_mail(own, MAIL_SETUP), MAILED_SENT);
	for (int p = MAIL_CONFIRM; p <= MAIL_ENROL; p++) {
		l = line_bind(r, "sshd", "taro", HERE);
		if (p != MAIL_RESET)
			assert_int_not_equal(
			    line_mailed(l, (enum mail_purpose)p, true),
			    VERDICT_YES);
		assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
		line_close(&l);
	}
	assert_int_equal(rig_show(r, "taro").n_devices, 0);
	line_close(&own);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_slip_without_the_date),
		TEST(as_many_dates_as_said),
		TEST(a_password_before_part_2),
		TEST(a_password_of_who_is_active),
		TEST(a_lock_ends_what_was_open),
		TEST(a_mailbox_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
