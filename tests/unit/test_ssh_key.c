/*
 * FIDO2 keys of OpenSSH: named, let in by sshd, and printed for it.
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
#include "kosmod/keeper/device.h"
#include "kosmod/keeper/ssh_key.h"
#include "kosmod/rp_id.h"

/* taro, with an app, and a key that is not enrolled yet. */
static int
set_up(void **state)
{
	struct stage *s = stage_open(ALG_EDDSA);

	key_ssh(&s->k, "ssh:", &s->ssh);
	*state = s;
	return 0;
}

/* sshd, which says info of the keys that it has let in. */
static struct caller
by(const char *info)
{
	struct caller c = far;

	c.auth_info = info;
	return c;
}

static enum verdict_word
name_key(struct line *l, const struct k_ssh_key *m)
{
	return line_say(l, &k_ssh_key_layout, m);
}

static enum verdict_word
seen(struct line *l)
{
	const struct k_ssh_seen m = { 0 };

	return line_say(l, &k_ssh_seen_layout, &m);
}

static struct k_person
profile(struct line *l)
{
	const struct k_profile m = { 0 };

	line_ask(l, &k_profile_layout, &m);
	assert_int_equal(l->type, K_PERSON);
	return l->reply.person;
}

/* All of it: named in one login, proven in the next one. */
static void
enrol(struct stage *s, const char *application)
{
	const struct caller with = by(key_ssh_line(&s->k, application));
	struct line *l = line_all(s->r, &far, &s->seed);

	key_ssh(&s->k, application, &s->ssh);
	assert_int_equal(name_key(l, &s->ssh), VERDICT_YES);
	line_close(&l);
	l = line_all(s->r, &with, &s->seed);
	assert_int_equal(seen(l), VERDICT_YES);
	line_close(&l);
	rig_pass(s->r, 60);
}

static void
named_then_seen(void **state)
{
	struct stage *s = *state;
	const struct caller with = by(key_ssh_line(&s->k, "ssh:"));
	struct line *l = line_all(s->r, &far, &s->seed);
	struct k_person p;

	(void)snprintf(s->ssh.name, sizeof(s->ssh.name), "blue");
	assert_int_equal(seen(l), VERDICT_NO); /* none waits */
	assert_int_equal(name_key(l, &s->ssh), VERDICT_YES);
	p = profile(l);
	assert_int_equal(p.key_waits, 1);
	assert_int_equal(p.key_seen, 0);
	assert_int_equal(p.doors, DOOR_SSH);
	assert_int_equal(seen(l), VERDICT_NO);
	line_close(&l);
	p = rig_show(s->r, "taro");
	assert_int_equal(p.key_waits, 1);
	assert_int_equal(p.n_devices, 1);
	assert_int_equal(rig_mails_of(s->r, "taro", MK_DEVICE_ADDED), 0);
	/* it waits over a restart */
	rig_restart(s->r);
	rig_keys(s->r, BOTH_KINDS);
	l = line_known(s->r, &with);
	assert_int_equal(profile(l).key_seen, 1);
	assert_int_equal(profile(l).key_device, 0);
	assert_int_equal(seen(l), VERDICT_NOT_NOW); /* the app's code first */
	rig_pass(s->r, 60);
	assert_int_equal(
	    line_code(l, rig_code(s->r, &s->seed, 0)), VERDICT_YES);
	assert_int_equal(seen(l), VERDICT_YES);
	assert_int_equal(l->reply.verdict.device, KEY);
	assert_int_equal(seen(l), VERDICT_NO); /* it waits no more */
	line_close(&l);
	p = rig_show(s->r, "taro");
	assert_int_equal(p.key_waits, 0);
	assert_int_equal(p.devices[1].method, METHOD_PASSKEY);
	assert_int_equal(p.devices[1].kind, KIND_SSH);
	assert_string_equal(p.devices[1].name, "blue");
	assert_int_equal(rig_mails_of(s->r, "taro", MK_DEVICE_ADDED), 1);
}

