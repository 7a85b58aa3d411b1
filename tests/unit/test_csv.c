/*
 * The file of user import: encodings, line ends, quotation marks, dates, and
 * every reason why a line is none.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kosmoctl/csv.h"
#include "kosmoctl/csv_file.h"

#define NOW 1775000000
#define HEADER "login,email,birth_date,name,language\n"

static int
read_text(const char *text, struct csv *ret)
{
	return csv_read(text, strlen(text), NOW, ret);
}

/* The only person of HEADER and line. */
static const struct csv_person *
only(struct csv *csv, const char *line)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), HEADER "%s", line);
	assert_int_equal(read_text(text, csv), KOSMO_OK);
	assert_int_equal(csv->n_people, 1);
	return &csv->people[0];
}

/* The reason of the first problem, which is on that line and column. */
static const char *
wrong(struct csv *csv, uint32_t line, enum csv_column column)
{
	assert_true(csv->n_problems > 0);
	assert_int_equal(csv->problems[0].line, line);
	assert_int_equal(csv->problems[0].column, column);
	return csv->problems[0].reason;
}

static void
a_plain_file(void **state)
{
	const struct csv_person *p;
	struct csv csv;

	(void)state;
	p = only(&csv, "taro,taro@example.co.jp,19850401,Taro Yamada,ja\n");
	assert_int_equal(csv.n_problems, 0);
	assert_int_equal(csv.lines, 1);
	assert_int_equal(p->line, 2);
	assert_int_equal(p->state, CSV_GOOD);
	assert_string_equal(p->value[CSV_LOGIN], "taro");
	assert_string_equal(p->value[CSV_NAME], "Taro Yamada");
	assert_string_equal(p->birth, "19850401");
	assert_int_equal(p->expires, 0);
	csv_done(&csv);
}

static void
columns_in_any_order(void **state)
{
	struct csv csv;

	(void)state;
	assert_int_equal(
	    read_text("\xef\xbb\xbfName, EXPIRES ,language,birth_date,user_id,"
		      "login,email\r\n"
		      "\"Yamada, \"\"T\"\"\n\xe5\xa4\xaa\",2d,en,1985/4/1,"
		      "taro1234,taro,taro@x.jp\r\n"
		      "\r\n"
		      ",,,1985-04-01,,hana,hana@x.jp",
		&csv),
	    KOSMO_OK);
	assert_int_equal(csv.n_people, 2);
	assert_int_equal(csv.people[0].line, 2);
	assert_string_equal(csv.people[0].value[CSV_USER_ID], "taro1234");
	assert_int_equal(csv.people[0].expires, 2 * 86400);
	assert_string_equal(csv.people[0].birth, "19850401");
	/* a newline in a name is a control character */
	assert_int_equal(csv.people[0].state, CSV_BAD);
	assert_string_equal(
	    csv.people[0].value[CSV_NAME], "Yamada, \"T\"\n\xe5\xa4\xaa");
	(void)wrong(&csv, 2, CSV_NAME);
	assert_int_equal(csv.n_problems, 1);
	/* the two lines of the name, and the empty one, are counted */
	assert_int_equal(csv.people[1].line, 5);
	assert_string_equal(csv.people[1].birth, "19850401");
	csv_done(&csv);
}

static void
old_macs(void **state)
{
	struct csv csv;

	(void)state;
	assert_int_equal(read_text("login,email,birth_date,name,language\r"
				   "a,a@b.jp,19850401,A,\r"
				   "b,b@,19850401,B,\r",
			     &csv),
	    KOSMO_OK);
	assert_int_equal(csv.n_people, 2);
	(void)wrong(&csv, 3, CSV_EMAIL);
	csv_done(&csv);
}

