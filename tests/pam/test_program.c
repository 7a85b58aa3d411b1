/* What the module does to the program that loads it, and under faults. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake.h"
#include "faults.h"
#include "host.h"

static const struct reply typed[] = { { "pass word", 0, 0 }, { "476706", 0, 0 },
	{ "new", 0, 0 } };

/* Hangs up at once: the module writes to a socket that is gone. */
static void
serve_gone(struct fake *f)
{
	fake_accept(f);
	fake_hangup(f);
}

static void
serve_gone_at_answer(struct fake *f)
{
	fake_greet(f);
	fake_ask(f, "Code: ", 1, ASK_PLAIN);
	fake_hangup(f);
}

static void
on_signal(int sig)
{
	(void)sig;
}

#define N_SIGNALS 4

static void
test_signals(void **state)
{
	void (*const ways[])(int) = { SIG_DFL, SIG_IGN, on_signal };
	static const int signals[] = { SIGPIPE, SIGALRM, SIGINT, SIGTERM };
	struct host *h = *state;

	for (size_t i = 0; i < 6; i++) {
		pid_t pid = fake_start(
		    h, i < 3 ? serve_gone : serve_gone_at_answer, NULL);
		struct sigaction sa = { .sa_handler = ways[i % 3] };
		struct sigaction was[N_SIGNALS], now;

		for (size_t s = 0; s < N_SIGNALS; s++)
			(void)sigaction(signals[s], &sa, &was[s]);
		host_start(h, "sshd", "nobody", "");
		HOST_ANSWERS(h, typed);
		assert_int_equal(
		    pam_authenticate(h->pamh, 0), PAM_AUTHINFO_UNAVAIL);
		host_end(h);
		for (size_t s = 0; s < N_SIGNALS; s++) {
			(void)sigaction(signals[s], &was[s], &now);
			assert_ptr_equal(now.sa_handler, ways[i % 3]);
		}
		fake_done(pid);
	}
}

static void
serve_allow(struct fake *f)
{
	fake_greet(f);
	fake_end(f, RESULT_ALLOW);
	fake_eof(f);
}

static bool
is_mapped(const char *name)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[1024];
	bool found = false;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		found = found || strstr(line, name) != NULL;
	assert_int_equal(fclose(f), 0);
	return found;
}

/* Loaded, used with a conversation kept, and unloaded, over and over. */
static void
test_unload(void **state)
{
	struct host *h = *state;

	for (int i = 0; i < 30; i++) {
		pid_t pid = fake_start(h, serve_allow, NULL);

		host_start(h, "sshd", "nobody", "");
		assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
		assert_true(is_mapped("pam_kosmo.so"));
		host_end(h); /* hangs up: the fake waits for it */
		assert_false(is_mapped("pam_kosmo.so"));
		fake_done(pid);
	}
}

static void
check_closed(void *arg)
{
	int *wrong = arg;

	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) != -1)
			*wrong = 1;
	}
}

static void
serve_ask(struct fake *f)
{
	fake_greet(f);
	fake_ask(f, "Code: ", 1, ASK_PLAIN);
	fake_answer(f, "pass word");
	fake_end(f, RESULT_ALLOW);
}

/* A daemon without standard descriptors must not print into the socket. */
static void
test_closed_stdio(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_ask, NULL), child;
	int status = -1, wrong = 0;

	host_start(h, "sshd", "nobody", "");
	HOST_ANSWERS(h, typed);
	h->at_prompt = check_closed;
	h->at_prompt_arg = &wrong;
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		for (int fd = 0; fd <= 2; fd++)
			(void)close(fd);
		if (pam_authenticate(h->pamh, 0) != PAM_SUCCESS)
			_exit(2);
		_exit(h->next == 1 && wrong == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	host_end(h);
	fake_done(pid);
}

/* A new program does not inherit the connection. */
static void
check_cloexec(void *arg)
{
	int *sockets = arg;

	for (int fd = 3; fd < 64; fd++) {
		struct stat st;

		if (fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode)) {
			int flags = fcntl(fd, F_GETFD);

			*sockets += (flags & FD_CLOEXEC) != 0 ? 1 : 1000;
		}
	}
}

