/* The ticket from auth to session, and the session from open to close. */
#include "config.h"

#include <fcntl.h>
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

static const uint8_t login[TICKET_LEN] = { 0, 1, 2, 0xfe };
static const uint8_t session[TICKET_LEN] = { 9, 9, 9 };
static const uint8_t none[TICKET_LEN];
#define LOGIN_TEXT "000102fe000000000000000000000000"

static void
end_with(struct fake *f, uint8_t result, const uint8_t *ticket)
{
	struct msg_end m = { .result = result };

	memcpy(m.nonce, f->open.nonce, NONCE_LEN);
	memcpy(m.ticket, ticket, TICKET_LEN);
	fake_send(f, &msg_end_layout, &m);
}

/* Answers open_session, then close_session. */
static void
serve_session(struct fake *f)
{
	fake_accept(f);
	FAKE_EXPECT(f->open.phase == PHASE_SESSION);
	FAKE_EXPECT(memcmp(f->open.ticket, login, TICKET_LEN) == 0);
	FAKE_EXPECT(strcmp(f->open.tty, "ssh") == 0);
	end_with(f, RESULT_NOTED, session);
	fake_eof(f);
	fake_accept(f);
	FAKE_EXPECT(f->open.phase == PHASE_SESSION_END);
	FAKE_EXPECT(memcmp(f->open.ticket, session, TICKET_LEN) == 0);
	end_with(f, RESULT_NOTED, none);
	fake_eof(f);
}

static void
serve_login(struct fake *f)
{
	fake_greet(f);
	FAKE_EXPECT(memcmp(f->open.ticket, none, TICKET_LEN) == 0);
	end_with(f, RESULT_ALLOW, login);
	serve_session(f);
}

static void
test_session(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_login, NULL);

	host_start(h, "sshd", "nobody", "");
	assert_int_equal(pam_set_item(h->pamh, PAM_TTY, "ssh"), PAM_SUCCESS);
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
	assert_string_equal(pam_getenv(h->pamh, "KOSMO_TICKET"), LOGIN_TEXT);
	assert_int_equal(pam_setcred(h->pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	assert_int_equal(pam_open_session(h->pamh, 0), PAM_SUCCESS);
	assert_null(pam_getenv(h->pamh, "KOSMO_TICKET"));
	assert_int_equal(pam_close_session(h->pamh, 0), PAM_SUCCESS);
	host_end(h);
	fake_done(pid);
	assert_int_equal(host_logged(NULL), 0);
	assert_null(strstr(host_log(), LOGIN_TEXT));
}

/* sshd: session is another process, with the PAM environment alone. */
static void
test_other_process(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_session, NULL);

	host_start(h, "sshd", "nobody", "");
	(void)pam_set_item(h->pamh, PAM_TTY, "ssh");
	(void)pam_putenv(h->pamh, "KOSMO_TICKET=" LOGIN_TEXT);
	assert_int_equal(pam_open_session(h->pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h->pamh, 0), PAM_SUCCESS);
	host_end(h);
	fake_done(pid);
}

/* Nothing of Kosmo's: nobody is asked, and neither success nor error said. */
static void
test_not_mine(void **state)
{
	static const char *const services[] = { "sudo", "sudo-i", "su",
		"su-l" };
	struct host *h = *state;

	host_start_before(h, "sshd", "nobody", "");
	assert_int_equal(pam_open_session(h->pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_close_session(h->pamh, 0), PAM_SUCCESS);
	host_end(h);
	host_start(h, "sshd", "nobody", "");
	assert_int_equal(pam_open_session(h->pamh, 0), PAM_PERM_DENIED);
	host_end(h);
	for (size_t i = 0; i < 4; i++) {
		host_start_before(h, services[i], "nobody", "");
		(void)pam_putenv(h->pamh, "KOSMO_TICKET=" LOGIN_TEXT);
		assert_int_equal(pam_open_session(h->pamh, 0), PAM_SUCCESS);
		assert_null(pam_getenv(h->pamh, "KOSMO_TICKET"));
		assert_int_equal(pam_close_session(h->pamh, 0), PAM_SUCCESS);
		host_end(h);
	}
	/* nobody had connected */
	assert_int_equal(fcntl(h->lfd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(accept(h->lfd, NULL, NULL), -1);
}

static void
serve_ticket(struct fake *f)
{
	fake_greet(f);
	end_with(f, RESULT_ALLOW, login);
	fake_eof(f);
}

/* sudo and su would pass the PAM environment on to the shell. */
static void
test_no_ticket_for_su(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_ticket, NULL);

	host_start(h, "sudo", "nobody", "");
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
	assert_null(pam_getenv(h->pamh, "KOSMO_TICKET"));
	host_end(h);
	fake_done(pid);
}

static void
serve_deny_ticket(struct fake *f)
{
	fake_greet(f);
	end_with(f, RESULT_DENY, login);
	fake_eof(f);
}

/* A refusal leaves no ticket, nor one from before. */
static void
test_no_ticket_without_allow(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_deny_ticket, NULL);

	host_start(h, "sshd", "nobody", "");
	(void)pam_putenv(h->pamh, "KOSMO_TICKET=" LOGIN_TEXT);
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_AUTH_ERR);
	assert_null(pam_getenv(h->pamh, "KOSMO_TICKET"));
	host_end(h);
	fake_done(pid);
}

