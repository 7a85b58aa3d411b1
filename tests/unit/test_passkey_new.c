/*
 * K_PASSKEY_NEW: what talk says of a new credential, right and wrong in each
 * of its parts.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>

#include "key_stage.h"

/* taro, with an app, all proven at the console. */
static int
set_up(void **state)
{
	struct stage *s = stage_open(ALG_ES256);

	s->l = line_all(s->r, &console, &s->seed);
	soft_key_certify(&s->k);
	*state = s;
	return 0;
}

/* A job, and a right answer to it without an attestation. */
static void
begin(struct stage *s)
{
	assert_int_equal(line_touch(s->l, TOUCH_ENROL, 0, &s->job), KOSMO_OK);
	key_new(&s->k, &s->job, VERIFIED, &s->made);
}

static enum verdict_word
send(struct stage *s)
{
	return line_say(s->l, &k_passkey_new_layout, &s->made);
}

static void
what_is_asked_for(void **state)
{
	struct stage *s = *state;
	struct p_touch first;

	begin(s);
	first = s->job;
	assert_int_equal(first.act, TOUCH_ENROL);
	assert_string_equal(first.rp_id, s->r->k->rp_first);
	assert_int_equal(first.verify, VERIFY_REQUIRED);
	assert_int_equal(first.seconds, 60);
	assert_string_equal(first.login, "taro");
	assert_int_equal(first.n, 0);
	(void)snprintf(s->r->conf.passkey.rp_id,
	    sizeof(s->r->conf.passkey.rp_id), "example.jp");
	s->r->conf.passkey.verify = VERIFY_BIOMETRIC;
	s->r->conf.passkey.timeout = 20;
	begin(s);
	assert_string_equal(s->job.rp_id, "example.jp");
	assert_int_equal(s->job.verify, VERIFY_BIOMETRIC);
	assert_int_equal(s->job.seconds, 20);
	assert_memory_equal(s->job.user, first.user, DIGEST_LEN);
	assert_memory_not_equal(s->job.hash, first.hash, DIGEST_LEN);
}

/* Each algorithm, and the device that comes of it. */
static void
each_algorithm(void **state)
{
	static const enum key_alg algs[] = { ALG_ES256, ALG_EDDSA, ALG_RS256 };
	struct stage *s = *state;
	struct k_person p;

	for (size_t i = 0; i < 3; i++) {
		soft_key_done(&s->k);
		soft_key_new(&s->k, algs[i]);
		s->k.counter = 7;
		assert_int_equal(line_enrol(s->l, &s->k), 2 + i);
	}
	p = rig_show(s->r, "taro");
	assert_int_equal(p.n_devices, 4);
	assert_int_equal(p.devices[1].method, METHOD_PASSKEY);
	assert_int_equal(p.devices[1].kind, KIND_HERE);
	assert_string_equal(p.devices[1].name, "passkey");
	assert_string_equal(p.devices[2].name, "passkey 2");
	assert_int_equal(p.devices[1].added, s->r->wall);
	assert_int_equal(p.preferred, METHOD_TOTP);
	assert_int_equal(p.doors | p.key_seen | p.key_device, 0);
	assert_int_equal(rig_mails_of(s->r, "taro", MK_DEVICE_ADDED), 3);
	assert_int_equal(
	    fake_post_mail(&s->r->post, "taro", MK_DEVICE_ADDED)->method,
	    METHOD_PASSKEY);
	/* the next one is told what there is */
	begin(s);
	assert_int_equal(s->job.n, 3);
}

