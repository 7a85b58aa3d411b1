/*
 * K_PASSKEY: proofs by an authenticator at this host, and where it may be
 * asked for at all.
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
#include <openssl/sha.h>

#include "key_stage.h"

static const struct caller sudo_here = { .service = "sudo", .tty = "pts/9" };

/* taro, with an app and a passkey; password right at the console. */
static int
set_up(void **state)
{
	struct stage *s = stage_open(ALG_ES256);

	s->r->conf.throttle.free = 200; /* lies are counted elsewhere */
	s->r->conf.login.attempts = 10;
	s->l = line_all(s->r, &console, &s->seed);
	assert_int_equal(line_enrol(s->l, &s->k), KEY);
	assert_int_equal(line_finish(s->l, RESULT_ALLOW), RESULT_ALLOW);
	stage_again(s, &console);
	*state = s;
	return 0;
}

static void
begin(struct stage *s)
{
	assert_int_equal(line_touch(s->l, TOUCH_PROVE, KEY, &s->job), KOSMO_OK);
	key_proof(&s->k, &s->job, KEY, VERIFIED, &s->proof);
}

/* Signs what the lie has made of it. */
static void
sign(struct stage *s)
{
	uint8_t counter[4];
	const struct part parts[] = { { s->proof.rp_hash, DIGEST_LEN },
		{ &s->proof.flags, 1 }, { counter, 4 },
		{ s->job.hash, DIGEST_LEN } };

	for (int i = 0; i < 4; i++)
		counter[i] = (uint8_t)(s->proof.counter >> (24 - 8 * i));
	key_sign(
	    s->k.key, parts, 4, s->proof.signature, &s->proof.signature_len);
}

static enum verdict_word
send(struct stage *s)
{
	return line_say(s->l, &k_passkey_layout, &s->proof);
}

static void
a_login(void **state)
{
	struct stage *s = *state;

	begin(s);
	assert_int_equal(s->job.act, TOUCH_PROVE);
	assert_int_equal(s->job.n, 1);
	assert_memory_equal(s->job.credentials[0].id, s->k.id, 32);
	assert_int_equal(send(s), VERDICT_YES);
	assert_int_equal(s->l->reply.verdict.ended, 0);
	assert_int_equal(line_finish(s->l, RESULT_ALLOW), RESULT_ALLOW);
	assert_int_equal(rig_in_log(s->r, "\"step\":\"passkey\""), 2);
	assert_int_equal(rig_show(s->r, "taro").devices[1].used, s->r->wall);
	assert_int_equal(
	    rig_show(s->r, "taro").devices[0].used, s->r->wall - 60);
	stage_again(s, &console);
	begin(s);
	s->proof.last = 1;
	assert_int_equal(send(s), VERDICT_YES);
	assert_int_equal(s->l->reply.verdict.ended, 1);
	assert_true(s->l->ended);
	assert_int_equal(s->l->end.result, RESULT_ALLOW);
}

/* Before the password there is neither a job nor a proof. */
static void
not_before_the_password(void **state)
{
	struct stage *s = *state;

	line_close(&s->l);
	s->l = line_as(s->r, &console);
	assert_int_equal(
	    line_touch(s->l, TOUCH_PROVE, KEY, &s->job), KOSMO_EPERM);
	key_proof(&s->k, &s->job, KEY, VERIFIED, &s->proof);
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_in_log(s->r, "\"code before the password\""), 1);
	assert_int_equal(line_password(s->l, HASH_A), VERDICT_YES);
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 1);
	assert_int_equal(line_finish(s->l, RESULT_ALLOW), RESULT_DENY);
}

static void
other_rp(struct stage *s)
{
	SHA256((const uint8_t *)"evil.example", 12, s->proof.rp_hash);
	sign(s);
}

static void
untouched(struct stage *s)
{
	s->proof.flags = KEY_UV;
	sign(s);
}

static void
unverified(struct stage *s)
{
	s->proof.flags = KEY_UP;
	sign(s);
}

static void
said_to_be_verified(struct stage *s)
{
	s->proof.flags = KEY_UP;
	sign(s);
	s->proof.flags = VERIFIED;
}

