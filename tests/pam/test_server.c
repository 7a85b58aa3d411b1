/* Who may listen, where, and how long the module waits for kosmod. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake.h"
#include "faults.h"
#include "host.h"
#include "libkosmo/packet.h"

#define NOBODY 65534
#define PATIENCE 60000 /* ms: longer than any machine needs for 2 s */

static int
auth(struct host *h)
{
	int code;

	host_start(h, "sshd", "nobody", "");
	code = pam_authenticate(h->pamh, 0);
	assert_int_equal(host_said(h, PAM_ERROR_MSG, SENTENCE),
	    code == PAM_AUTHINFO_UNAVAIL);
	host_end(h);
	return code;
}

static void
count_sleep(void *arg)
{
	++*(unsigned *)arg;
}

/* Refused at once: words are in the one log line. */
static void
refused(struct host *h, const char *words)
{
	size_t before = host_logged(words), all = host_logged(NULL);
	unsigned slept = 0;

	faults_at_sleep(count_sleep, &slept);
	assert_int_equal(auth(h), PAM_AUTHINFO_UNAVAIL);
	faults_at_sleep(NULL, NULL);
	assert_int_equal(slept, 0);
	assert_int_equal(host_logged(words), before + 1);
	assert_int_equal(host_logged(NULL), all + 1);
}

static void
serve_allow(struct fake *f)
{
	fake_greet(f);
	fake_end(f, RESULT_ALLOW);
}

static void
accepted(struct host *h)
{
	pid_t pid = fake_start(h, serve_allow, NULL);

	assert_int_equal(auth(h), PAM_SUCCESS);
	fake_done(pid);
}

static void
test_absent(void **state)
{
	struct host *h = *state;
	int64_t begin = packet_now();

	host_deaf(h);
	assert_int_equal(auth(h), PAM_AUTHINFO_UNAVAIL);
	assert_in_range(packet_now() - begin, 1900, PATIENCE);
	assert_int_equal(host_logged("No such file"), 1);
	assert_int_equal(host_logged(NULL), 1);
}

/* A name that is there, and nobody listens: a kosmod that was killed. */
static void
test_refusing(void **state)
{
	struct host *h = *state;
	int64_t begin = packet_now();

	assert_int_equal(close(h->lfd), 0);
	h->lfd = -1;
	assert_int_equal(auth(h), PAM_AUTHINFO_UNAVAIL);
	assert_in_range(packet_now() - begin, 1900, PATIENCE);
	assert_int_equal(host_logged("Connection refused"), 1);
}

/* A fake kosmod that listens from the module's first sleep on. */
struct late {
	struct host *h;
	uid_t uid; /* who listens; 0: whoever this is */
	bool refused;
	int ready[2]; /* a pipe: it listens */
	pid_t pid;
};

static void
serve_late(struct fake *f)
{
	const struct late *p = f->arg;
	const char *sock = p->h->sock;
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	f->lfd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", sock);
	(void)unlink(sock);
	FAKE_EXPECT(bind(f->lfd, (struct sockaddr *)&un, sizeof(un)) == 0);
	FAKE_EXPECT(p->uid == 0 || setresuid(p->uid, p->uid, p->uid) == 0);
	FAKE_EXPECT(listen(f->lfd, 5) == 0);
	FAKE_EXPECT(write(p->ready[1], "r", 1) == 1);
	if (p->refused) {
		f->fd = accept(f->lfd, NULL, NULL);
		fake_eof(f); /* without a word, not even OPEN */
	} else {
		serve_allow(f);
	}
}

static void
come_late(void *arg)
{
	struct late *p = arg;
	char c;

	if (p->pid != 0)
		return;
	assert_int_equal(pipe(p->ready), 0);
	p->pid = fake_start(p->h, serve_late, p);
	assert_int_equal(read(p->ready[0], &c, 1), 1);
	assert_int_equal(close(p->ready[0]), 0);
	assert_int_equal(close(p->ready[1]), 0);
}

static void
listen_late(struct host *h, uid_t uid, bool refused, int code)
{
	struct late late = { .h = h, .uid = uid, .refused = refused };

	faults_at_sleep(come_late, &late);
	assert_int_equal(auth(h), code);
	faults_at_sleep(NULL, NULL);
	assert_int_not_equal(late.pid, 0);
	fake_done(late.pid);
}