static void
each_attestation(void **state)
{
	struct stage *s = *state;
	struct soft_key rsa;

	soft_key_new(&rsa, ALG_RS256);
	for (int i = 0; i < 5; i++) {
		s->k.id[0] = (uint8_t)i;
		begin(s);
		if (i == 1)
			key_attest(
			    &s->made, ATTEST_SELF, s->k.key, s->job.hash);
		else if (i == 2)
			key_attest(
			    &s->made, ATTEST_PACKED, s->k.maker, s->job.hash);
		else if (i == 3)
			key_attest(
			    &s->made, ATTEST_PACKED, rsa.key, s->job.hash);
		else if (i == 4)
			key_attest(
			    &s->made, ATTEST_U2F, s->k.maker, s->job.hash);
		assert_int_equal(send(s), VERDICT_YES);
	}
	assert_int_equal(rig_show(s->r, "taro").n_devices, 6);
	soft_key_done(&rsa);
}

/* Extensions stand behind the key, if the flags say so. */
static void
extensions(void **state)
{
	static const uint8_t map[] = { 0xa1, 0x61, 'x', 0xf5 };
	struct stage *s = *state;

	begin(s);
	memcpy(s->made.auth_data + s->made.auth_data_len, map, sizeof(map));
	s->made.auth_data_len += sizeof(map);
	s->made.auth_data[32] |= KEY_ED;
	key_attest(&s->made, ATTEST_SELF, s->k.key, s->job.hash);
	assert_int_equal(send(s), VERDICT_YES);
}

/* --- what does not fit -----------------------------------------------------
 */

static void
rp(struct stage *s)
{
	SHA256((const uint8_t *)"evil.example", 12, s->made.auth_data);
}

static void
untouched(struct stage *s)
{
	s->made.auth_data[32] &= (uint8_t)~KEY_UP;
}

static void
unverified(struct stage *s)
{
	s->made.auth_data[32] &= (uint8_t)~KEY_UV;
}

static void
no_credential_flag(struct stage *s)
{
	s->made.auth_data[32] &= (uint8_t)~KEY_AT;
}

static void
more_behind(struct stage *s)
{
	s->made.auth_data_len++;
}

static void
less_than_the_flags_say(struct stage *s)
{
	s->made.auth_data[32] |= KEY_ED;
}

static void
another_id(struct stage *s)
{
	s->made.credential[3] ^= 1;
}

static void
shorter_id(struct stage *s)
{
	s->made.credential_len--;
}

static void
no_id(struct stage *s)
{
	s->made.credential_len = 0;
}

/* Everything agrees that it has none. */
static void
an_empty_id(struct stage *s)
{
	uint8_t *at = s->made.auth_data + 55;

	memmove(at, at + s->made.credential_len,
	    s->made.auth_data_len - 55 - s->made.credential_len);
	s->made.auth_data_len -= s->made.credential_len;
	s->made.auth_data[54] = 0;
	s->made.credential_len = 0;
}

static void
another_length(struct stage *s)
{
	s->made.auth_data[53] = 1;
}

static void
cut_in_the_head(struct stage *s)
{
	s->made.auth_data_len = 54;
}

static void
cut_in_the_id(struct stage *s)
{
	s->made.auth_data_len = 55 + 31;
}

static void
cut_in_the_key(struct stage *s)
{
	s->made.auth_data_len--;
}

static void
empty(struct stage *s)
{
	s->made.auth_data_len = 0;
}

/* A key of talk's own in place of the one that the authenticator made. */
static void
another_key(struct stage *s)
{
	struct soft_key other;

	soft_key_new(&other, ALG_ES256);
	key_public(&other, s->made.key, &s->made.key_len);
	soft_key_done(&other);
}

static void
another_algorithm(struct stage *s)
{
	s->made.alg = ALG_EDDSA;
	s->made.key_len = 32;
}

static void
no_algorithm(struct stage *s)
{
	s->made.alg = ALG_NONE;
}

static void
off_the_curve(struct stage *s)
{
	s->made.key[63] ^= 1;
	s->made.auth_data[s->made.auth_data_len - 1] ^= 1;
}