static void
with_credential(struct stage *s)
{
	s->proof.flags |= KEY_AT;
	sign(s);
}

static void
with_extensions(struct stage *s)
{
	s->proof.flags |= KEY_ED;
	sign(s);
}

static void
other_counter(struct stage *s)
{
	s->proof.counter++;
}

static void
other_challenge(struct stage *s)
{
	s->job.hash[0] ^= 1;
	sign(s);
}

static void
other_key(struct stage *s)
{
	struct soft_key mine = s->k, other;

	soft_key_new(&other, ALG_ES256);
	s->k = other;
	sign(s);
	s->k = mine;
	soft_key_done(&other);
}

static void
no_signature(struct stage *s)
{
	s->proof.signature_len = 0;
}

static void
an_app(struct stage *s)
{
	s->proof.device = 1;
}

static void
nobody(struct stage *s)
{
	s->proof.device = 0;
}

static void
not_theirs(struct stage *s)
{
	s->proof.device = 99;
}

static const struct lie lies[] = {
	{ "rp", other_rp, FAULT_RP },
	{ "untouched", untouched, FAULT_TOUCH },
	{ "unverified", unverified, FAULT_VERIFY },
	{ "flags", said_to_be_verified, FAULT_SIGNATURE },
	{ "credential", with_credential, FAULT_SHAPE },
	{ "extensions", with_extensions, FAULT_SHAPE },
	{ "counter", other_counter, FAULT_SIGNATURE },
	{ "challenge", other_challenge, FAULT_SIGNATURE },
	{ "key", other_key, FAULT_SIGNATURE },
	{ "none", no_signature, FAULT_SIGNATURE },
	{ "app", an_app, FAULT_DEVICE },
	{ "nobody", nobody, FAULT_DEVICE },
	{ "not theirs", not_theirs, FAULT_DEVICE },
};

/* Each is refused, charged, logged under its reason, and changes nothing. */
static void
each_lie(void **state)
{
	static const struct proof honest = { &console, begin,
		&k_passkey_layout };
	struct stage *s = *state;
	uint64_t used = rig_show(s->r, "taro").devices[1].used;

	stage_lies(s, &honest, lies, sizeof(lies) / sizeof(*lies));
	assert_int_equal(rig_show(s->r, "taro").devices[1].used, used);
	stage_again(s, &console);
	s->k.counter = 2; /* none of them was taken over */
	begin(s);
	assert_int_equal(send(s), VERDICT_YES);
}

/* Wrong ones from nowhere known lock in the end, as wrong codes do. */
static void
wrong_ones_are_charged(void **state)
{
	struct stage *s = *state;

	s->r->conf.throttle.free = 2;
	for (int i = 0; i < 2; i++) {
		begin(s);
		other_key(s);
		assert_int_equal(send(s), VERDICT_NO);
	}
	begin(s);
	assert_int_equal(send(s), VERDICT_WAIT);
	rig_pass(s->r, 120);
	begin(s);
	assert_int_equal(send(s), VERDICT_YES);
}

static void
too_many_in_one_login(void **state)
{
	struct stage *s = *state;

	s->r->conf.login.attempts = 2;
	for (int i = 0; i < 3; i++) {
		begin(s);
		if (i < 2)
			s->proof.signature[0] ^= 1;
		assert_int_equal(send(s), VERDICT_NO);
	}
	assert_int_equal(
	    rig_in_log(s->r, "\"too many codes in one login\""), 1);
}

/*
 * 0 and 0 is no counter; else it rises. What it was when the key was enrolled
 * counts as well: 1.
 */
