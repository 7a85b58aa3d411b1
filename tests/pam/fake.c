#include "config.h"

#include "fake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "libkosmo/packet.h"

#define PATIENCE 60000

void
fake_expect(int ok, const char *what, const char *file, int line)
{
	if (ok)
		return;
	(void)dprintf(STDERR_FILENO, "fake kosmod: %s:%d: not so: %s (%s)\n",
	    file, line, what, strerror(errno));
	_exit(1);
}

pid_t
fake_start(struct host *h, fake_fn *serve, const void *arg)
{
	struct fake f = { .lfd = h->lfd, .fd = -1, .arg = arg };
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		serve(&f);
		_exit(0);
	}
	return pid;
}

void
fake_done(pid_t pid)
{
	int status = -1;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

void
fake_recv(struct fake *f, const struct layout *l, void *msg)
{
	struct buf b = BUF_INIT;

	FAKE_EXPECT(
	    packet_recv(f->fd, &b, NULL, packet_now() + PATIENCE) == KOSMO_OK);
	FAKE_EXPECT(packet_get(&b, l, msg) == KOSMO_OK);
	buf_done(&b);
}

void
fake_send(struct fake *f, const struct layout *l, const void *msg)
{
	FAKE_EXPECT(packet_send(f->fd, l, msg, -1, packet_now() + PATIENCE) ==
	    KOSMO_OK);
}

void
fake_raw(struct fake *f, const void *bytes, size_t len)
{
	FAKE_EXPECT(send(f->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len);
}

void
fake_accept(struct fake *f)
{
	f->fd = accept(f->lfd, NULL, NULL);
	FAKE_EXPECT(f->fd != -1);
	fake_recv(f, &msg_open_layout, &f->open);
	FAKE_EXPECT(f->open.version == MSG_VERSION);
}

void
fake_greet(struct fake *f)
{
	struct msg_open said;

	fake_accept(f);
	fake_recv(f, &msg_hello_layout, &f->hello);
	said = f->open;
	msg_open_person(&said, &f->hello);
	FAKE_EXPECT(memcmp(&said, &f->open, sizeof(said)) == 0);
}

void
fake_hangup(struct fake *f)
{
	(void)close(f->fd);
	f->fd = -1;
}

void
fake_show(struct fake *f, const char *text, uint8_t kind)
{
	struct msg_show m = { .kind = kind };

	(void)snprintf(m.text, sizeof(m.text), "%s", text);
	fake_send(f, &msg_show_layout, &m);
}

void
fake_ask(struct fake *f, const char *text, uint8_t echo, uint8_t kind)
{
	struct msg_ask m = { .echo = echo, .kind = kind, .seconds = 60 };

	(void)snprintf(m.text, sizeof(m.text), "%s", text);
	fake_send(f, &msg_ask_layout, &m);
}

void
fake_answer(struct fake *f, const char *expected)
{
	struct msg_answer m;

	fake_recv(f, &msg_answer_layout, &m);
	FAKE_EXPECT(m.text.len == strlen(expected));
	FAKE_EXPECT(memcmp(m.text.bytes, expected, m.text.len) == 0);
}

void
fake_wait(struct fake *f, uint32_t seconds)
{
	struct msg_wait m = { .seconds = seconds };

	fake_send(f, &msg_wait_layout, &m);
}

void
fake_end(struct fake *f, uint8_t result)
{
	struct msg_end m = { .result = result };

	memcpy(m.nonce, f->open.nonce, NONCE_LEN);
	fake_send(f, &msg_end_layout, &m);
}

void
fake_account(struct fake *f)
{
	struct msg_account m;

	fake_recv(f, &msg_account_layout, &m);
}

void
fake_eof(struct fake *f)
{
	struct buf b = BUF_INIT;

	FAKE_EXPECT(packet_recv(f->fd, &b, NULL, packet_now() + PATIENCE) ==
	    KOSMO_ECLOSED);
	buf_done(&b);
}