static void
keys_that_there_are_not(void **state)
{
	static const char *const applications[] = { "", "ssh",
		"sshx:", "web.example", "ssh: a" };
	struct stage *s = *state;
	struct line *l = line_all(s->r, &far, &s->seed);
	struct k_ssh_key m = s->ssh;
	size_t n = 0;

	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(m.application, sizeof(m.application), "%s",
		    applications[i]);
		assert_int_equal(name_key(l, &m), VERDICT_NO);
		assert_int_equal(rig_faults(s->r, FAULT_KEY), ++n);
	}
	m = s->ssh;
	m.key_len = 31;
	assert_int_equal(name_key(l, &m), VERDICT_NO);
	m = s->ssh;
	memset(m.key, 0, sizeof(m.key));
	assert_int_equal(name_key(l, &m), VERDICT_NO);
	m = s->ssh;
	m.alg = ALG_ES256; /* a point that is none */
	m.key_len = 64;
	assert_int_equal(name_key(l, &m), VERDICT_NO);
	m = s->ssh;
	m.alg = ALG_RS256;
	assert_int_equal(name_key(l, &m), VERDICT_NO);
	m.alg = ALG_NONE;
	assert_int_equal(name_key(l, &m), VERDICT_NO);
	assert_int_equal(rig_faults(s->r, FAULT_KEY), n + 5);
	assert_int_equal(profile(l).key_waits, 0);
	line_close(&l);
}

static void
the_newest_one_waits(void **state)
{
	struct stage *s = *state;
	struct line *l = line_all(s->r, &far, &s->seed);
	struct k_ssh_key m2;
	struct soft_key k2;
	struct caller with;

	soft_key_new(&k2, ALG_ES256);
	key_ssh(&k2, "ssh:two", &m2);
	assert_int_equal(name_key(l, &s->ssh), VERDICT_YES);
	assert_int_equal(name_key(l, &m2), VERDICT_YES);
	line_close(&l);
	with = by(key_ssh_line(&s->k, "ssh:"));
	l = line_all(s->r, &with, &s->seed);
	assert_int_equal(seen(l), VERDICT_NO);
	line_close(&l);
	with = by(key_ssh_line(&k2, "ssh:two"));
	l = line_all(s->r, &with, &s->seed);
	assert_int_equal(seen(l), VERDICT_YES);
	assert_int_equal(name_key(l, &m2), VERDICT_TAKEN);
	assert_int_equal(name_key(l, &s->ssh), VERDICT_YES);
	line_close(&l);
	soft_key_done(&k2);
}

/* A week; a lock, a reset and a new slip end it at once. */
static void
it_waits_for_a_week(void **state)
{
	static const enum user_act acts[] = { ACT_LOCK, ACT_RESET_PASSWORD,
		ACT_RESET_DEVICES, ACT_RESET_ALL };
	static const char *const names[] = { "jiro", "saburo", "shiro",
		"goro" };
	struct stage *s = *state;
	struct line *l = line_all(s->r, &far, &s->seed);

	assert_int_equal(name_key(l, &s->ssh), VERDICT_YES);
	rig_pass(s->r, 7 * 86400 - 1);
	assert_int_equal(profile(l).key_waits, 1);
	rig_pass(s->r, 1);
	assert_int_equal(profile(l).key_waits, 0);
	line_close(&l);
	for (size_t i = 0; i < 4; i++) {
		struct caller who = far;

		rig_keys(s->r, METHOD_BIT(METHOD_TOTP));
		rig_person(s->r, names[i], &s->seed);
		rig_keys(s->r, BOTH_KINDS);
		who.login = names[i];
		l = line_all(s->r, &who, &s->seed);
		assert_int_equal(name_key(l, &s->ssh), VERDICT_YES);
		line_close(&l);
		assert_int_equal(rig_show(s->r, names[i]).key_waits, 1);
		assert_int_equal(rig_act(s->r, names[i], acts[i]), VERDICT_YES);
		assert_int_equal(rig_show(s->r, names[i]).key_waits, 0);
	}
}

/* Not before all is proven, not by policy, not from a console. */
static void
not_now(void **state)
{
	struct stage *s = *state;
	const struct caller with = by(key_ssh_line(&s->k, "ssh:"));
	struct line *l = line_known(s->r, &far);

	line_ask(l, &k_ssh_key_layout, &s->ssh);
	assert_true(l->dropped);
	line_close(&l);
	l = line_all(s->r, &console, &s->seed);
	assert_int_equal(name_key(l, &s->ssh), VERDICT_NOT_NOW);
	line_close(&l);
	rig_keys(s->r, METHOD_BIT(METHOD_TOTP));
	l = line_all(s->r, &far, &s->seed);
	assert_int_equal(name_key(l, &s->ssh), VERDICT_NOT_NOW);
	rig_keys(s->r, BOTH_KINDS);
	assert_int_equal(name_key(l, &s->ssh), VERDICT_YES);
	line_close(&l);
	l = line_as(s->r, &with);
	line_ask(l, &k_ssh_seen_layout, &(struct k_ssh_seen){ 0 });
	assert_true(l->dropped); /* the password first */
	line_close(&l);
	l = line_all(s->r, &with, &s->seed);
	rig_keys(s->r, METHOD_BIT(METHOD_TOTP));
	assert_int_equal(seen(l), VERDICT_NOT_NOW);
	rig_keys(s->r, BOTH_KINDS);
	assert_int_equal(rig_act(s->r, "taro", ACT_LOCK), VERDICT_YES);
	assert_int_equal(seen(l), VERDICT_NO);
	line_close(&l);
}

