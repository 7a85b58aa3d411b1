#include "config.h"

#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <linux/filter.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kosmod/calls.h"

/*
 * The tables. A name that this architecture does not have is passed over.
 * Talk: what its descriptors, memory and the clock need, and no more; memory
 * that can be executed is refused below.
 */
static const char *const talk_calls[] = {
	/* its two sockets */
	"read", "write", "readv", "writev", "sendmsg", "recvmsg", "sendto",
	"recvfrom", "poll", "ppoll", "shutdown", "close", "fstat", "newfstatat",
	"lseek", "pread64",
	/* memory */
	"munmap", "mremap", "brk", "madvise", "futex",
	/* time, chance, the end */
	"clock_gettime", "clock_gettime64", "gettimeofday", "time",
	"clock_nanosleep", "clock_nanosleep_time64", "nanosleep", "getrandom",
	"sysinfo", "alarm", "setitimer", "rt_sigaction", "rt_sigprocmask",
	"rt_sigreturn", "restart_syscall", "sched_yield", "getpid", "gettid",
	"exit", "exit_group", NULL
};

/* Nursery: makes, counts and kills talks. Nothing is opened or executed. */
static const char *const nursery_calls[] = { "clone", "clone3", "fork", "vfork",
	"wait4", "waitid", "kill", "getppid", "set_robust_list", "rseq",
	"set_tid_address", "seccomp", "prctl", "prlimit64", "setrlimit",
	"getrlimit", "signalfd4", "umask", "socketpair", NULL };

/* Keeper: its state folder, its sockets, a child that copies the store. */
static const char *const keeper_calls[] = { "open", "openat", "openat2", "stat",
	"lstat", "fstatat64", "statx", "access", "faccessat", "faccessat2",
	"rename", "renameat", "renameat2", "unlink", "unlinkat", "link",
	"linkat", "ftruncate", "truncate", "fallocate", "fsync", "fdatasync",
	"sync_file_range", "pwrite64", "pwritev", "preadv", "copy_file_range",
	"fchmod", "fchmodat", "chmod", "umask", "flock", "getdents64", "getcwd",
	"readlink", "readlinkat", "statfs", "fstatfs", "utimensat", "fadvise64",
	"readahead", "mlock", "munlock", "mlock2", "accept4", "accept",
	"getsockopt", "setsockopt", "getsockname", "getpeername", "socketpair",
	"connect", "epoll_create1", "epoll_create", "epoll_ctl", "epoll_wait",
	"epoll_pwait", "epoll_pwait2", "eventfd2", "pipe2", "timerfd_create",
	"timerfd_settime", "dup", "dup2", "dup3", "fcntl", "clone", "clone3",
	"fork", "wait4", "waitid", "kill", "tgkill", "getppid",
	"set_robust_list", "rseq", "set_tid_address", "prctl", "prlimit64",
	"getrlimit", "getrusage", "sysinfo", "uname", "getuid", "geteuid",
	"getgid", "getegid", "ioctl", "sched_getaffinity", "memfd_create",
	"setpriority", "ioprio_set", "sched_setscheduler", "pselect6", NULL };

/* A ready talk takes another name when it gets its conversation. */
static int
allow_name(scmp_filter_ctx ctx)
{
	static const struct scmp_arg_cmp name = { 0, SCMP_CMP_EQ, PR_SET_NAME,
		0 };

	return calls_allow_if(ctx, SCMP_SYS(prctl), name);
}

/* What a socket is, of the one that an agent's may be; no more of it. */
static int
allow_kind(scmp_filter_ctx ctx)
{
	static const scmp_datum_t kinds[] = { SO_DOMAIN, SO_TYPE };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct scmp_arg_cmp args[] = { { 1, SCMP_CMP_EQ,
							 SOL_SOCKET, 0 },
			{ 2, SCMP_CMP_EQ, kinds[i], 0 } };

		if (seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW,
			SCMP_SYS(getsockopt), 2, args) != 0)
			return KOSMO_EIO;
	}
	return KOSMO_OK;
}

/* These have an answer other than death, because libc asks on the way. */
static int
answer(scmp_filter_ctx ctx, enum filter_kind kind)
{
	/* stdio of a log line and isatty(3) */
	if (kind == FILTER_TALK &&
	    seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0) !=
		0)
		return KOSMO_EIO;
	return KOSMO_OK;
}

static int
add_rules(scmp_filter_ctx ctx, enum filter_kind kind, const char **ret_why)
{
	int r;

	if ((r = calls_allow(ctx, talk_calls, ret_why)) != KOSMO_OK ||
	    (r = calls_allow(ctx, calls_of_sanitizers, ret_why)) != KOSMO_OK)
		return r;
	if (kind == FILTER_NURSERY &&
	    (r = calls_allow(ctx, nursery_calls, ret_why)) != KOSMO_OK)
		return r;
	if (kind == FILTER_KEEPER &&
	    ((r = calls_allow(ctx, keeper_calls, ret_why)) != KOSMO_OK ||
		/* of the machine itself (syslog), none of a network */
		(r = calls_allow_family(ctx, AF_UNIX)) != KOSMO_OK))
		return r;
	if (kind != FILTER_KEEPER && (r = allow_kind(ctx)) != KOSMO_OK) {
		*ret_why = "getsockopt";
		return r;
	}
	if (!calls_sanitizers &&
	    ((r = calls_allow_data(ctx)) != KOSMO_OK ||
		(kind == FILTER_TALK && (r = allow_name(ctx)) != KOSMO_OK) ||
		(r = answer(ctx, kind)) != KOSMO_OK))
		*ret_why = "mmap";
	return r;
}

/* libseccomp 2.5 writes its program to a descriptor only. */
static int export(scmp_filter_ctx ctx, struct filter *ret)
{
	int fd = memfd_create("filter", MFD_CLOEXEC), r = KOSMO_EIO;
	struct stat st;

	if (fd == -1 || seccomp_export_bpf(ctx, fd) != 0 ||
	    fstat(fd, &st) == -1 || st.st_size <= 0)
		goto out;
	ret->len = (size_t)st.st_size;
	if ((ret->code = malloc(ret->len)) == NULL) {
		r = KOSMO_ENOMEM;
		goto out;
	}
	if (pread(fd, ret->code, ret->len, 0) == (ssize_t)ret->len)
		r = KOSMO_OK;
out:
	if (fd != -1)
		(void)close(fd);
	return r;
}

int
filter_build(enum filter_kind kind, struct filter *ret, const char **ret_why)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r = KOSMO_EIO;

	*ret_why = "seccomp_init";
	if (ctx == NULL)
		return KOSMO_ENOMEM;
	if ((r = add_rules(ctx, kind, ret_why)) != KOSMO_OK)
		goto out;
	*ret_why = "seccomp_export_bpf";
	r = export(ctx, ret);
out:
	seccomp_release(ctx);
	if (r != KOSMO_OK)
		filter_done(ret);
	return r;
}

int
filter_enter(const struct filter *f)
{
	struct sock_fprog prog = {
		(unsigned short)(f->len / sizeof(struct sock_filter)), f->code
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == -1)
		return KOSMO_EIO;
	return KOSMO_OK;
}

void
filter_done(struct filter *f)
{
	free(f->code);
	f->code = NULL;
	f->len = 0;
}
