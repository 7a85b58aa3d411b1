/* passwd(1): the two rounds of chauthtok. */
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

static const struct reply typed[] = { { "old one", 0, 0 }, { "123456", 0, 0 },
	{ "new one", 0, 0 }, { "new one", 0, 0 } };

static void
serve_change(struct fake *f)
{
	const uint8_t *result = f->arg;

	fake_greet(f);
	FAKE_EXPECT(f->open.phase == PHASE_PASSWORD);
	fake_wait(f, 10);
	fake_show(f, "Changing", 0);
	fake_ask(f, "Password: ", 0, ASK_OLD_PASSWORD);
	fake_answer(f, "old one");
	fake_ask(f, "Code: ", 1, ASK_PLAIN);
	fake_answer(f, "123456");
	fake_ask(f, "New password: ", 0, ASK_NEW_PASSWORD);
	fake_answer(f, "new one");
	fake_ask(f, "Retype: ", 0, ASK_PLAIN);
	fake_answer(f, "new one");
	fake_end(f, *result);
	fake_eof(f);
}

/* One connection for both rounds; later modules find both passwords. */
static void
test_change(void **state)
{
	static const struct {
		uint8_t result;
		int code;
	} rows[] = {
		{ RESULT_ALLOW, PAM_SUCCESS },
		{ RESULT_DENY, PAM_AUTHTOK_ERR },
		{ RESULT_MAXTRIES, PAM_AUTHTOK_ERR },
		{ RESULT_ERROR, PAM_AUTHINFO_UNAVAIL },
		{ RESULT_NOT_MINE, PAM_AUTHINFO_UNAVAIL },
		{ RESULT_REFUSED, PAM_AUTHINFO_UNAVAIL },
	};
	struct host *h = *state;
	char conf[512];

	(void)snprintf(conf, sizeof(conf),
	    "password required %s socket=%s\n"
	    "password required %s/leave.so [expect=new one] "
	    "[expect_old=old one]\n",
	    MODULE, h->sock, PROBE_DIR);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pid_t pid = fake_start(h, serve_change, &rows[i].result);

		host_start_stack(h, "passwd", "nobody", conf);
		HOST_ANSWERS(h, typed);
		assert_int_equal(pam_chauthtok(h->pamh, 0), rows[i].code);
		assert_int_equal(host_said(h, PAM_TEXT_INFO, "Changing"), 1);
		host_end(h);
		fake_done(pid);
	}
}

/* One END for each connection, until there are no more. */
static void
serve_ends(struct fake *f)
{
	const uint8_t *result = f->arg;
	int rounds = *result == RESULT_UNKNOWN ? 2 : 1;

	while (rounds-- > 0) {
		fake_greet(f);
		FAKE_EXPECT(f->hello.options == OPT_UNKNOWN_IGNORE);
		fake_end(f, *result);
		fake_eof(f);
	}
}

/* Whoever is not Kosmo's is known in the first round, and passed on. */
static void
test_unknown(void **state)
{
	static const struct {
		uint8_t result;
		int code; /* of a stack that goes on for unknown people */
	} rows[] = {
		{ RESULT_UNKNOWN, PAM_SUCCESS },
		{ RESULT_DENY, PAM_AUTHTOK_ERR },
		{ RESULT_ERROR, PAM_AUTHINFO_UNAVAIL },
		{ RESULT_NOT_MINE, PAM_AUTHINFO_UNAVAIL },
	};
	struct host *h = *state;
	char conf[512];

	(void)snprintf(conf, sizeof(conf),
	    "password [success=done user_unknown=ignore default=die] "
	    "%s socket=%s unknown=ignore\n"
	    "password required %s/leave.so\n",
	    MODULE, h->sock, PROBE_DIR);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pid_t pid = fake_start(h, serve_ends, &rows[i].result);

		host_start_stack(h, "passwd", "nobody", conf);
		assert_int_equal(pam_chauthtok(h->pamh, 0), rows[i].code);
		host_end(h);
		fake_done(pid);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, host_setup, host_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_change),
		TEST(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
