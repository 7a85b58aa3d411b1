/* What /proc, login.defs and cgroups say, well and badly formed. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "warden/parse.h"

static void
pids(void **state)
{
	static const char *const bad[] = { "", "0", "01", "-1", "+1", " 1",
		"1 ", "1a", "self", ".", "..", "2147483648",
		"99999999999999999999", "1\n" };
	pid_t pid = 0;

	(void)state;
	assert_int_equal(parse_pid("1", &pid), KOSMO_OK);
	assert_int_equal(pid, 1);
	assert_int_equal(parse_pid("2147483647", &pid), KOSMO_OK);
	assert_int_equal(pid, 2147483647);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_pid(bad[i], &pid), KOSMO_EINVAL);
}

static void
check_line(const char *text, const char *comm)
{
	struct stat_line line;

	assert_int_equal(parse_stat(text, &line), KOSMO_OK);
	assert_string_equal(line.comm, comm);
	assert_int_equal(line.state, 'S');
	assert_int_equal(line.ppid, 84);
	assert_int_equal(line.sid, 34816);
	assert_int_equal(line.tty, 85);
	assert_int_equal(line.start, 987654);
}

/* The fourth, sixth and seventh field are 84, 34816 and 85 here. */
#define LINE(comm)                                                   \
	"77 (" comm ") S 84 85 34816 85 -1 4194304 1 2 3 4 5 6 7 8 " \
	"20 0 1 0 987654 9 10 11\n"

static void
stat_lines(void **state)
{
	(void)state;
	check_line(LINE("bash"), "bash");
	check_line(LINE(""), "");
	check_line(LINE("a b"), "a b");
	check_line(LINE("x) R 1 1 1"), "x) R 1 1 1");
	check_line(LINE("((("), "(((");
	check_line(LINE(")))"), ")))");
	check_line(LINE("a\nb"), "a\nb");
	/* the kernel has no such long ones, but nothing breaks */
	check_line(LINE("0123456789012345678901234567890123456789"),
	    "0123456789012345678901234567890");
}

static void
bad_stat_lines(void **state)
{
	static const char *const bad[] = {
		"", "77", "77 (bash", "77 bash) S 1", ")(", "77 (bash)",
		"77 (bash) ", "77 (bash)S 1 1 1", "77 (bash) S",
		"77 (bash) S 84 85 34816 85 -1 4194304 1 2 3 4 5 6 7 8 20 0 1",
		"77 (bash) S x 85 34816 85 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 9 9\n",
		"77 (bash) S 84 85 34816 85 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 9x 9",
		"77 (x) S 84 85 99999999999 85 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 9"
	};
	struct stat_line line;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_stat(bad[i], &line), KOSMO_EFORMAT);
}

/* A session id of another pid namespace is 0 here, and no terminal too. */
static void
fields_below_zero(void **state)
{
	struct stat_line line;

	(void)state;
	assert_int_equal(parse_stat("77 (x) S 0 0 0 0 -1 4 1 2 3 4 5 6 7 8 20 "
				    "0 1 0 987654 9\n",
			     &line),
	    KOSMO_OK);
	assert_int_equal(line.ppid, 0);
	assert_int_equal(line.sid, 0);
	assert_int_equal(line.tty, 0);
}

static void
uids(void **state)
{
	uint32_t uid = 7;

	(void)state;
	assert_int_equal(parse_uid("Name:\tx\nUid:\t1000\t1000\t1000\t1000\n"
				   "Gid:\t1\t2\t3\t4\n",
			     &uid),
	    KOSMO_OK);
	assert_int_equal(uid, 1000);
	/* sudo, passwd: on their way to being root, or from it */
	assert_int_equal(
	    parse_uid("Name:\tx\nUid:\t1000\t0\t0\t0\nGid:\n", &uid), KOSMO_OK);
	assert_int_equal(uid, UNSET);
	assert_int_equal(
	    parse_uid("Name:\tx\nUid:\t1000\t1000\t0\t1000\n", &uid), KOSMO_OK);
	assert_int_equal(uid, UNSET);
	assert_int_equal(
	    parse_uid("Name:\tx\nUid:\t1000\t1000\t1000\t0\n", &uid), KOSMO_OK);
	assert_int_equal(uid, UNSET);
	/* a name is escaped by the kernel; this is no line of its own */
	assert_int_equal(
	    parse_uid("Name:\tUid:\t0\t0\t0\t0\nUid:\t5\t5\t5\t5\n", &uid),
	    KOSMO_OK);
	assert_int_equal(uid, 5);
	assert_int_equal(parse_uid("Uid:\t5\t5\t5\t5\n", &uid), KOSMO_EFORMAT);
	assert_int_equal(parse_uid("x\nUid:\t5\t5\t5\n", &uid), KOSMO_EFORMAT);
	assert_int_equal(
	    parse_uid("x\nUid:\t-1\t5\t5\t5\n", &uid), KOSMO_EFORMAT);
	assert_int_equal(parse_uid("", &uid), KOSMO_EFORMAT);
}

