/* Every word of the PAM line, and what is not one. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake.h"
#include "host.h"
#include "libkosmo/path.h"
#include "pam_kosmo/options.h"

struct row {
	const char *words;
	uint32_t hello;
};

static void
serve_options(struct fake *f)
{
	const struct row *row = f->arg;

	fake_greet(f);
	FAKE_EXPECT(f->hello.options == row->hello);
	fake_end(f, RESULT_DENY);
}

static void
test_good(void **state)
{
	static const struct row rows[] = {
		{ "", 0 },
		{ "steps=password", OPT_STEPS | OPT_STEP_PASSWORD },
		{ "steps=factor", OPT_STEPS | OPT_STEP_FACTOR },
		{ "steps=password,factor",
		    OPT_STEPS | OPT_STEP_PASSWORD | OPT_STEP_FACTOR },
		{ "steps=factor,password",
		    OPT_STEPS | OPT_STEP_PASSWORD | OPT_STEP_FACTOR },
		{ "unknown=fail", OPT_UNKNOWN_FAIL },
		{ "unknown=ignore", OPT_UNKNOWN_IGNORE },
		{ "debug", OPT_DEBUG },
		{ "unknown=ignore steps=factor debug use_first_pass",
		    OPT_UNKNOWN_IGNORE | OPT_STEPS | OPT_STEP_FACTOR |
			OPT_DEBUG },
	};
	struct host *h = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pid_t pid = fake_start(h, serve_options, &rows[i]);

		host_start(h, "sshd", "nobody", rows[i].words);
		assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTH_ERR);
		host_end(h);
		fake_done(pid);
	}
}

/* Each denies in each group, and says which word it was. */
static void
test_bad(void **state)
{
	static const char *const words[] = { "nullok", "Debug", "debug=1",
		"socket", "socket=", "socket=relative/path", "steps",
		"steps=", "steps=,", "steps=password,", "steps=,factor",
		"steps=factor,factor", "steps=pin", "steps=passwords",
		"unknown", "unknown=", "unknown=allow", "unknown=ignored",
		"use_first_pass=yes", "try_first_pass=1", "no_warn", "=",
		"debug debug", "unknown=fail unknown=ignore",
		"steps=factor steps=password", "use_first_pass try_first_pass",
		"try_first_pass use_first_pass", "socket=/again" };
	struct host *h = *state;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *last = strrchr(words[i], ' ');
		size_t before = host_logged(NULL);

		host_start(h, "sshd", "nobody", words[i]);
		(void)pam_putenv(h->pamh, "KOSMO_TICKET=00");
		assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SYSTEM_ERR);
		assert_int_equal(pam_acct_mgmt(h->pamh, 0), PAM_SYSTEM_ERR);
		assert_int_equal(pam_chauthtok(h->pamh, 0), PAM_SYSTEM_ERR);
		assert_int_equal(pam_open_session(h->pamh, 0), PAM_SYSTEM_ERR);
		assert_int_equal(pam_close_session(h->pamh, 0), PAM_SYSTEM_ERR);
		assert_int_equal(host_logged(NULL), before + 5);
		assert_int_equal(host_said(h, PAM_ERROR_MSG, SENTENCE), 5);
		assert_non_null(
		    strstr(host_log(), last != NULL ? last + 1 : words[i]));
		host_end(h);
	}
}

static void
test_parse(void **state)
{
	const char *none[] = { NULL };
	const char *one[] = { "socket=/x/y", "use_first_pass" };
	const char *two[] = { "try_first_pass" };
	char path[120] = "socket=/";
	const char *longest[] = { path };
	const char *bad = NULL;
	struct options o;

	(void)state;
	assert_int_equal(options_parse(&o, 0, none, &bad), KOSMO_OK);
	assert_string_equal(o.socket, KOSMO_SOCKET);
	assert_false(o.use_first_pass || o.try_first_pass || o.debug);
	assert_int_equal(options_parse(&o, 2, one, &bad), KOSMO_OK);
	assert_string_equal(o.socket, "/x/y");
	assert_true(o.use_first_pass && !o.try_first_pass);
	assert_int_equal(options_parse(&o, 1, two, &bad), KOSMO_OK);
	assert_true(o.try_first_pass && !o.use_first_pass);
	assert_null(bad);
	/* a path of 107 bytes fits sockaddr_un, 108 do not */
	memset(path + 8, 'p', 106);
	path[8 + 106] = '\0';
	assert_int_equal(options_parse(&o, 1, longest, &bad), KOSMO_OK);
	path[8 + 106] = 'p';
	path[8 + 107] = '\0';
	assert_int_equal(options_parse(&o, 1, longest, &bad), KOSMO_EINVAL);
	assert_ptr_equal(bad, path);
}

