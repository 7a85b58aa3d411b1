/*
 * By which doors a passkey may come: who sits at this host is asked for the
 * key that is plugged in here, and nobody else ever is.
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
#include "kosmod/keeper/warden.h"

#define SUDO (DOOR_HERE | DOOR_AGENT)
#define VERB (DOOR_HERE | DOOR_SSH | DOOR_AGENT)

static const struct caller sudo = { .service = "sudo", .tty = "pts/7" };
static const struct caller verb = { .service = "kosmoctl",
	.tty = "/dev/pts/7",
	.phase = PHASE_VERB,
	.peer = RIG_UID };

/* taro, with an app and a key at this host. */
static int
set_up(void **state)
{
	struct stage *s = stage_open(ALG_ES256);
	struct line *l;

	l = line_all(s->r, &console, &s->seed);
	assert_int_equal(line_enrol(l, &s->k), KEY);
	line_close(&l);
	*state = s;
	return 0;
}

static struct caller
at(const struct caller *who, const char *tty)
{
	struct caller c = *who;

	c.tty = tty;
	return c;
}

/* --- sessions that pam_kosmo told of ------------------------------------- */

static void
row(struct person *p, const char *service, const char *tty, bool remote)
{
	struct r_session *s = &p->sessions[p->n_sessions++];

	(void)snprintf(s->service, sizeof(s->service), "%s", service);
	(void)snprintf(s->tty, sizeof(s->tty), "%s", tty);
	s->remote = remote;
	s->pid = 100u + p->n_sessions;
	s->opened = 1;
}

/* As sshd opens one: before it has a terminal. */
static void
by_ssh(struct person *p)
{
	row(p, "sshd", "ssh", true);
}

static void
by_ssh_at_pts_3(struct person *p)
{
	row(p, "sshd", "/dev/pts/3", false); /* by the service alone */
}

static void
at_tty_1(struct person *p)
{
	row(p, "login", "tty1", false);
}

/* A console login from another host (telnet, rlogin). */
static void
by_telnet_at_pts_4(struct person *p)
{
	row(p, "login", "pts/4", true);
}

static void
at_pts_9(struct person *p)
{
	row(p, "login", "pts/9", false); /* a container's console */
}

static void
nowhere(struct person *p)
{
	memset(p->sessions, 0, sizeof(p->sessions));
	p->n_sessions = 0;
}

/* --- what is asked ------------------------------------------------------- */

/* taro, with the right password. */
static struct line *
begin(struct rig *r, const struct caller *who)
{
	const struct k_profile m = { 0 };
	struct line *l = line_known(r, who);

	line_ask(l, &k_profile_layout, &m);
	return l;
}

static void
assert_open(const struct line *l, uint8_t doors)
{
	assert_int_equal(l->type, K_PERSON);
	if (l->reply.person.doors != doors)
		fail_msg("%s at %s: %d, not %d", l->c->service, l->c->tty,
		    l->reply.person.doors, doors);
}

static void
assert_doors(struct rig *r, const struct caller *who, uint8_t doors)
{
	struct line *l = begin(r, who);

	assert_open(l, doors);
	line_close(&l);
}

static void
answer(struct stage *s, uint8_t word)
{
	const struct p_where_is is = { s->w.where.id, word };

	rig_warden_says(s->r, &p_where_is_layout, &is);
}

/* --- by service, terminal and rows --------------------------------------- */

static void
logins(void **state)
{
	struct stage *s = *state;
	struct caller telnet = { .service = "login", .source = HERE };
	struct caller locker = { .service = "x", .tty = ":0", .peer = RIG_UID };

	assert_doors(s->r, &far, DOOR_SSH);
	assert_doors(s->r, &(struct caller){ .service = "sshd" }, DOOR_SSH);
	assert_doors(s->r, &console, DOOR_HERE);
	telnet.tty = "pts/1";
	assert_doors(s->r, &telnet, 0);
	telnet.tty = "tty1"; /* it may say so */
	assert_doors(s->r, &telnet, 0);
	assert_doors(s->r, &locker, DOOR_HERE);
	s->r->k->touch = false;
	assert_doors(s->r, &console, 0);
}

