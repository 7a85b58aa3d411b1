#include "config.h"

#include "listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "kosmod/pass.h"
#include "libkosmo/path.h"

#define BACKLOG 256

static int
refuse(int err, const char *why, const char **ret_why)
{
	*ret_why = why;
	return err;
}

#ifdef HAVE_SYSTEMD
static bool
is_ours(int fd)
{
	return sd_is_socket_unix(fd, SOCK_SEQPACKET, 1, NULL, 0) > 0;
}

static int
take_passed(struct listen *l, const char **ret_why)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(1, &names), r = KOSMO_OK;

	for (int i = 0; i < n; i++) {
		int fd = SD_LISTEN_FDS_START + i;
		const char *name = names != NULL ? names[i] : "";

		if (strcmp(name, "kosmod.sock") == 0 && l->open == -1)
			l->open = fd;
		else if (strcmp(name, "admin.sock") == 0 && l->admin == -1)
			l->admin = fd;
		else if (strcmp(name, "priv.sock") == 0 && l->priv == -1)
			l->priv = fd;
		else
			(void)close(fd);
	}
	for (int i = 0; names != NULL && i < n; i++)
		free(names[i]);
	free(names);
	if (n <= 0)
		return KOSMO_ENOTFOUND;
	if (l->open == -1 || l->admin == -1 || l->priv == -1)
		r = refuse(KOSMO_EINVAL,
		    "sockets were passed, but not one each named kosmod.sock, "
		    "admin.sock and priv.sock (FileDescriptorName=)",
		    ret_why);
	else if (!is_ours(l->open) || !is_ours(l->admin) || !is_ours(l->priv))
		r = refuse(KOSMO_EINVAL,
		    "a passed socket is no listening SOCK_SEQPACKET one",
		    ret_why);
	return r;
}
#else
static int
take_passed(struct listen *l, const char **ret_why)
{
	(void)l;
	(void)ret_why;
	return KOSMO_ENOTFOUND;
}
#endif

/* The folder must be ours or root's alone to write. */
static int
check_folder(const char *path, const char **ret_why)
{
	char dir[108];
	struct stat st;
	int len = (int)(strrchr(path, '/') - path);

	(void)snprintf(dir, sizeof(dir), "%.*s", len, path);
	if (mkdir(dir, 0755) == 0) {
		if (chmod(dir, 0755) == -1)
			return refuse(KOSMO_EIO, strerror(errno), ret_why);
	} else if (errno != EEXIST)
		return refuse(KOSMO_EIO, strerror(errno), ret_why);
	if (lstat(dir, &st) == -1)
		return refuse(KOSMO_EIO, strerror(errno), ret_why);
	if (!S_ISDIR(st.st_mode))
		return refuse(KOSMO_EPERM, "its folder is no folder", ret_why);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return refuse(
		    KOSMO_EPERM, "its folder belongs to another user", ret_why);
	if ((st.st_mode & 022) != 0)
		return refuse(
		    KOSMO_EPERM, "others may write to its folder", ret_why);
	return KOSMO_OK;
}

/* Removes a socket that nobody listens on any more, and nothing else. */
static int
clear_stale(const struct sockaddr_un *sun, const char **ret_why)
{
	struct stat st;
	int fd, err = 0;

	if (lstat(sun->sun_path, &st) == -1)
		return errno == ENOENT
		    ? KOSMO_OK
		    : refuse(KOSMO_EIO, strerror(errno), ret_why);
	if (!S_ISSOCK(st.st_mode))
		return refuse(KOSMO_EINVAL,
		    "something that is no socket is in its place", ret_why);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return refuse(KOSMO_EIO, strerror(errno), ret_why);
	if (connect(fd, (const struct sockaddr *)sun, sizeof(*sun)) == -1)
		err = errno;
	(void)close(fd);
	if (err != ECONNREFUSED)
		return refuse(
		    KOSMO_EEXIST, "another kosmod answers there", ret_why);
	if (unlink(sun->sun_path) == -1)
		return refuse(KOSMO_EIO, strerror(errno), ret_why);
	return KOSMO_OK;
}

/* A kosmod that was just killed may take a moment to be gone. */
static int
await_free(const struct sockaddr_un *sun, const char **ret_why)
{
	const struct timespec pause = { 0, 50 * 1000 * 1000 };
	int r = clear_stale(sun, ret_why);

	for (int i = 0; i < 40 && r == KOSMO_EEXIST; i++) {
		(void)nanosleep(&pause, NULL);
		r = clear_stale(sun, ret_why);
	}
	return r;
}

static int
bind_one(const char *path, mode_t mode, int *ret, const char **ret_why)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd, r;

	if (strlen(path) >= sizeof(sun.sun_path))
		return refuse(KOSMO_EINVAL, "path is too long", ret_why);
	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if ((r = await_free(&sun, ret_why)) != KOSMO_OK)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return refuse(KOSMO_EIO, strerror(errno), ret_why);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    chmod(path, mode) == -1 || listen(fd, BACKLOG) == -1) {
		(void)refuse(KOSMO_EIO, strerror(errno), ret_why);
		(void)close(fd);
		return KOSMO_EIO;
	}
	*ret = fd;
	return KOSMO_OK;
}

static int
set_flags(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return KOSMO_EIO;
	return KOSMO_OK;
}

int
listen_open(struct listen *l, const char *path, const char **ret_why)
{
	int folder = (int)(strrchr(path, '/') + 1 - path);
	int r = take_passed(l, ret_why);

	if (r == KOSMO_OK) {
		*ret_why = "a passed socket can't be used";
		if (set_flags(l->open) != 0 || set_flags(l->admin) != 0 ||
		    set_flags(l->priv) != 0)
			r = KOSMO_EIO;
		return r;
	}
	if (r != KOSMO_ENOTFOUND ||
	    (r = check_folder(path, ret_why)) != KOSMO_OK)
		return r;
	(void)snprintf(l->open_path, sizeof(l->open_path), "%s", path);
	(void)snprintf(l->admin_path, sizeof(l->admin_path), "%.*s%s", folder,
	    path, KOSMO_ADMIN_SOCKET);
	(void)snprintf(l->priv_path, sizeof(l->priv_path), "%.*s%s", folder,
	    path, KOSMO_PRIV_SOCKET);
	if ((r = bind_one(l->open_path, 0666, &l->open, ret_why)) != KOSMO_OK)
		return r;
	l->own = true;
	if ((r = bind_one(l->admin_path, 0660, &l->admin, ret_why)) == KOSMO_OK)
		r = bind_one(l->priv_path, 0600, &l->priv, ret_why);
	return r;
}

void
listen_close(struct listen *l)
{
	if (l->own) {
		(void)unlink(l->open_path);
		if (l->admin != -1)
			(void)unlink(l->admin_path);
		if (l->priv != -1)
			(void)unlink(l->priv_path);
	}
	l->own = false;
	pass_close(&l->open);
	pass_close(&l->admin);
	pass_close(&l->priv);
}
