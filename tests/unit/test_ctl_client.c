/*
 * kosmoctl's end of a conversation, against servers that keep the protocol
 * and servers that don't.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kosmoctl/agent.h"
#include "kosmoctl/client.h"
#include "libkosmo/msg_key.h"
#include "libkosmo/packet.h"
#include "libkosmo/path.h"

#define PATIENCE 60000 /* ms: a test that waits longer has failed */

/* What the client was handed, in order, as one line. */
struct seen {
	char text[256];
};

static void
note(struct seen *s, const char *what, const char *text)
{
	size_t n = strlen(s->text);

	(void)snprintf(s->text + n, sizeof(s->text) - n, "%s:%s ", what, text);
}

static int
on_show(void *arg, const struct msg_show *show)
{
	note(arg, show->kind == SHOW_ERROR ? "error" : "show", show->text);
	return KOSMO_OK;
}

static int
on_ask(void *arg, int fd, const struct msg_ask *ask, struct secret *ret)
{
	assert_true(fd >= 0);
	note(arg, ask->echo ? "ask" : "hidden", ask->text);
	return secret_set(ret, "s3cret", 6);
}

static int
on_row(void *arg, const struct msg_row *row)
{
	note(arg, "row", row->kind);
	return strcmp(row->kind, "end") == 0 ? CLIENT_MORE : KOSMO_OK;
}

/* Runs the client against serve(fd), which runs in a process of its own. */
static int
run(void (*serve)(int fd), struct seen *seen, uint8_t *ret)
{
	const struct client_ways ways = { on_show, on_ask, on_row, NULL,
		agent_connect, seen };
	struct msg_hello *hello = calloc(1, sizeof(*hello));
	int fds[2], r, status;
	pid_t pid;

	memset(seen, 0, sizeof(*seen));
	assert_non_null(hello);
	(void)strcpy(hello->verb, "me");
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(fds[0]);
		serve(fds[1]);
		_exit(0);
	}
	(void)close(fds[1]);
	r = client_run(fds[0], hello, &ways, ret);
	(void)close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	free(hello);
	return r;
}

static void
must(bool good)
{
	if (!good)
		_exit(1);
}

static void
get(int fd, const struct layout *l, void *to)
{
	struct buf b = BUF_INIT;

	must(packet_recv(fd, &b, NULL, packet_now() + PATIENCE) == KOSMO_OK);
	must(packet_get(&b, l, to) == KOSMO_OK);
	buf_done(&b);
}

static void
put(int fd, const struct layout *l, const void *msg)
{
	must(packet_send(fd, l, msg, -1, packet_now() + PATIENCE) == KOSMO_OK);
}

static void
opening(int fd, struct msg_open *open)
{
	static struct msg_hello hello;

	get(fd, &msg_open_layout, open);
	must(open->version == MSG_VERSION && open->phase == PHASE_VERB);
	must(open->ruid == getuid());
	get(fd, &msg_hello_layout, &hello);
	must(strcmp(hello.verb, "me") == 0);
}

static void
finish(int fd, const struct msg_open *open, uint8_t result)
{
	struct msg_end end = { .result = result };

	memcpy(end.nonce, open->nonce, NONCE_LEN);
	put(fd, &msg_end_layout, &end);
}

static void
serve_all(int fd)
{
	struct msg_show show = { .text = "hello" };
	struct msg_ask ask = { .kind = ASK_PASSWORD, .text = "Password: " };
	struct msg_row row = { .kind = "person" };
	struct msg_wait wait = { 30 };
	struct msg_answer answer;
	struct msg_more more;
	struct msg_open open;

	opening(fd, &open);
	put(fd, &msg_show_layout, &show);
	put(fd, &msg_ask_layout, &ask);
	get(fd, &msg_answer_layout, &answer);
	must(strcmp(answer.text.bytes, "s3cret") == 0);
	put(fd, &msg_wait_layout, &wait);
	put(fd, &msg_row_layout, &row);
	(void)strcpy(row.kind, "end");
	put(fd, &msg_row_layout, &row);
	get(fd, &msg_more_layout, &more);
	show.kind = SHOW_ERROR;
	put(fd, &msg_show_layout, &show);
	finish(fd, &open, RESULT_REFUSED);
}

static void
test_all(void **state)
{
	struct seen seen;
	uint8_t result;

	(void)state;
	assert_int_equal(run(serve_all, &seen, &result), KOSMO_OK);
	assert_int_equal(result, RESULT_REFUSED);
	assert_string_equal(seen.text,
	    "show:hello hidden:Password:  row:person row:end error:hello ");
}