static void
numbers(void **state)
{
	uint32_t v = 0;

	(void)state;
	assert_int_equal(parse_number("1000", &v), KOSMO_OK);
	assert_int_equal(v, 1000);
	assert_int_equal(parse_number("4294967295\n", &v), KOSMO_OK);
	assert_int_equal(v, UNSET);
	assert_int_equal(parse_number("4294967296", &v), KOSMO_EFORMAT);
	assert_int_equal(parse_number("", &v), KOSMO_EFORMAT);
	assert_int_equal(parse_number("-1", &v), KOSMO_EFORMAT);
	assert_int_equal(parse_number("1 2", &v), KOSMO_EFORMAT);
}

static void
check_place(const char *text, enum place_kind kind, const char *session)
{
	struct place p;

	parse_place(text, 1000, &p);
	assert_int_equal(p.kind, kind);
	assert_string_equal(p.session, session);
}

static void
places(void **state)
{
	(void)state;
	check_place("0::/user.slice/user-1000.slice/session-c1.scope\n",
	    PLACE_SESSION, "c1");
	check_place("9:name=systemd:/user.slice/user-1000.slice/session-31."
		    "scope\n8:pids:/\n0::/\n",
	    PLACE_SESSION, "31");
	check_place("4:memory:/system.slice/cron.service\n0::/user.slice/"
		    "user-1000.slice/session-2.scope\n",
	    PLACE_SESSION, "2");
	check_place(
	    "0::/user.slice/user-1000.slice/user@1000.service/app.slice/"
	    "x.scope\n",
	    PLACE_MANAGER, "");
	check_place("0::/system.slice/cron.service\n", PLACE_SERVICE, "");
	check_place("0::/system.slice/ssh.service\n", PLACE_LOGIN_SERVICE, "");
	check_place("0::/system.slice/system-getty.slice/getty@tty1.service\n",
	    PLACE_LOGIN_SERVICE, "");
	check_place("0::/\n", PLACE_NONE, "");
	check_place("", PLACE_NONE, "");
	check_place("nonsense", PLACE_NONE, "");
	check_place("0::", PLACE_NONE, "");
}

/* What the person may make below their manager is no place of theirs. */
static void
made_up_places(void **state)
{
	(void)state;
	check_place(
	    "0::/user.slice/user-1000.slice/user@1000.service/user.slice/"
	    "user-1000.slice/session-9.scope\n",
	    PLACE_MANAGER, "");
	/* of somebody else: su from there; it says nothing of this person */
	check_place(
	    "0::/user.slice/user-1001.slice/session-4.scope\n", PLACE_NONE, "");
	check_place("0::/user.slice/user-1001.slice/user@1001.service/x\n",
	    PLACE_NONE, "");
	check_place("0::/user.slice/user-10000.slice/session-4.scope\n",
	    PLACE_NONE, "");
	check_place(
	    "0::/user.slice/user-1000.slice/session-.scope\n", PLACE_NONE, "");
	check_place("0::/user.slice/user-1000.slice/session-a.b.scope\n",
	    PLACE_NONE, "");
	check_place("0::/user.slice/user-1000.slice/session-"
		    "12345678901234567890123456789012.scope\n",
	    PLACE_NONE, "");
	check_place("0::/x/user.slice.d/user-1000.slice/session-1.scope\n",
	    PLACE_NONE, "");
}