/* --- the registration ------------------------------------------------------
 */

static void
rig_mail_known(struct person *p)
{
	p->email_ok = 1;
}

static bool
may_add(struct line *l)
{
	struct person *p = calloc(1, sizeof(*p));
	uint64_t version;
	bool may;

	assert_int_equal(kconv_person(l->c, p, &version), KOSMO_OK);
	may = device_may_add(l->c, p);
	free(p);
	return may;
}

/* Part 1, then a key; hanako logs in with it, and is registered. */
static void
the_first_device(void **state)
{
	struct stage *s = *state;
	struct k_set_password set = { HASH_A };
	const struct k_seed seed = { 0 };
	struct caller with = by(key_ssh_line(&s->k, "ssh:"));
	struct caller without = far;
	struct line *l;

	rig_keys(s->r, METHOD_BIT(METHOD_PASSKEY));
	with.login = without.login = "hanako";
	rig_invite(s->r, "hanako");
	l = line_as(s->r, &without);
	assert_int_equal(line_initial(l, s->r->initial), VERDICT_YES);
	assert_int_equal(
	    line_say(l, &k_set_password_layout, &set), VERDICT_YES);
	assert_int_equal(name_key(l, &s->ssh), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	rig_change(s->r, "hanako", rig_mail_known);
	assert_int_equal(rig_show(s->r, "hanako").state, STATE_REGISTERED);
	/* without it, or with another one, nothing is vouched for */
	l = line_known(s->r, &without);
	assert_int_equal(seen(l), VERDICT_NO);
	assert_false(may_add(l));
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	/* with it: this device, and no other one */
	l = line_known(s->r, &with);
	assert_int_equal(profile(l).key_seen, 1);
	assert_int_equal(profile(l).vouched, 0);
	assert_true(may_add(l));
	line_ask(l, &k_seed_layout, &seed);
	assert_true(l->dropped);
	line_close(&l);
	l = line_known(s->r, &with);
	assert_int_equal(seen(l), VERDICT_YES);
	assert_int_equal(l->reply.verdict.device, 1);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	assert_int_equal(rig_show(s->r, "hanako").preferred, METHOD_PASSKEY);
	/* from now on key and password are all */
	l = line_known(s->r, &with);
	assert_int_equal(profile(l).key_device, 1);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	l = line_known(s->r, &without);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
}

/* An address on hold holds the key as well. */
static void
held(struct person *p)
{
	p->email_held = UINT64_MAX;
}

static void
a_held_registration(void **state)
{
	struct stage *s = *state;
	struct caller with = by(key_ssh_line(&s->k, "ssh:"));
	struct line *l;

	rig_keys(s->r, METHOD_BIT(METHOD_PASSKEY));
	with.login = "hanako";
	rig_invite(s->r, "hanako");
	l = line_as(s->r, &with);
	assert_int_equal(line_initial(l, s->r->initial), VERDICT_YES);
	assert_int_equal(line_say(l, &k_set_password_layout,
			     &(struct k_set_password){ HASH_A }),
	    VERDICT_YES);
	assert_int_equal(name_key(l, &s->ssh), VERDICT_YES);
	line_close(&l);
	rig_change(s->r, "hanako", held);
	l = line_known(s->r, &with);
	assert_int_equal(seen(l), VERDICT_NOT_NOW);
	line_close(&l);
}

/* --- SSH_AUTH_INFO_0 --------------------------------------------------------
 */

static void
a_login_with_the_key(void **state)
{
	struct stage *s = *state;
	struct caller with = by(key_ssh_line(&s->k, "ssh:"));
	struct line *l;

	enrol(s, "ssh:");
	l = line_as(s->r, &with);
	assert_int_equal(l->reply.bound.keyed, 0); /* the password is asked */
	assert_int_equal(profile(l).key_device, 0);
	assert_int_equal(line_password(l, HASH_B), VERDICT_NO);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	l = line_known(s->r, &with);
	assert_int_equal(profile(l).key_device, KEY);
	assert_int_equal(rig_show(s->r, "taro").devices[1].used, s->r->wall);
	assert_int_equal(rig_in_log(s->r, "\"by sshd\""), 1);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
}

struct word {
	const char *before, *behind;
	bool good;
};

/* Around "publickey TYPE BASE64" of the enrolled key. */
static const struct word words[] = {
	{ "", "\n", true },
	{ "", "", true },
	{ "", " signature count = 5\n", true },
	{ "password\n", "\n", true },
	{ "publickey ssh-ed25519 AAAA\n", "\nkeyboard-interactive/pam\n",
	    true },
	{ "\n", "\n", true },
	{ " ", "\n", false },
	{ "x", "\n", false },
	{ "hostbased ", "\n", false },
	{ "", "A\n", false },
	{ "", "=\n", false },
	{ "password ", "\n", false },
};

static void
lines_of_sshd(void **state)
{
	struct stage *s = *state;
	char line[1024], info[AUTH_INFO_LEN + 1];
	struct caller with = by(info);
	struct line *l;

	enrol(s, "ssh:");
	(void)snprintf(line, sizeof(line), "%s", key_ssh_line(&s->k, "ssh:"));
	line[strlen(line) - 1] = '\0';
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		(void)snprintf(info, sizeof(info), "%s%s%s", words[i].before,
		    line, words[i].behind);
		l = line_known(s->r, &with);
		if ((profile(l).key_device == KEY) != words[i].good)
			fail_msg("%s...%s", words[i].before, words[i].behind);
		line_close(&l);
	}
	/* cut off, of another application, another key, a certificate */
	for (int i = 0; i < 5; i++) {
		struct soft_key other;
		char *dot;

		soft_key_new(&other, ALG_EDDSA);
		(void)snprintf(info, sizeof(info), "%s", line);
		if (i == 0)
			info[strlen(info) - 1] = '\0';
		else if (i == 1)
			(void)snprintf(info, sizeof(info), "%s",
			    key_ssh_line(&s->k, "ssh:x"));
		else if (i == 2)
			(void)snprintf(info, sizeof(info), "%s",
			    key_ssh_line(&other, "ssh:"));
		else if (i == 3 && (dot = strchr(info, '@')) != NULL)
			memcpy(dot, "-cert-v0", 8);
		else
			info[0] = '\0';
		l = line_known(s->r, &with);
		assert_int_equal(profile(l).key_device, 0);
		assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
		line_close(&l);
		soft_key_done(&other);
	}
}

