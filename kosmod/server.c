#include "config.h"

#include "server.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "libkosmo/packet.h"
#include "libkosmo/path.h"

#define PATIENCE 2000  /* ms for the first packet to be taken */
#define AGAIN_MIN 100  /* ms before another try to connect */
#define AGAIN_MAX 2000 /* ms: so late after kosmod is there at the most */

static int
fail(int err, const char *why, const char **ret_why)
{
	*ret_why = why;
	return err;
}

static int
check_folder(const char *path, const char **ret_why)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	size_t len = (size_t)(strrchr(path, '/') - path);
	struct stat st;

	memcpy(folder, path, len);
	folder[len] = '\0';
	if (lstat(len > 0 ? folder : "/", &st) == -1)
		return fail(KOSMO_EIO, strerror(errno), ret_why);
	if (!S_ISDIR(st.st_mode))
		return fail(KOSMO_EPERM, "its folder is no folder", ret_why);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return fail(
		    KOSMO_EPERM, "its folder belongs to another user", ret_why);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return fail(
		    KOSMO_EPERM, "others may write to its folder", ret_why);
	if (lstat(path, &st) == -1)
		return fail(KOSMO_EIO, strerror(errno), ret_why);
	if (!S_ISSOCK(st.st_mode))
		return fail(KOSMO_EPERM, "it is no socket", ret_why);
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
check_peer(int fd, const char **ret_why)
{
	struct ucred peer = { 0, NO_UID, 0 };
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1 ||
	    len != sizeof(peer))
		return fail(KOSMO_EIO, strerror(errno), ret_why);
	if (peer.uid != 0 && peer.uid != geteuid() &&
	    (peer.uid == NO_UID || peer.uid != kosmo_uid()))
		return fail(KOSMO_EPERM, "its server is another user", ret_why);
	return KOSMO_OK;
}

static int
say_hello(int fd, enum priv_role role, const char **ret_why)
{
	const struct p_hello hello = { PRIV_VERSION, (uint8_t)role };
	int r = packet_send(
	    fd, &p_hello_layout, &hello, -1, packet_now() + PATIENCE);

	return r == KOSMO_OK ? r : fail(r, "it does not take us", ret_why);
}

int
server_connect(
    const char *path, enum priv_role role, int *ret_fd, const char **ret_why)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd, r;

	if (path[0] != '/' || strlen(path) >= sizeof(un.sun_path))
		return fail(KOSMO_EINVAL, "its path can't be used", ret_why);
	if ((r = check_folder(path, ret_why)) != KOSMO_OK)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return fail(KOSMO_EIO, strerror(errno), ret_why);
	memcpy(un.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		r = fail(KOSMO_EIO, strerror(errno), ret_why);
	else if ((r = check_peer(fd, ret_why)) == KOSMO_OK)
		r = say_hello(fd, role, ret_why);
	if (r == KOSMO_OK)
		*ret_fd = fd;
	else
		(void)close(fd);
	return r;
}

void
server_init(struct server *s, const char *path, enum priv_role role)
{
	*s = (struct server){
		.path = path, .role = role, .fd = -1, .wait = AGAIN_MIN
	};
}

void
server_find(struct server *s)
{
	const char *why = "";

	if (s->fd != -1 || packet_now() < s->again)
		return;
	if (server_connect(s->path, s->role, &s->fd, &why) == KOSMO_OK) {
		log_say(LOG_INFO, "connected to kosmod");
		s->wait = AGAIN_MIN;
		s->told = false;
		return;
	}
	if (!s->told)
		log_say(LOG_WARNING, "%s: %s", s->path, why);
	s->told = true;
	s->again = packet_now() + s->wait;
	s->wait = s->wait * 2 < AGAIN_MAX ? s->wait * 2 : AGAIN_MAX;
}

void
server_lose(struct server *s, bool bad)
{
	if (s->fd != -1)
		(void)close(s->fd);
	s->fd = -1;
	s->again = packet_now() + (bad ? AGAIN_MAX : s->wait);
}