static void
counters(void **state)
{
	static const struct {
		uint32_t counter;
		enum verdict_word word;
	} cases[] = { { 1, VERDICT_USED }, { 0, VERDICT_USED },
		{ 2, VERDICT_YES }, { 2, VERDICT_USED }, { 1, VERDICT_USED },
		{ 0, VERDICT_USED }, { UINT32_MAX, VERDICT_YES },
		{ UINT32_MAX, VERDICT_USED }, { 0, VERDICT_USED } };
	struct stage *s = *state;
	size_t gone_back = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		stage_again(s, &console);
		s->k.counter = cases[i].counter;
		begin(s);
		assert_int_equal(send(s), cases[i].word);
		gone_back += cases[i].word == VERDICT_USED;
		assert_int_equal(line_finish(s->l, RESULT_ALLOW),
		    cases[i].word == VERDICT_YES ? RESULT_ALLOW : RESULT_DENY);
		assert_int_equal(rig_faults(s->r, FAULT_COUNTER), gone_back);
		/* once for each, and not for those that are right */
		assert_int_equal(
		    rig_mails_of(s->r, "taro", MK_COUNTER), gone_back);
	}
	assert_string_equal(
	    fake_post_mail(&s->r->post, "taro", MK_COUNTER)->device, "passkey");
	assert_int_equal(
	    fake_post_mail(&s->r->post, "taro", MK_COUNTER)->method,
	    METHOD_PASSKEY);
}

static void
never_counts(struct person *p)
{
	p->devices[1].counter = 0;
}

static void
a_key_that_never_counts(void **state)
{
	struct stage *s = *state;

	rig_change(s->r, "taro", never_counts);
	for (int i = 0; i < 3; i++) {
		stage_again(s, &console);
		s->k.counter = i < 2 ? 0 : 5;
		begin(s);
		assert_int_equal(send(s), VERDICT_YES);
	}
	stage_again(s, &console);
	s->k.counter = 0;
	begin(s);
	assert_int_equal(send(s), VERDICT_USED);
}

/* On disk before it is said: the same after a restart is the same. */
static void
a_replay(void **state)
{
	struct stage *s = *state;
	struct k_passkey first;

	begin(s);
	first = s->proof;
	assert_int_equal(send(s), VERDICT_YES);
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 1);
	line_close(&s->l);
	rig_restart(s->r);
	rig_keys(s->r, BOTH_KINDS);
	s->l = line_known(s->r, &console);
	s->proof = first;
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 2);
	stage_again(s, &console);
	assert_int_equal(line_touch(s->l, TOUCH_PROVE, KEY, &s->job), KOSMO_OK);
	s->proof = first;
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_SIGNATURE), 1);
	sign(s); /* even with this challenge */
	assert_int_equal(line_touch(s->l, TOUCH_PROVE, KEY, &s->job), KOSMO_OK);
	sign(s);
	assert_int_equal(send(s), VERDICT_USED);
}

/* One conversation's challenge, and another act's, is nothing here. */
static void
challenges(void **state)
{
	struct stage *s = *state;
	struct line *other = line_all(s->r, &console, &s->seed);
	struct p_touch job;

	assert_int_equal(
	    line_touch(other, TOUCH_PROVE, KEY, &s->job), KOSMO_OK);
	key_proof(&s->k, &s->job, KEY, VERIFIED, &s->proof);
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 1);
	assert_int_equal(line_touch(other, TOUCH_ENROL, 0, &s->job), KOSMO_OK);
	key_proof(&s->k, &s->job, KEY, VERIFIED, &s->proof);
	assert_int_equal(
	    line_say(other, &k_passkey_layout, &s->proof), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 2);
	/* a failed begin leaves none behind */
	begin(s);
	assert_int_equal(
	    line_touch(s->l, TOUCH_PROVE, 99, &job), KOSMO_ENOTFOUND);
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 3);
	line_close(&other);
}

