/*
 * The person's ssh-agent: which sockets kosmod gets a connection to. As root
 * the program stands as sudo does, with the real uid of a person.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake.h"
#include "host.h"
#include "libkosmo/msg_key.h"
#include "libkosmo/packet.h"

#define NOBODY 65534
#define STRANGER 65533

static char folder[64], path[512], user[64];
static bool root;

static void
put_path(const char *name)
{
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(setenv("SSH_AUTH_SOCK", path, 1), 0);
}

/* Makes what path names the person's, as if that one had made it. */
static void
give(const char *what, mode_t mode)
{
	assert_int_equal(chmod(what, mode), 0);
	if (root)
		assert_int_equal(chown(what, NOBODY, NOBODY), 0);
}

static int
bind_socket(int type)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_int_not_equal(fd, -1);
	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%.107s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	give(path, 0777);
	return fd;
}

/* Whose credentials the peer sees: those of listen(2). */
static void
listen_as(int fd, uid_t uid, int backlog)
{
	if (root)
		assert_int_equal(seteuid(uid), 0);
	assert_int_equal(listen(fd, backlog), 0);
	if (root)
		assert_int_equal(seteuid(0), 0);
}

static int
setup(void **state)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/kosmo-agent-XXXXXX");
	assert_non_null(mkdtemp(folder));
	give(folder, 0700);
	return host_setup(state);
}

static int
teardown(void **state)
{
	char command[128];

	(void)unsetenv("SSH_AUTH_SOCK");
	give(folder, 0700);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
	return host_teardown(state);
}

/* kosmod asks, and writes a word if there is an agent. */
static void
serve(struct fake *f)
{
	static const struct msg_agent agent = { 0 };
	const bool *here = f->arg;
	struct msg_agent_is is = { 9 };
	struct buf b = BUF_INIT;
	int fd = -1;

	fake_greet(f);
	fake_send(f, &msg_agent_layout, &agent);
	FAKE_EXPECT(packet_recv(f->fd, &b, &fd, packet_now() + 5000) == 0);
	FAKE_EXPECT(packet_get(&b, &msg_agent_is_layout, &is) == 0);
	FAKE_EXPECT(is.here == (*here ? 1 : 0));
	FAKE_EXPECT((fd != -1) == *here);
	if (fd != -1) {
		FAKE_EXPECT(write(fd, "hello", 5) == 5);
		close(fd);
	}
	buf_done(&b);
	fake_end(f, RESULT_ALLOW);
	fake_eof(f);
}

static void
run_as(struct host *h, const char *service, const char *name, bool here)
{
	pid_t pid = fake_start(h, serve, &here);
	gid_t before[64], after[64];
	int n = getgroups(64, before);
	uid_t uid = geteuid();
	gid_t gid = getegid();

	host_start(h, service, name, "");
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
	assert_int_equal(geteuid(), uid);
	assert_int_equal(getegid(), gid);
	assert_int_equal(getgroups(64, after), n);
	assert_memory_equal(before, after, (size_t)n * sizeof(gid_t));
	host_end(h);
	fake_done(pid);
}

static void
run(struct host *h, bool here)
{
	run_as(h, "sudo", user, here);
}

/* What kosmod wrote comes out at the agent. */
static void
expect_word(int fd)
{
	char word[8] = "";
	int peer = accept(fd, NULL, NULL);

	assert_int_not_equal(peer, -1);
	assert_int_equal(read(peer, word, sizeof(word)), 5);
	assert_string_equal(word, "hello");
	close(peer);
}

static int
own_agent(void)
{
	int fd;

	put_path("agent");
	fd = bind_socket(SOCK_STREAM);
	listen_as(fd, getuid(), 8);
	return fd;
}

static void
test_connected(void **state)
{
	int fd = own_agent();

	run(*state, true);
	expect_word(fd);
	run_as(*state, "sudo-i", user, true);
	expect_word(fd);
	close(fd);
}

/* People point one name at the agent of the day: it is theirs all the same. */
static void
test_symlink(void **state)
{
	char target[600];
	int fd = own_agent();

	(void)snprintf(target, sizeof(target), "%s", path);
	put_path("link");
	assert_int_equal(symlink(target, path), 0);
	run(*state, true);
	expect_word(fd);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(path, path), 0);
	run(*state, false);
	close(fd);
}

static void
test_other_services(void **state)
{
	static const char *const services[] = { "su", "su-l", "sshd", "login",
		"passwd", "sudo2", "xscreensaver" };
	int fd = own_agent();

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		run_as(*state, services[i], user, false);
	close(fd);
}

/* rootpw, runaspw: PAM_USER is not who runs sudo. */
static void
test_other_user(void **state)
{
	int fd = own_agent();

	host_fake_account("alice", 4242);
	run_as(*state, "sudo", "alice", false);
	run_as(*state, "sudo", "no-such-account", false);
	run_as(*state, "sudo", "root", false);
	close(fd);
}

