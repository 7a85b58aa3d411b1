/* libkosmo/packet: deadlines, descriptors that come along, dead peers. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "libkosmo/msg.h"
#include "libkosmo/packet.h"

#define SOON (packet_now() + 200)
#define LATER (packet_now() + 60000)

struct pair {
	int fd[2];
	int fds;
};

static int
count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static int
setup(void **state)
{
	static struct pair p;

	p.fds = count_fds();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p.fd) == -1)
		return -1;
	*state = &p;
	return 0;
}

/* No test leaves a descriptor behind. */
static int
teardown(void **state)
{
	struct pair *p = *state;

	for (int i = 0; i < 2; i++) {
		if (p->fd[i] != -1)
			(void)close(p->fd[i]);
	}
	return count_fds() == p->fds ? 0 : -1;
}

static void
test_message(void **state)
{
	struct pair *p = *state;
	struct msg_wait out = { 77 }, in = { 0 };
	struct buf b = BUF_INIT;

	assert_int_equal(
	    packet_send(p->fd[0], &msg_wait_layout, &out, -1, SOON), 0);
	assert_int_equal(packet_recv(p->fd[1], &b, NULL, SOON), 0);
	assert_int_equal(packet_type(&b), M_WAIT);
	assert_int_equal(packet_get(&b, &msg_more_layout, &in), KOSMO_EFORMAT);
	assert_int_equal(packet_get(&b, &msg_wait_layout, &in), 0);
	assert_int_equal(in.seconds, 77);
	/* a thousand waiting talks hold what was sent, not what might be */
	assert_in_range(b.cap, b.len, 256);
	buf_done(&b);
	assert_int_equal(packet_type(&b), 0);
}

static void
test_deadline(void **state)
{
	struct pair *p = *state;
	struct buf b = BUF_INIT;
	int64_t begin = packet_now();

	assert_int_equal(
	    packet_recv(p->fd[1], &b, NULL, begin + 150), KOSMO_ETIMEOUT);
	assert_in_range(packet_now() - begin, 150, 60000);
	/* one that has passed already does not wait, but takes what is there */
	assert_int_equal(packet_recv(p->fd[1], &b, NULL, 0), KOSMO_ETIMEOUT);
	assert_int_equal(send(p->fd[0], "x", 1, 0), 1);
	assert_int_equal(packet_recv(p->fd[1], &b, NULL, 0), 0);
	buf_done(&b);
}

/* A peer that does not read can't hold the sender beyond the deadline. */
static void
test_send_deadline(void **state)
{
	struct pair *p = *state;
	static struct msg_show show;
	int r = 0;

	memset(show.text, 'x', TEXT_LEN);
	for (int i = 0; i < 1000 && r == 0; i++)
		r = packet_send(p->fd[0], &msg_show_layout, &show, -1, SOON);
	assert_int_equal(r, KOSMO_ETIMEOUT);
}

static void
test_dead_peer(void **state)
{
	struct pair *p = *state;
	struct msg_wait m = { 1 };
	struct buf b = BUF_INIT;

	assert_int_equal(
	    packet_send(p->fd[0], &msg_wait_layout, &m, -1, SOON), 0);
	assert_int_equal(close(p->fd[0]), 0);
	p->fd[0] = -1;
	/* SIGPIPE would end this program */
	assert_int_equal(packet_send(p->fd[1], &msg_wait_layout, &m, -1, SOON),
	    KOSMO_ECLOSED);
	/* what the peer said before it went is still there */
	assert_int_equal(packet_recv(p->fd[1], &b, NULL, SOON), 0);
	assert_int_equal(packet_recv(p->fd[1], &b, NULL, LATER), KOSMO_ECLOSED);
	buf_done(&b);
}

