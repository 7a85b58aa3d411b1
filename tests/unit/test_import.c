/*
 * K_USER_IMPORT: checked first, written line by line, and told apart when it
 * comes again.
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

#include "admin_rig.h"

#define HERE "192.0.2.1"

static void
line_of(struct msg_people *m, uint8_t i, const char *login)
{
	struct msg_invitee *p = &m->people[i];

	memset(p, 0, sizeof(*p));
	(void)snprintf(p->login, sizeof(p->login), "%s", login);
	(void)snprintf(
	    p->email, sizeof(p->email), "%.60s@example.co.jp", login);
	(void)strcpy(p->birth, "19850401");
	p->uid = RIG_UID;
	if (m->n <= i)
		m->n = (uint8_t)(i + 1);
}

static const struct msg_invitation *
import(
    struct rig *r, struct line *l, struct msg_people *m, enum people_pass pass)
{
	(void)r;
	m->pass = (uint8_t)pass;
	line_ask(l, &k_user_import_layout, m);
	assert_int_equal(l->type, K_INVITED);
	assert_int_equal(l->reply.invited.n, m->n);
	return l->reply.invited.people;
}

static void
a_check_writes_nothing(void **state)
{
	struct msg_people *m = calloc(1, sizeof(*m));
	const struct msg_invitation *a;
	struct rig *r = *state;
	struct line *l = line_root(r);

	line_of(m, 0, "u0");
	line_of(m, 1, "u1");
	a = import(r, l, m, PEOPLE_CHECK);
	assert_int_equal(a[0].word, INVITED_YES);
	assert_string_equal(a[0].secret, "");
	assert_int_equal(rig_show(r, "u0").state, STATE_NONE);
	assert_int_equal(r->k->people, 0);
	a = import(r, l, m, PEOPLE_WRITE);
	assert_int_equal(a[1].word, INVITED_YES);
	assert_int_equal(strlen(a[1].secret), 19);
	assert_int_equal(a[1].made, r->wall);
	assert_int_equal(a[1].expires, r->wall + r->conf.registration.expires);
	assert_int_equal(r->k->people, 2);
	assert_int_equal(rig_in_log(r, "\"user import\""), 2);
	line_close(&l);
	free(m);
}

/* A packet of the longest lines there can be crosses, and comes back. */
static void
a_full_packet(void **state)
{
	struct msg_people *m = calloc(1, sizeof(*m));
	const struct msg_invitation *a;
	struct rig *r = *state;
	struct line *l = line_root(r);
	struct buf b = BUF_INIT;

	for (uint8_t i = 0; i < INVITEES_MAX; i++) {
		struct msg_invitee *p = &m->people[i];

		line_of(m, i, "x");
		memset(p->login, 'a' + i % 26, NAME_LEN);
		p->login[0] = (char)('a' + i / 26);
		memset(p->user_id, 'A' + i % 26, NAME_LEN);
		p->user_id[0] = (char)('a' + i / 26);
		memset(p->email, 'e', ADDRESS_LEN);
		memset(p->name, 'n', PERSON_NAME_LEN);
		(void)strcpy(p->language, "ja_JP.x");
	}
	m->pass = PEOPLE_WRITE;
	assert_int_equal(
	    codec_encode(&k_user_import_layout, CODEC_MESSAGE, m, &b),
	    KOSMO_OK);
	assert_true(b.len <= PACKET_MAX);
	buf_done(&b);
	a = import(r, l, m, PEOPLE_WRITE);
	for (uint8_t i = 0; i < INVITEES_MAX; i++)
		assert_int_equal(a[i].word, INVITED_YES);
	line_close(&l);
	free(m);
}

static void
addresses_of_other_domains(void **state)
{
	struct msg_people *m = calloc(1, sizeof(*m));
	const struct msg_invitation *a;
	struct rig *r = *state;
	struct line *l = line_root(r);

	line_of(m, 0, "u0");
	line_of(m, 1, "u1");
	(void)strcpy(m->people[1].email, "u1@example.org");
	(void)strcpy(r->conf.email.domains, "example.org");
	for (int pass = PEOPLE_CHECK; pass <= PEOPLE_WRITE; pass++) {
		a = import(r, l, m, (enum people_pass)pass);
		assert_int_equal(a[0].word, INVITED_DOMAIN);
		assert_string_equal(a[0].field, "email");
		assert_int_equal(a[1].word, INVITED_YES);
	}
	assert_int_equal(rig_show(r, "u0").state, STATE_NONE);
	assert_int_equal(rig_show(r, "u1").state, STATE_INVITED);
	line_close(&l);
	free(m);
}

