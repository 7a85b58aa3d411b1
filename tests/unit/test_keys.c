/* The answer at keys.sock: which keys of whom sshd may let in. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "known_rig.h"

#define ED "sk-ssh-ed25519@openssh.com"

/* What kosmo-ssh-keys gets for login, whose account has uid. */
static struct line *
keys_of(struct rig *r, const char *login, uint32_t uid)
{
	const struct kpeer peer = { .uid = 999, .pid = 1, .keys = 1 };
	struct msg_open open = { .version = MSG_VERSION,
		.phase = PHASE_KEYS,
		.nonce = "0123456789abcde",
		.uid = uid };
	struct line *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->rig = r;
	(void)strcpy(open.user, login);
	(void)strcpy(open.service, "sshd");
	assert_int_equal(keeper_accept(r->k, l, &peer, &open, &l->c), KOSMO_OK);
	assert_null(l->c);
	assert_true(l->ended);
	assert_memory_equal(l->end.nonce, open.nonce, NONCE_LEN);
	return l;
}

static uint8_t
count(struct rig *r, const char *login, uint32_t uid)
{
	struct line *l = keys_of(r, login, uid);
	uint8_t n = l->keys.n;

	assert_true(l->told);
	assert_int_equal(l->end.result, RESULT_NOTED);
	line_close(&l);
	return n;
}

/* Policy has passkeys from now on. */
static void
allow(struct rig *r)
{
	r->conf.login.methods |= METHOD_BIT(METHOD_PASSKEY);
}

static void
add_key(struct rig *r, const char *login)
{
	struct person *p = rig_load(r, login);
	struct r_device *d = &p->devices[p->n_devices++];

	d->id = ++p->next_device;
	d->method = METHOD_PASSKEY;
	d->kind = KIND_SSH;
	d->alg = ALG_EDDSA;
	d->key_len = 32;
	memset(d->key, 7, d->key_len);
	(void)strcpy(d->name, "blue key");
	(void)strcpy(d->rp, "ssh:");
	rig_store(r, &p);
}

static void
add_waiting(struct rig *r, const char *login)
{
	struct person *p = rig_load(r, login);
	struct r_ssh_key *w = &p->waiting[0];

	p->n_waiting = 1;
	w->alg = ALG_ES256;
	w->key_len = 64;
	memset(w->key, 9, w->key_len);
	(void)strcpy(w->application, "ssh:");
	(void)strcpy(w->name, "new key");
	w->since = (uint64_t)r->wall;
	rig_store(r, &p);
}

static void
test_whose(void **state)
{
	struct rig *r = *state;
	struct secret seed;

	rig_known(r, "taro", &seed);
	rig_known(r, "hanako", &seed);
	allow(r);
	assert_int_equal(count(r, "taro", RIG_UID), 0);
	add_key(r, "taro");
	assert_int_equal(count(r, "taro", RIG_UID), 1);
	assert_int_equal(count(r, "taro", RIG_UID + 1), 0);
	assert_int_equal(count(r, "taro", NO_UID), 0);
	assert_int_equal(count(r, "hanako", RIG_UID), 0);
	assert_int_equal(count(r, "nobody-at-all", RIG_UID), 0);
	assert_int_equal(rig_act(r, "taro", ACT_LOCK), VERDICT_YES);
	assert_int_equal(count(r, "taro", RIG_UID), 0);
	assert_int_equal(rig_act(r, "taro", ACT_UNLOCK), VERDICT_YES);
	assert_int_equal(count(r, "taro", RIG_UID), 1);
	secret_done(&seed);
}

static void
test_waiting(void **state)
{
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	allow(r);
	add_waiting(r, "taro");
	l = keys_of(r, "taro", RIG_UID);
	assert_int_equal(l->keys.n, 1);
	assert_string_equal(
	    l->keys.keys[0].type, "sk-ecdsa-sha2-nistp256@openssh.com");
	assert_int_equal(l->keys.keys[0].verify, 1);
	line_close(&l);
	secret_done(&seed);
}

static void
test_policy(void **state)
{
	static const struct {
		enum conf_verify policy;
		uint8_t verify;
	} rows[] = { { VERIFY_REQUIRED, 1 }, { VERIFY_BIOMETRIC, 1 },
		{ VERIFY_PREFERRED, 0 }, { VERIFY_DISCOURAGED, 0 } };
	struct rig *r = *state;
	struct secret seed;
	struct line *l;

	rig_known(r, "taro", &seed);
	allow(r);
	add_key(r, "taro");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r->conf.passkey.verify = rows[i].policy;
		l = keys_of(r, "taro", RIG_UID);
		assert_int_equal(l->keys.n, 1);
		assert_string_equal(l->keys.keys[0].type, ED);
		assert_int_equal(l->keys.keys[0].verify, rows[i].verify);
		line_close(&l);
	}
	r->conf.login.methods &= ~METHOD_BIT(METHOD_PASSKEY);
	assert_int_equal(count(r, "taro", RIG_UID), 0);
	secret_done(&seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_whose, rig_set_up, rig_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_waiting, rig_set_up, rig_tear_down),
		cmocka_unit_test_setup_teardown(
		    test_policy, rig_set_up, rig_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
