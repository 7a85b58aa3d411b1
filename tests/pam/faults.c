#include "config.h"

#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

static unsigned countdown;
static bool struck, paused;

void
faults_arm(unsigned n)
{
	countdown = n;
	struck = false;
	paused = false;
}

bool
faults_struck(void)
{
	return struck;
}

void
faults_pause(bool pause)
{
	paused = pause;
}

bool
faults_hit(void)
{
	if (paused || countdown == 0 || --countdown > 0)
		return false;
	struck = true;
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
		if (faults_hit()) {               \
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
WRAP(int, poll, (struct pollfd *fds, nfds_t n, int timeout),
    (fds, n, timeout), ENOMEM)
/* glibc's prototype has a transparent union. */
WRAP(int, connect, (int fd, __CONST_SOCKADDR_ARG sa, socklen_t len),
    (fd, sa, len), EACCES)
/* clang-format on */

#ifndef WITH_SANITIZERS
/* glibc's own names, so that no dlsym (which allocates) is needed. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

void *
malloc(size_t size)
{
	if (faults_hit()) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	if (faults_hit()) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	if (faults_hit()) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(p, size);
}
#endif
