/*
 * What the warden's processes can't do once they are under their filters: each
 * deed in a child of its own, which is told no, or dies of it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "warden/calls.h"

typedef int deed(void);

enum outcome { DONE = 0, REFUSED, DIED, OTHER };

/* No filter that a process is under already may be wider than is tried. */
static enum outcome
outcome_of(enum calls_kind kind, deed *d)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (calls_enter(CALLS_MAIN) != KOSMO_OK ||
		    (kind != CALLS_MAIN && calls_enter(kind) != KOSMO_OK))
			_exit(OTHER);
		errno = 0;
		if (d() >= 0)
			_exit(DONE);
		_exit(errno == EPERM ? REFUSED : OTHER);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return DIED;
	assert_true(WIFEXITED(status));
	return (enum outcome)WEXITSTATUS(status);
}

static int
start_a_program(void)
{
	char *const none[] = { NULL };

	return execve("/bin/true", none, none);
}

static int
write_a_file(void)
{
	return openat(AT_FDCWD, "/dev/null", O_WRONLY | O_CLOEXEC);
}

static int
make_a_file(void)
{
	return openat(AT_FDCWD, "/nonexistent/x", O_CREAT | O_RDONLY, 0600);
}

static int
trace(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int
use_the_network(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int
use_raw_packets(void)
{
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static int
change_a_mode(void)
{
	return chmod("/dev/null", 0666);
}

static int
become_another(void)
{
	return setresuid(getuid(), getuid(), getuid());
}

static int
make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED
	    ? 0
	    : -1;
}

static int
map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED
	    ? 0
	    : -1;
}

static int
signal_by_number(void)
{
	return kill(getpid(), 0);
}

static int
signal_by_pidfd(void)
{
	int fd = pidfd_open(getpid(), 0);

	return fd == -1 ? -1 : pidfd_send_signal(fd, 0, NULL, 0);
}

static int
have_a_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

static int
read_a_file(void)
{
	return openat(AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
nobody_may(void **state)
{
	static deed *const never[] = { start_a_program, change_a_mode,
		become_another, use_raw_packets };

	(void)state;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		assert_int_equal(outcome_of(CALLS_MAIN, never[i]), REFUSED);
		assert_int_equal(outcome_of(CALLS_ACCOUNT, never[i]), REFUSED);
		assert_int_equal(outcome_of(CALLS_SESSIONS, never[i]), DIED);
	}
}

/* Sanitizers need these for themselves. */
static void
nobody_may_but_sanitizers(void **state)
{
	static deed *const never[] = { write_a_file, make_a_file, trace,
		make_code };

	(void)state;
#ifdef WITH_SANITIZERS
	skip();
#endif
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		assert_int_equal(outcome_of(CALLS_MAIN, never[i]), REFUSED);
		assert_int_equal(outcome_of(CALLS_ACCOUNT, never[i]), REFUSED);
		assert_int_equal(outcome_of(CALLS_SESSIONS, never[i]), DIED);
	}
	assert_int_equal(outcome_of(CALLS_ACCOUNT, map_code), DONE);
	assert_int_equal(outcome_of(CALLS_SESSIONS, map_code), DIED);
	assert_int_equal(outcome_of(CALLS_ACCOUNT, have_a_child), REFUSED);
	assert_int_equal(outcome_of(CALLS_SESSIONS, have_a_child), DIED);
}

/* To each its own work. */
static void
who_may(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(CALLS_MAIN, have_a_child), DONE);
	assert_int_equal(outcome_of(CALLS_MAIN, signal_by_number), DONE);
	assert_int_equal(outcome_of(CALLS_ACCOUNT, signal_by_number), REFUSED);
	assert_int_equal(outcome_of(CALLS_SESSIONS, signal_by_number), DIED);
	assert_int_equal(outcome_of(CALLS_ACCOUNT, signal_by_pidfd), REFUSED);
	assert_int_equal(outcome_of(CALLS_SESSIONS, signal_by_pidfd), DONE);
	assert_int_equal(outcome_of(CALLS_ACCOUNT, use_the_network), DONE);
	assert_int_equal(outcome_of(CALLS_SESSIONS, use_the_network), DIED);
	assert_int_equal(outcome_of(CALLS_ACCOUNT, read_a_file), DONE);
	assert_int_equal(outcome_of(CALLS_SESSIONS, read_a_file), DONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_may),
		cmocka_unit_test(nobody_may_but_sanitizers),
		cmocka_unit_test(who_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
