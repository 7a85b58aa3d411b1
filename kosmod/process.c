#include "config.h"

#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int
process_hide(const char *name)
{
	const struct rlimit none = { 0, 0 };

	(void)umask(077);
	if (setrlimit(RLIMIT_CORE, &none) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return KOSMO_EIO;
	return process_name(name);
}

int
process_harden(const char *name)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return KOSMO_EIO;
	return process_hide(name);
}

int
process_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd == -1)
		return KOSMO_EIO;
	(void)close(fd);
	return chdir("/") == 0 ? KOSMO_OK : KOSMO_EIO;
}

int
process_name(const char *name)
{
	return prctl(PR_SET_NAME, name, 0, 0, 0) == 0 ? KOSMO_OK : KOSMO_EIO;
}

int
process_child(pid_t parent)
{
	static const int ignored[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1,
		SIGUSR2, SIGPIPE };
	sigset_t none;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == -1)
		return KOSMO_EIO;
	if (getppid() != parent) /* it died before the line above */
		return KOSMO_ECLOSED;
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGALRM, SIG_DFL);
	(void)sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) == 0 ? KOSMO_OK
							  : KOSMO_EIO;
}

unsigned long
process_descriptors(void)
{
	struct rlimit r = { 256, 256 };

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
		(void)getrlimit(RLIMIT_NOFILE, &r);
	}
	return (unsigned long)r.rlim_cur;
}