static void
headers_that_are_none(void **state)
{
	static const struct {
		const char *text, *value;
	} bad[] = {
		{ "", "" },
		{ "\n\n", "" },
		{ "login,email,birth_date,name\n", "language" },
		{ "login,email,birth_date,name,language,phone\n", "phone" },
		{ "login,email,birth_date,name,language,login\n", "login" },
		{ "taro,taro@x.jp,19850401,T,ja\n", "taro" },
		{ ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct csv csv;

		assert_int_equal(read_text(bad[i].text, &csv), KOSMO_EFORMAT);
		assert_int_equal(csv.n_problems, 1);
		assert_string_equal(csv.problems[0].value, bad[i].value);
		assert_int_equal(csv.n_people, 0);
		csv_done(&csv);
	}
}

static void
quotation_marks_without_end(void **state)
{
	static const char *const bad[] = {
		HEADER "taro,\"taro@x.jp,19850401,T,ja\n",
		HEADER "taro,ta\"ro@x.jp,19850401,T,ja\n",
		HEADER "taro,\"taro@x.jp\"x,19850401,T,ja\n",
		"\"login",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct csv csv;

		assert_int_equal(read_text(bad[i], &csv), KOSMO_EFORMAT);
		assert_int_equal(csv.n_problems, 1);
		assert_non_null(strstr(csv.problems[0].reason, "quotation"));
		csv_done(&csv);
	}
}

static void
dates(void **state)
{
	static const char *const good[] = { "19850401", "1985-04-01",
		"1985/04/01", "1985/4/1", "1985/4/01", "2000-02-29" };
	static const char *const bad[] = { "", "1985/13/01", "1985-4-1",
		"1985/4-1", "1985/4/1/1", "85/4/1", "198504011", "1985/004/01",
		"2001-02-29", "29990101", "S60.4.1", "1985/4/", "1985//1",
		"1985/4/1x", "1985.4.1" };
	struct csv csv;
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		(void)snprintf(
		    line, sizeof(line), "taro,t@x.jp,%s,T,ja\n", good[i]);
		assert_int_equal(only(&csv, line)->state, CSV_GOOD);
		assert_int_equal(strlen(csv.people[0].birth), 8);
		csv_done(&csv);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(
		    line, sizeof(line), "taro,t@x.jp,%s,T,ja\n", bad[i]);
		assert_int_equal(only(&csv, line)->state, CSV_BAD);
		assert_string_equal(csv.people[0].birth, "");
		assert_string_equal(wrong(&csv, 2, CSV_BIRTH_DATE),
		    "\"{value}\" is not a date");
		assert_string_equal(csv.problems[0].value, bad[i]);
		csv_done(&csv);
	}
}

