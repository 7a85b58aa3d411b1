/*
 * K_AGENT and K_SIGNED: challenges for a person's agent, and signatures that
 * were got for something else.
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

#include "key_stage.h"

static const struct caller sudo = { .service = "sudo", .tty = "/dev/pts/3" };
static const struct caller verb = { .service = "kosmoctl",
	.tty = "pts/3",
	.phase = PHASE_VERB,
	.peer = RIG_UID };

/* taro at sudo, with an app and an SSH key; the password is right. */
static int
set_up(void **state)
{
	struct stage *s = stage_open(ALG_EDDSA);
	struct caller with = far;
	struct k_ssh_key m;

	s->r->conf.throttle.free = 200;
	s->r->conf.login.attempts = 10;
	key_ssh(&s->k, "ssh:", &m);
	s->l = line_all(s->r, &far, &s->seed);
	assert_int_equal(line_say(s->l, &k_ssh_key_layout, &m), VERDICT_YES);
	line_close(&s->l);
	with.auth_info = key_ssh_line(&s->k, "ssh:");
	s->l = line_all(s->r, &with, &s->seed);
	assert_int_equal(
	    line_say(s->l, &k_ssh_seen_layout, &(struct k_ssh_seen){ 0 }),
	    VERDICT_YES);
	stage_again(s, &sudo);
	*state = s;
	return 0;
}

static bool
ask(struct line *l, enum agent_purpose purpose, struct k_challenge *ret)
{
	const struct k_agent m = { (uint8_t)purpose };

	line_ask(l, &k_agent_layout, &m);
	if (l->type != K_CHALLENGE) {
		assert_int_equal(l->type, K_VERDICT);
		assert_int_equal(l->reply.verdict.word, VERDICT_NOT_NOW);
		return false;
	}
	*ret = l->reply.challenge;
	return true;
}

/* A challenge, and the right answer to it. */
static void
begin(struct stage *s)
{
	assert_true(ask(s->l, AGENT_FACTOR, &s->ch));
	memset(&s->sign, 0, sizeof(s->sign));
	s->sign.device = KEY;
	s->sign.flags = VERIFIED;
	key_ssh_sign(&s->k, "ssh:", &s->ch, &s->sign);
}

static enum verdict_word
send(struct stage *s)
{
	return line_say(s->l, &k_signed_layout, &s->sign);
}

static void
what_is_to_be_signed(void **state)
{
	struct stage *s = *state;
	char want[1024], first[1024];

	begin(s);
	(void)snprintf(want, sizeof(want), "kosmo-sudo@%s", s->r->k->host);
	assert_string_equal(s->ch.namespace, want);
	(void)snprintf(want, sizeof(want),
	    "kosmo host=%s person=taro service=sudo tty=/dev/pts/3 nonce=",
	    s->r->k->host);
	assert_memory_equal(s->ch.text, want, strlen(want));
	assert_int_equal(strlen(s->ch.text), strlen(want) + 64);
	assert_int_equal(
	    strspn(s->ch.text + strlen(want), "0123456789abcdef"), 64);
	assert_int_equal(s->ch.n, 1);
	assert_int_equal(s->ch.keys[0].device, KEY);
	assert_int_equal(s->ch.keys[0].alg, ALG_EDDSA);
	assert_string_equal(s->ch.keys[0].application, "ssh:");
	memcpy(first, s->ch.text, sizeof(first));
	begin(s);
	assert_string_not_equal(s->ch.text, first);
}

/* A terminal's name can't pose as another word. */
static void
words_stay_words(void **state)
{
	struct stage *s = *state;

	line_close(&s->l);
	s->l = line_known(
	    s->r, &(struct caller){ .service = "sudo", .tty = "x nonce=1" });
	begin(s);
	assert_non_null(strstr(s->ch.text, " tty=x?nonce=1 nonce="));
}

