#include "config.h"

#include "deeds.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum outcome
deed_outcome(deed *d, int (*enter)(int kind), int kind, int refused)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (enter(kind) != 0)
			_exit(OTHER);
		errno = 0;
		if (d() >= 0)
			_exit(DONE);
		_exit(errno == refused ? REFUSED : OTHER);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return DIED;
	assert_true(WIFEXITED(status));
	return (enum outcome)WEXITSTATUS(status);
}

int
start_a_program(void)
{
	char *const none[] = { NULL };

	return execve("/bin/true", none, none);
}

int
write_a_file(void)
{
	return openat(AT_FDCWD, "/dev/null", O_WRONLY | O_CLOEXEC);
}

int
make_a_file(void)
{
	return openat(AT_FDCWD, "/nonexistent/x", O_CREAT | O_RDONLY, 0600);
}

int
empty_a_file(void)
{
	return openat(AT_FDCWD, "/dev/null", O_TRUNC | O_RDWR | O_CLOEXEC);
}

int
remove_a_file(void)
{
	return unlink("/nonexistent/x");
}

int
read_a_file(void)
{
	return openat(AT_FDCWD, "/dev/null", O_RDONLY | O_CLOEXEC);
}

int
change_a_mode(void)
{
	return chmod("/dev/null", 0666);
}

int
trace(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

int
use_the_network(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

int
use_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
}

int
use_raw_packets(void)
{
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
}

int
listen_somewhere(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd == -1 ? 0 : listen(fd, 1);
}

int
become_another(void)
{
	return setresuid(getuid(), getuid(), getuid());
}

int
make_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED
	    ? 0
	    : -1;
}

int
map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED
	    ? 0
	    : -1;
}

int
signal_by_number(void)
{
	return kill(getpid(), 0);
}

int
have_a_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid == -1 ? -1 : waitpid(pid, NULL, 0) == pid ? 0 : -1;
}
