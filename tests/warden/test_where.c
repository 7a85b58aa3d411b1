/* Where a process is run from, over made-up lists of them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "warden/where.h"

#define TARO 1000
#define PTS(n) (0x8800u + (n))
#define TTY(n) (0x0400u + (n))

struct host {
	struct proc rows[64];
	struct procs procs;
	struct pick_want want;
	struct pick_session sessions[8];
	struct p_session hints[4];
};

static struct proc *
made(struct host *h, pid_t pid, pid_t ppid, uint32_t uid, const char *comm)
{
	struct proc *p = &h->rows[h->procs.n++];

	memset(p, 0, sizeof(*p));
	p->pid = pid;
	p->ppid = ppid;
	p->uid = uid;
	p->start = 100;
	(void)snprintf(p->comm, sizeof(p->comm), "%s", comm);
	return p;
}

/* Pids rise as the rows are made. */
static int
set_up(void **state)
{
	static struct host h;

	memset(&h, 0, sizeof(h));
	h.procs.rows = h.rows;
	h.want.uid = TARO;
	h.want.booted = 1000000;
	h.want.hz = 100;
	h.want.rows = h.hints;
	h.want.sessions = h.sessions;
	h.want.display = "";
	made(&h, 1, 0, 0, "systemd");
	made(&h, 50, 1, 0, "sshd");
	*state = &h;
	return 0;
}

/* opener, shell, sudo: the last one is asked about. */
static void
session(struct host *h, pid_t pid, const char *opener)
{
	made(h, pid, 1, 0, opener);
	made(h, pid + 1, pid, TARO, "bash")->tty = PTS(1);
	made(h, pid + 2, pid + 1, UNSET, "sudo")->tty = PTS(1);
}

/* tmux, or a desktop's terminal: made by the session, and left alone by it. */
static void
adopted(struct host *h, pid_t pid)
{
	made(h, pid, 1, TARO, "tmux: server");
	made(h, pid + 1, pid, TARO, "bash")->tty = PTS(9);
	made(h, pid + 2, pid + 1, UNSET, "sudo")->tty = PTS(9);
}

static void
logind_says(struct host *h, pid_t leader, bool remote)
{
	struct pick_session *s = &h->sessions[h->want.n_sessions++];

	s->leader = leader;
	s->person = true;
	s->remote = remote;
}

static void
keeper_says(struct host *h, pid_t pid, bool remote)
{
	struct p_session *row = &h->hints[h->want.n_rows++];

	row->pid = (uint64_t)pid;
	row->opened = 1000060;
	row->remote = remote;
}

static enum where_word
where(struct host *h, pid_t pid)
{
	h->want.keep = pid;
	return where_is(&h->procs, &h->want);
}

static void
by_who_opened_it(void **state)
{
	static const char *const away[] = { "sshd", "sshd-session", "dropbear",
		"xrdp-sesman" };
	static const char *const here[] = { "login", "gdm-session-wor",
		"lightdm", "sddm-helper", "greetd" };
	struct host *h = *state;
	pid_t pid = 100;

	for (size_t i = 0; i < sizeof(away) / sizeof(away[0]); i++, pid += 10) {
		session(h, pid, away[i]);
		assert_int_equal(where(h, pid + 2), WHERE_AWAY);
		assert_int_equal(where(h, pid + 1), WHERE_AWAY);
	}
	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++, pid += 10) {
		session(h, pid, here[i]);
		assert_int_equal(where(h, pid + 2), WHERE_HERE);
	}
	session(h, pid, "cron");
	assert_int_equal(where(h, pid + 2), WHERE_UNKNOWN);
}

/* A person's own program may be called login. */
static void
a_name_is_roots_to_give(void **state)
{
	struct host *h = *state;

	made(h, 100, 1, TARO, "login");
	made(h, 101, 100, TARO, "bash");
	assert_int_equal(where(h, 101), WHERE_UNKNOWN);
}

/* Openers without a name that is known: the keeper's rows, or logind. */
static void
by_row_or_by_leader(void **state)
{
	struct host *h = *state;

	session(h, 100, "kdm");
	session(h, 200, "telnetd");
	keeper_says(h, 100, false);
	keeper_says(h, 200, true);
	assert_int_equal(where(h, 102), WHERE_HERE);
	assert_int_equal(where(h, 202), WHERE_AWAY);
	h->want.n_rows = 0;
	assert_int_equal(where(h, 102), WHERE_UNKNOWN);
	logind_says(h, 100, false);
	logind_says(h, 200, true);
	assert_int_equal(where(h, 102), WHERE_HERE);
	assert_int_equal(where(h, 202), WHERE_AWAY);
}