static const struct lie lies[] = {
	{ "rp", rp, FAULT_RP },
	{ "untouched", untouched, FAULT_TOUCH },
	{ "unverified", unverified, FAULT_VERIFY },
	{ "no flag", no_credential_flag, FAULT_SHAPE },
	{ "more", more_behind, FAULT_SHAPE },
	{ "less", less_than_the_flags_say, FAULT_SHAPE },
	{ "id", another_id, FAULT_CREDENTIAL },
	{ "short id", shorter_id, FAULT_CREDENTIAL },
	{ "no id", no_id, FAULT_CREDENTIAL },
	{ "empty id", an_empty_id, FAULT_CREDENTIAL },
	{ "length", another_length, FAULT_CREDENTIAL },
	{ "head", cut_in_the_head, FAULT_SHAPE },
	{ "cut id", cut_in_the_id, FAULT_CREDENTIAL },
	{ "cut key", cut_in_the_key, FAULT_KEY },
	{ "empty", empty, FAULT_SHAPE },
	{ "key", another_key, FAULT_KEY },
	{ "alg", another_algorithm, FAULT_KEY },
	{ "no alg", no_algorithm, FAULT_KEY },
	{ "curve", off_the_curve, FAULT_KEY },
};

/* Nothing of it is signed, or all of it by a certificate's key. */
static void
each_lie(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < 2 * sizeof(lies) / sizeof(*lies); i++) {
		const struct lie *lie = &lies[i / 2];

		if (i % 12 == 11) { /* so many are let ask in one */
			line_close(&s->l);
			s->l = line_all(s->r, &console, &s->seed);
		}
		begin(s);
		lie->tell(s);
		if (i % 2 == 1)
			key_attest(
			    &s->made, ATTEST_PACKED, s->k.maker, s->job.hash);
		stage_refused(s, lie, &k_passkey_new_layout, &s->made);
	}
	assert_int_equal(rig_show(s->r, "taro").n_devices, 1);
}

static void
policy_of_verification(void **state)
{
	static const struct {
		uint32_t verify;
		bool without;
	} cases[] = { { VERIFY_PREFERRED, true }, { VERIFY_DISCOURAGED, true },
		{ VERIFY_BIOMETRIC, false }, { VERIFY_REQUIRED, false } };
	struct stage *s = *state;

	for (size_t i = 0; i < 4; i++) {
		s->r->conf.passkey.verify = cases[i].verify;
		s->k.id[0] = (uint8_t)i;
		begin(s);
		unverified(s);
		assert_int_equal(
		    send(s), cases[i].without ? VERDICT_YES : VERDICT_NO);
		begin(s); /* touched it must be in any case */
		untouched(s);
		assert_int_equal(send(s), VERDICT_NO);
	}
}

/* Each attestation over another challenge, by another key, or of none. */
static void
wrong_attestations(void **state)
{
	struct stage *s = *state;
	const uint8_t other[DIGEST_LEN] = { 1 };
	struct soft_key rsa;

	soft_key_new(&rsa, ALG_RS256);
	for (int i = 0; i < 11; i++) {
		begin(s);
		switch (i) {
		case 0:
			key_attest(&s->made, ATTEST_SELF, s->k.key, other);
			break;
		case 1:
			key_attest(
			    &s->made, ATTEST_SELF, s->k.maker, s->job.hash);
			break;
		case 2:
			key_attest(&s->made, ATTEST_PACKED, s->k.maker, other);
			break;
		case 3:
			key_attest(
			    &s->made, ATTEST_PACKED, s->k.maker, s->job.hash);
			key_public(&s->k, s->made.signer, &s->made.signer_len);
			break;
		case 4:
			key_attest(&s->made, ATTEST_U2F, s->k.maker, other);
			break;
		case 5:
			key_attest(
			    &s->made, ATTEST_U2F, s->k.maker, s->job.hash);
			s->made.attestation = ATTEST_PACKED;
			break;
		case 6: /* FIDO U2F knows P-256 alone */
			key_attest(&s->made, ATTEST_U2F, rsa.key, s->job.hash);
			break;
		case 7:
			key_attest(
			    &s->made, ATTEST_PACKED, s->k.maker, s->job.hash);
			s->made.signature[9] ^= 1;
			break;
		case 8:
			key_attest(
			    &s->made, ATTEST_PACKED, s->k.maker, s->job.hash);
			s->made.signer_len = 0;
			break;
		case 9:
			key_attest(
			    &s->made, ATTEST_SELF, s->k.key, s->job.hash);
			s->made.attestation = ATTEST_NONE; /* and yet signed */
			break;
		default:
			key_attest(
			    &s->made, ATTEST_SELF, s->k.key, s->job.hash);
			s->made.attestation = ATTEST_U2F + 1;
		}
		assert_int_equal(send(s), VERDICT_NO);
		assert_int_equal(rig_faults(s->r, FAULT_ATTESTATION), i + 1);
	}
	soft_key_done(&rsa);
}

