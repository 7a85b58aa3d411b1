/*
 * Linked into sanitizer builds alone: what their run-time library is told in
 * processes that can neither be traced nor start a program.
 */
#include "config.h"

#include <sys/prctl.h>

int __lsan_is_turned_off(void);
const char *__asan_default_options(void);

/*
 * LeakSanitizer's tracer would wait for ever for a process that is not
 * dumpable. The same code is looked at for leaks in the unit tests.
 */
__attribute__((visibility("default"))) int
__lsan_is_turned_off(void)
{
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1;
}

/* No child that looks names up; and an end that a parent sees is no exit. */
__attribute__((visibility("default"))) const char *
__asan_default_options(void)
{
	return "symbolize=0:abort_on_error=1";
}