static void
test_bad_tickets(void **state)
{
	static const char *const bad[] = { "KOSMO_TICKET=", "KOSMO_TICKET=00",
		"KOSMO_TICKET=000102FE000000000000000000000000",
		"KOSMO_TICKET=000102fe00000000000000000000000g",
		"KOSMO_TICKET=000102fe0000000000000000000000000",
		"KOSMO_TICKET=000102fe 00000000000000000000000" };
	struct host *h = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		host_start_before(h, "sshd", "nobody", "");
		assert_int_equal(pam_putenv(h->pamh, bad[i]), PAM_SUCCESS);
		assert_int_equal(pam_open_session(h->pamh, 0), PAM_SESSION_ERR);
		assert_null(pam_getenv(h->pamh, "KOSMO_TICKET"));
		host_end(h);
	}
	assert_int_equal(host_logged("KOSMO_TICKET"), 6);
}

static void
serve_result(struct fake *f)
{
	const uint8_t *result = f->arg;

	fake_accept(f);
	end_with(f, *result, session);
	fake_eof(f);
}

static void
test_results(void **state)
{
	static const struct {
		uint8_t result;
		int code; /* of a stack with a success behind */
	} rows[] = {
		{ RESULT_NOTED, PAM_SUCCESS },
		{ RESULT_ALLOW, PAM_SESSION_ERR },
		{ RESULT_NOT_MINE, PAM_SUCCESS },
		{ RESULT_DENY, PAM_SESSION_ERR },
		{ RESULT_ERROR, PAM_SESSION_ERR },
		{ RESULT_UNKNOWN, PAM_SESSION_ERR },
		{ RESULT_MAXTRIES, PAM_SESSION_ERR },
		{ 77, PAM_SESSION_ERR },
	};
	struct host *h = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pid_t pid = fake_start(h, serve_result, &rows[i].result);

		host_start_before(h, "sshd", "nobody", "");
		(void)pam_putenv(h->pamh, "KOSMO_TICKET=" LOGIN_TEXT);
		assert_int_equal(pam_open_session(h->pamh, 0), rows[i].code);
		host_end(h);
		fake_done(pid);
	}
}

static void
serve_ask(struct fake *f)
{
	fake_accept(f);
	fake_ask(f, "Code: ", 1, ASK_PLAIN);
	fake_eof(f);
}

/* A session phase has no dialogue; kosmod away is an error, one line. */
static void
test_broken(void **state)
{
	static const struct reply r[] = { { "typed", 0, 0 } };
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_ask, NULL);

	host_start_before(h, "sshd", "nobody", "");
	HOST_ANSWERS(h, r);
	(void)pam_putenv(h->pamh, "KOSMO_TICKET=" LOGIN_TEXT);
	assert_int_equal(pam_open_session(h->pamh, 0), PAM_SESSION_ERR);
	assert_int_equal(h->next, 0);
	host_end(h);
	fake_done(pid);
	host_deaf(h);
	host_start_before(h, "sshd", "nobody", "");
	(void)pam_putenv(h->pamh, "KOSMO_TICKET=" LOGIN_TEXT);
	assert_int_equal(pam_open_session(h->pamh, 0), PAM_SESSION_ERR);
	assert_int_equal(host_said(h, PAM_ERROR_MSG, SENTENCE), 1);
	assert_null(pam_getenv(h->pamh, "KOSMO_TICKET"));
	host_end(h);
	assert_int_equal(host_logged("session"), 2);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, host_setup, host_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_session),
		TEST(test_other_process),
		TEST(test_not_mine),
		TEST(test_no_ticket_for_su),
		TEST(test_no_ticket_without_allow),
		TEST(test_bad_tickets),
		TEST(test_results),
		TEST(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
