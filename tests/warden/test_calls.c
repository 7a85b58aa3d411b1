/*
 * What the warden's processes can't do once they are under their filters: each
 * deed in a child of its own, which is told no, or dies of it.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/worker/deeds.h"
#include "warden/calls.h"

/* No filter that a process is under already may be wider than is tried. */
static int
enter(int kind)
{
	int r = calls_enter(CALLS_MAIN);

	return r == KOSMO_OK && kind != CALLS_MAIN
	    ? calls_enter((enum calls_kind)kind)
	    : r;
}

static enum outcome
outcome_of(enum calls_kind kind, deed *d)
{
	return deed_outcome(d, enter, (int)kind, EPERM);
}

static int
signal_by_pidfd(void)
{
	int fd = pidfd_open(getpid(), 0);

	return fd == -1 ? -1 : pidfd_send_signal(fd, 0, NULL, 0);
}

static void
nobody_may(void **state)
{
	static deed *const never[] = { start_a_program, change_a_mode,
		become_another, use_raw_packets };

	(void)state;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		assert_int_equal(outcome_of(CALLS_MAIN, never[i]), REFUSED);
		assert_int_equal(outcome_of(CALLS_ACCOUNT, never[i]), REFUSED);
		assert_int_equal(outcome_of(CALLS_SESSIONS, never[i]), DIED);
		assert_int_equal(outcome_of(CALLS_WHERE, never[i]), DIED);
	}
}

/* Sanitizers need these for themselves. */
static void
nobody_may_but_sanitizers(void **state)
{
	static deed *const never[] = { write_a_file, make_a_file, trace,
		make_code };

	(void)state;
#ifdef WITH_SANITIZERS
	skip();
#endif
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		assert_int_equal(outcome_of(CALLS_MAIN, never[i]), REFUSED);
		assert_int_equal(outcome_of(CALLS_ACCOUNT, never[i]), REFUSED);
		assert_int_equal(outcome_of(CALLS_SESSIONS, never[i]), DIED);
		assert_int_equal(outcome_of(CALLS_WHERE, never[i]), DIED);
	}
	assert_int_equal(outcome_of(CALLS_ACCOUNT, map_code), DONE);
	assert_int_equal(outcome_of(CALLS_SESSIONS, map_code), DIED);
	assert_int_equal(outcome_of(CALLS_WHERE, map_code), DIED);
	assert_int_equal(outcome_of(CALLS_ACCOUNT, have_a_child), REFUSED);
	assert_int_equal(outcome_of(CALLS_SESSIONS, have_a_child), DIED);
	assert_int_equal(outcome_of(CALLS_WHERE, have_a_child), DIED);
}

/* To each its own work. */
static void
who_may(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(CALLS_MAIN, have_a_child), DONE);
	assert_int_equal(outcome_of(CALLS_MAIN, signal_by_number), DONE);
	assert_int_equal(outcome_of(CALLS_ACCOUNT, signal_by_number), REFUSED);
	assert_int_equal(outcome_of(CALLS_SESSIONS, signal_by_number), DIED);
	assert_int_equal(outcome_of(CALLS_WHERE, signal_by_number), DIED);
	assert_int_equal(outcome_of(CALLS_ACCOUNT, signal_by_pidfd), REFUSED);
	assert_int_equal(outcome_of(CALLS_SESSIONS, signal_by_pidfd), DONE);
	assert_int_equal(outcome_of(CALLS_WHERE, signal_by_pidfd), DIED);
	assert_int_equal(outcome_of(CALLS_ACCOUNT, use_the_network), DONE);
	assert_int_equal(outcome_of(CALLS_SESSIONS, use_the_network), DIED);
	assert_int_equal(outcome_of(CALLS_WHERE, use_the_network), DIED);
	assert_int_equal(outcome_of(CALLS_ACCOUNT, read_a_file), DONE);
	assert_int_equal(outcome_of(CALLS_SESSIONS, read_a_file), DONE);
	assert_int_equal(outcome_of(CALLS_WHERE, read_a_file), DONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_may),
		cmocka_unit_test(nobody_may_but_sanitizers),
		cmocka_unit_test(who_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