/* debug says which messages came; without it there is no such line. */
static void
test_debug(void **state)
{
	static const struct row rows[] = { { "", 0 }, { "debug", OPT_DEBUG } };
	struct host *h = *state;

	for (size_t i = 0; i < 2; i++) {
		pid_t pid = fake_start(h, serve_options, &rows[i]);

		host_start(h, "sshd", "nobody", rows[i].words);
		assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTH_ERR);
		host_end(h);
		fake_done(pid);
		assert_int_equal(host_logged("message of type 8"), i);
	}
}

static void
serve_passwords(struct fake *f)
{
	const char *const *expected = f->arg;

	fake_greet(f);
	fake_ask(f, "Password: ", 0, ASK_PASSWORD);
	fake_answer(f, expected[0]);
	if (expected[1] != NULL) {
		fake_ask(f, "Password: ", 0, ASK_PASSWORD);
		fake_answer(f, expected[1]);
	}
	fake_ask(f, "Code: ", 1, ASK_PLAIN);
	fake_answer(f, "123456");
	fake_end(f, RESULT_ALLOW);
}

/*
 * Runs auth between a line that leaves a password and one that must find it:
 * left is PAM_AUTHTOK before, expected what kosmod gets, after what PAM_AUTHTOK
 * is for later modules.
 */
static void
first_pass(struct host *h, const char *options, const char *const *expected,
    const char *after)
{
	char conf[1024], check[256];
	pid_t pid = fake_start(h, serve_passwords, expected);

	(void)snprintf(check, sizeof(check),
	    "auth required %s/leave.so leave=left\n", PROBE_DIR);
	(void)snprintf(conf, sizeof(conf),
	    "%sauth required %s socket=%s %s\n"
	    "auth required %s/leave.so expect=%s\n",
	    expected[2] != NULL ? check : "", MODULE, h->sock, options,
	    PROBE_DIR, after);
	host_start_stack(h, "sshd", "nobody", conf);
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
	host_end(h);
	fake_done(pid);
}

static void
test_first_pass(void **state)
{
	static const struct reply typed[] = { { "typed", 0, 0 },
		{ "123456", 0, 0 } };
	static const struct reply code[] = { { "123456", 0, 0 } };
	static const char *const is_typed[] = { "typed", NULL, NULL };
	static const char *const left_typed[] = { "typed", NULL, "left" };
	static const char *const is_left[] = { "left", NULL, "left" };
	static const char *const both[] = { "left", "typed", "left" };
	struct host *h = *state;

	/* what is typed goes to later modules, with no option at all */
	HOST_ANSWERS(h, typed);
	first_pass(h, "", is_typed, "typed");
	/* nobody asked for the one that was left */
	HOST_ANSWERS(h, typed);
	first_pass(h, "", left_typed, "typed");
	HOST_ANSWERS(h, code);
	first_pass(h, "use_first_pass", is_left, "left");
	HOST_ANSWERS(h, code);
	first_pass(h, "try_first_pass", is_left, "left");
	/* the left one was wrong: ask */
	HOST_ANSWERS(h, typed);
	first_pass(h, "try_first_pass", both, "typed");
	HOST_ANSWERS(h, typed);
	first_pass(h, "try_first_pass", is_typed, "typed");
}

static void
serve_twice(struct fake *f)
{
	fake_greet(f);
	fake_ask(f, "Password: ", 0, ASK_PASSWORD);
	if (f->arg != NULL) {
		fake_answer(f, f->arg);
		fake_ask(f, "Password: ", 0, ASK_PASSWORD);
	}
	fake_eof(f);
}

/* use_first_pass never asks: nothing left, or what was left is wrong. */
static void
test_use_first_pass_only(void **state)
{
	static const struct reply typed[] = { { "typed", 0, 0 } };
	struct host *h = *state;
	char conf[1024];
	pid_t pid = fake_start(h, serve_twice, NULL);

	host_start(h, "sshd", "nobody", "use_first_pass");
	HOST_ANSWERS(h, typed);
	assert_int_equal(
	    pam_authenticate(h->pamh, 0), PAM_AUTHTOK_RECOVERY_ERR);
	assert_int_equal(h->n_said, 0);
	host_end(h);
	fake_done(pid);
	(void)snprintf(conf, sizeof(conf),
	    "auth required %s/leave.so leave=left\n"
	    "auth required %s socket=%s use_first_pass\n",
	    PROBE_DIR, MODULE, h->sock);
	pid = fake_start(h, serve_twice, "left");
	host_start_stack(h, "sshd", "nobody", conf);
	HOST_ANSWERS(h, typed);
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTH_ERR);
	assert_int_equal(h->n_said, 0);
	host_end(h);
	fake_done(pid);
	assert_int_equal(host_logged("use_first_pass"), 2);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, host_setup, host_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_parse),
		TEST(test_good),
		TEST(test_bad),
		TEST(test_debug),
		TEST(test_first_pass),
		TEST(test_use_first_pass_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