/* Another rp id in the file: keys are asked under the one they know. */
static void
the_rp_id_changes(void **state)
{
	struct stage *s = *state;
	struct soft_key k2;
	struct line *l;

	(void)snprintf(s->r->conf.passkey.rp_id,
	    sizeof(s->r->conf.passkey.rp_id), "new.example");
	begin(s);
	assert_string_equal(s->job.rp_id, s->r->k->rp_first);
	assert_int_equal(send(s), VERDICT_YES);
	soft_key_new(&k2, ALG_EDDSA);
	l = line_all(s->r, &console, &s->seed);
	assert_int_equal(line_enrol(l, &k2), 3);
	/* each is asked for with those of its own rp id */
	begin(s);
	assert_int_equal(s->job.n, 1);
	assert_int_equal(line_touch(l, TOUCH_PROVE, 3, &s->job), KOSMO_OK);
	assert_string_equal(s->job.rp_id, "new.example");
	assert_int_equal(s->job.n, 1);
	/* and the one's challenge is not the other's */
	key_proof(&s->k, &s->job, KEY, VERIFIED, &s->proof);
	assert_int_equal(line_say(l, &k_passkey_layout, &s->proof), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_RP), 1);
	/* not even where it signs for the one that it knows */
	assert_int_equal(line_touch(l, TOUCH_PROVE, 3, &s->job), KOSMO_OK);
	memcpy(s->job.rp_id, RIG_RP_ID, sizeof(RIG_RP_ID));
	key_proof(&s->k, &s->job, KEY, VERIFIED, &s->proof);
	assert_int_equal(line_say(l, &k_passkey_layout, &s->proof), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_RP), 2);
	/* a second one under the first rp id may answer for the other */
	s->r->conf.passkey.rp_id[0] = '\0';
	k2.id[0] ^= 1;
	assert_int_equal(line_enrol(l, &k2), 4);
	assert_int_equal(line_touch(l, TOUCH_PROVE, KEY, &s->job), KOSMO_OK);
	assert_int_equal(s->job.n, 2);
	assert_memory_equal(s->job.credentials[1].id, k2.id, 32);
	key_proof(&k2, &s->job, 4, VERIFIED, &s->proof);
	assert_int_equal(
	    line_say(l, &k_passkey_layout, &s->proof), VERDICT_YES);
	line_close(&l);
	soft_key_done(&k2);
}

static void
user_verification(void **state)
{
	struct stage *s = *state;

	s->r->conf.passkey.verify = VERIFY_BIOMETRIC;
	begin(s);
	unverified(s);
	assert_int_equal(send(s), VERDICT_NO);
	for (uint32_t v = VERIFY_PREFERRED; v <= VERIFY_DISCOURAGED; v++) {
		s->r->conf.passkey.verify = v;
		begin(s);
		assert_int_equal(s->job.verify, v);
		unverified(s);
		assert_int_equal(send(s), VERDICT_YES);
		begin(s);
		untouched(s);
		assert_int_equal(send(s), VERDICT_NO);
	}
}

/* Policy of a service, and of all of them. */
static void
where_policy_has_none(void **state)
{
	struct stage *s = *state;

	begin(s);
	rig_service(s->r, "login")->methods = METHOD_BIT(METHOD_TOTP);
	stage_again(s, &console);
	assert_int_equal(
	    line_touch(s->l, TOUCH_PROVE, KEY, &s->job), KOSMO_EPERM);
	rig_service(s->r, "login")->methods = 0;
	stage_again(s, &console);
	begin(s);
	rig_keys(s->r, METHOD_BIT(METHOD_TOTP));
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_METHOD), 1);
	/* with it alone, and no door, there is no way in but to have one */
	rig_keys(s->r, METHOD_BIT(METHOD_PASSKEY));
	line_close(&s->l);
	s->l = line_known(
	    s->r, &(struct caller){ .service = "sshd", .source = HERE });
	assert_int_equal(
	    line_touch(s->l, TOUCH_PROVE, KEY, &s->job), KOSMO_EPERM);
	assert_int_equal(line_finish(s->l, RESULT_ALLOW), RESULT_DENY);
}

static void
locked(void **state)
{
	struct stage *s = *state;

	begin(s);
	assert_int_equal(rig_act(s->r, "taro", ACT_LOCK), VERDICT_YES);
	assert_int_equal(send(s), VERDICT_LOCKED);
	assert_int_equal(
	    line_touch(s->l, TOUCH_PROVE, KEY, &s->job), KOSMO_EPERM);
	assert_int_equal(line_finish(s->l, RESULT_ALLOW), RESULT_DENY);
}

/* Reset by an administrator: the key is nobody's. */
static void
devices_are_reset(void **state)
{
	struct stage *s = *state;

	assert_int_equal(rig_act(s->r, "taro", ACT_RESET_DEVICES), VERDICT_YES);
	assert_int_equal(rig_show(s->r, "taro").n_devices, 0);
	assert_int_equal(
	    line_touch(s->l, TOUCH_PROVE, KEY, &s->job), KOSMO_ENOTFOUND);
}

