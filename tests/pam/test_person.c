/* The person's end: what is typed, and what a host program may do wrong. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake.h"
#include "host.h"
#include "libkosmo/packet.h"

/* Asks three times; ALLOW to whatever was answered. */
static void
serve_three(struct fake *f)
{
	struct msg_answer m;

	fake_greet(f);
	for (int i = 0; i < 3; i++) {
		fake_ask(f, "Ask: ", 0, ASK_PASSWORD);
		fake_recv(f, &msg_answer_layout, &m);
	}
	fake_end(f, RESULT_ALLOW);
}

/* Shows and asks until the module hangs up, whenever that is. */
static void
serve_until_gone(struct fake *f)
{
	static const struct msg_show show = { .text = "Text" };
	static const struct msg_ask ask = { .text = "Ask: ", .kind = 1 };
	struct buf b = BUF_INIT;
	int e;

	fake_greet(f);
	e = packet_send(
	    f->fd, &msg_show_layout, &show, -1, packet_now() + 20000);
	while (e == KOSMO_OK) {
		e = packet_send(
		    f->fd, &msg_ask_layout, &ask, -1, packet_now() + 20000);
		if (e == KOSMO_OK)
			e = packet_recv(f->fd, &b, NULL, packet_now() + 20000);
	}
	FAKE_EXPECT(e == KOSMO_ECLOSED);
	buf_done(&b);
}

/* The conversation breaks at the n-th prompt, each in its own way. */
static void
test_conv_fails(void **state)
{
	static const struct reply ways[] = {
		{ NULL, PAM_SUCCESS, false },
		{ NULL, PAM_SUCCESS, true },
		{ NULL, PAM_CONV_ERR, true },
		{ "typed all the same", PAM_CONV_ERR, false },
		{ "again", PAM_CONV_AGAIN, false },
		{ NULL, PAM_BUF_ERR, false },
		{ "ignore", PAM_IGNORE, false },
	};
	struct host *h = *state;

	for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
		for (size_t n = 0; n < 3; n++) {
			struct reply r[3] = { { "a", 0, 0 }, { "b", 0, 0 },
				{ "c", 0, 0 } };
			pid_t pid = fake_start(h, serve_until_gone, NULL);

			r[n] = ways[way];
			host_start(h, "sshd", "nobody", "");
			host_answers(h, r, n + 1);
			assert_int_equal(
			    pam_authenticate(h->pamh, 0), PAM_CONV_ERR);
			assert_int_equal(
			    host_said(h, PAM_ERROR_MSG, SENTENCE), 0);
			host_end(h);
			fake_done(pid);
		}
	}
	assert_int_equal(host_logged("no answer from the person"), 21);
}

static void
serve_code(struct fake *f)
{
	fake_greet(f);
	fake_ask(f, "Password: ", 0, ASK_PASSWORD);
	fake_answer(f, "a");
	fake_ask(f, "Code: ", 1, ASK_PLAIN);
	fake_eof(f);
}

/* sshd's password method: the log says which setting asks for a code. */
static void
test_password_method(void **state)
{
	static const struct reply r[] = { { "a", 0, 0 },
		{ NULL, PAM_CONV_ERR, false } };
	static const char *const services[] = { "sshd", "login" };
	struct host *h = *state;

	for (int i = 0; i < 2; i++) {
		pid_t pid = fake_start(h, serve_code, NULL);

		host_start(h, services[i], "nobody", "");
		HOST_ANSWERS(h, r);
		assert_int_equal(pam_authenticate(h->pamh, 0), PAM_CONV_ERR);
		host_end(h);
		fake_done(pid);
	}
	assert_int_equal(host_logged("KbdInteractiveAuthentication yes"), 1);
}

static void
test_show_fails(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_until_gone, NULL);

	host_start(h, "sshd", "nobody", "");
	h->fail_show = true;
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_CONV_ERR);
	assert_int_equal(h->n_said, 1);
	host_end(h);
	fake_done(pid);
}

/* pam_start refuses a conversation that is NULL; a program may lose it. */
static void
test_no_conv(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_until_gone, NULL);
	struct pam_conv none = { NULL, NULL };

	host_start(h, "sshd", "nobody", "");
	assert_int_equal(pam_set_item(h->pamh, PAM_CONV, &none), PAM_SUCCESS);
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_CONV_ERR);
	host_end(h);
	fake_done(pid);
}

struct typed {
	const char *typed, *sent;
};

static void
serve_typed(struct fake *f)
{
	const struct typed *t = f->arg;

	fake_greet(f);
	fake_ask(f, "Password: ", 0, ASK_PASSWORD);
	fake_answer(f, t->sent);
	fake_end(f, RESULT_DENY);
}