/* Another person's key, another program's word, an untrusted one's. */
static void
whose_word_counts(void **state)
{
	struct stage *s = *state;
	struct caller with = by(key_ssh_line(&s->k, "ssh:"));
	struct secret seed;
	struct line *l;

	enrol(s, "ssh:");
	rig_keys(s->r, METHOD_BIT(METHOD_TOTP));
	rig_person(s->r, "hanako", &seed);
	rig_keys(s->r, BOTH_KINDS);
	with.login = "hanako";
	l = line_known(s->r, &with);
	assert_int_equal(profile(l).key_device, 0);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	with.login = "taro";
	for (int i = 0; i < 3; i++) {
		struct caller as = with;

		if (i == 0)
			as.service = "sudo";
		else if (i == 1)
			as.service = "sshd-x";
		else
			as.peer = RIG_UID;
		l = line_known(s->r, &as);
		assert_int_equal(profile(l).key_device, 0);
		assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
		line_close(&l);
	}
	l = line_known(s->r, &with);
	assert_int_equal(profile(l).key_device, KEY);
	line_close(&l);
}

static void
where_it_does_not_count(void **state)
{
	struct stage *s = *state;
	struct caller with = by(key_ssh_line(&s->k, "ssh:"));
	struct k_remove gone = { KEY };
	struct line *l;

	enrol(s, "ssh:");
	rig_service(s->r, "sshd")->methods = METHOD_BIT(METHOD_TOTP);
	l = line_known(s->r, &with);
	assert_int_equal(profile(l).key_device, 0);
	line_close(&l);
	rig_service(s->r, "sshd")->methods = 0;
	assert_int_equal(rig_act(s->r, "taro", ACT_LOCK), VERDICT_YES);
	l = line_as(s->r, &with);
	assert_int_equal(line_password(l, HASH_A), VERDICT_LOCKED);
	assert_int_equal(l->c->key_device, 0);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	assert_int_equal(rig_act(s->r, "taro", ACT_UNLOCK), VERDICT_YES);
	l = line_all(s->r, &with, &s->seed);
	assert_int_equal(line_say(l, &k_remove_layout, &gone), VERDICT_YES);
	line_close(&l);
	l = line_known(s->r, &with);
	assert_int_equal(profile(l).key_device, 0);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
}

