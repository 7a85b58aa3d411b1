/*
 * What kosmo-touch and its jobs can't do once they are under their filters:
 * each deed in a child of its own, which hears that there is no such call.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/hidraw.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "touch/calls.h"

typedef int deed(void);

enum outcome { DONE = 0, REFUSED, OTHER };

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
		_exit(errno == ENOSYS ? REFUSED : OTHER);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
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
	return openat(AT_FDCWD, "/nonexistent/x", O_CREAT | O_RDWR, 0600);
}

static int
empty_a_file(void)
{
	return openat(AT_FDCWD, "/dev/null", O_TRUNC | O_RDWR | O_CLOEXEC);
}

static int
remove_a_file(void)
{
	return unlink("/nonexistent/x");
}

static int
change_a_mode(void)
{
	return chmod("/dev/null", 0666);
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
use_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static int
listen_somewhere(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd == -1 ? 0 : listen(fd, 1);
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

/* Types what it likes into the terminal of its user. */
static int
type_for_others(void)
{
	char c = 'x';

	return ioctl(STDIN_FILENO, TIOCSTI, &c);
}

static int
set_a_feature(void)
{
	char report[2] = { 0 };

	return ioctl(STDIN_FILENO, HIDIOCSFEATURE(2), report);
}

static int
signal_by_number(void)
{
	return kill(getpid(), 0);
}

static int
have_a_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 ? -1 : waitpid(pid, NULL, 0) == pid ? 0 : -1;
}

/* Only a device can answer; the call itself is let through. */
static int
describe_a_device(void)
{
	int size = 0;

	(void)ioctl(STDIN_FILENO, HIDIOCGRDESCSIZE, &size);
	return errno == ENOSYS ? -1 : 0;
}

static int
open_a_device(void)
{
	return openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
}

static int
read_a_file(void)
{
	return openat(AT_FDCWD, "/proc/version", O_RDONLY | O_CLOEXEC);
}

static void
nobody_may(void **state)
{
	static deed *const deeds[] = { start_a_program, write_a_file,
		make_a_file, empty_a_file, remove_a_file, change_a_mode, trace,
		use_the_network, use_netlink, listen_somewhere, become_another,
		make_code, map_code, type_for_others, set_a_feature };

	(void)state;
#ifdef WITH_SANITIZERS
	skip();
#endif
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		assert_int_equal(outcome_of(CALLS_MAIN, deeds[i]), REFUSED);
		assert_int_equal(outcome_of(CALLS_JOB, deeds[i]), REFUSED);
	}
}

static void
who_may(void **state)
{
	static const struct {
		deed *d;
		bool job;
	} rows[] = { { read_a_file, true }, { open_a_device, true },
		{ describe_a_device, true }, { signal_by_number, false },
		{ have_a_child, false } };

	(void)state;
#ifdef WITH_SANITIZERS
	skip();
#endif
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(outcome_of(CALLS_MAIN, rows[i].d), DONE);
		assert_int_equal(outcome_of(CALLS_JOB, rows[i].d),
		    rows[i].job ? DONE : REFUSED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_may),
		cmocka_unit_test(who_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
