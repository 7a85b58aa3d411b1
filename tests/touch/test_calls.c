/*
 * What kosmo-touch and its jobs can't do once they are under their filters:
 * each deed in a child of its own, which hears that there is no such call.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/hidraw.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/worker/deeds.h"
#include "touch/calls.h"

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
	return deed_outcome(d, enter, (int)kind, ENOSYS);
}

/* Types what it likes into the terminal of its user. */
static int
type_for_others(void)
{
	char c = 'x';

	return ioctl(STDIN_FILENO, TIOCSTI, &c);
}

static int
set_a_feature(void)
{
	char report[2] = { 0 };

	return ioctl(STDIN_FILENO, HIDIOCSFEATURE(2), report);
}

/* Only a device can answer; the call itself is let through. */
static int
describe_a_device(void)
{
	int size = 0;

	(void)ioctl(STDIN_FILENO, HIDIOCGRDESCSIZE, &size);
	return errno == ENOSYS ? -1 : 0;
}

static int
open_a_device(void)
{
	return openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
}

static void
nobody_may(void **state)
{
	static deed *const deeds[] = { start_a_program, write_a_file,
		make_a_file, empty_a_file, remove_a_file, change_a_mode, trace,
		use_the_network, use_netlink, listen_somewhere, become_another,
		make_code, map_code, type_for_others, set_a_feature };

	(void)state;
#ifdef WITH_SANITIZERS
	skip();
#endif
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		assert_int_equal(outcome_of(CALLS_MAIN, deeds[i]), REFUSED);
		assert_int_equal(outcome_of(CALLS_JOB, deeds[i]), REFUSED);
	}
}

static void
who_may(void **state)
{
	static const struct {
		deed *d;
		bool job;
	} rows[] = { { read_a_file, true }, { open_a_device, true },
		{ describe_a_device, true }, { signal_by_number, false },
		{ have_a_child, false } };

	(void)state;
#ifdef WITH_SANITIZERS
	skip();
#endif
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(outcome_of(CALLS_MAIN, rows[i].d), DONE);
		assert_int_equal(outcome_of(CALLS_JOB, rows[i].d),
		    rows[i].job ? DONE : REFUSED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_may),
		cmocka_unit_test(who_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
