/* One auth conversation: what is carried, and what ends it. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake.h"
#include "host.h"
#include "libkosmo/packet.h"

static const struct reply two[] = { { "pass word", 0, 0 }, { "476706", 0, 0 } };

/* Runs auth against serve; the module's one sentence only where it belongs. */
static int
run(struct host *h, fake_fn *serve, const void *arg, int flags)
{
	pid_t pid = fake_start(h, serve, arg);
	int code;

	host_start(h, "sshd", "nobody", "");
	code = pam_authenticate(h->pamh, flags);
	assert_int_equal(host_said(h, PAM_ERROR_MSG, SENTENCE),
	    code == PAM_AUTHINFO_UNAVAIL &&
		((unsigned)flags & PAM_SILENT) == 0);
	host_end(h);
	fake_done(pid);
	return code;
}

static void
serve_login(struct fake *f)
{
	fake_greet(f);
	FAKE_EXPECT(f->open.phase == PHASE_AUTH);
	FAKE_EXPECT(f->open.tty[0] == '\0');
	FAKE_EXPECT(f->open.ruid == getuid());
	FAKE_EXPECT(strcmp(f->hello.user, "nobody") == 0);
	FAKE_EXPECT(f->hello.uid == 65534);
	FAKE_EXPECT(strcmp(f->hello.service, "sshd") == 0);
	FAKE_EXPECT(strcmp(f->hello.rhost, "192.0.2.7") == 0);
	FAKE_EXPECT(strcmp(f->hello.source, "2001:db8::1") == 0);
	FAKE_EXPECT(strcmp(f->hello.tty, "ssh") == 0);
	FAKE_EXPECT(strcmp(f->hello.ruser, "who") == 0);
	FAKE_EXPECT(strcmp(f->open.auth_info, "publickey a b\n") == 0);
	FAKE_EXPECT(f->open.ruid == getuid());
	FAKE_EXPECT(f->hello.options == 0 && f->hello.n_args == 0);
	fake_show(f, "Hello", SHOW_TEXT);
	fake_ask(f, "Password: ", 0, ASK_PASSWORD);
	fake_answer(f, "pass word");
	fake_show(f, "Careful", SHOW_ERROR);
	fake_show(f, "Touch", SHOW_NOW);
	fake_wait(f, 5);
	fake_ask(f, "\nline 1\nCode: ", 1, ASK_PLAIN);
	fake_answer(f, "476706");
	fake_end(f, RESULT_ALLOW);
	fake_eof(f);
}

static void
test_login(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_login, NULL);

	host_start(h, "sshd", "nobody", "");
	HOST_ANSWERS(h, two);
	assert_int_equal(
	    pam_set_item(h->pamh, PAM_RHOST, "192.0.2.7"), PAM_SUCCESS);
	assert_int_equal(pam_set_item(h->pamh, PAM_TTY, "ssh"), PAM_SUCCESS);
	assert_int_equal(pam_set_item(h->pamh, PAM_RUSER, "who"), PAM_SUCCESS);
	assert_int_equal(
	    pam_putenv(h->pamh, "SSH_CONNECTION=2001:db8::1 5 192.0.2.1 22"),
	    PAM_SUCCESS);
	assert_int_equal(pam_putenv(h->pamh, "SSH_AUTH_INFO_0=publickey a b\n"),
	    PAM_SUCCESS);
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
	assert_int_equal(h->n_said, 5);
	assert_int_equal(host_said(h, PAM_TEXT_INFO, "Hello"), 1);
	assert_int_equal(host_said(h, PAM_TEXT_INFO, "Touch"), 1);
	assert_int_equal(host_said(h, PAM_PROMPT_ECHO_OFF, "Password: "), 1);
	assert_int_equal(host_said(h, PAM_ERROR_MSG, "Careful"), 1);
	assert_int_equal(
	    host_said(h, PAM_PROMPT_ECHO_ON, "\nline 1\nCode: "), 1);
	assert_int_equal(host_logged(NULL), 0);
	assert_int_equal(pam_setcred(h->pamh, 0), PAM_SUCCESS);
	host_end(h);
	fake_done(pid);
}

