/* Reading and holding real processes: children of this one. */
#include "config.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "warden/proc.h"

/* A child that waits, under a name that tries to be a line of its own. */
static pid_t
child(void)
{
	pid_t pid;
	int fds[2];
	char c;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		(void)prctl(PR_SET_NAME, "x) R 1 1\n1 (y", 0, 0, 0);
		while (write(fds[1], "", 1) == 1)
			(void)pause();
		_exit(1);
	}
	assert_true(pid > 0);
	assert_int_equal(read(fds[0], &c, 1), 1);
	(void)close(fds[0]);
	(void)close(fds[1]);
	return pid;
}

static void
end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
reads_a_process(void **state)
{
	pid_t pid = child();
	struct proc p;
	int proc = -1;

	(void)state;
	assert_int_equal(proc_open(&proc), KOSMO_OK);
	assert_int_equal(proc_read(proc, pid, &p), KOSMO_OK);
	assert_int_equal(p.pid, pid);
	assert_int_equal(p.ppid, getpid());
	assert_int_equal(p.sid, getsid(0));
	assert_int_equal(p.uid, getuid());
	assert_string_equal(p.comm, "x) R 1 1\n1 (y");
	assert_true(p.start > 0);
	end(pid);
	assert_int_equal(proc_read(proc, pid, &p), KOSMO_ENOTFOUND);
	(void)close(proc);
}

static void
holds_the_very_process(void **state)
{
	pid_t pid = child();
	struct pollfd end_of = { -1, POLLIN, 0 };
	struct proc p;
	int proc = -1;

	(void)state;
	assert_int_equal(proc_open(&proc), KOSMO_OK);
	assert_int_equal(proc_read(proc, pid, &p), KOSMO_OK);
	assert_int_equal(proc_hold(proc, &p, &end_of.fd), KOSMO_OK);
	assert_int_equal(poll(&end_of, 1, 0), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(poll(&end_of, 1, 10000), 1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	(void)close(end_of.fd);
	(void)close(proc);
}

/* The same number, and yet another process than was seen. */
static void
holds_no_other(void **state)
{
	pid_t pid = child();
	struct proc p, other;
	int proc = -1, fd = -1;

	(void)state;
	assert_int_equal(proc_open(&proc), KOSMO_OK);
	assert_int_equal(proc_read(proc, pid, &p), KOSMO_OK);
	other = p;
	other.start--;
	assert_int_equal(proc_hold(proc, &other, &fd), KOSMO_ENOTFOUND);
	other = p;
	other.uid++;
	assert_int_equal(proc_hold(proc, &other, &fd), KOSMO_ENOTFOUND);
	other = p;
	other.login--;
	assert_int_equal(proc_hold(proc, &other, &fd), KOSMO_ENOTFOUND);
	assert_int_equal(fd, -1);
	end(pid);
	assert_int_equal(proc_hold(proc, &p, &fd), KOSMO_ENOTFOUND);
	(void)close(proc);
}

/* It is dead, though its parent has not asked yet. */
static void
the_dead_are_gone(void **state)
{
	pid_t pid = child();
	struct procs all = PROCS_INIT;
	struct proc p;
	siginfo_t info;
	int proc = -1, fd = -1;

	(void)state;
	assert_int_equal(proc_open(&proc), KOSMO_OK);
	assert_int_equal(proc_read(proc, pid, &p), KOSMO_OK);
	assert_int_equal(proc_list(proc, getuid(), 0, &all), KOSMO_OK);
	assert_non_null(procs_find(&all, pid));
	assert_null(procs_find(&all, 0));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(proc_hold(proc, &p, &fd), KOSMO_ENOTFOUND);
	assert_int_equal(proc_list(proc, getuid(), 0, &all), KOSMO_OK);
	assert_null(procs_find(&all, pid));
	assert_non_null(procs_find(&all, getpid()));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	procs_done(&all);
	(void)close(proc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_process),
		cmocka_unit_test(holds_the_very_process),
		cmocka_unit_test(holds_no_other),
		cmocka_unit_test(the_dead_are_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
