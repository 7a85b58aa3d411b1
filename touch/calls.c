#include "config.h"

#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/hidraw.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "kosmod/calls.h"

/* A name that this architecture does not have is passed over. */
static const char *const base_calls[] = {
	/* /sys, and the device; openat and ioctl are below */
	"read", "readv", "pread64", "write", "writev", "lseek", "close",
	"fstat", "newfstatat", "fstatat64", "statx", "stat", "lstat", "fstatfs",
	"statfs", "getdents64", "access", "faccessat", "faccessat2", "readlink",
	"readlinkat", "name_to_handle_at", "flock", "poll", "ppoll", "fcntl",
	"dup",
	/* the loop, the keeper, the log */
	"connect", "sendmsg", "sendmmsg", "sendto", "recvmsg", "recvfrom",
	"getsockopt", "setsockopt", "getsockname", "getpeername", "shutdown",
	/* memory */
	"munmap", "mremap", "brk", "madvise", "futex",
	/* who, when, the end */
	"getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid",
	"uname", "sysinfo", "getrandom", "clock_gettime", "clock_gettime64",
	"gettimeofday", "time", "clock_nanosleep", "clock_nanosleep_time64",
	"nanosleep", "setitimer", "rt_sigaction", "rt_sigprocmask",
	"rt_sigreturn", "restart_syscall", "sched_yield", "sched_getaffinity",
	"prlimit64", "getrlimit", "set_robust_list", "rseq", "exit",
	"exit_group", NULL
};

static const char *const main_calls[] = { "clone", "clone3", "fork", "vfork",
	"wait4", "waitid", "kill", "socketpair", "set_tid_address", "seccomp",
	"prctl", NULL };

/* What a device is, and nothing else that it could be told to do. */
static int
allow_ioctl(scmp_filter_ctx ctx)
{
	static const scmp_datum_t calls[] = { HIDIOCGRDESCSIZE, HIDIOCGRDESC };
	int r = KOSMO_OK;

	for (size_t i = 0; i < 2 && r == KOSMO_OK; i++) {
		const struct scmp_arg_cmp only = { 1, SCMP_CMP_MASKED_EQ,
			0xffffffff, calls[i] & 0xffffffff };

		r = calls_allow_if(ctx, SCMP_SYS(ioctl), only);
	}
	return r;
}

/* Files are read, and devices written; none is made or emptied. */
static int
add_rules(scmp_filter_ctx ctx, int kind)
{
	const char *why;
	int r;

	if ((r = calls_allow(ctx, base_calls, &why)) != KOSMO_OK ||
	    (r = calls_allow(ctx, calls_of_sanitizers, &why)) != KOSMO_OK ||
	    (r = calls_allow_family(ctx, AF_UNIX)) != KOSMO_OK)
		return r;
	if (!calls_sanitizers &&
	    ((r = calls_allow_data(ctx)) != KOSMO_OK ||
		(r = calls_allow_open(ctx, O_RDONLY)) != KOSMO_OK ||
		(r = calls_allow_open(ctx, O_RDWR)) != KOSMO_OK ||
		(r = allow_ioctl(ctx)) != KOSMO_OK))
		return r;
	return kind == CALLS_MAIN ? calls_allow(ctx, main_calls, &why)
				  : KOSMO_OK;
}

int
calls_enter(enum calls_kind kind)
{
	return calls_load(SCMP_ACT_ERRNO(ENOSYS), add_rules, (int)kind);
}
