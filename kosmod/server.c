#include "config.h"

#include "server.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "libkosmo/packet.h"
#include "libkosmo/path.h"
#include "libkosmo/trust.h"

#define PATIENCE 2000  /* ms for the first packet to be taken */
#define AGAIN_MIN 100  /* ms before another try to connect */
#define AGAIN_MAX 2000 /* ms: so late after kosmod is there at the most */

static int
fail(int err, const char *why, const char **ret_why)
{
	*ret_why = why;
	return err;
}

/*
 * A system user is in the host's own file; a name service that hangs must
 * not hold this up.
 */
static int
find_kosmo(uint32_t *ret_uid)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *pw;

	if (f == NULL)
		return KOSMO_EIO;
	while (*ret_uid == NO_UID && (pw = fgetpwent(f)) != NULL) {
		if (strcmp(pw->pw_name, KOSMO_USER) == 0)
			*ret_uid = pw->pw_uid;
	}
	(void)fclose(f);
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

static int
try_connect(int fd, const char *path, enum priv_role role, const char **ret_why)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int r;

	memcpy(un.sun_path, path, strlen(path));
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		return KOSMO_EIO;
	if ((r = trust_peer(fd, find_kosmo, ret_why)) == KOSMO_OK)
		r = say_hello(fd, role, ret_why);
	return r;
}

int
server_connect(
    const char *path, enum priv_role role, int *ret_fd, const char **ret_why)
{
	int fd = -1, r;

	if (path[0] != '/' ||
	    strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return fail(KOSMO_EINVAL, "its path can't be used", ret_why);
	if ((r = trust_socket(path, ret_why)) == KOSMO_OK) {
		fd = socket(
		    AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		r = fd == -1 ? KOSMO_EIO : try_connect(fd, path, role, ret_why);
	}
	if (r == KOSMO_EIO)
		*ret_why = strerror(errno);
	if (r == KOSMO_OK)
		*ret_fd = fd;
	else if (fd != -1)
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