/* steps = factor: the key is all, where it is the right one. */
static void
the_factor_alone(void **state)
{
	struct stage *s = *state;
	struct caller with = by(key_ssh_line(&s->k, "ssh:"));
	struct line *l;

	enrol(s, "ssh:");
	with.steps = OPT_STEPS | OPT_STEP_FACTOR;
	l = line_as(s->r, &with);
	assert_int_equal(l->reply.bound.steps, STEP_FACTOR);
	assert_int_equal(l->reply.bound.keyed, 1);
	assert_int_equal(rig_in_log(s->r, "\"by sshd\""), 1);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	assert_int_equal(rig_show(s->r, "taro").devices[1].used, s->r->wall);
	for (int i = 0; i < 4; i++) {
		struct caller as = with;

		if (i == 0)
			as.auth_info = NULL;
		else if (i == 1)
			as.service = "sudo";
		else if (i == 2)
			as.login = "nobody";
		else
			assert_int_equal(
			    rig_act(s->r, "taro", ACT_LOCK), VERDICT_YES);
		l = line_as(s->r, &as);
		assert_int_equal(l->reply.bound.keyed, 0);
		assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
		line_close(&l);
	}
}

/* Both are asked: a key is one of them, and no more. */
static void
no_key_without_a_password(void **state)
{
	struct stage *s = *state;
	struct caller with = by(key_ssh_line(&s->k, "ssh:"));
	struct line *l;

	enrol(s, "ssh:");
	l = line_as(s->r, &with);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
	rig_service(s->r, "sshd")->combined =
	    true; /* there the code belongs to it */
	l = line_as(s->r, &with);
	line_ask(l, &k_try_layout, &(struct k_try){ 0 });
	line_ask(l, &k_password_layout,
	    &(struct k_password){
		.hash = HASH_A, .combined = 1, .digits = "000000" });
	assert_int_equal(l->reply.verdict.word, VERDICT_NO);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_DENY);
	line_close(&l);
}

/* --- what kosmo-ssh-keys prints ---------------------------------------------
 */

static struct msg_ssh_keys
lines(struct rig *r, const char *login)
{
	struct msg_ssh_keys ret;
	struct person *p = calloc(1, sizeof(*p));
	uint64_t version;

	assert_int_equal(person_get(r->store, login, p, &version), KOSMO_OK);
	assert_int_equal(ssh_key_lines(p, &r->conf, r->wall, &ret), KOSMO_OK);
	free(p);
	return ret;
}

static void
assert_line(const struct msg_ssh_key *line, const struct soft_key *k,
    const char *application, bool verify)
{
	char text[1024];

	(void)snprintf(
	    text, sizeof(text), "publickey %s %s\n", line->type, line->blob);
	assert_string_equal(text, key_ssh_line(k, application));
	assert_int_equal(line->verify, verify);
}

static void
registered(struct person *p)
{
	p->state = STATE_REGISTERED;
	p->expires = 0;
}

static void
invited(struct person *p)
{
	p->state = STATE_INVITED;
}

static void
expired(struct person *p)
{
	p->state = STATE_REGISTERED;
	p->expires = 1;
}

static void
active(struct person *p)
{
	p->state = STATE_ACTIVE;
	p->expires = 0;
}