static void
each_algorithm(void **state)
{
	struct stage *s = *state;
	struct soft_key k2;
	struct caller with = far;
	struct k_ssh_key m;

	begin(s);
	assert_int_equal(send(s), VERDICT_YES);
	assert_int_equal(line_finish(s->l, RESULT_ALLOW), RESULT_ALLOW);
	assert_int_equal(rig_show(s->r, "taro").devices[1].used, s->r->wall);
	soft_key_new(&k2, ALG_ES256);
	key_ssh(&k2, "ssh:work", &m);
	line_close(&s->l);
	with.auth_info = key_ssh_line(&k2, "ssh:work");
	s->l = line_all(s->r, &with, &s->seed);
	assert_int_equal(line_say(s->l, &k_ssh_key_layout, &m), VERDICT_YES);
	assert_int_equal(
	    line_say(s->l, &k_ssh_seen_layout, &(struct k_ssh_seen){ 0 }),
	    VERDICT_YES);
	stage_again(s, &sudo);
	begin(s);
	assert_int_equal(s->ch.n, 2);
	s->sign.device = 3;
	key_ssh_sign(&k2, "ssh:work", &s->ch, &s->sign);
	s->sign.last = 1;
	assert_int_equal(send(s), VERDICT_YES);
	assert_int_equal(s->l->reply.verdict.ended, 1);
	assert_int_equal(s->l->end.result, RESULT_ALLOW);
	soft_key_done(&k2);
}

/* --- what does not fit ------------------------------------------------------
 */

static void
other_host(struct stage *s)
{
	struct k_challenge ch = s->ch;

	(void)snprintf(ch.namespace, sizeof(ch.namespace), "kosmo-sudo@web2");
	key_ssh_sign(&s->k, "ssh:", &ch, &s->sign);
}

static void
to_enrol(struct stage *s)
{
	struct k_challenge ch = s->ch;

	(void)snprintf(ch.namespace, sizeof(ch.namespace), "kosmo-enroll@%s",
	    s->r->k->host);
	key_ssh_sign(&s->k, "ssh:", &ch, &s->sign);
}

/* A word of the text is another one. */
static void
said(struct stage *s, const char *word, const char *other)
{
	struct k_challenge ch = s->ch;
	char *at = strstr(ch.text, word);

	assert_non_null(at);
	assert_int_equal(strlen(word), strlen(other));
	memcpy(at, other, strlen(other));
	key_ssh_sign(&s->k, "ssh:", &ch, &s->sign);
}

static void
other_person(struct stage *s)
{
	said(s, "person=taro", "person=jiro");
}

static void
other_service(struct stage *s)
{
	said(s, "service=sudo", "service=sshd");
}

static void
other_tty(struct stage *s)
{
	said(s, "pts/3", "pts/4");
}

static void
other_nonce(struct stage *s)
{
	char *at = strstr(s->ch.text, "nonce=") + 6;

	*at = *at == '0' ? '1' : '0';
	key_ssh_sign(&s->k, "ssh:", &s->ch, &s->sign);
}

static void
other_application(struct stage *s)
{
	key_ssh_sign(&s->k, "ssh:x", &s->ch, &s->sign);
}

static void
other_key(struct stage *s)
{
	struct soft_key other;

	soft_key_new(&other, ALG_EDDSA);
	key_ssh_sign(&other, "ssh:", &s->ch, &s->sign);
	soft_key_done(&other);
}

static void
flags_that_were_not_signed(struct stage *s)
{
	s->sign.flags = KEY_UP;
	key_ssh_sign(&s->k, "ssh:", &s->ch, &s->sign);
	s->sign.flags = VERIFIED;
}

static void
counter_that_was_not_signed(struct stage *s)
{
	s->sign.counter++;
}

static void
an_app(struct stage *s)
{
	s->sign.device = 1;
}

static void
the_waiting_one(struct stage *s)
{
	s->sign.device = 0;
}

static void
not_theirs(struct stage *s)
{
	s->sign.device = 99;
}

static const struct lie lies[] = {
	{ "host", other_host, FAULT_SIGNATURE },
	{ "namespace", to_enrol, FAULT_SIGNATURE },
	{ "person", other_person, FAULT_SIGNATURE },
	{ "service", other_service, FAULT_SIGNATURE },
	{ "tty", other_tty, FAULT_SIGNATURE },
	{ "nonce", other_nonce, FAULT_SIGNATURE },
	{ "application", other_application, FAULT_SIGNATURE },
	{ "key", other_key, FAULT_SIGNATURE },
	{ "flags", flags_that_were_not_signed, FAULT_SIGNATURE },
	{ "counter", counter_that_was_not_signed, FAULT_SIGNATURE },
	{ "app", an_app, FAULT_DEVICE },
	{ "waiting", the_waiting_one, FAULT_DEVICE },
	{ "not theirs", not_theirs, FAULT_DEVICE },
};