/* SSH_CONNECTION of another service is somebody's word, not sshd's. */
static void
serve_labels(struct fake *f)
{
	fake_greet(f);
	FAKE_EXPECT(f->hello.source[0] == '\0');
	FAKE_EXPECT(f->open.auth_info[0] == '\0');
	FAKE_EXPECT(strcmp(f->hello.rhost, "?") == 0);
	FAKE_EXPECT(strcmp(f->hello.tty, "?") == 0);
	fake_end(f, RESULT_DENY);
}

static void
test_labels(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_labels, NULL);
	char rhost[301];

	memset(rhost, 'a', sizeof(rhost) - 1);
	rhost[sizeof(rhost) - 1] = '\0';
	host_start(h, "login", "nobody", "");
	(void)pam_set_item(h->pamh, PAM_RHOST, rhost);
	(void)pam_set_item(h->pamh, PAM_TTY, "tty\0331");
	(void)pam_putenv(h->pamh, "SSH_CONNECTION=192.0.2.1 5 192.0.2.1 22");
	(void)pam_putenv(h->pamh, "SSH_AUTH_INFO_0=publickey a b");
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTH_ERR);
	host_end(h);
	fake_done(pid);
}

static void
serve_result(struct fake *f)
{
	const uint8_t *result = f->arg;

	fake_greet(f);
	fake_end(f, *result);
	fake_eof(f);
}

static void
test_results(void **state)
{
	static const struct {
		uint8_t result;
		int code;
	} rows[] = {
		{ RESULT_DENY, PAM_AUTH_ERR },
		{ RESULT_ERROR, PAM_AUTHINFO_UNAVAIL },
		{ RESULT_ALLOW, PAM_SUCCESS },
		{ RESULT_UNKNOWN, PAM_USER_UNKNOWN },
		{ RESULT_MAXTRIES, PAM_MAXTRIES },
		{ RESULT_NOT_MINE, PAM_AUTHINFO_UNAVAIL },
		{ RESULT_REFUSED, PAM_AUTHINFO_UNAVAIL },
		{ RESULT_USAGE, PAM_AUTHINFO_UNAVAIL },
		{ RESULT_NO_RIGHT, PAM_AUTHINFO_UNAVAIL },
		{ RESULT_NOTED, PAM_AUTHINFO_UNAVAIL },
		{ RESULT_NOTED + 1, PAM_AUTHINFO_UNAVAIL },
		{ 255, PAM_AUTHINFO_UNAVAIL },
	};
	struct host *h = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pid_t pid = fake_start(h, serve_result, &rows[i].result);

		host_start(h, "sshd", "nobody", "");
		assert_int_equal(pam_authenticate(h->pamh, 0), rows[i].code);
		host_end(h);
		fake_done(pid);
	}
}

static void
serve_wrong_nonce(struct fake *f)
{
	const unsigned *bit = f->arg;
	struct msg_end m = { .result = RESULT_ALLOW };

	fake_greet(f);
	memcpy(m.nonce, f->open.nonce, NONCE_LEN);
	m.nonce[*bit / 8] ^= (uint8_t)(1U << *bit % 8);
	fake_send(f, &msg_end_layout, &m);
	fake_eof(f);
}

