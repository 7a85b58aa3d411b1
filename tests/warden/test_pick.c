/* Which processes a sign-out ends, over made-up lists of them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "warden/pick.h"

#define TARO 1000
#define HANAKO 1001
#define PTS(n) (0x8800u + (n))

struct host {
	struct proc rows[64];
	struct procs procs;
	struct pick_want want;
	struct pick_session sessions[8];
	struct p_session hints[4];
	struct marks found;
};

static struct proc *
made(struct host *h, pid_t pid, pid_t ppid, pid_t sid, uint32_t uid,
    const char *comm)
{
	struct proc *p = &h->rows[h->procs.n++];

	memset(p, 0, sizeof(*p));
	p->pid = pid;
	p->ppid = ppid;
	p->sid = sid;
	p->uid = uid;
	p->login = uid == 0 ? UNSET : uid;
	p->audit = UNSET;
	p->start = 100;
	(void)snprintf(p->comm, sizeof(p->comm), "%s", comm);
	return p;
}

/* An ssh session as sshd makes one: monitor, sshd, shell on a terminal. */
static void
ssh(struct host *h, pid_t pid, uint32_t uid, uint32_t tty)
{
	made(h, pid, 50, pid, 0, "sshd");
	made(h, pid + 1, pid, pid, uid, "sshd");
	made(h, pid + 2, pid + 1, pid + 2, uid, "bash")->tty = tty;
}

static void
empty_host(struct host *h)
{
	memset(h, 0, sizeof(*h));
	h->procs.rows = h->rows;
	h->want.uid = TARO;
	h->want.own_login = h->want.own_audit = UNSET;
	h->want.booted = 1000000;
	h->want.hz = 100;
	h->want.rows = h->hints;
	h->want.sessions = h->sessions;
	h->want.display = "";
	made(h, 1, 0, 1, 0, "systemd");
	made(h, 50, 1, 50, 0, "sshd");
}

/* Rows are made by rising pid. The answer: pids in one line. */
static const char *
picked(struct host *h)
{
	static char text[256];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < h->procs.n; i++) {
		if (h->rows[i].picked)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "%s%d", len > 0 ? " " : "", h->rows[i].pid);
	}
	return text;
}

static void
check(struct host *h, const char *pids, size_t sessions)
{
	assert_int_equal(pick_begin(&h->procs, &h->want, &h->found), KOSMO_OK);
	assert_string_equal(picked(h), pids);
	assert_int_equal(pick_count(&h->procs), sessions);
	marks_done(&h->found);
}

static void
others_go_and_one_stays(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 100, TARO, PTS(1));
	ssh(&h, 200, TARO, PTS(2));
	ssh(&h, 300, HANAKO, PTS(3));
	h.want.keep = 102;
	check(&h, "201 202", 1);
}

static void
without_keep_all_go(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 100, TARO, PTS(1));
	ssh(&h, 200, TARO, PTS(2));
	ssh(&h, 300, HANAKO, PTS(3));
	check(&h, "101 102 201 202", 2);
}

/* sftp and commands have no terminal; sshd above them tells. */
static void
session_without_terminal(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 100, TARO, 0);
	check(&h, "101 102", 1);
}

static void
background_goes_along(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 100, TARO, PTS(1));
	made(&h, 110, 102, 102, TARO, "sleep")->tty = PTS(1);
	made(&h, 111, 1, 102, TARO, "nohup");	 /* its parent is gone */
	made(&h, 112, 110, 112, TARO, "setsid"); /* its own session */
	made(&h, 113, 112, 113, TARO, "deeper");
	check(&h, "101 102 110 111 112 113", 1);
}

/* A daemon with nothing in common but the audit session. */
static void
audit_session_finds_daemons(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 100, TARO, PTS(1));
	h.rows[4].audit = 7;
	made(&h, 120, 1, 120, TARO, "daemon")->audit = 7;
	made(&h, 121, 1, 121, TARO, "cronjob")->audit = 8;
	check(&h, "101 102 120", 1);
}

/* Inherited from the one who started the host: it ties nothing together. */
static void
inherited_audit_session(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 100, TARO, PTS(1));
	h.rows[4].audit = 7;
	made(&h, 120, 1, 120, TARO, "daemon")->audit = 7;
	h.want.own_audit = 7;
	check(&h, "101 102", 1);
}