static void
each_lie(void **state)
{
	static const struct proof honest = { &sudo, begin, &k_signed_layout };

	stage_lies(*state, &honest, lies, sizeof(lies) / sizeof(*lies));
}

static void
flags(void **state)
{
	static const struct {
		uint32_t verify;
		uint8_t flags;
		enum key_fault fault;
	} cases[] = {
		{ VERIFY_REQUIRED, 0, FAULT_TOUCH },
		{ VERIFY_REQUIRED, KEY_UV, FAULT_TOUCH },
		{ VERIFY_REQUIRED, KEY_UP, FAULT_VERIFY },
		{ VERIFY_BIOMETRIC, KEY_UP, FAULT_VERIFY },
		{ VERIFY_PREFERRED, 0, FAULT_TOUCH },
		{ VERIFY_DISCOURAGED, KEY_UV, FAULT_TOUCH },
		{ VERIFY_PREFERRED, KEY_UP, FAULT_NONE },
		{ VERIFY_DISCOURAGED, KEY_UP, FAULT_NONE },
	};
	struct stage *s = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum key_fault fault = cases[i].fault;
		size_t before = fault != 0 ? rig_faults(s->r, fault) : 0;

		s->r->conf.passkey.verify = cases[i].verify;
		stage_again(s, &sudo);
		begin(s);
		s->sign.flags = cases[i].flags;
		key_ssh_sign(&s->k, "ssh:", &s->ch, &s->sign);
		assert_int_equal(
		    send(s), fault != 0 ? VERDICT_MISSING : VERDICT_YES);
		if (fault != 0)
			assert_int_equal(rig_faults(s->r, fault), before + 1);
		assert_int_equal(line_finish(s->l, RESULT_ALLOW),
		    fault != 0 ? RESULT_DENY : RESULT_ALLOW);
	}
}

/* Lower is refused and told; the same is what some tokens always say. */
static void
counters(void **state)
{
	static const struct {
		uint32_t counter;
		enum verdict_word word;
	} cases[] = { { 0, VERDICT_YES }, { 5, VERDICT_YES },
		{ 5, VERDICT_YES }, { 4, VERDICT_USED }, { 0, VERDICT_USED },
		{ 0x12345678, VERDICT_YES }, { 0x12345678, VERDICT_YES },
		{ 5, VERDICT_USED } };
	struct stage *s = *state;
	size_t back = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		stage_again(s, &sudo);
		s->k.counter = cases[i].counter;
		begin(s);
		assert_int_equal(send(s), cases[i].word);
		back += cases[i].word == VERDICT_USED;
		assert_int_equal(rig_faults(s->r, FAULT_COUNTER), back);
		assert_int_equal(rig_mails_of(s->r, "taro", MK_COUNTER), back);
	}
}