/* Whoever is root already could be sent to a socket of any kind. */
static void
test_root(void **state)
{
	int fd;

	if (!root)
		skip();
	assert_int_equal(setresuid(0, 0, 0), 0);
	put_path("agent");
	fd = bind_socket(SOCK_STREAM);
	assert_int_equal(listen(fd, 8), 0);
	run_as(*state, "sudo", "root", false);
	assert_int_equal(setresuid(NOBODY, 0, 0), 0);
	close(fd);
}

static void
test_no_path(void **state)
{
	static const char *const values[] = { "", "agent", "./agent",
		"192.0.2.1:22", "[2001:db8::1]:22", "localhost", "@abstract",
		"/", "/nonexistent/agent", "//\n" };
	int fd = own_agent();

	assert_int_equal(chdir(folder), 0);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		assert_int_equal(setenv("SSH_AUTH_SOCK", values[i], 1), 0);
		run(*state, false);
	}
	assert_int_equal(unsetenv("SSH_AUTH_SOCK"), 0);
	run(*state, false);
	assert_int_equal(chdir("/"), 0);
	close(fd);
}

/* As long as an address can be, and one byte more. */
static void
test_long_path(void **state)
{
	char name[400];
	int fd;

	memset(name, 'a', sizeof(name));
	name[107 - strlen(folder) - 1] = '\0';
	put_path(name);
	fd = bind_socket(SOCK_STREAM);
	listen_as(fd, getuid(), 8);
	run(*state, true);
	expect_word(fd);
	(void)strcat(path, "/"); /* still there, were it cut */
	assert_int_equal(setenv("SSH_AUTH_SOCK", path, 1), 0);
	run(*state, false);
	close(fd);
}

static void
test_no_socket(void **state)
{
	FILE *f;

	put_path("fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	give(path, 0600);
	run(*state, false);
	put_path("file");
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
	run(*state, false);
	put_path(".");
	run(*state, false);
	assert_int_equal(setenv("SSH_AUTH_SOCK", "/dev/null", 1), 0);
	run(*state, false);
}

static void
test_other_kinds(void **state)
{
	static const int types[] = { SOCK_DGRAM, SOCK_SEQPACKET };
	int fd;

	for (size_t i = 0; i < 2; i++) {
		put_path(i == 0 ? "dgram" : "packet");
		fd = bind_socket(types[i]);
		if (types[i] == SOCK_SEQPACKET)
			listen_as(fd, getuid(), 8);
		run(*state, false);
		close(fd);
	}
	put_path("silent"); /* bound, and nobody listens */
	fd = bind_socket(SOCK_STREAM);
	run(*state, false);
	close(fd);
}

/* It listens and accepts nothing: that costs a second. */
static void
test_full(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int64_t start;
	int fds[8], n = 0, fd;

	put_path("full");
	fd = bind_socket(SOCK_STREAM);
	listen_as(fd, getuid(), 0);
	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%.107s", path);
	do {
		assert_true(n < 8);
		fds[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	} while (connect(fds[n++], (struct sockaddr *)&un, sizeof(un)) == 0);
	assert_int_equal(errno, EAGAIN);
	start = packet_now();
	run(*state, false);
	assert_true(packet_now() - start < 5000);
	while (n > 0)
		close(fds[--n]);
	close(fd);
}

/* Others let in whoever comes, to see what sudo sends. */
static void
test_strangers(void **state)
{
	static const uid_t uids[] = { STRANGER, 0 };
	int fd;

	if (!root)
		skip();
	for (size_t i = 0; i < 2; i++) {
		put_path(i == 0 ? "stranger" : "roots");
		fd = bind_socket(SOCK_STREAM);
		listen_as(fd, uids[i], 8);
		run(*state, false);
		close(fd);
	}
}

/* Where root may go, and its groups, but not the person. */
static void
test_rights(void **state)
{
	static const gid_t groups[] = { 0, 4711 };
	int fd = own_agent();

	if (!root)
		skip();
	assert_int_equal(setgroups(2, groups), 0);
	run(*state, true);
	expect_word(fd);
	assert_int_equal(chown(folder, 0, 0), 0);
	run(*state, false);
	assert_int_equal(chown(folder, 0, 4711), 0);
	assert_int_equal(chmod(folder, 0770), 0);
	run(*state, false);
	assert_int_equal(chmod(folder, 0711), 0);
	run(*state, true);
	expect_word(fd);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_connected, setup, teardown),
		cmocka_unit_test_setup_teardown(test_symlink, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_other_services, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_other_user, setup, teardown),
		cmocka_unit_test_setup_teardown(test_root, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_path, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_long_path, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_no_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_other_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_strangers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rights, setup, teardown),
	};
	const struct passwd *pw;

	root = getuid() == 0;
	if (root && setresuid(NOBODY, 0, 0) == -1)
		return 1;
	if ((pw = getpwuid(getuid())) == NULL)
		return 77;
	(void)snprintf(user, sizeof(user), "%s", pw->pw_name);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