static void
logins(void **state)
{
	static const char *const good[] = { "taro", "_apt", "a.b-c", "x$",
		"DOM\\taro", "taro@example.com", "山田" };
	static const char *const bad[] = { "", ".", "..", ".taro", "-taro",
		"a/b", "/etc/passwd", "../root", "a b", "a\nb", "a\tb",
		"a\x7f" };
	char longest[300];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(parse_login(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(parse_login(bad[i]));
	memset(longest, 'a', sizeof(longest));
	longest[256] = '\0';
	assert_false(parse_login(longest));
	longest[255] = '\0';
	assert_true(parse_login(longest));
}

static void
uid_min(void **state)
{
	(void)state;
	assert_int_equal(parse_uid_min(""), 1000);
	assert_int_equal(
	    parse_uid_min("UID_MIN\t\t 500\nUID_MAX 60000\n"), 500);
	assert_int_equal(parse_uid_min("#UID_MIN 500\n"), 1000);
	assert_int_equal(parse_uid_min("  UID_MIN 500"), 500);
	assert_int_equal(parse_uid_min("SYS_UID_MIN 100\n"), 1000);
	assert_int_equal(parse_uid_min("UID_MIN 500\nUID_MIN 2000\n"), 2000);
	assert_int_equal(parse_uid_min("UID_MIN 0\n"), 1000);
	assert_int_equal(parse_uid_min("UID_MIN -5\n"), 1000);
	assert_int_equal(parse_uid_min("UID_MIN 500x\n"), 1000);
	assert_int_equal(parse_uid_min("UID_MIN\n500\n"), 1000);
	assert_int_equal(parse_uid_min("UID_MINIMUM 500\n"), 1000);
	assert_int_equal(parse_uid_min("UID_MIN 99999999999999999999\n"), 1000);
	assert_int_equal(parse_uid_min("UID_MIN 4294967295\n"), 1000);
}

static void
session_ids(void **state)
{
	(void)state;
	assert_true(parse_session_id("c1"));
	assert_true(parse_session_id("318"));
	assert_false(parse_session_id(""));
	assert_false(parse_session_id("1/2"));
	assert_false(parse_session_id("a.b"));
	assert_false(parse_session_id("12345678901234567890123456789012"));
}

/* Records of a file of sudo's, 56 bytes each. */
static size_t
ticket(uint8_t *at, uint16_t version, uint16_t type, uint16_t flags)
{
	const uint16_t head[4] = { version, 56, type, flags };

	memset(at, 7, 56);
	memcpy(at, head, sizeof(head));
	return 56;
}

static void
tickets(void **state)
{
	uint8_t file[1024] = { 0 };
	size_t len;

	(void)state;
	assert_int_equal(parse_tickets(file, 0), 0);
	len = ticket(file, 2, 4, 0); /* the lock */
	assert_int_equal(parse_tickets(file, len), 0);
	len += ticket(file + len, 2, 2, 1); /* disabled */
	assert_int_equal(parse_tickets(file, len), 0);
	len += ticket(file + len, 2, 2, 0);
	assert_int_equal(parse_tickets(file, len), 1);
	len += ticket(file + len, 1, 3, 2);
	assert_int_equal(parse_tickets(file, len), 2);
	/* cut, newer, or something else */
	assert_int_equal(parse_tickets(file, len - 1), 1);
	assert_int_equal(parse_tickets(file, 57), 1);
	len = ticket(file, 3, 2, 1);
	assert_int_equal(parse_tickets(file, len), 1);
	len = ticket(file, 0, 2, 1);
	assert_int_equal(parse_tickets(file, len), 1);
	len = ticket(file, 2, 2, 1);
	memset(file + 2, 0, 2); /* a size that would never end */
	assert_int_equal(parse_tickets(file, len), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pids),
		cmocka_unit_test(stat_lines),
		cmocka_unit_test(bad_stat_lines),
		cmocka_unit_test(fields_below_zero),
		cmocka_unit_test(uids),
		cmocka_unit_test(numbers),
		cmocka_unit_test(places),
		cmocka_unit_test(made_up_places),
		cmocka_unit_test(logins),
		cmocka_unit_test(uid_min),
		cmocka_unit_test(session_ids),
		cmocka_unit_test(tickets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
