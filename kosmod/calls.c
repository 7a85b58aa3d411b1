#include "config.h"

#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>

#ifdef WITH_SANITIZERS
const bool calls_sanitizers = true;
const char *const calls_of_sanitizers[] = { "sigaltstack", "open", "openat",
	"readlink", "readlinkat", "getuid", "geteuid", "getgid", "prctl",
	"getrlimit", "prlimit64", "sched_getaffinity", "tgkill", "getppid",
	"ptrace", "clone", "wait4", "dup2", "ioctl", "stat", "lstat", "access",
	"getcwd", "unlink", "uname", "personality", "set_robust_list", "rseq",
	"mmap", "mprotect", NULL };
#else
const bool calls_sanitizers = false;
const char *const calls_of_sanitizers[] = { NULL };
#endif

int
calls_allow(scmp_filter_ctx ctx, const char *const *names, const char **ret_why)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		int nr = seccomp_syscall_resolve_name(names[i]), r;

		if (nr == __NR_SCMP_ERROR)
			continue;
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 0);
		/* a pseudo call of another architecture */
		if (r != 0 && r != -EDOM && r != -EOPNOTSUPP && nr >= 0) {
			*ret_why = names[i];
			return KOSMO_EIO;
		}
	}
	return KOSMO_OK;
}

int
calls_allow_if(scmp_filter_ctx ctx, int nr, struct scmp_arg_cmp only)
{
	return seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, nr, 1, &only) == 0
	    ? KOSMO_OK
	    : KOSMO_EIO;
}

int
calls_allow_data(scmp_filter_ctx ctx)
{
	static const struct scmp_arg_cmp data = { 2, SCMP_CMP_MASKED_EQ,
		PROT_EXEC, 0 };
	int r = calls_allow_if(ctx, SCMP_SYS(mmap), data);

	return r != KOSMO_OK ? r
			     : calls_allow_if(ctx, SCMP_SYS(mprotect), data);
}

int
calls_allow_family(scmp_filter_ctx ctx, int family)
{
	const struct scmp_arg_cmp only = { 0, SCMP_CMP_EQ, (scmp_datum_t)family,
		0 };

	return calls_allow_if(ctx, SCMP_SYS(socket), only);
}

int
calls_allow_open(scmp_filter_ctx ctx, int access)
{
	const struct scmp_arg_cmp only = { 2, SCMP_CMP_MASKED_EQ,
		O_ACCMODE | O_CREAT | O_TRUNC, (scmp_datum_t)access };

	return calls_allow_if(ctx, SCMP_SYS(openat), only);
}

int
calls_load(
    uint32_t otherwise, int (*add)(scmp_filter_ctx ctx, int kind), int kind)
{
	scmp_filter_ctx ctx = seccomp_init(otherwise);
	int r;

	if (ctx == NULL)
		return KOSMO_ENOMEM;
	if ((r = add(ctx, kind)) == KOSMO_OK && seccomp_load(ctx) != 0)
		r = KOSMO_EIO;
	seccomp_release(ctx);
	return r;
}
