/*
 * Addresses: which ones may be chosen, who is told, and from when they count.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "steps.h"

#define MAIL "taro@example.co.jp"
#define OTHER "taro@example.org"
#define THIRD "taro@example.net"

static int
set_up(void **state)
{
	(void)rig_set_up(state);
	rig_whole(*state);
	return 0;
}

/* Invited, and at the step of the address. */
static struct line *
at_address(struct rig *r)
{
	struct line *l;

	rig_invite_born(r, "taro");
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	assert_int_equal(line_birth(l, BORN), VERDICT_YES);
	assert_int_equal(line_terms(l, 0), VERDICT_YES);
	return l;
}

/* From the address on to the end of part 1. */
static void
end_part_1(struct line *l, struct secret *seed)
{
	assert_int_equal(line_mail(l, MAIL_CONFIRM), MAILED_SENT);
	assert_int_equal(line_mailed(l, MAIL_CONFIRM, false), VERDICT_YES);
	while ((line_profile(l).todo & TODO_PASSWORD) != 0)
		assert_true(line_step(l, seed));
}

/* All proven, as kosmoctl does it. */
static struct line *
at_home(struct rig *r, const struct secret *seed)
{
	struct line *l = line_bind(r, "sshd", "taro", HERE);

	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, seed, 0)), VERDICT_YES);
	return l;
}

/* allow: another one goes on at once, and the recorded one is told at once. */
static void
another_address(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l = at_address(r);

	assert_int_equal(line_email(l, OTHER), VERDICT_YES);
	assert_string_equal(line_profile(l).email, MAIL);
	assert_string_equal(line_profile(l).email_next, OTHER);
	assert_int_equal(rig_mails(r, MAIL, MK_ADDRESS), 1);
	assert_string_equal(
	    fake_post_mail(&r->post, "taro", MK_ADDRESS)->address,
	    "t***@example.org");
	assert_int_equal(line_email(l, OTHER), VERDICT_YES); /* told already */
	assert_int_equal(line_mail(l, MAIL_CONFIRM), MAILED_SENT);
	assert_int_equal(line_email(l, THIRD), VERDICT_YES); /* change */
	assert_int_equal(line_mailed(l, MAIL_CONFIRM, false), VERDICT_ENDED);
	rig_pass(r, 100);
	end_part_1(l, &seed);
	assert_string_equal(rig_show(r, "taro").email, THIRD);
	assert_string_equal(rig_show(r, "taro").email_next, "");
	assert_int_equal(rig_show(r, "taro").email_held, 0);
	while (line_step(l, &seed))
		;
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").state, STATE_ACTIVE);
	assert_int_equal(rig_mails(r, MAIL, MK_ADDRESS), 2);
	assert_int_equal(rig_mails(r, THIRD, MK_ADDRESS), 0);
	assert_int_equal(rig_mails(r, THIRD, MK_REGISTERED), 1);
}

/* The recorded one, in whatever case, is no change, and back is none. */
static void
the_same_address(void **state)
{
	struct rig *r = *state;
	struct line *l;

	r->conf.registration.change = CHANGE_REFUSE;
	l = at_address(r);
	assert_int_equal(line_email(l, OTHER), VERDICT_NOT_NOW);
	assert_int_equal(line_email(l, "Taro@Example.co.jp"), VERDICT_YES);
	assert_string_equal(line_profile(l).email_next, "");
	assert_int_equal(rig_mails(r, MAIL, MK_ADDRESS), 0);
	r->conf.registration.change = CHANGE_ALLOW;
	assert_int_equal(line_email(l, OTHER), VERDICT_YES);
	assert_int_equal(line_email(l, MAIL), VERDICT_YES);
	assert_string_equal(line_profile(l).email_next, "");
	assert_int_equal(line_mail(l, MAIL_CONFIRM), MAILED_SENT);
	assert_int_equal(rig_mails(r, MAIL, MK_CONFIRM), 1);
	line_close(&l);
}

/* hold: part 2 waits for a day, in this conversation and in the next. */
static void
a_held_address(void **state)
{
	struct rig *r = *state;
	struct k_seed ask = { 0 };
	struct secret seed;
	struct line *l;

	r->conf.registration.change = CHANGE_HOLD;
	l = at_address(r);
	assert_int_equal(line_email(l, OTHER), VERDICT_YES);
	end_part_1(l, &seed);
	assert_int_equal(line_profile(l).email_held, r->wall + 86400);
	line_ask(l, &k_seed_layout, &ask);
	assert_int_equal(l->type, K_VERDICT);
	assert_int_equal(l->reply.verdict.word, VERDICT_NOT_NOW);
	assert_int_equal(line_mail(l, MAIL_SETUP), MAILED_NOT_NOW);
	line_close(&l);
	rig_pass(r, 86399);
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_mail(l, MAIL_SETUP), MAILED_NOT_NOW);
	rig_pass(r, 1);
	assert_true(line_step(l, &seed));
	line_close(&l);
	assert_int_equal(rig_show(r, "taro").n_devices, 1);
}

