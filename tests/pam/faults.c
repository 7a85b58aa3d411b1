#include "config.h"

#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

static unsigned countdown;
static const char *struck;
static bool paused;
static void (*at_sleep)(void *arg);
static void *at_sleep_arg;

void
faults_arm(unsigned n)
{
	countdown = n;
	struck = NULL;
	paused = false;
}

const char *
faults_struck(void)
{
	return struck;
}

void
faults_pause(bool pause)
{
	paused = pause;
}

void
faults_at_sleep(void (*fn)(void *arg), void *arg)
{
	at_sleep = fn;
	at_sleep_arg = arg;
}

void
faults_sleep(void)
{
	if (at_sleep != NULL)
		at_sleep(at_sleep_arg);
}

bool
faults_hit(const char *name)
{
	if (paused || countdown == 0 || --countdown > 0)
		return false;
	struck = name;
	return true;
}

/* Defines a wrapper that fails with -1 and an errno, or goes on to libc's. */
#define WRAP(type, name, params, args, err)       \
	type name params;                         \
	type name params                          \
	{                                         \
		union {                           \
			void *p;                  \
			type(*f) params;          \
		} real;                           \
		if (faults_hit(#name)) {          \
			errno = (err);            \
			return (type)-1;          \
		}                                 \
		real.p = dlsym(RTLD_NEXT, #name); \
		return real.f args;               \
	}

/* clang-format off */
WRAP(int, socket, (int domain, int type, int protocol),
    (domain, type, protocol), EMFILE)
WRAP(int, getsockopt, (int fd, int level, int name, void *restrict value,
    socklen_t *restrict len), (fd, level, name, value, len), ENOBUFS)
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *mh, int flags),
    (fd, mh, flags), ENOMEM)
WRAP(ssize_t, recvmsg, (int fd, struct msghdr *mh, int flags),
    (fd, mh, flags), ENOMEM)
WRAP(ssize_t, getrandom, (void *buf, size_t len, unsigned flags),
    (buf, len, flags), ENOSYS)
WRAP(int, lstat, (const char *restrict path, struct stat *restrict st),
    (path, st), EACCES)
/* glibc's prototype has a transparent union. */
WRAP(int, connect, (int fd, __CONST_SOCKADDR_ARG sa, socklen_t len),
    (fd, sa, len), EACCES)
/* clang-format on */

int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	union {
		void *p;
		int (*f)(struct pollfd *, nfds_t, int);
	} real;

	if (faults_hit("poll")) {
		errno = ENOMEM;
		return -1;
	}
	if (n == 0)
		faults_sleep();
	real.p = dlsym(RTLD_NEXT, "poll");
	return real.f(fds, n, timeout);
}

/*
 * glibc's goes on if the second of its own allocations fails: one call, then.
 * libpam was built with fortification and knows it by this name.
 */
int __vasprintf_chk(char **ret, int flag, const char *fmt, va_list ap);

int
__vasprintf_chk(char **ret, int flag, const char *fmt, va_list ap)
{
	union {
		void *p;
		int (*f)(char **, int, const char *, va_list);
	} real;
	int n;

	if (faults_hit("vasprintf")) {
		*ret = NULL;
		return -1;
	}
	real.p = dlsym(RTLD_NEXT, "__vasprintf_chk");
	paused = true;
	n = real.f(ret, flag, fmt, ap);
	paused = false;
	return n;
}

/* libpam tells the kernel's audit trail after the verdict; not from a test. */
int audit_open(void);

int
audit_open(void)
{
	errno = EPROTONOSUPPORT;
	return -1;
}

#ifndef WITH_SANITIZERS
/* glibc's own names, so that no dlsym (which allocates) is needed. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

void *
malloc(size_t size)
{
	if (faults_hit("malloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	if (faults_hit("calloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	if (faults_hit("realloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(p, size);
}
#endif
