#include "config.h"

#include "connect.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kosmod/pass.h"
#include "libkosmo/path.h"

static int
fail(int err, const char *why, const char **ret_why)
{
	*ret_why = why;
	return err;
}

static int
check_folder(const char *folder, const char **ret_why)
{
	struct stat st;

	if (lstat(folder, &st) == -1)
		return fail(KOSMO_EIO, strerror(errno), ret_why);
	if (!S_ISDIR(st.st_mode))
		return fail(KOSMO_EPERM, "its folder is no folder", ret_why);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return fail(
		    KOSMO_EPERM, "its folder belongs to another user", ret_why);
	if ((st.st_mode & 022) != 0)
		return fail(
		    KOSMO_EPERM, "others may write to its folder", ret_why);
	return KOSMO_OK;
}

static int
check_server(int fd, const char **ret_why)
{
	struct ucred peer = { 0, (uid_t)-1, 0 };
	socklen_t len = sizeof(peer);
	const struct passwd *pw;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1 ||
	    len != sizeof(peer))
		return fail(KOSMO_EIO, strerror(errno), ret_why);
	if (peer.uid == 0 || peer.uid == geteuid())
		return KOSMO_OK;
	pw = getpwnam(KOSMO_USER);
	if (pw == NULL || pw->pw_uid != peer.uid)
		return fail(KOSMO_EPERM, "its server is another user", ret_why);
	return KOSMO_OK;
}

int
connect_keeper(const char *socket_path, int *ret_fd, const char **ret_why)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len = (size_t)(strrchr(socket_path, '/') - socket_path);
	char folder[sizeof(un.sun_path)];
	int fd, n, r;

	(void)snprintf(folder, sizeof(folder), "%.*s", (int)len, socket_path);
	n = snprintf(un.sun_path, sizeof(un.sun_path), "%s/%s", folder,
	    KOSMO_PRIV_SOCKET);
	if (n < 0 || (size_t)n >= sizeof(un.sun_path))
		return fail(KOSMO_EINVAL, "its path is too long", ret_why);
	r = check_folder(len > 0 ? folder : "/", ret_why);
	if (r != KOSMO_OK)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return fail(KOSMO_EIO, strerror(errno), ret_why);
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		r = fail(KOSMO_EIO, strerror(errno), ret_why);
	else
		r = check_server(fd, ret_why);
	if (r == KOSMO_OK)
		*ret_fd = fd;
	else
		pass_close(&fd);
	return r;
}
