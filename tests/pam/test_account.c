/* account, and the name that auth found. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake.h"
#include "host.h"

static void
end_with(struct fake *f, uint8_t result, const char *user, uint32_t uid)
{
	struct msg_end m = { .result = result, .uid = uid };

	memcpy(m.nonce, f->open.nonce, NONCE_LEN);
	(void)snprintf(m.user, sizeof(m.user), "%s", user);
	fake_send(f, &msg_end_layout, &m);
}

struct account {
	uint8_t result;
	int code;
};

static const struct account accounts[] = {
	{ RESULT_DENY, PAM_PERM_DENIED },
	{ RESULT_ERROR, PAM_AUTHINFO_UNAVAIL },
	{ RESULT_ALLOW, PAM_SUCCESS },
	{ RESULT_UNKNOWN, PAM_USER_UNKNOWN },
	{ RESULT_MAXTRIES, PAM_PERM_DENIED },
	{ RESULT_REFUSED, PAM_AUTHINFO_UNAVAIL },
	{ RESULT_NOTED, PAM_AUTHINFO_UNAVAIL },
	{ 200, PAM_AUTHINFO_UNAVAIL },
	{ RESULT_NOT_MINE, PAM_IGNORE },
};

#define N_ACCOUNTS (sizeof(accounts) / sizeof(accounts[0]))

/* PAM_IGNORE leaves the verdict to the module behind. */
static int
of_stack(int code)
{
	return code == PAM_IGNORE ? PAM_SUCCESS : code;
}

static void
serve_account_on_kept(struct fake *f)
{
	const struct account *a = f->arg;

	fake_greet(f);
	fake_end(f, RESULT_ALLOW);
	fake_account(f);
	end_with(f, a->result, "", 0);
	fake_eof(f);
}

static void
test_account_on_kept(void **state)
{
	struct host *h = *state;

	for (size_t i = 0; i < N_ACCOUNTS; i++) {
		pid_t pid = fake_start(h, serve_account_on_kept, &accounts[i]);

		host_start_before(h, "sshd", "nobody", "");
		assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
		assert_int_equal(
		    pam_acct_mgmt(h->pamh, 0), of_stack(accounts[i].code));
		fake_done(pid); /* EOF came before pam_end */
		host_end(h);
	}
}

static void
serve_account_alone(struct fake *f)
{
	const struct account *a = f->arg;

	fake_greet(f);
	FAKE_EXPECT(f->open.phase == PHASE_ACCOUNT);
	FAKE_EXPECT(strcmp(f->hello.user, "nobody") == 0);
	fake_show(f, "A line", 1);
	end_with(f, a->result, "", 0);
	fake_eof(f);
}

static void
test_account_alone(void **state)
{
	struct host *h = *state;

	for (size_t i = 0; i < N_ACCOUNTS; i++) {
		pid_t pid = fake_start(h, serve_account_alone, &accounts[i]);

		host_start_before(h, "sshd", "nobody", "");
		assert_int_equal(
		    pam_acct_mgmt(h->pamh, 0), of_stack(accounts[i].code));
		assert_int_equal(host_said(h, PAM_ERROR_MSG, "A line"), 1);
		fake_done(pid);
		host_end(h);
	}
}

static void
serve_auth_then_account(struct fake *f)
{
	const uint8_t *result = f->arg;

	fake_greet(f);
	fake_end(f, *result);
	if (*result != RESULT_ALLOW)
		fake_eof(f);
	f->arg = &accounts[0];
	serve_account_alone(f);
}

/* After a refusal nothing is kept: account asks anew. */
static void
test_account_after_refusal(void **state)
{
	static const uint8_t result = RESULT_DENY;
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_auth_then_account, &result);

	host_start(h, "sshd", "nobody", "");
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTH_ERR);
	assert_int_equal(pam_acct_mgmt(h->pamh, 0), PAM_PERM_DENIED);
	fake_done(pid);
	host_end(h);
}

/* A child process of the one that authenticated has no right to speak there. */
static void
test_account_after_fork(void **state)
{
	static const uint8_t result = RESULT_ALLOW;
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_auth_then_account, &result), child;
	int status = -1;

	host_start(h, "sshd", "nobody", "");
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0)
		_exit(pam_acct_mgmt(h->pamh, 0));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), PAM_PERM_DENIED);
	fake_done(pid);
	host_end(h);
}

static void
serve_other_name(struct fake *f)
{
	fake_greet(f);
	fake_end(f, RESULT_ALLOW);
	fake_greet(f);
	FAKE_EXPECT(f->open.phase == PHASE_ACCOUNT);
	FAKE_EXPECT(strcmp(f->hello.user, "root") == 0);
	fake_end(f, RESULT_DENY);
}

/* The program put another name there meanwhile. */
static void
test_account_of_another(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_other_name, NULL);

	host_start(h, "sshd", "nobody", "");
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_set_item(h->pamh, PAM_USER, "root"), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(h->pamh, 0), PAM_PERM_DENIED);
	fake_done(pid);
	host_end(h);
}