static void
who_is_taken(void **state)
{
	struct msg_people *m = calloc(1, sizeof(*m));
	const struct msg_invitation *a;
	struct rig *r = *state;
	struct line *l = line_root(r);

	rig_invite(r, "mori");
	line_of(m, 0, "mori");
	line_of(m, 1, "abe");
	(void)strcpy(m->people[1].user_id, "mori");
	line_of(m, 2, "twice");
	line_of(m, 3, "twice");
	line_of(m, 4, "a/b");
	a = import(r, l, m, PEOPLE_WRITE);
	assert_int_equal(a[0].word, INVITED_TAKEN);
	assert_string_equal(a[0].field, "login");
	assert_int_equal(a[1].word, INVITED_TAKEN);
	assert_string_equal(a[1].field, "user_id");
	assert_int_equal(a[2].word, INVITED_YES);
	assert_int_not_equal(a[3].word, INVITED_YES);
	assert_string_equal(a[3].secret, "");
	assert_int_equal(a[4].word, INVITED_NO);
	assert_string_equal(a[4].field, "login");
	assert_int_equal(r->k->people, 2);
	line_close(&l);
	free(m);
}

/* The line is known again; whatever else differs is another line. */
static void
the_same_line_again(void **state)
{
	struct msg_people *m = calloc(1, sizeof(*m));
	const struct msg_invitation *a;
	struct rig *r = *state;
	char first[64];
	struct line *l = line_root(r);

	line_of(m, 0, "u0");
	a = import(r, l, m, PEOPLE_WRITE);
	(void)snprintf(first, sizeof(first), "%s", a[0].secret);
	line_close(&l);
	rig_restart(r);
	l = line_root(r);
	m->people[0].uid = 4711; /* made meanwhile: still the same line */
	a = import(r, l, m, PEOPLE_WRITE);
	assert_int_equal(a[0].word, INVITED_SAME);
	assert_string_equal(a[0].secret, "");
	a = import(r, l, m, PEOPLE_AGAIN);
	assert_int_equal(a[0].word, INVITED_YES);
	assert_string_not_equal(a[0].secret, first);
	assert_int_equal(r->k->people, 1);
	(void)strcpy(m->people[0].birth, "19850402");
	a = import(r, l, m, PEOPLE_AGAIN);
	assert_int_equal(a[0].word, INVITED_TAKEN);
	line_close(&l);
	free(m);
}

/* Whoever is at it keeps the slip. */
static void
who_has_begun_gets_no_other_slip(void **state)
{
	struct msg_people *m = calloc(1, sizeof(*m));
	const struct k_set_password set = { HASH_A };
	char plain[64];
	struct rig *r = *state;
	struct line *l = line_root(r), *person;

	line_of(m, 0, "taro");
	digest_plain(
	    import(r, l, m, PEOPLE_WRITE)[0].secret, plain, sizeof(plain));
	r->conf.login.methods = METHOD_BIT(METHOD_TOTP);
	person = line_bind(r, "sshd", "taro", HERE);
	assert_int_equal(line_initial(person, plain), VERDICT_YES);
	assert_int_equal(import(r, l, m, PEOPLE_CHECK)[0].word, INVITED_SAME);
	line_ask(person, &k_set_password_layout, &set);
	line_close(&person);
	assert_int_equal(import(r, l, m, PEOPLE_AGAIN)[0].word, INVITED_BEGUN);
	line_close(&l);
	free(m);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_set_up, rig_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_check_writes_nothing),
		TEST(a_full_packet),
		TEST(addresses_of_other_domains),
		TEST(who_is_taken),
		TEST(the_same_line_again),
		TEST(who_has_begun_gets_no_other_slip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