static void
test_sizes(void **state)
{
	struct pair *p = *state;
	static uint8_t big[PACKET_MAX + 1];
	static struct msg_row row;
	struct buf b = BUF_INIT;

	assert_int_equal(
	    send(p->fd[0], big, PACKET_MAX, 0), (ssize_t)PACKET_MAX);
	assert_int_equal(packet_recv(p->fd[1], &b, NULL, SOON), 0);
	assert_int_equal(b.len, PACKET_MAX);
	assert_int_equal(
	    send(p->fd[0], big, sizeof(big), 0), (ssize_t)sizeof(big));
	assert_int_equal(packet_recv(p->fd[1], &b, NULL, SOON), KOSMO_EFORMAT);
	buf_done(&b);
	row.n_cells = CELLS_MAX;
	for (int i = 0; i < CELLS_MAX; i++)
		memset(row.cells[i].value, 'v', sizeof(row.cells[i].value) - 1);
	assert_int_equal(packet_send(p->fd[0], &msg_row_layout, &row, -1, SOON),
	    KOSMO_ETOOBIG);
	assert_int_equal(packet_recv(p->fd[1], &b, NULL, 0), KOSMO_ETIMEOUT);
	buf_done(&b);
}

static void
test_pass(void **state)
{
	struct pair *p = *state;
	struct msg_wait m = { 1 };
	struct buf b = BUF_INIT;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), pass = -1;

	assert_int_equal(
	    packet_send(p->fd[0], &msg_wait_layout, &m, null, SOON), 0);
	assert_int_equal(
	    packet_send(p->fd[0], &msg_wait_layout, &m, null, SOON), 0);
	assert_int_equal(
	    packet_send(p->fd[0], &msg_wait_layout, &m, -1, SOON), 0);
	assert_int_equal(close(null), 0);
	assert_int_equal(packet_recv(p->fd[1], &b, &pass, SOON), 0);
	assert_int_not_equal(pass, -1);
	assert_int_not_equal(fcntl(pass, F_GETFD) & FD_CLOEXEC, 0);
	assert_int_equal(close(pass), 0);
	/* one that nobody wants is closed */
	assert_int_equal(packet_recv(p->fd[1], &b, NULL, SOON), 0);
	assert_int_equal(packet_recv(p->fd[1], &b, &pass, SOON), 0);
	assert_int_equal(pass, -1);
	buf_done(&b);
}

/* Sends n descriptors with one byte. */
static void
send_many(int fd, int null, int n)
{
	char control[CMSG_SPACE(sizeof(int) * 8)];
	struct iovec iov = { (char[1]){ 'x' }, 1 };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	memset(control, 0, sizeof(control));
	mh.msg_control = control;
	mh.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)n);
	c = CMSG_FIRSTHDR(&mh);
	assert_true(c != NULL);
	if (c == NULL)
		return;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)n);
	for (int i = 0; i < n; i++)
		memcpy(CMSG_DATA(c) + sizeof(int) * (size_t)i, &null,
		    sizeof(null));
	assert_int_equal(sendmsg(fd, &mh, 0), 1);
}

/* Too many at once: whatever comes of it, none stays open (see teardown). */
static void
test_many(void **state)
{
	struct pair *p = *state;
	struct buf b = BUF_INIT;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (int n = 2; n <= 8; n++) {
		int pass = -1;

		send_many(p->fd[0], null, n);
		if (packet_recv(p->fd[1], &b, &pass, SOON) == 0)
			assert_int_equal(close(pass), 0);
		else
			assert_int_equal(pass, -1);
		send_many(p->fd[0], null, n);
		(void)!packet_recv(p->fd[1], &b, NULL, SOON);
	}
	assert_int_equal(close(null), 0);
	buf_done(&b);
}

/* A poll(2) that fails ends the wait: here no descriptor may be polled. */
static void
test_poll_fails(void **state)
{
	struct pair *p = *state;
	struct rlimit was, none;
	struct buf b = BUF_INIT;
	int64_t begin = packet_now();
	int r, e;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = was;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	r = packet_recv(p->fd[1], &b, NULL, begin + 2000);
	e = errno;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_int_equal(r, KOSMO_EIO);
	assert_int_equal(e, EINVAL);
	buf_done(&b);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_message),
		TEST(test_deadline),
		TEST(test_send_deadline),
		TEST(test_dead_peer),
		TEST(test_sizes),
		TEST(test_pass),
		TEST(test_many),
		TEST(test_poll_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
