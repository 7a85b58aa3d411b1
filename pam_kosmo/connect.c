#include "config.h"

#include "connect.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "account.h"
#include "libkosmo/packet.h"
#include "libkosmo/path.h"
#include "libkosmo/trust.h"

#define PATIENCE 2000 /* ms for a kosmod that is just restarting */
#define INTERVAL 50   /* ms between two tries */

static int
fail(int err, const char *where, const char **ret_where)
{
	*ret_where = where;
	return err;
}

static int
find_kosmo(uint32_t *ret_uid)
{
	return account_uid(KOSMO_USER, ret_uid);
}

/* Beyond standard error: a host program may have closed that, and write. */
static int
open_socket(int *ret_fd)
{
	int fd =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int high = fd;

	if (fd == -1)
		return KOSMO_EIO;
	if (fd <= STDERR_FILENO) {
		int e;

		high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		e = errno;
		(void)close(fd);
		errno = e;
	}
	if (high == -1)
		return KOSMO_EIO;
	*ret_fd = high;
	return KOSMO_OK;
}

static int
try_connect(const char *path, int *ret_fd, const char **ret_where)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = -1, e, r;

	if ((r = trust_socket(path, ret_where)) != KOSMO_OK)
		return r;
	if ((r = open_socket(&fd)) != KOSMO_OK)
		return fail(r, "making a socket", ret_where);
	memcpy(un.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		r = fail(KOSMO_EIO, "connecting to the socket", ret_where);
	else
		r = trust_peer(fd, find_kosmo, ret_where);
	if (r == KOSMO_OK) {
		*ret_fd = fd;
		return r;
	}
	e = errno;
	(void)close(fd);
	errno = e;
	return r;
}

/* EAGAIN is a full queue of connections. */
static bool
is_passing(int err, int e)
{
	return err == KOSMO_EIO &&
	    (e == ENOENT || e == ECONNREFUSED || e == EAGAIN || e == EINTR);
}

int
connect_kosmod(const char *path, int *ret_fd, const char **ret_where)
{
	int64_t until = packet_now() + PATIENCE;
	struct sockaddr_un un;

	if (path[0] != '/' || strlen(path) >= sizeof(un.sun_path))
		return fail(KOSMO_EINVAL, "path of the socket", ret_where);
	for (;;) {
		int r = try_connect(path, ret_fd, ret_where);
		int e = errno;

		if (r == KOSMO_OK || !is_passing(r, e) ||
		    packet_now() >= until) {
			errno = e;
			return r;
		}
		(void)poll(NULL, 0, INTERVAL);
	}
}