static void
test_wrong_nonce(void **state)
{
	static const unsigned bits[] = { 0, 7, 64, 127 };

	for (size_t i = 0; i < 4; i++)
		assert_int_equal(run(*state, serve_wrong_nonce, &bits[i], 0),
		    PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(host_logged("nonce of END"), 4);
	assert_int_equal(host_logged(NULL), 4);
}

static void
serve_nonce(struct fake *f)
{
	uint8_t other[NONCE_LEN];

	fake_greet(f);
	memcpy(other, f->open.nonce, NONCE_LEN);
	fake_end(f, RESULT_DENY);
	fake_hangup(f);
	fake_greet(f);
	FAKE_EXPECT(memcmp(other, f->open.nonce, NONCE_LEN) != 0);
	memcpy(f->open.nonce, other, NONCE_LEN);
	fake_end(f, RESULT_ALLOW);
	fake_eof(f);
}

/* An END of an earlier conversation is worth nothing. */
static void
test_nonce_is_new(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_nonce, NULL);

	host_start(h, "sshd", "nobody", "");
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTH_ERR);
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTHINFO_UNAVAIL);
	host_end(h);
	fake_done(pid);
}

/* The first len bytes of a good END with ALLOW, or more of them. */
struct cut {
	size_t len;
};

static void
serve_cut(struct fake *f)
{
	const struct cut *cut = f->arg;
	struct msg_end m = { .result = RESULT_ALLOW };
	struct buf b = BUF_INIT;

	fake_greet(f);
	memcpy(m.nonce, f->open.nonce, NONCE_LEN);
	FAKE_EXPECT(
	    codec_encode(&msg_end_layout, CODEC_MESSAGE, &m, &b) == KOSMO_OK);
	while (b.len < cut->len)
		FAKE_EXPECT(buf_add_u8(&b, 0) == KOSMO_OK);
	fake_raw(f, b.data, cut->len);
	buf_done(&b);
	fake_eof(f);
}

static void
test_truncated_end(void **state)
{
	struct msg_end m = { 0 };
	struct buf b = BUF_INIT;
	struct cut cut;
	size_t len;

	assert_int_equal(
	    codec_encode(&msg_end_layout, CODEC_MESSAGE, &m, &b), KOSMO_OK);
	len = b.len;
	buf_done(&b);
	for (cut.len = 1; cut.len < len; cut.len++)
		assert_int_equal(
		    run(*state, serve_cut, &cut, 0), PAM_AUTHINFO_UNAVAIL);
	cut.len = len + 1;
	assert_int_equal(run(*state, serve_cut, &cut, 0), PAM_AUTHINFO_UNAVAIL);
	cut.len = PACKET_MAX + 1;
	assert_int_equal(run(*state, serve_cut, &cut, 0), PAM_AUTHINFO_UNAVAIL);
	cut.len = len;
	assert_int_equal(run(*state, serve_cut, &cut, 0), PAM_SUCCESS);
}

/* Every message that is not the client's to get, and every type beyond. */
static void
serve_type(struct fake *f)
{
	const uint8_t *type = f->arg;
	uint8_t bytes[2] = { *type, 0 };

	fake_greet(f);
	fake_raw(f, bytes, sizeof(bytes));
	fake_eof(f);
}

static void
test_garbage(void **state)
{
	for (unsigned i = 0; i < 256; i++) {
		uint8_t type = (uint8_t)i;

		assert_int_equal(
		    run(*state, serve_type, &type, 0), PAM_AUTHINFO_UNAVAIL);
	}
	assert_int_equal(host_logged("malformed message"), 256);
}

static void
serve_unexpected(struct fake *f)
{
	const struct layout *const *l = f->arg;
	static union {
		struct msg_hello hello;
		struct msg_row row;
	} m;

	fake_greet(f);
	fake_send(f, *l, &m);
	fake_eof(f);
}

static void
test_unexpected(void **state)
{
	for (size_t i = 0; msg_layouts[i] != NULL; i++) {
		switch (msg_layouts[i]->type) {
		case M_SHOW:
		case M_ASK:
		case M_WAIT:
		case M_END:
			continue;
		default:
			break;
		}
		assert_int_equal(
		    run(*state, serve_unexpected, &msg_layouts[i], 0),
		    PAM_AUTHINFO_UNAVAIL);
	}
	assert_int_equal(host_logged("message out of turn"), 6);
}