/* What lies there before ACCOUNT was sent is no answer to it. */
static void
serve_twice(struct fake *f)
{
	fake_greet(f);
	fake_end(f, RESULT_ALLOW);
	fake_end(f, RESULT_ALLOW);
	FAKE_EXPECT(write(*(const int *)f->arg, "t", 1) == 1);
	fake_eof(f);
}

static void
serve_ask_after_end(struct fake *f)
{
	fake_greet(f);
	fake_end(f, RESULT_ALLOW);
	fake_account(f);
	fake_ask(f, "Code: ", 1, ASK_PLAIN);
	fake_eof(f);
}

static void
serve_gone(struct fake *f)
{
	fake_greet(f);
	fake_end(f, RESULT_ALLOW);
}

static void
test_account_broken(void **state)
{
	static fake_fn *const fakes[] = { serve_twice, serve_ask_after_end,
		serve_gone };
	static const struct reply r[] = { { "typed", 0, 0 } };
	struct host *h = *state;
	int lies[2];
	char c;

	assert_int_equal(pipe(lies), 0);
	for (size_t i = 0; i < 3; i++) {
		pid_t pid = fake_start(h, fakes[i], &lies[1]);

		host_start(h, "sshd", "nobody", "");
		HOST_ANSWERS(h, r);
		assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
		if (fakes[i] == serve_gone)
			fake_done(pid);
		else if (fakes[i] == serve_twice)
			assert_int_equal(read(lies[0], &c, 1), 1);
		assert_int_equal(
		    pam_acct_mgmt(h->pamh, 0), PAM_AUTHINFO_UNAVAIL);
		assert_int_equal(h->next, 0);
		if (fakes[i] != serve_gone)
			fake_done(pid);
		host_end(h);
	}
	assert_int_equal(close(lies[0]), 0);
	assert_int_equal(close(lies[1]), 0);
}

struct alias {
	const char *typed, *end;
	uint32_t uid; /* in END */
	uint8_t result;
	int code;
	const char *after; /* PAM_USER */
};

static void
serve_alias(struct fake *f)
{
	const struct alias *a = f->arg;

	fake_greet(f);
	end_with(f, a->result, a->end, a->uid);
}

/* PAM_USER changes with ALLOW only, from no account to an account only. */
static void
test_alias(void **state)
{
	static const struct alias rows[] = {
		{ "yamada77", "nobody", 65534, RESULT_ALLOW, PAM_SUCCESS,
		    "nobody" },
		{ "yamada77", "", 0, RESULT_ALLOW, PAM_SUCCESS, "yamada77" },
		{ "yamada77", "yamada77", 0, RESULT_ALLOW, PAM_SUCCESS,
		    "yamada77" },
		{ "yamada77", "nobody", 65534, RESULT_DENY, PAM_AUTH_ERR,
		    "yamada77" },
		{ "yamada77", "no-account", 65534, RESULT_ALLOW,
		    PAM_AUTHINFO_UNAVAIL, "yamada77" },
		{ "daemon", "nobody", 65534, RESULT_ALLOW, PAM_AUTHINFO_UNAVAIL,
		    "daemon" },
		{ "daemon", "daemon", 1, RESULT_ALLOW, PAM_SUCCESS, "daemon" },
		{ "yamada77", "nobody", 65533, RESULT_ALLOW,
		    PAM_AUTHINFO_UNAVAIL, "yamada77" },
		{ "yamada77", "no-account", NO_UID, RESULT_ALLOW,
		    PAM_AUTHINFO_UNAVAIL, "yamada77" },
	};
	struct host *h = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pid_t pid = fake_start(h, serve_alias, &rows[i]);
		const void *user = NULL;

		host_start(h, "login", rows[i].typed, "");
		assert_int_equal(pam_authenticate(h->pamh, 0), rows[i].code);
		assert_int_equal(
		    pam_get_item(h->pamh, PAM_USER, &user), PAM_SUCCESS);
		assert_string_equal(user, rows[i].after);
		host_end(h);
		fake_done(pid);
	}
}

static void
serve_alias_account(struct fake *f)
{
	fake_greet(f);
	end_with(f, RESULT_ALLOW, "nobody", 65534);
	fake_account(f);
	fake_end(f, RESULT_ALLOW);
}

/* The kept connection goes on under the login name. */
static void
test_alias_account(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_alias_account, NULL);

	host_start(h, "login", "yamada77", "");
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_acct_mgmt(h->pamh, 0), PAM_SUCCESS);
	host_end(h);
	fake_done(pid);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, host_setup, host_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_account_on_kept),
		TEST(test_account_alone),
		TEST(test_account_after_refusal),
		TEST(test_account_after_fork),
		TEST(test_account_of_another),
		TEST(test_account_broken),
		TEST(test_alias),
		TEST(test_alias_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