static void
cron_and_managers_stay(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	made(&h, 60, 1, 60, 0, "cron");
	made(&h, 61, 60, 61, TARO, "sh");
	made(&h, 62, 1, 62, TARO, "systemd")->place.kind = PLACE_MANAGER;
	made(&h, 63, 62, 63, TARO, "tmux")->place.kind = PLACE_MANAGER;
	h.rows[h.procs.n - 1].tty = PTS(9);
	/* a job of cron that made itself a terminal */
	made(&h, 64, 60, 64, TARO, "script")->place.kind = PLACE_SERVICE;
	h.rows[h.procs.n - 1].tty = PTS(8);
	check(&h, "", 0);
}

/* The same terminal name by now, or before: uid decides. */
static void
others_on_the_same_terminal(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 100, TARO, PTS(1));
	made(&h, 130, 102, 102, HANAKO, "su")->tty = PTS(1);
	made(&h, 131, 102, 102, 0, "sudo")->tty = PTS(1);
	made(&h, 132, 102, 102, UNSET, "passwd")->tty = PTS(1);
	check(&h, "101 102", 1);
}

/* hanako became taro by su: it is hanako's session. */
static void
su_from_somebody_else(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 300, HANAKO, PTS(3));
	made(&h, 303, 302, 302, 0, "su")->tty = PTS(3);
	made(&h, 304, 303, 302, TARO, "bash")->tty = PTS(3);
	h.rows[h.procs.n - 1].login = HANAKO;
	made(&h, 305, 303, 302, TARO, "roots")->tty = PTS(3);
	h.rows[h.procs.n - 1].login = 0;
	check(&h, "", 0);
	/* in a host that hanako started, all have that loginuid */
	h.rows[5].picked = false;
	h.want.own_login = HANAKO;
	check(&h, "304", 1);
	h.rows[h.procs.n - 2].picked = false;
	/* but that of root is never taken for a person's */
	h.want.own_login = 0;
	check(&h, "", 0);
}

/* What somebody else's session runs as taro is a service, not a login. */
static void
run_by_somebody_else(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 300, HANAKO, PTS(3));
	made(&h, 303, 302, 303, TARO, "service")->login = UNSET;
	made(&h, 304, 303, 303, TARO, "worker")->login = UNSET;
	check(&h, "", 0);
}

/* keep is passwd(1) or sudo, which are not the person's uid. */
static void
keep_by_a_program_of_roots(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 100, TARO, PTS(1));
	made(&h, 110, 102, 102, 0, "passwd")->tty = PTS(1);
	ssh(&h, 200, TARO, PTS(2));
	h.want.keep = 110;
	check(&h, "201 202", 1);
}

/* A connection with two shells is one session; a tmux pane keeps its own. */
static void
keep_by_descent_and_audit(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 100, TARO, PTS(1));
	made(&h, 103, 101, 103, TARO, "bash")->tty = PTS(4);
	h.rows[3].audit = h.rows[4].audit = 7;
	made(&h, 140, 1, 140, TARO, "tmux: server")->audit = 7;
	made(&h, 141, 140, 141, TARO, "bash")->tty = PTS(5);
	ssh(&h, 200, TARO, PTS(2));
	h.want.keep = 141;
	check(&h, "201 202", 1);
}

static void
logind_sessions(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 100, TARO, PTS(1));
	ssh(&h, 200, TARO, PTS(2));
	for (size_t i = 3; i < 8; i++) {
		h.rows[i].place.kind = PLACE_SESSION;
		(void)snprintf(h.rows[i].place.session,
		    sizeof(h.rows[i].place.session), i < 5 ? "c1" : "c2");
	}
	/* a daemon that has but its place in c2, and one in what cron opened */
	made(&h, 210, 1, 210, TARO, "daemon")->place = h.rows[7].place;
	made(&h, 211, 1, 211, TARO, "job")->place.kind = PLACE_SESSION;
	memcpy(h.rows[h.procs.n - 1].place.session, "c3", 3);
	h.rows[h.procs.n - 1].tty = PTS(6);
	h.want.n_sessions = 3;
	memcpy(h.sessions[0].id, "c1", 3);
	memcpy(h.sessions[1].id, "c2", 3);
	memcpy(h.sessions[2].id, "c3", 3);
	h.sessions[0].person = h.sessions[1].person = true;
	h.want.keep = 102;
	check(&h, "201 202 210", 1);
	assert_true(h.sessions[0].kept);
	assert_false(h.sessions[1].kept);
}