/* Once, for 60 seconds, in its own conversation. */
static void
a_challenge_counts_once(void **state)
{
	struct stage *s = *state;
	struct line *other;
	struct k_challenge ch;

	assert_int_equal(send(s), VERDICT_NOT_NOW); /* none was given */
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 1);
	begin(s);
	s->r->mono += 60000;
	assert_int_equal(send(s), VERDICT_YES);
	assert_int_equal(send(s), VERDICT_NOT_NOW);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 2);
	stage_again(s, &sudo);
	begin(s);
	s->r->mono += 60001;
	assert_int_equal(send(s), VERDICT_NOT_NOW);
	assert_int_equal(rig_faults(s->r, FAULT_OLD), 1);
	assert_int_equal(send(s), VERDICT_NOT_NOW);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 3);
	/* a wrong answer uses it up */
	begin(s);
	s->sign.signature[0] ^= 1;
	assert_int_equal(send(s), VERDICT_NO);
	s->sign.signature[0] ^= 1;
	assert_int_equal(send(s), VERDICT_NOT_NOW);
	/* a newer one voids it */
	begin(s);
	assert_true(ask(s->l, AGENT_FACTOR, &ch));
	assert_int_equal(send(s), VERDICT_NO);
	/* and so does one that is not given */
	begin(s);
	assert_false(ask(s->l, AGENT_ENROL, &ch));
	assert_int_equal(send(s), VERDICT_NOT_NOW);
	/* elsewhere it is nothing */
	begin(s);
	other = line_known(s->r, &sudo);
	assert_int_equal(
	    line_say(other, &k_signed_layout, &s->sign), VERDICT_NOT_NOW);
	assert_true(ask(other, AGENT_FACTOR, &ch));
	assert_int_equal(
	    line_say(other, &k_signed_layout, &s->sign), VERDICT_NO);
	line_close(&other);
	/* nor after a restart */
	begin(s);
	line_close(&s->l);
	rig_restart(s->r);
	rig_keys(s->r, BOTH_KINDS);
	s->l = line_known(s->r, &sudo);
	assert_int_equal(send(s), VERDICT_NOT_NOW);
	assert_true(ask(s->l, AGENT_FACTOR, &ch));
	assert_int_equal(send(s), VERDICT_NO);
}

static void
where_no_agent_is_asked(void **state)
{
	struct stage *s = *state;
	static const struct caller callers[] = {
		{ .service = "sshd", .source = HERE },
		{ .service = "login", .tty = "tty1" },
		{ .service = "su", .tty = "pts/3" },
		{ .service = "sudo", .ruid = RIG_UID + 1 },
		{ .service = "sudo", .peer = RIG_UID },
	};

	line_close(&s->l);
	s->l = line_as(s->r, &sudo); /* before the password */
	assert_false(ask(s->l, AGENT_FACTOR, &s->ch));
	for (size_t i = 0; i < sizeof(callers) / sizeof(*callers); i++) {
		stage_again(s, &callers[i]);
		assert_false(ask(s->l, AGENT_FACTOR, &s->ch));
		assert_false(ask(s->l, 0, &s->ch));
		assert_false(ask(s->l, 3, &s->ch));
	}
	stage_again(s, &sudo);
	assert_false(ask(s->l, 0, &s->ch));
	assert_false(ask(s->l, 3, &s->ch));
	rig_service(s->r, "sudo")->methods = METHOD_BIT(METHOD_TOTP);
	stage_again(s, &sudo);
	assert_false(ask(s->l, AGENT_FACTOR, &s->ch));
	rig_service(s->r, "sudo")->methods = 0;
	stage_again(s, &sudo);
	begin(s);
	rig_keys(s->r, METHOD_BIT(METHOD_TOTP)); /* meanwhile */
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_METHOD), 1);
	rig_keys(s->r, BOTH_KINDS);
	begin(s);
	assert_int_equal(rig_act(s->r, "taro", ACT_LOCK), VERDICT_YES);
	assert_int_equal(send(s), VERDICT_LOCKED);
	assert_false(ask(s->l, AGENT_FACTOR, &s->ch));
}

/* Who has no such key, and who is not known, are asked for none. */
static void
who_has_none(void **state)
{
	struct stage *s = *state;
	const struct caller nobody = { .service = "sudo", .login = "nobody" };
	struct line *l = line_all(s->r, &verb, &s->seed);
	const struct k_remove gone = { KEY };

	begin(s);
	assert_int_equal(line_say(l, &k_remove_layout, &gone), VERDICT_YES);
	line_close(&l);
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_DEVICE), 1);
	assert_false(ask(s->l, AGENT_FACTOR, &s->ch));
	l = line_as(s->r, &nobody);
	assert_false(ask(l, AGENT_FACTOR, &s->ch));
	assert_int_equal(
	    line_say(l, &k_signed_layout, &s->sign), VERDICT_NOT_NOW);
	line_close(&l);
}

/* --- kosmoctl enroll ssh-key ------------------------------------------------
 */