static void
nobody_is_signed_in(void **state)
{
	struct stage *s = *state;

	assert_doors(s->r, &verb, VERB);
	assert_doors(s->r, &sudo, SUDO);
}

static void
one_from_afar_shuts_it(void **state)
{
	struct stage *s = *state;
	struct caller tty2 = at(&sudo, "tty2"), pts3 = at(&sudo, "/dev/pts/3");
	struct caller none = at(&sudo, NULL), said = at(&verb, "/dev/tty1");

	rig_change(s->r, "taro", by_ssh_at_pts_3);
	assert_doors(s->r, &verb, DOOR_SSH | DOOR_AGENT);
	assert_doors(s->r, &sudo, DOOR_AGENT); /* tmux, or another window */
	assert_doors(s->r, &pts3, DOOR_AGENT);
	assert_doors(s->r, &none, DOOR_AGENT);
	/* what root's program says of its terminal is so */
	assert_doors(s->r, &tty2, SUDO);
	assert_doors(s->r, &console, DOOR_HERE);
	/* what kosmoctl says of it is a word, root's too */
	assert_doors(s->r, &said, DOOR_SSH | DOOR_AGENT);
	said.peer = 0;
	said.ruid = 0;
	assert_doors(s->r, &said, DOOR_SSH);
}

/* sshd's row names no terminal: somebody at the console changes nothing. */
static void
somebody_here_does_not_open_it(void **state)
{
	struct stage *s = *state;
	struct caller tty1 = at(&sudo, "tty1"), pts9 = at(&sudo, "pts/9");
	struct caller said = at(&verb, "pts/9");

	rig_change(s->r, "taro", at_tty_1);
	assert_doors(s->r, &sudo, SUDO);
	assert_doors(s->r, &verb, VERB);
	rig_change(s->r, "taro", by_ssh);
	assert_doors(s->r, &sudo, DOOR_AGENT);
	assert_doors(s->r, &verb, DOOR_SSH | DOOR_AGENT);
	assert_doors(s->r, &tty1, SUDO);
	rig_change(s->r, "taro", at_pts_9);
	assert_doors(s->r, &pts9, SUDO); /* this one a row does name */
	assert_doors(s->r, &said, DOOR_SSH | DOOR_AGENT);
}

static void
telnet_is_from_afar(void **state)
{
	struct stage *s = *state;
	struct caller pts4 = at(&sudo, "pts/4");

	rig_change(s->r, "taro", by_telnet_at_pts_4);
	assert_doors(s->r, &pts4, DOOR_AGENT);
	assert_doors(s->r, &sudo, DOOR_AGENT);
}

/* su: neither their agent nor their key. */
static void
somebody_elses(void **state)
{
	struct stage *s = *state;
	struct caller su = { .service = "su", .tty = "pts/4" }, c = sudo;

	su.ruid = RIG_UID + 1;
	assert_doors(s->r, &su, 0);
	c.ruid = RIG_UID + 1;
	assert_doors(s->r, &c, 0);
	c.ruid = 0;
	c.peer = RIG_UID; /* who only says that it is sudo */
	assert_doors(s->r, &c, DOOR_HERE);
	c = verb;
	c.peer = 0; /* root, for taro: at the same terminal */
	assert_doors(s->r, &c, DOOR_HERE | DOOR_SSH);
}

/* Where a session came from is kept, whatever the service is called. */
static struct msg_end
open_session(struct rig *r, const uint8_t *ticket)
{
	const struct kpeer peer = { .pid = RIG_PID, .trusted = 1 };
	struct msg_open open = {
		.version = MSG_VERSION, .phase = PHASE_SESSION, .tty = "pts/6"
	};
	struct line l = { .rig = r };

	memcpy(open.ticket, ticket, TICKET_LEN);
	assert_int_equal(keeper_accept(r->k, &l, &peer, &open, &l.c), KOSMO_OK);
	store_flush(r->store);
	assert_true(l.ended);
	return l.end;
}

