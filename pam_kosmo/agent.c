#include "config.h"

#include "agent.h"

#include <errno.h>
#include <poll.h>
#include <security/pam_modutil.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hello.h"
#include "libkosmo/packet.h"

#define PATIENCE 1000 /* ms for an agent whose queue is full */
#define INTERVAL 50   /* ms between two tries */

/* secure_getenv says nothing in a setuid program, and this is sudo. */
static const char *
socket_path(void)
{
	const char *path = getenv("SSH_AUTH_SOCK");
	struct sockaddr_un un;

	if (path == NULL || path[0] != '/' ||
	    strnlen(path, sizeof(un.sun_path)) >= sizeof(un.sun_path))
		return NULL;
	return path;
}

/* Whoever made the socket listen runs as uid. */
static bool
is_peer(int fd, uid_t uid)
{
	struct ucred peer = { 0, NO_UID, 0 };
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    len == sizeof(peer) && peer.uid == uid;
}

/* Never waits in connect(2): EAGAIN is a full queue. */
static bool
try_connect(int fd, const char *path)
{
	int64_t until = packet_now() + PATIENCE;
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	memcpy(un.sun_path, path, strlen(path));
	while (connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1) {
		if ((errno != EAGAIN && errno != EINTR) ||
		    packet_now() >= until)
			return false;
		(void)poll(NULL, 0, INTERVAL);
	}
	return true;
}

static int
open_agent(const char *path, uid_t uid)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd != -1 && try_connect(fd, path) && is_peer(fd, uid))
		return fd;
	if (fd != -1)
		(void)close(fd);
	return -1;
}

int
agent_connect(const struct relay *r, int *ret_fd)
{
	gid_t groups[PAM_MODUTIL_NGROUPS];
	struct pam_modutil_privs privs = { .grplist = groups,
		.number_of_groups = PAM_MODUTIL_NGROUPS,
		.old_gid = (gid_t)-1,
		.old_uid = (uid_t)-1 };
	const char *path = socket_path();
	struct passwd *pw;
	uid_t uid = getuid();

	*ret_fd = -1;
	if (path == NULL || !hello_is_sudo(r->pamh) || uid == 0 ||
	    uid != r->uid)
		return KOSMO_OK;
	pw = pam_modutil_getpwnam(r->pamh, r->user);
	if (pw == NULL || pw->pw_uid != uid ||
	    pam_modutil_drop_priv(r->pamh, &privs, pw) != 0)
		return KOSMO_OK;
	*ret_fd = open_agent(path, uid);
	if (pam_modutil_regain_priv(r->pamh, &privs) == 0)
		return KOSMO_OK;
	if (*ret_fd != -1)
		(void)close(*ret_fd);
	*ret_fd = -1;
	return KOSMO_EIO;
}