static void
test_cloexec(void **state)
{
	struct host *h = *state;
	pid_t pid = fake_start(h, serve_ask, NULL);
	int sockets = 0;

	host_start(h, "sshd", "nobody", "");
	HOST_ANSWERS(h, typed);
	h->at_prompt = check_cloexec;
	h->at_prompt_arg = &sockets;
	assert_int_equal(pam_authenticate(h->pamh, 0), PAM_SUCCESS);
	assert_int_equal(sockets, 2); /* the listening one, and the module's */
	host_end(h);
	fake_done(pid);
}

/* Everything that a conversation can carry, with ALLOW at its end. */
static void
serve_all(struct fake *f)
{
	struct msg_end m = { .result = RESULT_ALLOW, .ticket = { 1 } };

	(void)close(STDERR_FILENO); /* the module hangs up anywhere */
	for (;;) {
		fake_accept(f);
		memcpy(m.nonce, f->open.nonce, NONCE_LEN);
		if (f->open.phase != PHASE_SESSION &&
		    f->open.phase != PHASE_SESSION_END) {
			fake_recv(f, &msg_hello_layout, &f->hello);
			fake_show(f, "Hello", 0);
			fake_wait(f, 10);
			fake_ask(f, "Password: ", 0, ASK_PASSWORD);
			fake_answer(f, "pass word");
			fake_ask(f, "New: ", 0, ASK_NEW_PASSWORD);
			fake_answer(f, "476706");
		}
		if (f->open.phase == PHASE_AUTH)
			(void)snprintf(m.user, sizeof(m.user), "nobody");
		else
			m.user[0] = '\0';
		m.uid = 65534;
		m.result = f->open.phase == PHASE_SESSION ||
			f->open.phase == PHASE_SESSION_END
		    ? RESULT_NOTED
		    : RESULT_ALLOW;
		fake_send(f, &msg_end_layout, &m);
		if (f->open.phase == PHASE_AUTH) {
			fake_account(f);
			fake_send(f, &msg_end_layout, &m);
		}
		fake_hangup(f);
	}
}

/* One PAM call, after what has to come before it without a fault. */
struct call {
	const char *name;
	int (*before)(pam_handle_t *, int);
	int (*run)(pam_handle_t *, int);
};

/*
 * Runs c with its n-th system or library call failing. False once there are
 * no n calls: then everything was well.
 */
static bool
with_fault(struct host *h, const struct call *c, unsigned n)
{
	const char *struck;
	pid_t pid;
	int code;

	/* nothing of the run before waits in the new socket's queue */
	host_deaf(h);
	host_listen(h);
	pid = fake_start(h, serve_all, NULL);
	host_start_before(h, "sshd", "alias", "");
	HOST_ANSWERS(h, typed);
	if (c->run == pam_open_session)
		(void)pam_putenv(
		    h->pamh, "KOSMO_TICKET=000102fe000000000000000000000000");
	if (c->before != NULL)
		assert_int_equal(c->before(h->pamh, 0), PAM_SUCCESS);
	if (c->run != pam_acct_mgmt || c->before == NULL)
		h->next = 0;
	faults_arm(n);
	code = c->run(h->pamh, 0);
	struck = faults_struck();
	faults_arm(0);
	/* a module behind says success, so PAM_IGNORE would show as well */
	if ((struck != NULL) == (code == PAM_SUCCESS))
		fail_msg("%s with fault %u in %s: %s\n%s", c->name, n,
		    struck != NULL ? struck : "nothing",
		    pam_strerror(h->pamh, code), host_log());
	host_end(h);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	return struck != NULL;
}

static int
open_ticket(pam_handle_t *pamh, int flags)
{
	(void)pam_putenv(pamh, "KOSMO_TICKET=000102fe000000000000000000000000");
	return pam_open_session(pamh, flags);
}

static void
test_faults(void **state)
{
	static const struct call calls[] = {
		{ "auth", NULL, pam_authenticate },
		{ "account", pam_authenticate, pam_acct_mgmt },
		{ "account alone", NULL, pam_acct_mgmt },
		{ "open session", NULL, pam_open_session },
		{ "close session", open_ticket, pam_close_session },
		{ "password", NULL, pam_chauthtok },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		unsigned n = 1;

		while (with_fault(*state, &calls[i], n))
			n++;
		print_message("%s: %u faults\n", calls[i].name, n - 1);
		assert_in_range(n, 3, 500);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, host_setup, host_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_signals),
		TEST(test_unload),
		TEST(test_closed_stdio),
		TEST(test_cloexec),
		TEST(test_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