static void
sessions_know_where_they_are_from(void **state)
{
	struct stage *s = *state;
	struct caller from = console, there = at(&sudo, "pts/6");

	for (int i = 0; i < 2; i++) {
		struct line *l;

		from.source = i == 0 ? HERE : NULL;
		l = line_all(s->r, &from, &s->seed);
		assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
		assert_int_equal(
		    open_session(s->r, l->end.ticket).result, RESULT_NOTED);
		line_close(&l);
		assert_doors(s->r, &there, i == 0 ? DOOR_AGENT : SUDO);
		rig_change(s->r, "taro", nowhere);
	}
}

/* --- by the warden, which looks ------------------------------------------ */

static void
what_the_warden_is_asked(void **state)
{
	struct stage *s = *state;
	struct line *l;

	rig_change(s->r, "taro", at_tty_1);
	rig_change(s->r, "taro", by_ssh);
	rig_change(s->r, "taro", by_ssh_at_pts_3);
	rig_warden(s->r, &s->w);
	l = begin(s->r, &sudo);
	assert_int_equal(s->w.n_where, 1);
	assert_int_equal(s->w.where.uid, RIG_UID);
	assert_int_equal(s->w.where.pid, RIG_PID);
	assert_int_equal(s->w.where.n, 3);
	assert_int_equal(s->w.where.rows[0].remote, 0);
	assert_int_equal(s->w.where.rows[1].remote, 1);
	assert_int_equal(s->w.where.rows[1].pid, 102);
	assert_int_equal(s->w.where.rows[2].remote, 1);
	assert_int_equal(l->type, 0); /* not before it answers */
	answer(s, WHERE_HERE);
	assert_open(l, SUDO);
	line_ask(l, &k_profile_layout, &(struct k_profile){ 0 });
	assert_open(l, SUDO);
	assert_int_equal(s->w.n_where, 1); /* once a conversation */
	line_close(&l);
}

static void
the_warden_knows_better_than_rows(void **state)
{
	static const struct {
		uint8_t word;
		uint8_t doors;	  /* with nobody signed in, */
		uint8_t with_ssh; /* and with somebody far away */
	} said[] = { { WHERE_HERE, SUDO, SUDO },
		{ WHERE_AWAY, DOOR_AGENT, DOOR_AGENT },
		{ WHERE_UNKNOWN, SUDO, DOOR_AGENT },
		{ 77, DOOR_AGENT, DOOR_AGENT } };
	const size_t n = sizeof(said) / sizeof(said[0]);
	struct stage *s = *state;

	rig_warden(s->r, &s->w);
	for (size_t i = 0; i < 2 * n; i++) {
		struct line *l;

		if (i == n)
			rig_change(s->r, "taro", by_ssh);
		l = begin(s->r, &sudo);
		answer(s, said[i % n].word);
		assert_open(
		    l, i < n ? said[i % n].doors : said[i % n].with_ssh);
		line_close(&l);
	}
}

/* It says nothing, or dies: the rows have to do, and shut at one from afar. */
static void
a_warden_that_says_nothing(void **state)
{
	struct stage *s = *state;

	rig_warden(s->r, &s->w);
	for (int i = 0; i < 2; i++) {
		struct line *quiet = begin(s->r, &sudo), *gone;

		rig_pass(s->r, 9);
		assert_int_equal(quiet->type, 0);
		rig_pass(s->r, 2);
		assert_open(quiet, i == 0 ? SUDO : DOOR_AGENT);
		gone = begin(s->r, &sudo);
		keeper_priv_here(s->r->k, PRIV_WARDEN, false);
		assert_open(gone, i == 0 ? SUDO : DOOR_AGENT);
		keeper_priv_here(s->r->k, PRIV_WARDEN, true);
		line_close(&quiet);
		line_close(&gone);
		rig_change(s->r, "taro", by_ssh);
	}
}