/* Once, for the act it was made for, in the conversation it was made in. */
static void
a_challenge_counts_once(void **state)
{
	struct stage *s = *state;
	struct line *other = line_all(s->r, &console, &s->seed);
	struct p_touch job;

	begin(s);
	key_attest(&s->made, ATTEST_SELF, s->k.key, s->job.hash);
	/* elsewhere */
	assert_int_equal(
	    line_say(other, &k_passkey_new_layout, &s->made), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 1);
	assert_int_equal(line_touch(other, TOUCH_ENROL, 0, &job), KOSMO_OK);
	assert_int_equal(
	    line_say(other, &k_passkey_new_layout, &s->made), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_ATTESTATION), 1);
	line_close(&other);
	/* after a newer one */
	assert_int_equal(line_touch(s->l, TOUCH_ENROL, 0, &job), KOSMO_OK);
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_ATTESTATION), 2);
	/* used up by a wrong answer */
	begin(s);
	key_attest(&s->made, ATTEST_SELF, s->k.key, s->job.hash);
	s->made.signature[0] ^= 1;
	assert_int_equal(send(s), VERDICT_NO);
	s->made.signature[0] ^= 1;
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 2);
	/* and by a right one */
	begin(s);
	key_attest(&s->made, ATTEST_SELF, s->k.key, s->job.hash);
	assert_int_equal(send(s), VERDICT_YES);
	s->k.id[0] ^= 1;
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 3);
	/* one to prove with is none to enrol with */
	assert_int_equal(line_touch(s->l, TOUCH_PROVE, 2, &s->job), KOSMO_OK);
	key_new(&s->k, &s->job, VERIFIED, &s->made);
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_CHALLENGE), 4);
	assert_int_equal(rig_show(s->r, "taro").n_devices, 2);
}

/* A restart forgets what was asked, and nothing that was stored. */
static void
a_restart_between(void **state)
{
	struct stage *s = *state;

	begin(s);
	line_close(&s->l);
	rig_restart(s->r);
	rig_keys(s->r, BOTH_KINDS);
	s->l = line_all(s->r, &console, &s->seed);
	assert_int_equal(send(s), VERDICT_NO);
	assert_int_equal(line_enrol(s->l, &s->k), 2);
	line_close(&s->l);
	rig_restart(s->r);
	rig_keys(s->r, BOTH_KINDS);
	assert_int_equal(rig_show(s->r, "taro").n_devices, 2);
	s->l = line_known(s->r, &console);
	assert_int_equal(line_prove(s->l, &s->k, 2), VERDICT_YES);
}

static void
the_same_one_again(void **state)
{
	struct stage *s = *state;

	assert_int_equal(line_enrol(s->l, &s->k), 2);
	begin(s);
	assert_int_equal(send(s), VERDICT_TAKEN);
	assert_int_equal(rig_show(s->r, "taro").n_devices, 2);
}

