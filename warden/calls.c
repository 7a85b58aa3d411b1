#include "config.h"

#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>

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

#ifdef WITH_SANITIZERS
/* What ASan and UBSan call to map shadow memory and to report. */
static const bool sanitizers = true;
static const char *const sanitizer_calls[] = { "sigaltstack", "open", "openat",
	"mmap", "mprotect", "tgkill", "stat", "lstat", "getcwd", "personality",
	"ptrace", "clone", "wait4", "dup2", "unlink", NULL };
#else
static const bool sanitizers = false;
static const char *const sanitizer_calls[] = { NULL };
#endif

static int
allow(scmp_filter_ctx ctx, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		int nr = seccomp_syscall_resolve_name(names[i]), r;

		if (nr == __NR_SCMP_ERROR)
			continue;
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 0);
		/* a pseudo call of another architecture */
		if (r != 0 && r != -EDOM && r != -EOPNOTSUPP && nr >= 0)
			return KOSMO_EIO;
	}
	return KOSMO_OK;
}

static int
allow_if(scmp_filter_ctx ctx, int nr, struct scmp_arg_cmp only)
{
	return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, 1, &only) == 0
	    ? KOSMO_OK
	    : KOSMO_EIO;
}

/* Files are read, never written and never made. */
static int
allow_open(scmp_filter_ctx ctx)
{
	static const struct scmp_arg_cmp reads = { 2, SCMP_CMP_MASKED_EQ,
		O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY };

	return allow_if(ctx, SCMP_SYS(openat), reads);
}

/*
 * No memory is both written and executed. Code is mapped by children that
 * load modules of name services, and by nobody else.
 */
static int
allow_memory(scmp_filter_ctx ctx, enum calls_kind kind)
{
	static const struct scmp_arg_cmp data = { 2, SCMP_CMP_MASKED_EQ,
		PROT_EXEC, 0 };
	static const struct scmp_arg_cmp code = { 2, SCMP_CMP_MASKED_EQ,
		PROT_EXEC | PROT_WRITE, PROT_EXEC };
	int r;

	if ((r = allow_if(ctx, SCMP_SYS(mmap), data)) != KOSMO_OK ||
	    (r = allow_if(ctx, SCMP_SYS(mprotect), data)) != KOSMO_OK)
		return r;
	return kind != CALLS_SESSIONS ? allow_if(ctx, SCMP_SYS(mmap), code)
				      : KOSMO_OK;
}

/* Where the unit allows it, a name service may speak over a network. */
static int
allow_sockets(scmp_filter_ctx ctx, enum calls_kind kind)
{
	static const unsigned net[] = { AF_INET, AF_INET6, AF_NETLINK };
	struct scmp_arg_cmp only = { 0, SCMP_CMP_EQ, AF_UNIX, 0 };
	int r = allow_if(ctx, SCMP_SYS(socket), only);

	for (size_t i = 0; i < sizeof(net) / sizeof(net[0]) &&
	     kind != CALLS_SESSIONS && r == KOSMO_OK;
	     i++) {
		only.datum_a = net[i];
		r = allow_if(ctx, SCMP_SYS(socket), only);
	}
	return r;
}

static int
add_rules(scmp_filter_ctx ctx, enum calls_kind kind)
{
	int r;

	if ((r = allow(ctx, base_calls)) != KOSMO_OK ||
	    (r = allow(ctx, sanitizer_calls)) != KOSMO_OK ||
	    (r = allow_sockets(ctx, kind)) != KOSMO_OK)
		return r;
	if (!sanitizers &&
	    ((r = allow_open(ctx)) != KOSMO_OK ||
		(r = allow_memory(ctx, kind)) != KOSMO_OK))
		return r;
	if (kind != CALLS_SESSIONS &&
	    (r = allow(ctx, account_calls)) != KOSMO_OK)
		return r;
	if (kind != CALLS_ACCOUNT &&
	    (r = allow(ctx, sessions_calls)) != KOSMO_OK)
		return r;
	return kind == CALLS_MAIN ? allow(ctx, main_calls) : KOSMO_OK;
}

/*
 * What is our own dies of a call that is not in its table. A module of a
 * name service is told no: it may have another way, and the outer filter is
 * the laxer one for it.
 */
int
calls_enter(enum calls_kind kind)
{
	scmp_filter_ctx ctx =
	    seccomp_init(kind == CALLS_SESSIONS ? SCMP_ACT_KILL_PROCESS
						: SCMP_ACT_ERRNO(EPERM));
	int r;

	if (ctx == NULL)
		return KOSMO_ENOMEM;
	if ((r = add_rules(ctx, kind)) == KOSMO_OK && seccomp_load(ctx) != 0)
		r = KOSMO_EIO;
	seccomp_release(ctx);
	return r;
}