static void
serve_allow(int fd)
{
	struct msg_open open;

	opening(fd, &open);
	finish(fd, &open, RESULT_ALLOW);
}

static void
serve_wrong_nonce(int fd)
{
	struct msg_open open;

	opening(fd, &open);
	open.nonce[NONCE_LEN - 1] ^= 1;
	finish(fd, &open, RESULT_ALLOW);
}

static void
test_nonce(void **state)
{
	struct seen seen;
	uint8_t result;

	(void)state;
	assert_int_equal(run(serve_allow, &seen, &result), KOSMO_OK);
	assert_int_equal(result, RESULT_ALLOW);
	assert_int_equal(run(serve_wrong_nonce, &seen, &result), KOSMO_OK);
	assert_int_equal(result, RESULT_ERROR);
}

static void
serve_nothing(int fd)
{
	struct msg_open open;

	opening(fd, &open);
}

static void
serve_garbage(int fd)
{
	struct msg_open open;

	opening(fd, &open);
	must(send(fd, "\x07garbage", 8, MSG_NOSIGNAL) == 8);
}

/* A message that only a client sends. */
static void
serve_out_of_turn(int fd)
{
	struct msg_answer answer = { .text = { 0 } };
	struct msg_open open;

	opening(fd, &open);
	put(fd, &msg_answer_layout, &answer);
}

/* Trailing bytes behind a good END. */
static void
serve_leftovers(int fd)
{
	struct msg_end end = { .result = RESULT_ALLOW };
	struct buf b = BUF_INIT;
	struct msg_open open;

	opening(fd, &open);
	memcpy(end.nonce, open.nonce, NONCE_LEN);
	must(
	    codec_encode(&msg_end_layout, CODEC_MESSAGE, &end, &b) == KOSMO_OK);
	must(buf_add_u8(&b, 0) == KOSMO_OK);
	must(send(fd, b.data, b.len, MSG_NOSIGNAL) == (ssize_t)b.len);
	buf_done(&b);
}

static void
test_broken(void **state)
{
	struct seen seen;
	uint8_t result = RESULT_ALLOW;

	(void)state;
	assert_int_equal(run(serve_nothing, &seen, &result), KOSMO_ECLOSED);
	assert_int_equal(result, RESULT_ERROR);
	assert_int_equal(run(serve_garbage, &seen, &result), KOSMO_EFORMAT);
	assert_int_equal(result, RESULT_ERROR);
	assert_int_equal(run(serve_out_of_turn, &seen, &result), KOSMO_EFORMAT);
	assert_int_equal(run(serve_leftovers, &seen, &result), KOSMO_EFORMAT);
	assert_int_equal(result, RESULT_ERROR);
}

static int
listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static void
test_connect(void **state)
{
	char dir[] = "/tmp/kosmo-ctl.XXXXXX", path[64], admin[64];
	char link[64];
	int one, two, fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/kosmod.sock", dir);
	(void)snprintf(admin, sizeof(admin), "%s/admin.sock", dir);
	assert_int_equal(client_connect(path, NULL, &fd), KOSMO_ENOTFOUND);
	one = listen_at(path);
	assert_int_equal(client_connect(path, NULL, &fd), KOSMO_OK);
	(void)close(fd);
	assert_int_equal(
	    client_connect(path, KOSMO_ADMIN_SOCKET, &fd), KOSMO_ENOTFOUND);
	two = listen_at(admin);
	assert_int_equal(
	    client_connect(path, KOSMO_ADMIN_SOCKET, &fd), KOSMO_OK);
	(void)close(fd);
	/* Whoever may write to the folder could have put it there. */
	assert_int_equal(chmod(dir, 0770), 0);
	assert_int_equal(client_connect(path, NULL, &fd), KOSMO_EINVAL);
	assert_int_equal(chmod(dir, 0702), 0);
	assert_int_equal(
	    client_connect(path, KOSMO_ADMIN_SOCKET, &fd), KOSMO_EINVAL);
	assert_int_equal(fd, -1);
	assert_int_equal(chmod(dir, 0700), 0);
	/* A link may lead anywhere. */
	(void)snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(client_connect(link, NULL, &fd), KOSMO_EINVAL);
	(void)unlink(link);
	/* Nobody listens any more: the file alone is no kosmod. */
	(void)close(one);
	(void)close(two);
	assert_int_equal(client_connect(path, NULL, &fd), KOSMO_ENOTFOUND);
	(void)unlink(path);
	(void)unlink(admin);
	assert_int_equal(rmdir(dir), 0);
}