/* A terminal window is the service manager's, but it is of the desktop. */
static void
keep_under_a_manager_keeps_the_desktop(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	made(&h, 62, 1, 62, TARO, "systemd")->place.kind = PLACE_MANAGER;
	made(&h, 63, 62, 63, TARO, "bash")->place.kind = PLACE_MANAGER;
	made(&h, 70, 1, 70, TARO, "gnome-session")->place.kind = PLACE_SESSION;
	memcpy(h.rows[h.procs.n - 1].place.session, "c1", 3);
	h.want.n_sessions = 1;
	memcpy(h.sessions[0].id, "c1", 3);
	h.sessions[0].person = true;
	h.want.display = "c1";
	h.want.keep = 63;
	check(&h, "", 0);
	assert_true(h.sessions[0].kept);
}

static void
row(struct host *h, uint64_t pid, uint64_t opened)
{
	h->hints[0].pid = pid;
	h->hints[0].opened = opened;
	h->want.n_rows = 1;
}

/* A program that is not known to open sessions: the keeper's row tells. */
static void
rows_are_hints(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	made(&h, 100, 1, 100, 0, "strange-door");
	made(&h, 101, 100, 101, TARO, "job");
	row(&h, 100, 1000001);
	check(&h, "101", 1);
}

/* It began after the session: the number is somebody else's by now. */
static void
row_of_a_pid_used_again(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	made(&h, 100, 1, 100, 0, "cron")->start = 100 * 100;
	made(&h, 101, 100, 101, TARO, "job")->start = 100 * 100;
	row(&h, 100, 1000000 + 94);
	check(&h, "", 0);
	row(&h, 100, 1000000 + 95);
	check(&h, "101", 1);
}

/* Rows that would make everything the person runs a session. */
static void
rows_that_lie(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	made(&h, 60, 1, 60, HANAKO, "bash");
	made(&h, 61, 60, 61, TARO, "job");
	row(&h, 1, 1000001);
	check(&h, "", 0);
	row(&h, 60, 1000001); /* of another person */
	check(&h, "", 0);
	row(&h, UINT64_MAX, 1000001);
	check(&h, "", 0);
	row(&h, ((uint64_t)1 << 32) + 60, 1000001);
	check(&h, "", 0);
}

/* Who came after the first look is left; who belongs to it is not. */
static void
later_looks(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	ssh(&h, 100, TARO, PTS(1));
	assert_int_equal(pick_begin(&h.procs, &h.want, &h.found), KOSMO_OK);
	assert_string_equal(picked(&h), "101 102");
	h.procs.n = 2;
	made(&h, 105, 1, 102, TARO, "forked");
	ssh(&h, 200, TARO, PTS(2));
	assert_int_equal(pick_again(&h.procs, &h.want, &h.found), KOSMO_OK);
	assert_string_equal(picked(&h), "105");
	marks_done(&h.found);
}

/* A list read while processes come and go may lead in a circle. */
static void
circles(void **state)
{
	struct host h;

	(void)state;
	empty_host(&h);
	made(&h, 100, 101, 100, TARO, "a");
	made(&h, 101, 100, 101, TARO, "b");
	h.want.keep = 100;
	check(&h, "", 0);
	assert_true(h.rows[3].kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(others_go_and_one_stays),
		cmocka_unit_test(without_keep_all_go),
		cmocka_unit_test(session_without_terminal),
		cmocka_unit_test(background_goes_along),
		cmocka_unit_test(audit_session_finds_daemons),
		cmocka_unit_test(inherited_audit_session),
		cmocka_unit_test(cron_and_managers_stay),
		cmocka_unit_test(others_on_the_same_terminal),
		cmocka_unit_test(su_from_somebody_else),
		cmocka_unit_test(run_by_somebody_else),
		cmocka_unit_test(keep_by_a_program_of_roots),
		cmocka_unit_test(keep_by_descent_and_audit),
		cmocka_unit_test(logind_sessions),
		cmocka_unit_test(keep_under_a_manager_keeps_the_desktop),
		cmocka_unit_test(rows_are_hints),
		cmocka_unit_test(row_of_a_pid_used_again),
		cmocka_unit_test(rows_that_lie),
		cmocka_unit_test(later_looks),
		cmocka_unit_test(circles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