/* Nobody waits for it who has no key here, or is known to be here or not. */
static void
who_need_not_ask(void **state)
{
	struct stage *s = *state;
	struct caller tty1 = at(&sudo, "tty1"), su = sudo;
	struct line *l;

	rig_warden(s->r, &s->w);
	assert_doors(s->r, &far, DOOR_SSH);
	assert_doors(s->r, &console, DOOR_HERE);
	assert_doors(s->r, &tty1, SUDO);
	su.ruid = RIG_UID + 1;
	assert_doors(s->r, &su, 0);
	l = line_all(s->r, &console, &s->seed);
	assert_int_equal(
	    line_say(l, &k_remove_layout, &(struct k_remove){ .device = KEY }),
	    VERDICT_YES);
	line_close(&l);
	assert_doors(s->r, &sudo, DOOR_AGENT);
	assert_int_equal(s->w.n_where, 0);
	/* ... but who may want to enrol one */
	l = begin(s->r, &verb);
	assert_int_equal(s->w.n_where, 1);
	answer(s, WHERE_HERE);
	assert_open(l, VERB);
	line_close(&l);
	s->r->k->touch = false;
	assert_doors(s->r, &verb, DOOR_SSH | DOOR_AGENT);
	assert_int_equal(s->w.n_where, 1);
}

/* A talk that does not ask first has no key to ask. */
static void
no_touch_before_the_answer(void **state)
{
	struct stage *s = *state;
	struct p_touch job;
	struct line *l;

	rig_warden(s->r, &s->w);
	l = line_known(s->r, &sudo);
	assert_int_equal(line_touch(l, TOUCH_PROVE, KEY, &job), KOSMO_EPERM);
	line_ask(l, &k_profile_layout, &(struct k_profile){ 0 });
	answer(s, WHERE_AWAY);
	assert_int_equal(line_touch(l, TOUCH_PROVE, KEY, &job), KOSMO_EPERM);
	line_close(&l);
	l = begin(s->r, &sudo);
	answer(s, WHERE_HERE);
	assert_int_equal(line_touch(l, TOUCH_PROVE, KEY, &job), KOSMO_OK);
	line_close(&l);
}

/* Root's kosmoctl for taro sits at root's terminal, not in taro's session. */
static void
root_is_where_root_is(void **state)
{
	struct stage *s = *state;
	struct caller root = verb;
	struct line *l;

	rig_change(s->r, "taro", at_tty_1);
	rig_warden(s->r, &s->w);
	root.peer = 0;
	l = begin(s->r, &root);
	assert_int_equal(s->w.where.uid, 0);
	assert_int_equal(s->w.where.n, 0);
	answer(s, WHERE_AWAY);
	assert_open(l, DOOR_SSH);
	line_close(&l);
}

/* The conversation ends first. */
static void
an_answer_for_nobody(void **state)
{
	struct stage *s = *state;
	struct line *l;

	rig_warden(s->r, &s->w);
	l = begin(s->r, &sudo);
	line_close(&l);
	answer(s, WHERE_HERE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, stage_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(logins),
		TEST(nobody_is_signed_in),
		TEST(one_from_afar_shuts_it),
		TEST(somebody_here_does_not_open_it),
		TEST(telnet_is_from_afar),
		TEST(somebody_elses),
		TEST(sessions_know_where_they_are_from),
		TEST(what_the_warden_is_asked),
		TEST(the_warden_knows_better_than_rows),
		TEST(a_warden_that_says_nothing),
		TEST(who_need_not_ask),
		TEST(no_touch_before_the_answer),
		TEST(root_is_where_root_is),
		TEST(an_answer_for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