static void
what_sshd_is_told(void **state)
{
	struct stage *s = *state;
	struct soft_key k2;
	struct line *l;

	assert_int_equal(lines(s->r, "taro").n, 0);
	enrol(s, "ssh:home");
	soft_key_new(&k2, ALG_ES256);
	l = line_all(s->r, &far, &s->seed);
	key_ssh(&k2, "ssh:", &s->ssh);
	assert_int_equal(name_key(l, &s->ssh), VERDICT_YES);
	line_close(&l);
	assert_int_equal(lines(s->r, "taro").n, 2);
	assert_line(&lines(s->r, "taro").keys[0], &s->k, "ssh:home", true);
	assert_line(&lines(s->r, "taro").keys[1], &k2, "ssh:", true);
	for (uint32_t v = 0; v <= VERIFY_BIOMETRIC; v++) {
		s->r->conf.passkey.verify = v;
		assert_line(&lines(s->r, "taro").keys[0], &s->k, "ssh:home",
		    v == VERIFY_REQUIRED || v == VERIFY_BIOMETRIC);
	}
	rig_change(s->r, "taro", registered);
	assert_int_equal(lines(s->r, "taro").n, 2);
	rig_change(s->r, "taro", expired);
	assert_int_equal(lines(s->r, "taro").n, 0);
	rig_change(s->r, "taro", invited);
	assert_int_equal(lines(s->r, "taro").n, 0);
	rig_change(s->r, "taro", active);
	rig_service(s->r, "sshd")->methods = METHOD_BIT(METHOD_TOTP);
	assert_int_equal(lines(s->r, "taro").n, 0);
	rig_service(s->r, "sshd")->methods = 0;
	rig_keys(s->r, METHOD_BIT(METHOD_TOTP));
	assert_int_equal(lines(s->r, "taro").n, 0);
	rig_keys(s->r, BOTH_KINDS);
	rig_pass(s->r, 7 * 86400);
	assert_int_equal(lines(s->r, "taro").n, 1);
	assert_int_equal(rig_act(s->r, "taro", ACT_LOCK), VERDICT_YES);
	assert_int_equal(lines(s->r, "taro").n, 0);
	soft_key_done(&k2);
}

static struct k_status_is
status(struct rig *r)
{
	struct line *l = line_open(r, PHASE_VERB, true);
	struct k_bind b = {
		.phase = PHASE_VERB, .user = "root", .service = "kosmoctl"
	};
	struct k_status_is ret;

	line_ask(l, &k_bind_layout, &b);
	line_ask(l, &k_status_layout, &(struct k_status){ 0 });
	assert_int_equal(l->type, K_STATUS_IS);
	ret = l->reply.status_is;
	line_close(&l);
	return ret;
}

/* What --init stored holds, unless the configuration names another one. */
static void
the_rp_id(void **state)
{
	struct stage *s = *state;
	struct txn *t = NULL;
	char host[RP_ID_LEN + 1];

	assert_string_equal(status(s->r).rp_id, RIG_RP_ID);
	assert_string_equal(status(s->r).rp_id_first, RIG_RP_ID);
	assert_int_equal(status(s->r).touch, 1);
	(void)snprintf(s->r->conf.passkey.rp_id,
	    sizeof(s->r->conf.passkey.rp_id), "other.example");
	rig_restart(s->r);
	assert_string_equal(status(s->r).rp_id, "other.example");
	assert_string_equal(status(s->r).rp_id_first, RIG_RP_ID);
	assert_int_equal(status(s->r).touch, 0);
	/* a store from before there were passkeys: the host's, from then on */
	assert_int_equal(store_begin(s->r->store, &t), KOSMO_OK);
	assert_int_equal(
	    store_delete(t, REC_META, "rp-id", STORE_ANY), KOSMO_OK);
	assert_int_equal(store_commit(s->r->store, &t, NULL, NULL), KOSMO_OK);
	rig_restart(s->r);
	rp_id_of_host(host);
	assert_true(rp_id_valid(host));
	assert_string_equal(s->r->k->rp_first, host);
	store_flush(s->r->store);
	assert_int_equal(store_begin(s->r->store, &t), KOSMO_OK);
	assert_int_equal(store_put(t, REC_META, "rp-id", "kept.example", 12, 1),
	    KOSMO_OK); /* it is stored, as the first of its kind */
	assert_int_equal(store_commit(s->r->store, &t, NULL, NULL), KOSMO_OK);
	rig_restart(s->r);
	assert_string_equal(s->r->k->rp_first, "kept.example");
	assert_true(s->r->k->host[0] != '\0');
	assert_null(strpbrk(s->r->k->host, " =@"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, stage_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(named_then_seen),
		TEST(keys_that_there_are_not),
		TEST(the_newest_one_waits),
		TEST(it_waits_for_a_week),
		TEST(not_now),
		TEST(the_first_device),
		TEST(a_held_registration),
		TEST(a_login_with_the_key),
		TEST(lines_of_sshd),
		TEST(whose_word_counts),
		TEST(where_it_does_not_count),
		TEST(the_factor_alone),
		TEST(no_key_without_a_password),
		TEST(what_sshd_is_told),
		TEST(the_rp_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