/* The manager of somebody's services is nobody's login. */
static void
a_manager_opens_nothing(void **state)
{
	struct host *h = *state;

	session(h, 100, "systemd");
	logind_says(h, 100, false);
	h->sessions[0].person = false;
	assert_int_equal(where(h, 102), WHERE_UNKNOWN);
}

/* Its number was somebody else's when the row was made. */
static void
a_row_of_another_process(void **state)
{
	struct host *h = *state;

	session(h, 100, "kdm");
	keeper_says(h, 100, false);
	h->rows[2].start = 100 * 66; /* 66 s after boot; the row: 60 */
	assert_int_equal(where(h, 102), WHERE_UNKNOWN);
}

/* One witness for elsewhere is enough. */
static void
the_worst_witness_counts(void **state)
{
	struct host *h = *state;

	session(h, 100, "login"); /* of a telnetd */
	keeper_says(h, 100, true);
	assert_int_equal(where(h, 102), WHERE_AWAY);
	session(
	    h, 200, "sshd"); /* through a tunnel: logind takes it for here */
	logind_says(h, 200, false);
	assert_int_equal(where(h, 202), WHERE_AWAY);
}

/* ssh, sudo login: at no console for all that. */
static void
login_run_from_afar(void **state)
{
	struct host *h = *state;

	session(h, 100, "sshd");
	made(h, 110, 102, 0, "login");
	made(h, 111, 110, TARO, "bash");
	assert_int_equal(where(h, 111), WHERE_AWAY);
}

/* hanako came by ssh and became taro by su. */
static void
through_somebody_else(void **state)
{
	struct host *h = *state;

	made(h, 100, 50, 0, "sshd");
	made(h, 101, 100, TARO + 1, "bash");
	made(h, 102, 101, 0, "su");
	made(h, 103, 102, TARO, "bash");
	assert_int_equal(where(h, 103), WHERE_AWAY);
}

static void
a_virtual_terminal_is_here(void **state)
{
	struct host *h = *state;

	session(h, 100, "agetty");
	h->rows[4].tty = TTY(1);
	assert_int_equal(where(h, 102), WHERE_HERE);
	h->rows[4].tty = 0;
	assert_int_equal(where(h, 102), WHERE_UNKNOWN);
}

/* Any session may be at its other end. */
static void
what_init_took_over(void **state)
{
	struct host *h = *state;

	session(h, 100, "login");
	session(h, 200, "sshd");
	adopted(h, 300);
	assert_int_equal(where(h, 302), WHERE_UNKNOWN);
	keeper_says(h, 100, false);
	assert_int_equal(where(h, 302), WHERE_HERE);
	keeper_says(h, 200, true);
	assert_int_equal(where(h, 302), WHERE_AWAY);
	assert_int_equal(where(h, 102), WHERE_HERE); /* this one is known */
	h->want.n_rows = 0;
	logind_says(h, 100, false);
	assert_int_equal(where(h, 302), WHERE_HERE);
	logind_says(h, 200, true);
	assert_int_equal(where(h, 302), WHERE_AWAY);
	h->sessions[1].person = false; /* no login: a manager, cron */
	assert_int_equal(where(h, 302), WHERE_HERE);
}

/* What ended at the console was here once; mosh goes on when ssh has ended. */
static void
sessions_that_end(void **state)
{
	struct host *h = *state;

	adopted(h, 300);
	keeper_says(h, 100, false);
	logind_says(h, 100, false);
	assert_int_equal(where(h, 302), WHERE_UNKNOWN);
	session(h, 400, "login");
	logind_says(h, 400, false);
	assert_int_equal(where(h, 302), WHERE_HERE);
	logind_says(h, 200, true);
	assert_int_equal(where(h, 302), WHERE_AWAY);
}

static void
no_such_process(void **state)
{
	struct host *h = *state;

	session(h, 100, "login");
	keeper_says(h, 100, false);
	assert_int_equal(where(h, 0), WHERE_UNKNOWN);
	assert_int_equal(where(h, 103), WHERE_UNKNOWN);
}

/* A list that is read in motion. */
static void
a_family_that_is_a_ring(void **state)
{
	struct host *h = *state;

	made(h, 100, 101, TARO, "a");
	made(h, 101, 100, TARO, "b");
	assert_int_equal(where(h, 101), WHERE_UNKNOWN);
}

#define TEST(f) cmocka_unit_test_setup(f, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(by_who_opened_it),
		TEST(a_name_is_roots_to_give),
		TEST(by_row_or_by_leader),
		TEST(a_manager_opens_nothing),
		TEST(a_row_of_another_process),
		TEST(the_worst_witness_counts),
		TEST(login_run_from_afar),
		TEST(through_somebody_else),
		TEST(a_virtual_terminal_is_here),
		TEST(what_init_took_over),
		TEST(sessions_that_end),
		TEST(no_such_process),
		TEST(a_family_that_is_a_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