/* All that is wrong with a line is named at once. */
static void
everything_wrong(void **state)
{
	struct csv csv;

	(void)state;
	assert_int_equal(
	    only(&csv, "-x,@,yesterday,N\x01,fr\n")->state, CSV_BAD);
	assert_int_equal(csv.n_problems, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(csv.problems[i].column, i);
	csv_done(&csv);
	(void)only(&csv, "taro,t@x.jp,19850401\n");
	(void)wrong(&csv, 2, CSV_COLUMNS);
	csv_done(&csv);
	(void)only(&csv, "taro,t@x.jp,19850401,T,ja,more\n");
	(void)wrong(&csv, 2, CSV_COLUMNS);
	csv_done(&csv);
	for (const char *const *s = (const char *const[]){ "a b", "a/b", "a:b",
		 "", "..\x7f", "\xe3\x81\x82", NULL };
	     *s != NULL; s++) {
		char line[128];

		(void)snprintf(
		    line, sizeof(line), "\"%s\",t@x.jp,19850401,T,ja\n", *s);
		assert_int_equal(only(&csv, line)->state, CSV_BAD);
		(void)wrong(&csv, 2, CSV_LOGIN);
		csv_done(&csv);
	}
}

static void
people_who_are_there_twice(void **state)
{
	size_t bad, warnings;
	struct csv csv;

	(void)state;
	assert_int_equal(
	    read_text("login,email,birth_date,name,language,user_id\n"
		      "taro,t@x.jp,19850401,T,,yamadataro\n"
		      "hana,T@X.jp,19850401,H,,\n"
		      "taro,u@x.jp,19850401,U,,\n"
		      "jiro,v@x.jp,19850401,V,,yamadataro\n"
		      "yamadataro,w@x.jp,19850401,W,,\n"
		      "saburo,x@x.jp,19850401,X,,saburo\n",
		&csv),
	    KOSMO_OK);
	assert_int_equal(csv_doubles(&csv), KOSMO_OK);
	csv_sort_problems(&csv);
	csv_count(&csv, &bad, &warnings);
	assert_int_equal(bad, 3);
	assert_int_equal(warnings, 1);
	assert_int_equal(csv.n_problems, 4);
	assert_int_equal(csv.problems[0].line, 3);
	assert_true(csv.problems[0].warning);
	assert_int_equal(csv.problems[0].column, CSV_EMAIL);
	assert_int_equal(csv.problems[0].other, 2);
	assert_int_equal(csv.problems[1].line, 4);
	assert_int_equal(csv.problems[1].column, CSV_LOGIN);
	assert_int_equal(csv.problems[1].other, 2);
	assert_int_equal(csv.problems[2].line, 5);
	assert_int_equal(csv.problems[2].column, CSV_USER_ID);
	assert_int_equal(csv.problems[3].line, 6);
	assert_int_equal(csv.people[0].state, CSV_GOOD);
	assert_int_equal(csv.people[5].state, CSV_GOOD);
	csv_done(&csv);
}

static void
ten_thousand_lines(void **state)
{
	size_t room = 2000000, n, bad, warnings;
	char *text = malloc(room);
	struct csv csv;

	(void)state;
	assert_non_null(text);
	n = (size_t)snprintf(text, room, HEADER);
	for (unsigned i = 0; i < 10000; i++)
		n += (size_t)snprintf(text + n, room - n,
		    "u%u,u%u@x.jp,%s,\"Name, %u\",ja\r\n", i % 9999, i,
		    i == 4711 ? "1985/13/01" : "1985/4/1", i);
	assert_int_equal(csv_read(text, n, NOW, &csv), KOSMO_OK);
	assert_int_equal(csv.n_people, 10000);
	assert_int_equal(csv_doubles(&csv), KOSMO_OK);
	csv_sort_problems(&csv);
	csv_count(&csv, &bad, &warnings);
	assert_int_equal(bad, 2);
	assert_int_equal(warnings, 0);
	assert_int_equal(csv.problems[0].line, 4713);
	assert_string_equal(csv.problems[0].login, "u4711");
	assert_int_equal(csv.problems[1].line, 10001);
	assert_int_equal(csv.problems[1].other, 2);
	assert_string_equal(csv.people[9998].value[CSV_NAME], "Name, 9998");
	csv_done(&csv);
	free(text);
}

static void
decode(const char *bytes, size_t n, const char *encoding, int expected,
    struct csv_file *f)
{
	memset(f, 0, sizeof(*f));
	f->bytes = malloc(n + 1);
	assert_non_null(f->bytes);
	memcpy(f->bytes, bytes, n);
	f->bytes[n] = '\0';
	f->len = n;
	assert_int_equal(csv_file_decode(encoding, f), expected);
}

static void
encodings(void **state)
{
	/* "login\nYamada" with Yamada in cp932 and in UTF-8 */
	static const char sjis[] = "login\n\x8e\x52\x93\x63\x87\x40";
	static const char utf8[] =
	    "login\n\xe5\xb1\xb1\xe7\x94\xb0\xe2\x91\xa0";
	struct csv_file f;

	(void)state;
	decode(sjis, sizeof(sjis) - 1, "cp932", KOSMO_OK, &f);
	assert_int_equal(f.len, sizeof(utf8) - 1);
	assert_memory_equal(f.bytes, utf8, sizeof(utf8));
	csv_file_done(&f);
	decode(sjis, sizeof(sjis) - 1, NULL, KOSMO_EFORMAT, &f);
	assert_int_equal(f.line, 2);
	assert_non_null(strstr(f.why, "--encoding cp932"));
	csv_file_done(&f);
	decode(utf8, sizeof(utf8) - 1, NULL, KOSMO_OK, &f);
	csv_file_done(&f);
	decode("a\n\x82", 3, "cp932", KOSMO_EFORMAT, &f);
	assert_int_equal(f.line, 2);
	csv_file_done(&f);
	decode("a", 1, "no-such-encoding", KOSMO_EFORMAT, &f);
	assert_non_null(strstr(f.why, "not known"));
	csv_file_done(&f);
	decode("a\nb\0c", 5, NULL, KOSMO_EFORMAT, &f);
	assert_int_equal(f.line, 2);
	assert_non_null(strstr(f.why, "NUL"));
	csv_file_done(&f);
	decode("\xff\xfel\0", 4, NULL, KOSMO_EFORMAT, &f);
	csv_file_done(&f);
	decode("\xff\xfe"
	       "a\0",
	    4, "UTF-16", KOSMO_OK, &f);
	assert_string_equal(f.bytes, "a");
	csv_file_done(&f);
	decode("", 0, NULL, KOSMO_OK, &f);
	csv_file_done(&f);
}

static void
files(void **state)
{
	char path[] = "/tmp/kosmo-csv.XXXXXX";
	int fd = mkstemp(path);
	struct csv_file f;

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, "abc\n", 4), 4);
	assert_int_equal(csv_file_read(path, NULL, &f), KOSMO_OK);
	assert_string_equal(f.bytes, "abc\n");
	csv_file_done(&f);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(csv_file_read(path, NULL, &f), KOSMO_EIO);
	csv_file_done(&f);
	assert_int_equal(csv_file_read("/tmp", NULL, &f), KOSMO_EIO);
	csv_file_done(&f);
	assert_int_equal(close(fd), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_file),
		cmocka_unit_test(columns_in_any_order),
		cmocka_unit_test(old_macs),
		cmocka_unit_test(headers_that_are_none),
		cmocka_unit_test(quotation_marks_without_end),
		cmocka_unit_test(dates),
		cmocka_unit_test(everything_wrong),
		cmocka_unit_test(people_who_are_there_twice),
		cmocka_unit_test(ten_thousand_lines),
		cmocka_unit_test(encodings),
		cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