/* Not before all is proven, not by policy, not from afar, not for ever. */
static void
not_now(void **state)
{
	struct stage *s = *state;
	struct line *l = line_known(s->r, &console);

	assert_int_equal(line_touch(l, TOUCH_ENROL, 0, &s->job), KOSMO_EPERM);
	line_ask(l, &k_passkey_new_layout, &s->made);
	assert_true(l->dropped);
	line_close(&l);
	l = line_all(s->r, &far, &s->seed);
	assert_int_equal(line_touch(l, TOUCH_ENROL, 0, &s->job), KOSMO_EPERM);
	line_close(&l);
	assert_int_equal(line_touch(s->l, TOUCH_STOP, 0, &s->job), KOSMO_EPERM);
	begin(s);
	rig_keys(s->r, METHOD_BIT(METHOD_TOTP));
	assert_int_equal(send(s), VERDICT_NOT_NOW);
	assert_int_equal(
	    line_touch(s->l, TOUCH_ENROL, 0, &s->job), KOSMO_EPERM);
	rig_keys(s->r, BOTH_KINDS);
	begin(s);
	s->r->k->touch = false;
	assert_int_equal(send(s), VERDICT_NOT_NOW);
	s->r->k->touch = true;
	for (int i = 2; i < 16; i++) {
		begin(s);
		s->made.auth_data[32] = 0;
		assert_int_equal(send(s), VERDICT_NO);
	}
	begin(s);
	line_ask(s->l, &k_passkey_new_layout, &s->made);
	assert_true(s->l->dropped);
}

/* The first device of a registration; and the last one stays. */
static void
the_first_device(void **state)
{
	struct k_set_password set = { HASH_A };
	struct stage *s = *state;
	struct k_passkey m;
	struct line *l;

	rig_keys(s->r, METHOD_BIT(METHOD_PASSKEY));
	rig_invite(s->r, "hanako");
	l = line_as(s->r,
	    &(struct caller){
		.service = "login", .tty = "tty2", .login = "hanako" });
	assert_int_equal(line_initial(l, s->r->initial), VERDICT_YES);
	assert_int_equal(line_touch(l, TOUCH_ENROL, 0, &s->job), KOSMO_EPERM);
	assert_int_equal(
	    line_say(l, &k_set_password_layout, &set), VERDICT_YES);
	assert_int_equal(line_enrol(l, &s->k), 1);
	assert_int_equal(line_say(l, &k_remove_layout, &(struct k_remove){ 1 }),
	    VERDICT_LAST);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	assert_int_equal(rig_show(s->r, "hanako").preferred, METHOD_PASSKEY);
	assert_int_equal(rig_show(s->r, "hanako").todo, 0);
	/* her key says nothing for taro, nor his number for her */
	l = line_known(s->r, &console);
	assert_int_equal(
	    line_touch(l, TOUCH_PROVE, 1, &s->job), KOSMO_ENOTFOUND);
	line_close(&l);
	l = line_known(s->r,
	    &(struct caller){
		.service = "login", .tty = "tty2", .login = "hanako" });
	assert_int_equal(line_touch(l, TOUCH_PROVE, 1, &s->job), KOSMO_OK);
	key_proof(&s->k, &s->job, 1, VERIFIED, &m);
	m.last = 1;
	assert_int_equal(line_say(l, &k_passkey_layout, &m), VERDICT_YES);
	assert_int_equal(l->reply.verdict.ended, 1);
	assert_true(l->ended);
	assert_int_equal(l->end.result, RESULT_ALLOW);
	line_close(&l);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, stage_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_asked_for),
		TEST(each_algorithm),
		TEST(each_attestation),
		TEST(extensions),
		TEST(each_lie),
		TEST(policy_of_verification),
		TEST(wrong_attestations),
		TEST(a_challenge_counts_once),
		TEST(a_restart_between),
		TEST(the_same_one_again),
		TEST(not_now),
		TEST(the_first_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