/* kosmod is away for a moment, with its name and without. */
static void
test_restart(void **state)
{
	struct host *h = *state;

	assert_int_equal(close(h->lfd), 0);
	h->lfd = -1;
	listen_late(h, 0, false, PAM_SUCCESS);
	assert_int_equal(unlink(h->sock), 0);
	listen_late(h, 0, false, PAM_SUCCESS);
	assert_int_equal(host_logged(NULL), 0);
}

static void
test_peer(void **state)
{
	struct host *h = *state;

	if (geteuid() != 0) {
		print_message("skipped: only root can listen as another\n");
		skip();
	}
	host_deaf(h);
	listen_late(h, NOBODY, true, PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(host_logged("its server is another user"), 1);
	assert_int_equal(unlink(h->sock), 0);
	host_fake_account("kosmo", NOBODY - 1);
	listen_late(h, NOBODY, true, PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(host_logged("its server is another user"), 2);
	assert_int_equal(unlink(h->sock), 0);
	host_fake_account("kosmo", NOBODY);
	listen_late(h, NOBODY, false, PAM_SUCCESS);
}

static void
test_folder(void **state)
{
	static const mode_t bad[] = { 0770, 0702, 01777, 0720 };
	static const mode_t good[] = { 0700, 0755, 0750, 0711 };
	struct host *h = *state;

	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(chmod(h->dir, bad[i]), 0);
		refused(h, "others may write to its folder");
	}
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(chmod(h->dir, good[i]), 0);
		accepted(h);
	}
	if (geteuid() != 0) {
		print_message("skipped: only root can give a folder away\n");
		return;
	}
	assert_int_equal(chown(h->dir, NOBODY, (gid_t)-1), 0);
	refused(h, "its folder belongs to another user");
	assert_int_equal(chown(h->dir, 0, (gid_t)-1), 0);
	accepted(h);
}

/* Whatever lies in its place is refused, and nothing blocks. */
static void
test_place(void **state)
{
	struct host *h = *state;
	char real[128];
	int fd;

	(void)snprintf(real, sizeof(real), "%s/real", h->dir);
	assert_int_equal(rename(h->sock, real), 0);
	assert_int_equal(symlink(real, h->sock), 0);
	refused(h, "it is no socket");
	assert_int_equal(unlink(h->sock), 0);
	assert_int_equal(mkfifo(h->sock, 0600), 0);
	refused(h, "it is no socket");
	assert_int_equal(unlink(h->sock), 0);
	fd = open(h->sock, O_CREAT | O_RDWR, 0600);
	assert_int_not_equal(fd, -1);
	assert_int_equal(close(fd), 0);
	refused(h, "it is no socket");
	assert_int_equal(unlink(h->sock), 0);
	assert_int_equal(mkdir(h->sock, 0700), 0);
	refused(h, "it is no socket");
	assert_int_equal(rmdir(h->sock), 0);
	assert_int_equal(rename(real, h->sock), 0);
	accepted(h);
}

static void
test_linked_folder(void **state)
{
	struct host *h = *state;
	char link[96], sock[96];

	(void)snprintf(link, sizeof(link), "%s/link", h->dir);
	assert_int_equal(symlink(h->dir, link), 0);
	(void)snprintf(sock, sizeof(sock), "%s", h->sock);
	(void)snprintf(h->sock, sizeof(h->sock), "%s/link/kosmod.sock", h->dir);
	refused(h, "its folder is no folder");
	(void)snprintf(h->sock, sizeof(h->sock), "%s", sock);
}

/* A socket of another kind is no kosmod. */
static void
test_stream(void **state)
{
	struct host *h = *state;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	host_deaf(h);
	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", h->sock);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(fd, 5), 0);
	refused(h, "Protocol wrong type");
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(h->sock), 0);
}

/* It accepts nobody: the queue of connections is full. */
static void
test_full(void **state)
{
	struct host *h = *state;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int64_t begin;
	int fds[64], n = 0;

	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", h->sock);
	for (; n < 64; n++) {
		fds[n] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
		if (connect(fds[n], (struct sockaddr *)&un, sizeof(un)) == -1)
			break;
	}
	assert_in_range(n, 1, 63);
	begin = packet_now();
	assert_int_equal(auth(h), PAM_AUTHINFO_UNAVAIL);
	assert_in_range(packet_now() - begin, 1900, PATIENCE);
	for (; n >= 0; n--)
		(void)close(fds[n]);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, host_setup, host_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_absent),
		TEST(test_refusing),
		TEST(test_restart),
		TEST(test_peer),
		TEST(test_folder),
		TEST(test_place),
		TEST(test_linked_folder),
		TEST(test_stream),
		TEST(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
