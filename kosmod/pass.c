#include "config.h"

#include "pass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(PASS_FDS * sizeof(int))];
};

int
pass_send(int fd, const void *bytes, size_t len, const int *fds, size_t n)
{
	union control ctl;
	struct iovec iov = { (void *)(uintptr_t)bytes, len };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (n > PASS_FDS)
		return KOSMO_ETOOBIG;
	if (n > 0) {
		memset(&ctl, 0, sizeof(ctl));
		mh.msg_control = ctl.bytes;
		mh.msg_controllen = CMSG_SPACE(n * sizeof(int));
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n * sizeof(int));
	}
	while (sendmsg(fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) == -1) {
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == ETOOMANYREFS ||
		    errno == ENOBUFS)
			return KOSMO_EFULL;
		return errno == EPIPE || errno == ECONNRESET ? KOSMO_ECLOSED
							     : KOSMO_EIO;
	}
	return KOSMO_OK;
}

static void
take_fds(struct msghdr *mh, int fds[PASS_FDS])
{
	size_t at = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c != NULL;
	     c = CMSG_NXTHDR(mh, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (at < PASS_FDS)
				fds[at++] = fd;
			else
				(void)close(fd);
		}
	}
}

int
pass_recv(int fd, void *bytes, size_t len, int fds[PASS_FDS])
{
	union control ctl;
	struct iovec iov = { bytes, len };
	struct msghdr mh = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = ctl.bytes,
		.msg_controllen = sizeof(ctl) };
	ssize_t n;

	for (size_t i = 0; i < PASS_FDS; i++)
		fds[i] = -1;
	do {
		n = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	} while (n == -1 && errno == EINTR);
	if (n == -1 && errno == EAGAIN)
		return KOSMO_ETIMEOUT;
	if (n == -1 && errno != ECONNRESET)
		return KOSMO_EIO;
	if (n <= 0)
		return KOSMO_ECLOSED;
	take_fds(&mh, fds);
	if ((size_t)n == len && (mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
		return KOSMO_OK;
	for (size_t i = 0; i < PASS_FDS; i++)
		pass_close(&fds[i]);
	return KOSMO_EFORMAT;
}

int
pass_pair(int ret[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, ret) == -1) {
		ret[0] = ret[1] = -1;
		return KOSMO_EIO;
	}
	return KOSMO_OK;
}

void
pass_close(int *fd)
{
	if (*fd != -1)
		(void)close(*fd);
	*fd = -1;
}
