#include "config.h"

#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "kosmod/calls.h"

/* A name that this architecture does not have is passed over. */
static const char *const base_calls[] = {
	/* reading files; openat is below */
	"read", "readv", "pread64", "lseek", "close", "fstat", "newfstatat",
	"fstatat64", "statx", "fstatfs", "statfs", "getdents64", "access",
	"faccessat", "faccessat2", "readlink", "readlinkat",
	/* sockets; which kinds is below */
	"connect", "sendmsg", "sendmmsg", "sendto", "recvmsg", "recvmmsg",
	"recvfrom", "bind", "getsockopt", "setsockopt", "getsockname",
	"getpeername", "shutdown", "write", "writev", "poll", "ppoll", "fcntl",
	"dup", "ioctl",
	/* memory */
	"munmap", "mremap", "brk", "madvise", "futex",
	/* who, when, the end */
	"getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid",
	"getresuid", "getresgid", "getgroups", "prctl", "uname", "sysinfo",
	"getrandom", "clock_gettime", "clock_gettime64", "gettimeofday", "time",
	"clock_nanosleep", "clock_nanosleep_time64", "nanosleep",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "restart_syscall",
	"sched_yield", "sched_getaffinity", "prlimit64", "getrlimit",
	"set_robust_list", "rseq", "membarrier", "exit", "exit_group", NULL
};

/* Modules of name services, which come with the host. */
static const char *const account_calls[] = { "stat", "lstat", "open", "getcwd",
	"select", "pselect6", "epoll_create1", "epoll_ctl", "epoll_wait",
	"epoll_pwait", "epoll_pwait2", "eventfd2", "timerfd_create",
	"timerfd_settime", "socketpair", "pipe2", "dup3", "flock", "bind",
	"alarm", "setitimer", "getrusage", NULL };

static const char *const sessions_calls[] = { "pidfd_open", "pidfd_send_signal",
	"unlinkat", NULL };

static const char *const main_calls[] = { "clone", "clone3", "fork", "vfork",
	"wait4", "waitid", "kill", "signalfd4", "pipe2", "set_tid_address",
	"seccomp", NULL };

/* No module of a name service runs in it, and it talks to nobody but logind. */
static bool
is_own(int kind)
{
	return kind == CALLS_SESSIONS || kind == CALLS_WHERE;
}

/*
 * No memory is both written and executed. Code is mapped by children that
 * load modules of name services, and by nobody else.
 */
static int
allow_memory(scmp_filter_ctx ctx, int kind)
{
	static const struct scmp_arg_cmp code = { 2, SCMP_CMP_MASKED_EQ,
		PROT_EXEC | PROT_WRITE, PROT_EXEC };
	int r = calls_allow_data(ctx);

	if (r == KOSMO_OK && !is_own(kind))
		r = calls_allow_if(ctx, SCMP_SYS(mmap), code);
	return r;
}

/* Where the unit allows it, a name service may speak over a network. */
static int
allow_sockets(scmp_filter_ctx ctx, int kind)
{
	static const int net[] = { AF_INET, AF_INET6, AF_NETLINK };
	int r = calls_allow_family(ctx, AF_UNIX);

	for (size_t i = 0;
	     i < sizeof(net) / sizeof(net[0]) && !is_own(kind) && r == KOSMO_OK;
	     i++)
		r = calls_allow_family(ctx, net[i]);
	return r;
}

static int
add_rules(scmp_filter_ctx ctx, int kind)
{
	const char *why;
	int r;

	if ((r = calls_allow(ctx, base_calls, &why)) != KOSMO_OK ||
	    (r = calls_allow(ctx, calls_of_sanitizers, &why)) != KOSMO_OK ||
	    (r = allow_sockets(ctx, kind)) != KOSMO_OK)
		return r;
	/* files are read, never written and never made */
	if (!calls_sanitizers &&
	    ((r = calls_allow_open(ctx, O_RDONLY)) != KOSMO_OK ||
		(r = allow_memory(ctx, kind)) != KOSMO_OK))
		return r;
	if (!is_own(kind) &&
	    (r = calls_allow(ctx, account_calls, &why)) != KOSMO_OK)
		return r;
	if ((kind == CALLS_MAIN || kind == CALLS_SESSIONS) &&
	    (r = calls_allow(ctx, sessions_calls, &why)) != KOSMO_OK)
		return r;
	return kind == CALLS_MAIN ? calls_allow(ctx, main_calls, &why)
				  : KOSMO_OK;
}

/*
 * What is our own dies of a call that is not in its table. A module of a
 * name service is told no: it may have another way, and the outer filter is
 * the laxer one for it.
 */
int
calls_enter(enum calls_kind kind)
{
	return calls_load(
	    is_own((int)kind) ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM),
	    add_rules, (int)kind);
}