/* What is typed crosses as it is; what is too long is certainly wrong. */
static void
test_answers(void **state)
{
	char b511[512], b512[513], b513[514], big[70000];
	const struct typed rows[] = {
		{ "", "" },
		{ " ", " " },
		{ "\033[2J", "\033[2J" },
		{ "\b\n\r\177INCORRECT\b\n", "\b\n\r\177INCORRECT\b\n" },
		{ "\xff\xfe not UTF-8", "\xff\xfe not UTF-8" },
		{ "４７６７０６", "４７６７０６" },
		{ b511, b511 },
		{ b512, b512 },
		{ b513, "\177" },
		{ big, "\177" },
	};
	struct host *h = *state;

	memset(b511, 'a', sizeof(b511));
	b511[511] = '\0';
	memset(b512, 'b', sizeof(b512));
	b512[512] = '\0';
	memset(b513, 'c', sizeof(b513));
	b513[513] = '\0';
	memset(big, 'd', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct reply r[] = { { rows[i].typed, 0, 0 } };
		pid_t pid = fake_start(h, serve_typed, &rows[i]);

		host_start(h, "sshd", "nobody", "debug");
		HOST_ANSWERS(h, r);
		assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTH_ERR);
		host_end(h);
		fake_done(pid);
	}
	/* nothing that was typed is in the log, with debug either */
	assert_null(strstr(host_log(), "INCORRECT"));
	assert_null(strstr(host_log(), "UTF-8"));
	assert_null(strstr(host_log(), "aaaa"));
}

static void
serve_silent(struct fake *f)
{
	fake_greet(f);
	fake_show(f, "Text", 0);
	fake_show(f, "Error", 1);
	fake_ask(f, "Ask: ", 0, ASK_PLAIN);
	fake_answer(f, "a");
	fake_hangup(f);
}

/* PAM_SILENT: texts that belong to a question, but none of the module's own. */
static void
test_silent(void **state)
{
	static const struct reply r[] = { { "a", 0, 0 } };
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_silent, NULL);

	host_start(h, "sshd", "nobody", "");
	HOST_ANSWERS(h, r);
	assert_int_equal(
	    pam_authenticate(h->pamh, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK),
	    PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(h->n_said, 3);
	host_end(h);
	fake_done(pid);
}

/* Names that no message can carry are refused, and not logged. */
static void
test_bad_names(void **state)
{
	char b256[257], b257[258];
	const char *const names[] = { "a\nb", "a\033[31mb", "\xff\xfe", "a\rb",
		b257 };
	struct host *h = *state;

	memset(b257, 'e', sizeof(b257));
	b257[257] = '\0';
	memset(b256, 'e', sizeof(b256));
	b256[256] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		host_start(h, "sshd", names[i], "unknown=ignore");
		assert_int_equal(
		    pam_authenticate(h->pamh, 0), PAM_AUTHINFO_UNAVAIL);
		host_end(h);
	}
	assert_int_equal(host_logged("PAM_USER"), 5);
	assert_null(strstr(host_log(), "eeee"));
	assert_null(strchr(host_log(), '\033'));
}

static void
serve_name(struct fake *f)
{
	const char *const *name = f->arg;

	fake_greet(f);
	FAKE_EXPECT(strcmp(f->hello.user, *name) == 0);
	FAKE_EXPECT(f->hello.uid == NO_UID);
	fake_end(f, RESULT_DENY);
}

static void
test_odd_names(void **state)
{
	char b256[257];
	const char *const names[] = { "../../etc", "%s%n", "a b", "山田", "a/b",
		b256 };
	struct host *h = *state;

	memset(b256, 'e', sizeof(b256));
	b256[256] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		pid_t pid = fake_start(h, serve_name, &names[i]);

		host_start(h, "sshd", names[i], "");
		assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTH_ERR);
		host_end(h);
		fake_done(pid);
	}
}

static void
serve_asked_name(struct fake *f)
{
	fake_greet(f);
	FAKE_EXPECT(strcmp(f->hello.user, "typed") == 0);
	fake_end(f, RESULT_DENY);
}

/* A program that has no name yet lets PAM ask for it. */
static void
test_name_is_asked(void **state)
{
	static const struct reply r[] = { { "typed", 0, 0 } };
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_asked_name, NULL);

	host_start(h, "login", NULL, "");
	HOST_ANSWERS(h, r);
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTH_ERR);
	host_end(h);
	fake_done(pid);
	/* and kosmod need not wait while somebody thinks of a name */
	host_start(h, "login", NULL, "");
	HOST_ANSWERS(h, r);
	h->next = 1;
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_CONV_ERR);
	host_end(h);
}

static void
test_three(void **state)
{
	static const struct reply r[] = { { "a", 0, 0 }, { "b", 0, 0 },
		{ "c", 0, 0 } };
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_three, NULL);

	host_start(h, "sshd", "nobody", "");
	HOST_ANSWERS(h, r);
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
	host_end(h);
	fake_done(pid);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, host_setup, host_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_conv_fails),
		TEST(test_password_method),
		TEST(test_show_fails),
		TEST(test_no_conv),
		TEST(test_answers),
		TEST(test_silent),
		TEST(test_bad_names),
		TEST(test_odd_names),
		TEST(test_name_is_asked),
		TEST(test_three),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
