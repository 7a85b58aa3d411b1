#!/bin/sh
# tests/failures.awk finds each failed test, and why, in each kind of log.
failed=0

# finds WHAT EXPECTED: in the log on standard input.
finds()
{
	found=$(awk -v lines=3 -f "${srcdir:-.}/tests/failures.awk")
	[ "$found" = "$2" ] && return
	printf 'FAIL: %s\nexpected:\n%s\nfound:\n%s\n' "$1" "$2" "$found"
	failed=1
}

finds unittest "tests/procs/procs.test: test_talk (Kills.test_talk)
      File \"test_kills.py\", line 87, in test_talk
        self.check_service()
    AssertionError: False is not true
tests/procs/procs.test: test_late (Kills.test_late)
    TimeoutError" <<'LOG'
PASS: tests/unit/test_bytes
FAIL: tests/procs/procs.test
--- tests/procs/procs.test
| test_talk (Kills.test_talk) ... FAIL
| test_late (Kills.test_late) ... ERROR
|
| ======================================================================
| FAIL: test_talk (Kills.test_talk)
| ----------------------------------------------------------------------
| Traceback (most recent call last):
|   File "test_kills.py", line 87, in test_talk
|     self.check_service()
| AssertionError: False is not true
|
| ======================================================================
| ERROR: test_late (Kills.test_late)
| ----------------------------------------------------------------------
| TimeoutError
|
| ----------------------------------------------------------------------
| Ran 15 tests in 18.134s
|
| FAILED (failures=1, errors=1)
skip qr: zbarimg was not found
LOG

finds cmocka "tests/unit/test_packet: test_deadline
    [  ERROR   ] --- 0 != 0x1
    [   LINE   ] --- test_packet.c:95: error: Failure!
tests/unit/test_packet: test_set_up
    Could not run test: mkdtemp(g->dir)
tests/flow/wait.flow
    wait.flow:12: ended with deny
not in a log of make check
    expected: a
    found:    b" <<'LOG'
--- tests/unit/test_packet
| [==========] Running 3 test(s).
| [ RUN      ] test_message
| [       OK ] test_message
| [ RUN      ] test_deadline
| [  ERROR   ] --- 0 != 0x1
| [   LINE   ] --- test_packet.c:95: error: Failure!
| [  FAILED  ] test_deadline
| [ RUN      ] test_set_up
| Could not run test: mkdtemp(g->dir)
| [  ERROR   ] test_set_up
| [==========] 3 test(s) run.
| [  PASSED  ] 1 test(s).
| [  FAILED  ] 1 test(s), listed below:
| [  FAILED  ] test_deadline
--- tests/flow/wait.flow
| wait.flow:12: ended with deny
not ok 3 - not in a log of make check
# expected: a
# found:    b
LOG

finds TAP "the second
    # kosmod does not answer:
    no /x/ in:
    y" <<'LOG'
ok 1 - the first
# kosmod does not answer:
not ok 2 - the second
# no /x/ in:
# y
# z
ok 3 - the third # SKIP why
LOG

finds sanitizers "tests/flow/looks.flow: sanitizer
    ==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60
    READ of size 8 at 0x60 thread T0
        #0 0x55 in start kosmod/talk/talk.c:7" <<'LOG'
--- tests/flow/looks.flow
| =================================================================
| ==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60
| READ of size 8 at 0x60 thread T0
|     #0 0x55 in start kosmod/talk/talk.c:7
|     #1 0x55 in main kosmod/main.c:9
| SUMMARY: AddressSanitizer: heap-use-after-free
| looks.flow:3: ended with error
LOG

finds compilers "compiling
    a.c:19:5: error: 'x' undeclared
    b.c:1:1: error: expected ;" <<'LOG'
make check TESTS= failed:
a.c:19:5: error: 'x' undeclared
   19 |     x();
      |     ^
b.c:1:1: error: expected ;
make[1]: *** [Makefile:4054: a.lo] Error 1
make: Leaving directory '/tmp'
LOG

finds "the end" "the end of its log
    two
    three
    four" <<'LOG'
one
two
make[1]: Entering directory '/tmp'
three
four
LOG
exit $failed