static void
nothing_is_held_unchanged(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	r->conf.registration.change = CHANGE_HOLD;
	l = at_address(r);
	assert_int_equal(line_email(l, MAIL), VERDICT_YES);
	end_part_1(l, &seed);
	assert_int_equal(rig_show(r, "taro").email_held, 0);
	assert_true(line_step(l, &seed));
	line_close(&l);
}

static void
allowed_domains(void **state)
{
	struct rig *r = *state;
	struct line *l;

	(void)snprintf(r->conf.email.domains, sizeof(r->conf.email.domains),
	    "example.co.jp Example.ORG");
	l = at_address(r);
	assert_int_equal(line_email(l, THIRD), VERDICT_DOMAIN);
	assert_int_equal(line_email(l, "t@sub.example.org"), VERDICT_DOMAIN);
	assert_int_equal(line_email(l, "t@xexample.org"), VERDICT_DOMAIN);
	assert_int_equal(line_email(l, "t@example"), VERDICT_DOMAIN);
	assert_string_equal(line_profile(l).email_next, "");
	assert_int_equal(line_email(l, "t@EXAMPLE.org"), VERDICT_YES);
	line_close(&l);
}

static void
no_address_at_all(void **state)
{
	static const char *const bad[] = { "", "taro", "taro@", "@a.example",
		"a b@example.org", "-f@example.org\n", "a@b@c" };
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct k_email m = { 0 };
		struct line *l;

		if (strchr(bad[i], '\n') != NULL)
			continue; /* the codec has no such text */
		l = at_address(r);
		memcpy(m.address, bad[i], strlen(bad[i]));
		line_ask(l, &k_email_layout, &m);
		assert_true(l->dropped);
		line_close(&l);
		assert_int_equal(rig_act(r, "taro", ACT_REMOVE), VERDICT_YES);
	}
}

/* Later it takes all, and both addresses are told, once it is confirmed. */
static void
a_change_later(void **state)
{
	struct rig *r = *state;
	struct k_email m = { OTHER };
	struct secret seed;
	struct line *l;

	rig_invite_born(r, "taro");
	rig_register(r, &seed);
	r->conf.registration.change = CHANGE_REFUSE; /* at registration */
	l = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	line_ask(l, &k_email_layout, &m);
	assert_true(l->dropped);
	line_close(&l);
	rig_pass(r, 3600);
	l = at_home(r, &seed);
	assert_int_equal(line_mail(l, MAIL_CONFIRM), MAILED_NOT_NOW);
	assert_int_equal(line_email(l, OTHER), VERDICT_YES);
	assert_string_equal(rig_show(r, "taro").email, MAIL);
	assert_int_equal(rig_show(r, "taro").todo, 0);
	assert_int_equal(rig_mails(r, MAIL, MK_ADDRESS), 0);
	assert_int_equal(line_mail(l, MAIL_CONFIRM), MAILED_SENT);
	assert_int_equal(rig_mails(r, OTHER, MK_CONFIRM), 1);
	assert_int_equal(line_mailed(l, MAIL_CONFIRM, false), VERDICT_YES);
	line_close(&l);
	assert_string_equal(rig_show(r, "taro").email, OTHER);
	assert_int_equal(rig_show(r, "taro").email_ok, 1);
	assert_int_equal(rig_mails(r, MAIL, MK_ADDRESS), 1);
	assert_int_equal(rig_mails(r, OTHER, MK_ADDRESS), 1);
}

/* A slip again: what was confirmed with the first one counts no more. */
static void
a_new_slip_confirms_anew(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct k_person p;
	struct line *l = at_address(r);

	assert_int_equal(line_email(l, OTHER), VERDICT_YES);
	end_part_1(l, &seed);
	assert_int_equal(line_app(l, &seed), VERDICT_YES);
	line_close(&l);
	assert_int_equal(rig_act(r, "taro", ACT_INVITE), VERDICT_YES);
	p = rig_show(r, "taro");
	assert_int_equal(p.state, STATE_INVITED);
	assert_int_equal(p.email_ok, 0);
	assert_int_equal(p.n_devices, 0);
	assert_string_equal(p.terms, "");
	assert_int_equal(p.todo & (TODO_BIRTH | TODO_CONFIRM | TODO_METHOD),
	    TODO_BIRTH | TODO_CONFIRM | TODO_METHOD);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(another_address),
		TEST(the_same_address),
		TEST(a_held_address),
		TEST(nothing_is_held_unchanged),
		TEST(allowed_domains),
		TEST(no_address_at_all),
		TEST(a_change_later),
		TEST(a_new_slip_confirms_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
