#include "config.h"

#include "server.h"

#include <errno.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kosmod/priv.h"
#include "libkosmo/packet.h"
#include "libkosmo/path.h"

#define PATIENCE 1000 /* ms for the first packet to be taken */

static int
fail(int err, const char *where, const char **ret_where)
{
	*ret_where = where;
	return err;
}

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
	if (!S_ISDIR(st.st_mode) || st.st_uid != 0 ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return fail(KOSMO_EPERM,
		    "folder of the socket: it is not root's alone", ret_where);
	if (lstat(path, &st) == -1)
		return fail(KOSMO_EIO, "socket", ret_where);
	if (!S_ISSOCK(st.st_mode))
		return fail(KOSMO_EPERM, "socket: type", ret_where);
	return KOSMO_OK;
}

/*
 * A system user is in the host's own file; a name service that hangs must
 * not hold this up.
 */
static uint32_t
kosmo_uid(void)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw;
	uint32_t uid = NO_UID;

	if (f == NULL)
		return NO_UID;
	while (uid == NO_UID && (pw = fgetpwent(f)) != NULL) {
		if (strcmp(pw->pw_name, KOSMO_USER) == 0)
			uid = pw->pw_uid;
	}
	(void)fclose(f);
	return uid;
}

static int
check_peer(int fd, const char **ret_where)
{
	struct ucred peer = { 0, NO_UID, 0 };
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1 ||
	    len != sizeof(peer))
		return fail(KOSMO_EIO, "who listens", ret_where);
	if (peer.uid != 0 && (peer.uid == NO_UID || peer.uid != kosmo_uid()))
		return fail(KOSMO_EPERM,
		    "who listens is neither root nor " KOSMO_USER, ret_where);
	return KOSMO_OK;
}

static int
say_hello(int fd, const char **ret_where)
{
	const struct p_hello hello = { PRIV_VERSION, PRIV_WARDEN };
	int r = packet_send(
	    fd, &p_hello_layout, &hello, -1, packet_now() + PATIENCE);

	return r == KOSMO_OK ? r : fail(r, "first packet", ret_where);
}

int
server_connect(const char *path, int *ret_fd, const char **ret_where)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = -1, e, r;

	if (path[0] != '/' || strlen(path) >= sizeof(un.sun_path))
		return fail(KOSMO_EINVAL, "path of the socket", ret_where);
	if ((r = check_folder(path, ret_where)) != KOSMO_OK)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return fail(KOSMO_EIO, "making a socket", ret_where);
	memcpy(un.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		r = fail(KOSMO_EIO, "connecting", ret_where);
	else if ((r = check_peer(fd, ret_where)) == KOSMO_OK)
		r = say_hello(fd, ret_where);
	if (r == KOSMO_OK) {
		*ret_fd = fd;
		return r;
	}
	e = errno;
	(void)close(fd);
	errno = e;
	return r;
}