/* Listens as nobody, says so on ready, and stays until stop is closed. */
static void
serve_as_nobody(const char *path, int ready, int stop)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	char c;

	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	must(bind(s, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	must(setuid(65534) == 0 && listen(s, 4) == 0);
	must(write(ready, "r", 1) == 1);
	must(read(stop, &c, 1) == 0);
	_exit(0);
}

/* A server of somebody else, seen by root: neither root's nor kosmo's. */
static void
test_impostor(void **state)
{
	char dir[] = "/tmp/kosmo-ctl.XXXXXX", path[64], c;
	int ready[2], stop[2], status, fd;
	pid_t pid;

	(void)state;
	if (geteuid() != 0) {
		print_message("needs root: not tried\n");
		return;
	}
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/kosmod.sock", dir);
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(stop), 0);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		(void)close(stop[1]);
		serve_as_nobody(path, ready[1], stop[0]);
	}
	(void)close(ready[1]);
	(void)close(stop[0]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(client_connect(path, NULL, &fd), KOSMO_EINVAL);
	assert_int_equal(fd, -1);
	(void)close(ready[0]);
	(void)close(stop[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	(void)unlink(path);
	assert_int_equal(rmdir(dir), 0);
}

/* AGENT is answered, and the descriptor leads to the caller's own agent. */
static void
ask_agent(int fd, bool here)
{
	static const struct msg_agent agent = { 0 };
	struct msg_agent_is is = { 9 };
	struct buf b = BUF_INIT;
	struct msg_open open;
	int pass = -1;

	opening(fd, &open);
	put(fd, &msg_agent_layout, &agent);
	must(packet_recv(fd, &b, &pass, packet_now() + PATIENCE) == KOSMO_OK);
	must(packet_get(&b, &msg_agent_is_layout, &is) == KOSMO_OK);
	must(is.here == (here ? 1 : 0) && (pass != -1) == here);
	if (pass != -1)
		must(write(pass, "hello", 5) == 5);
	buf_done(&b);
	finish(fd, &open, RESULT_ALLOW);
}

static void
serve_here(int fd)
{
	ask_agent(fd, true);
}

static void
serve_away(int fd)
{
	ask_agent(fd, false);
}

static int
listen_stream(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

static void
test_agent(void **state)
{
	static const char *const none[] = { "", "agent", "192.0.2.1:22",
		"/nonexistent", "/", "/dev/null" };
	char dir[] = "/tmp/kosmo-ctl.XXXXXX", path[64], word[8] = "";
	struct seen seen;
	uint8_t result;
	int fd, peer;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/agent", dir);
	fd = listen_stream(path);
	assert_int_equal(setenv("SSH_AUTH_SOCK", path, 1), 0);
	assert_int_equal(run(serve_here, &seen, &result), KOSMO_OK);
	assert_int_equal(result, RESULT_ALLOW);
	peer = accept(fd, NULL, NULL);
	assert_int_equal(read(peer, word, sizeof(word)), 5);
	assert_string_equal(word, "hello");
	(void)close(peer);
	(void)close(fd); /* the name is left, and nobody listens */
	assert_int_equal(run(serve_away, &seen, &result), KOSMO_OK);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		assert_int_equal(setenv("SSH_AUTH_SOCK", none[i], 1), 0);
		assert_int_equal(run(serve_away, &seen, &result), KOSMO_OK);
		assert_int_equal(result, RESULT_ALLOW);
	}
	assert_int_equal(unsetenv("SSH_AUTH_SOCK"), 0);
	assert_int_equal(run(serve_away, &seen, &result), KOSMO_OK);
	(void)unlink(path);
	(void)rmdir(dir);
}

/* Somebody else's agent would see what is to be signed. */
static void
test_stranger(void **state)
{
	char dir[] = "/tmp/kosmo-ctl.XXXXXX", path[64];
	struct seen seen;
	uint8_t result;
	int fd;

	(void)state;
	if (getuid() != 0)
		skip();
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/agent", dir);
	fd = listen_stream(path);
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(setenv("SSH_AUTH_SOCK", path, 1), 0);
	assert_int_equal(run(serve_away, &seen, &result), KOSMO_OK);
	(void)close(fd);
	(void)unlink(path);
	(void)rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_nonce),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_impostor),
		cmocka_unit_test(test_agent),
		cmocka_unit_test(test_stranger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