/* Hangs up after so many of: OPEN, HELLO, ASK, ANSWER, SHOW. */
static void
serve_eof(struct fake *f)
{
	const int *after = f->arg;

	if (*after == 0)
		f->fd = accept(f->lfd, NULL, NULL);
	else
		fake_accept(f);
	if (*after <= 1)
		return;
	fake_recv(f, &msg_hello_layout, &f->hello);
	if (*after == 2)
		return;
	fake_ask(f, "Password: ", 0, ASK_PASSWORD);
	if (*after == 3)
		return;
	fake_answer(f, "pass word");
	if (*after == 4)
		return;
	fake_show(f, "text", 0);
}

static void
test_eof(void **state)
{
	struct host *h = *state;

	for (int after = 0; after <= 5; after++) {
		pid_t pid = fake_start(h, serve_eof, &after);

		host_start(h, "sshd", "nobody", "");
		HOST_ANSWERS(h, two);
		assert_int_equal(
		    pam_authenticate(h->pamh, 0), PAM_AUTHINFO_UNAVAIL);
		assert_int_equal(host_said(h, PAM_ERROR_MSG, SENTENCE), 1);
		assert_int_equal(host_logged(NULL), (size_t)after + 1);
		host_end(h);
		fake_done(pid);
	}
}

static void
serve_silence(struct fake *f)
{
	fake_greet(f);
	fake_wait(f, 1);
	fake_eof(f);
}

static void
test_silence(void **state)
{
	int64_t begin = packet_now();

	assert_int_equal(
	    run(*state, serve_silence, NULL, 0), PAM_AUTHINFO_UNAVAIL);
	assert_in_range(packet_now() - begin, 900, 60000);
	assert_int_equal(host_logged("timed out"), 1);
}

static void
serve_waits(struct fake *f)
{
	fake_greet(f);
	fake_wait(f, 0);
	fake_eof(f);
}

/* WAIT of no time is a silence that has begun already. */
static void
test_wait_zero(void **state)
{
	assert_int_equal(
	    run(*state, serve_waits, NULL, 0), PAM_AUTHINFO_UNAVAIL);
}

static void
serve_short_wait(struct fake *f)
{
	struct msg_wait m = { 1 };
	struct buf b = BUF_INIT;

	fake_greet(f);
	FAKE_EXPECT(
	    codec_encode(&msg_wait_layout, CODEC_MESSAGE, &m, &b) == KOSMO_OK);
	fake_raw(f, b.data, b.len - 1);
	buf_done(&b);
	fake_eof(f);
}

static void
test_bad_wait(void **state)
{
	assert_int_equal(
	    run(*state, serve_short_wait, NULL, 0), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(host_logged("WAIT"), 1);
}

static void
serve_end_while_asked(struct fake *f)
{
	fake_greet(f);
	fake_ask(f, "Password: ", 0, ASK_PASSWORD);
	fake_end(f, RESULT_DENY);
}

static void
finish_fake(void *arg)
{
	fake_done(*(const pid_t *)arg);
}

/* kosmod hung up while the person was typing: its last word counts. */
static void
test_late_answer(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_end_while_asked, NULL);

	host_start(h, "sshd", "nobody", "");
	HOST_ANSWERS(h, two);
	h->at_prompt = finish_fake;
	h->at_prompt_arg = &pid;
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTH_ERR);
	assert_int_equal(h->next, 1);
	host_end(h);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, host_setup, host_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_login),
		TEST(test_labels),
		TEST(test_results),
		TEST(test_wrong_nonce),
		TEST(test_nonce_is_new),
		TEST(test_truncated_end),
		TEST(test_garbage),
		TEST(test_unexpected),
		TEST(test_eof),
		TEST(test_silence),
		TEST(test_wait_zero),
		TEST(test_bad_wait),
		TEST(test_late_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
