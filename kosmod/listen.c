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
#include "libkosmo/trust.h"

#define BACKLOG 256

static const struct {
	const char *name;
	mode_t mode; /* where they are bound here */
} sockets[LISTENS] = {
	[AT_OPEN] = { "kosmod.sock", 0666 },
	[AT_ADMIN] = { KOSMO_ADMIN_SOCKET, 0660 },
	[AT_PRIV] = { KOSMO_PRIV_SOCKET, 0600 },
	[AT_TOUCH] = { KOSMO_TOUCH_SOCKET, 0600 },
	[AT_KEYS] = { KOSMO_KEYS_SOCKET, 0600 },
};

const char *
listen_name(enum listen_at at)
{
	return sockets[at].name;
}

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

/* Ours by its name; else it is closed. */
static void
take_one(struct listen *l, const char *name, int fd)
{
	for (size_t i = 0; i < LISTENS; i++) {
		if (strcmp(name, sockets[i].name) == 0 && l->fd[i] == -1) {
			l->fd[i] = fd;
			return;
		}
	}
	(void)close(fd);
}

static int
take_passed(struct listen *l, const char **ret_why)
{
	char **names = NULL;
	int n = sd_listen_fds_with_names(1, &names), r = KOSMO_OK;

	for (int i = 0; i < n; i++)
		take_one(
		    l, names != NULL ? names[i] : "", SD_LISTEN_FDS_START + i);
	for (int i = 0; names != NULL && i < n; i++)
		free(names[i]);
	free(names);
	if (n <= 0)
		return KOSMO_ENOTFOUND;
	for (size_t i = 0; i < LISTENS && r == KOSMO_OK; i++) {
		if (l->fd[i] == -1)
			r = refuse(KOSMO_EINVAL,
			    "sockets were passed, but not one each named "
			    "kosmod.sock, admin.sock, priv.sock, touch.sock "
			    "and keys.sock (FileDescriptorName=); were new "
			    "units installed, and enabled?",
			    ret_why);
		else if (!is_ours(l->fd[i]))
			r = refuse(KOSMO_EINVAL,
			    "a passed socket is no listening SOCK_SEQPACKET "
			    "one",
			    ret_why);
	}
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
	int len = (int)(strrchr(path, '/') - path), r;

	(void)snprintf(dir, sizeof(dir), "%.*s", len, path);
	if (mkdir(dir, 0755) == 0) {
		if (chmod(dir, 0755) == -1)
			return refuse(KOSMO_EIO, strerror(errno), ret_why);
	} else if (errno != EEXIST)
		return refuse(KOSMO_EIO, strerror(errno), ret_why);
	r = trust_folder(dir, ret_why);
	return r == KOSMO_EIO ? refuse(r, strerror(errno), ret_why) : r;
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

/* path is kosmod.sock's, whatever it is called; the others stand beside it. */
static void
name_all(struct listen *l, const char *path)
{
	int folder = (int)(strrchr(path, '/') + 1 - path);

	(void)snprintf(l->path[AT_OPEN], sizeof(l->path[0]), "%s", path);
	for (size_t i = AT_OPEN + 1; i < LISTENS; i++)
		(void)snprintf(l->path[i], sizeof(l->path[i]), "%.*s%s", folder,
		    path, sockets[i].name);
}

int
listen_open(struct listen *l, const char *path, const char **ret_why)
{
	int r = take_passed(l, ret_why);

	if (r == KOSMO_OK) {
		*ret_why = "a passed socket can't be used";
		for (size_t i = 0; i < LISTENS && r == KOSMO_OK; i++)
			r = set_flags(l->fd[i]);
		return r;
	}
	if (r != KOSMO_ENOTFOUND ||
	    (r = check_folder(path, ret_why)) != KOSMO_OK)
		return r;
	name_all(l, path);
	/* once the first is ours, no other kosmod's are beside it */
	for (size_t i = 0; i < LISTENS && r == KOSMO_OK; i++) {
		r = bind_one(l->path[i], sockets[i].mode, &l->fd[i], ret_why);
		l->own = l->own || r == KOSMO_OK;
	}
	return r;
}

void
listen_close(struct listen *l)
{
	for (size_t i = 0; i < LISTENS; i++) {
		if (l->own && l->fd[i] != -1)
			(void)unlink(l->path[i]);
		pass_close(&l->fd[i]);
	}
	l->own = false;
}
