#include "config.h"

#include "agent.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "libkosmo/packet.h"

#define PATIENCE 1000 /* ms for an agent whose queue is full */
#define INTERVAL 50   /* ms between two tries */

static bool
fill_address(struct sockaddr_un *un)
{
	const char *path = getenv("SSH_AUTH_SOCK");

	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	if (path == NULL || path[0] != '/' ||
	    strnlen(path, sizeof(un->sun_path)) >= sizeof(un->sun_path))
		return false;
	memcpy(un->sun_path, path, strlen(path));
	return true;
}

/* Whoever made the socket listen runs as the caller. */
static bool
is_own(int fd)
{
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    len == sizeof(peer) && peer.uid == getuid();
}

/* EAGAIN is a full queue. */
static bool
connect_soon(int fd, const struct sockaddr_un *un)
{
	int64_t until = packet_now() + PATIENCE;

	while (connect(fd, (const struct sockaddr *)un, sizeof(*un)) == -1) {
		if ((errno != EAGAIN && errno != EINTR) ||
		    packet_now() >= until)
			return false;
		(void)poll(NULL, 0, INTERVAL);
	}
	return true;
}

int
agent_connect(void)
{
	struct sockaddr_un un;
	int fd;

	if (!fill_address(&un))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1 && connect_soon(fd, &un) && is_own(fd))
		return fd;
	if (fd != -1)
		(void)close(fd);
	return -1;
}