static void
enrolled_at_once(void **state)
{
	struct stage *s = *state;
	char want[300];
	struct soft_key k2;
	struct k_ssh_key key;

	soft_key_new(&k2, ALG_ES256);
	key_ssh(&k2, "ssh:", &key);
	(void)snprintf(key.name, sizeof(key.name), "green");
	line_close(&s->l);
	s->l = line_all(s->r, &verb, &s->seed);
	assert_false(ask(s->l, AGENT_ENROL, &s->ch)); /* none waits */
	assert_int_equal(line_say(s->l, &k_ssh_key_layout, &key), VERDICT_YES);
	for (int i = 0; i < 5; i++) {
		assert_true(ask(s->l, AGENT_ENROL, &s->ch));
		(void)snprintf(
		    want, sizeof(want), "kosmo-enroll@%s", s->r->k->host);
		assert_string_equal(s->ch.namespace, want);
		assert_int_equal(s->ch.n, 1);
		assert_int_equal(s->ch.keys[0].device, 0);
		memset(&s->sign, 0, sizeof(s->sign));
		s->sign.flags = i == 1 ? KEY_UP : VERIFIED;
		k2.counter = 9;
		key_ssh_sign(i == 0 ? &s->k : &k2, "ssh:", &s->ch, &s->sign);
		if (i == 2)
			s->sign.device =
			    KEY; /* an enrolled one does not count */
		if (i == 3)
			s->r->mono += 60001;
		assert_int_equal(send(s),
		    i == 0	 ? VERDICT_NO
			: i == 1 ? VERDICT_MISSING
			: i == 2 ? VERDICT_NO
			: i == 3 ? VERDICT_NOT_NOW
				 : VERDICT_YES);
	}
	assert_int_equal(rig_faults(s->r, FAULT_SIGNATURE), 1);
	assert_int_equal(rig_faults(s->r, FAULT_VERIFY), 1);
	assert_int_equal(rig_faults(s->r, FAULT_DEVICE), 1);
	assert_int_equal(rig_faults(s->r, FAULT_OLD), 1);
	assert_int_equal(s->l->reply.verdict.device, 3);
	assert_int_equal(send(s), VERDICT_NOT_NOW);
	assert_int_equal(rig_show(s->r, "taro").key_waits, 0);
	assert_string_equal(rig_show(s->r, "taro").devices[2].name, "green");
	assert_int_equal(rig_mails_of(s->r, "taro", MK_DEVICE_ADDED), 2);
	/* the counter of that signature is the first that is known */
	stage_again(s, &sudo);
	begin(s);
	s->sign.device = 3;
	k2.counter = 8;
	key_ssh_sign(&k2, "ssh:", &s->ch, &s->sign);
	assert_int_equal(send(s), VERDICT_USED);
	soft_key_done(&k2);
}

/* A signature for sudo enrols nothing, and the other way round. */
static void
purposes(void **state)
{
	struct stage *s = *state;
	struct soft_key k2;
	struct k_ssh_key key;

	soft_key_new(&k2, ALG_EDDSA);
	key_ssh(&k2, "ssh:", &key);
	line_close(&s->l);
	s->l = line_all(s->r, &verb, &s->seed);
	assert_int_equal(line_say(s->l, &k_ssh_key_layout, &key), VERDICT_YES);
	begin(s); /* for the factor */
	s->sign.device = 0;
	key_ssh_sign(&k2, "ssh:", &s->ch, &s->sign);
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_show(s->r, "taro").n_devices, 2);
	stage_again(s, &sudo); /* where nothing is enrolled */
	assert_false(ask(s->l, AGENT_ENROL, &s->ch));
	soft_key_done(&k2);
}

static void
not_too_often(void **state)
{
	struct stage *s = *state;

	for (int i = 0; i < 16; i++)
		assert_true(ask(s->l, AGENT_FACTOR, &s->ch));
	line_ask(s->l, &k_agent_layout, &(struct k_agent){ AGENT_FACTOR });
	assert_true(s->l->dropped);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, stage_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_to_be_signed),
		TEST(words_stay_words),
		TEST(each_algorithm),
		TEST(each_lie),
		TEST(flags),
		TEST(counters),
		TEST(a_challenge_counts_once),
		TEST(where_no_agent_is_asked),
		TEST(who_has_none),
		TEST(enrolled_at_once),
		TEST(purposes),
		TEST(not_too_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
