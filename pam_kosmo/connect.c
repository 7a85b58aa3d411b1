#include "config.h"

#include "connect.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "account.h"
#include "libkosmo/msg.h"
#include "libkosmo/packet.h"
#include "libkosmo/path.h"

#define PATIENCE 2000 /* ms for a kosmod that is just restarting */
#define INTERVAL 50   /* ms between two tries */

static int
fail(int err, const char *where, const char **ret_where)
{
	*ret_where = where;
	return err;
}

/* Nobody but root, or whoever runs this program, may put a socket there. */
static int
check_folder(const char *path, const char **ret_where)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	size_t len = (size_t)(strrchr(path, '/') - path);
	struct stat st;

	memcpy(folder, path, len);
	folder[len] = '\0';
	if (lstat(len > 0 ? folder : "/", &st) == -1)
		return fail(KOSMO_EIO, "folder of the socket", ret_where);
	if (!S_ISDIR(st.st_mode))
		return fail(
		    KOSMO_EPERM, "folder of the socket: type", ret_where);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return fail(
		    KOSMO_EPERM, "folder of the socket: owner", ret_where);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return fail(
		    KOSMO_EPERM, "folder of the socket: mode", ret_where);
	return KOSMO_OK;
}

/* The folder is safe, so what is seen here is what connect(2) finds. */
static int
check_socket(const char *path, const char **ret_where)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return fail(KOSMO_EIO, "socket", ret_where);
	if (!S_ISSOCK(st.st_mode))
		return fail(KOSMO_EPERM, "socket: type", ret_where);
	return KOSMO_OK;
}

/* Who listens: root (also systemd for kosmod), kosmo, or this very user. */
static int
check_peer(int fd, const char **ret_where)
{
	struct ucred peer = { 0, NO_UID, 0 };
	socklen_t len = sizeof(peer);
	uint32_t kosmo = NO_UID;
	int r;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1 ||
	    len != sizeof(peer))
		return fail(KOSMO_EIO, "owner of the socket", ret_where);
	if (peer.uid == 0 || (peer.uid == geteuid() && peer.uid != NO_UID))
		return KOSMO_OK;
	if ((r = account_uid(KOSMO_USER, &kosmo)) != KOSMO_OK)
		return fail(r, "account " KOSMO_USER, ret_where);
	if (kosmo == NO_UID || peer.uid != kosmo)
		return fail(KOSMO_EPERM, "owner of the socket", ret_where);
	return KOSMO_OK;
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

	if ((r = check_folder(path, ret_where)) != KOSMO_OK ||
	    (r = check_socket(path, ret_where)) != KOSMO_OK)
		return r;
	if ((r = open_socket(&fd)) != KOSMO_OK)
		return fail(r, "making a socket", ret_where);
	memcpy(un.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		r = fail(KOSMO_EIO, "connecting to the socket", ret_where);
	else
		r = check_peer(fd, ret_where);
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
