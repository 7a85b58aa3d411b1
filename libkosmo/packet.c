#include "config.h"

#include "packet.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int64_t
packet_now(void)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int
wait_ready(int fd, short events, int64_t deadline)
{
	struct pollfd p = { fd, events, 0 };

	for (;;) {
		int64_t left = deadline - packet_now();
		int n;

		if (left <= 0)
			return KOSMO_ETIMEOUT;
		n = poll(&p, 1, left > 60000 ? 60000 : (int)left);
		if (n > 0)
			return KOSMO_OK;
		if (n == -1 && errno != EINTR)
			return KOSMO_EIO;
	}
}

static void
attach(struct msghdr *mh, union control *ctl, int pass)
{
	struct cmsghdr *c;

	memset(ctl, 0, sizeof(*ctl));
	mh->msg_control = ctl->bytes;
	mh->msg_controllen = sizeof(ctl->bytes);
	c = CMSG_FIRSTHDR(mh);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &pass, sizeof(int));
}

int
packet_send(
    int fd, const struct layout *l, const void *msg, int pass, int64_t deadline)
{
	union control ctl;
	struct buf b = BUF_INIT;
	struct iovec iov;
	struct msghdr mh = { 0 };
	int r;

	if ((r = codec_encode(l, CODEC_MESSAGE, msg, &b)) != KOSMO_OK)
		goto out;
	if (b.len > PACKET_MAX) {
		r = KOSMO_ETOOBIG;
		goto out;
	}
	iov.iov_base = b.data;
	iov.iov_len = b.len;
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	if (pass != -1)
		attach(&mh, &ctl, pass);
	while (sendmsg(fd, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) == -1) {
		if (errno == EAGAIN)
			r = wait_ready(fd, POLLOUT, deadline);
		else if (errno == EPIPE || errno == ECONNRESET ||
		    errno == ENOTCONN)
			r = KOSMO_ECLOSED;
		else if (errno != EINTR)
			r = KOSMO_EIO;
		if (r != KOSMO_OK)
			break;
	}
out:
	buf_done(&b);
	return r;
}

/* Takes the descriptor out of a control message; closes any more. */
static int
detach(struct msghdr *mh)
{
	int pass = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(mh); c != NULL;
	     c = CMSG_NXTHDR(mh, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (pass == -1)
				pass = fd;
			else
				(void)close(fd);
		}
	}
	return pass;
}

/* No more memory, and no more to wipe, than what waits there needs. */
static int
make_room(int fd, struct buf *b, size_t *ret)
{
	ssize_t n = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);

	if (n == -1)
		return errno == ECONNRESET ? KOSMO_ECLOSED : KOSMO_EIO;
	*ret = (size_t)n < PACKET_MAX ? (size_t)n : PACKET_MAX;
	return buf_reserve(b, *ret);
}

static int
recv_once(int fd, struct buf *b, int *ret_pass)
{
	union control ctl;
	struct iovec iov;
	struct msghdr mh = { 0 };
	size_t room = 0;
	ssize_t n;
	int pass, r;

	if ((r = make_room(fd, b, &room)) != KOSMO_OK)
		return r;
	iov.iov_base = b->data;
	iov.iov_len = room;
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = ctl.bytes;
	mh.msg_controllen = sizeof(ctl.bytes);
	n = recvmsg(fd, &mh, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n == -1)
		return errno == ECONNRESET ? KOSMO_ECLOSED : KOSMO_EIO;
	pass = detach(&mh);
	if (ret_pass != NULL)
		*ret_pass = pass;
	else if (pass != -1)
		(void)close(pass);
	if (n == 0)
		return KOSMO_ECLOSED;
	b->len = (size_t)n;
	if ((mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		return KOSMO_EFORMAT;
	return KOSMO_OK;
}

int
packet_recv(int fd, struct buf *b, int *ret_pass, int64_t deadline)
{
	int r;

	if (ret_pass != NULL)
		*ret_pass = -1;
	buf_reset(b);
	for (;;) {
		r = recv_once(fd, b, ret_pass);
		if (r != KOSMO_EIO || (errno != EAGAIN && errno != EINTR))
			break;
		if (errno == EAGAIN &&
		    (r = wait_ready(fd, POLLIN, deadline)) != KOSMO_OK)
			break;
	}
	if (r != KOSMO_OK && ret_pass != NULL && *ret_pass != -1) {
		(void)close(*ret_pass);
		*ret_pass = -1;
	}
	return r;
}

uint8_t
packet_type(const struct buf *b)
{
	return b->len > 0 ? b->data[0] : 0;
}

int
packet_get(const struct buf *b, const struct layout *l, void *to)
{
	return codec_decode(l, CODEC_MESSAGE, b->data, b->len, to);
}