/* sudo at a screen here, with its one line. */
static void
sudo_in_a_window(void **state)
{
	struct stage *s = *state;

	line_close(&s->l);
	s->l = line_known(s->r, &sudo_here);
	assert_int_equal(line_prove(s->l, &s->k, KEY), VERDICT_YES);
	assert_int_equal(line_finish(s->l, RESULT_ALLOW), RESULT_ALLOW);
}

/* As schema 2 had it: no passkeys, and nothing is lost. */
static void
of_schema_2(struct person *p)
{
	p->schema = 2;
	p->n_devices = 1;
	explicit_bzero(&p->devices[1], sizeof(p->devices[1]));
}

static void
an_older_record(void **state)
{
	struct stage *s = *state;
	struct buf value = BUF_INIT;
	uint64_t version;

	rig_change(s->r, "taro", of_schema_2);
	assert_int_equal(
	    store_get(s->r->store, REC_PERSON, "taro", &value, &version),
	    KOSMO_OK);
	/* the first field: type, count, tag, length, number */
	assert_memory_equal(value.data + 2, "\1\0\0\0\4\0\0\0\2", 9);
	buf_done(&value);
	stage_again(s, &console);
	assert_int_equal(
	    line_code(s->l, rig_code(s->r, &s->seed, 0)), VERDICT_YES);
	assert_int_equal(line_enrol(s->l, &s->k), 3);
	assert_int_equal(line_finish(s->l, RESULT_ALLOW), RESULT_ALLOW);
	assert_int_equal(rig_show(s->r, "taro").n_devices, 2);
	assert_int_equal(
	    store_get(s->r->store, REC_PERSON, "taro", &value, &version),
	    KOSMO_OK);
	assert_memory_equal(value.data + 2, "\1\0\0\0\4\0\0\0\3", 9);
	buf_done(&value);
}

/* As many as there may be, each as large as it may be. */
static void
fill_up(struct person *p)
{
	for (p->n_devices = 1; p->n_devices < DEVICES_MAX; p->n_devices++) {
		struct r_device *d = &p->devices[p->n_devices];

		memset(d, 0, sizeof(*d));
		d->id = 100U + p->n_devices;
		d->method = METHOD_PASSKEY;
		d->kind = KIND_HERE;
		d->alg = ALG_RS256;
		memset(d->key, p->n_devices, sizeof(d->key));
		d->key_len = sizeof(d->key);
		memset(d->credential, p->n_devices, sizeof(d->credential));
		d->credential_len = sizeof(d->credential);
		memset(d->rp, 'a', RP_ID_LEN);
		memset(d->name, 'n', LABEL_LEN);
		d->counter = UINT32_MAX;
	}
	p->n_waiting = 1;
	memset(p->waiting[0].application, 'x', 64);
	p->waiting[0].since = 1;
}

static void
the_largest_record(void **state)
{
	struct stage *s = *state;

	rig_change(s->r, "taro", fill_up);
	line_close(&s->l);
	rig_restart(s->r);
	rig_keys(s->r, BOTH_KINDS);
	assert_int_equal(rig_show(s->r, "taro").n_devices, DEVICES_MAX);
	s->l = line_all(s->r, &console, &s->seed);
	assert_int_equal(line_touch(s->l, TOUCH_PROVE, 115, &s->job), KOSMO_OK);
	assert_int_equal(s->job.n, 15);
	assert_int_equal(
	    line_touch(s->l, TOUCH_ENROL, 0, &s->job), KOSMO_EPERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, stage_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_login),
		TEST(not_before_the_password),
		TEST(each_lie),
		TEST(wrong_ones_are_charged),
		TEST(too_many_in_one_login),
		TEST(counters),
		TEST(a_key_that_never_counts),
		TEST(a_replay),
		TEST(challenges),
		TEST(the_rp_id_changes),
		TEST(user_verification),
		TEST(where_policy_has_none),
		TEST(locked),
		TEST(devices_are_reset),
		TEST(sudo_in_a_window),
		TEST(an_older_record),
		TEST(the_largest_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
