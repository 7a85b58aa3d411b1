/*
 * Addresses, dates, durations and moments: what is taken, what is refused.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "libkosmo/date.h"
#include "libkosmo/mail_address.h"

#define NOW 1775000000 /* 2026-03-31T23:33:20Z */

static void
test_addresses(void **state)
{
	static const char *const good[] = { "taro@example.co.jp", "a@b",
		"t.yamada+kosmo@mail.example.com", "o'brien@example.com",
		"x@1.2.example", "a-b@a-b.example" };
	static const char *const bad[] = { "", "@", "a@", "@b", "a", "a@b@c",
		"-a@b", "a@-b", "a@b-", "a@b..c", "a@b.", "a@.b", ".a@b",
		"a.@b", "a..b@c", "a b@c", "\"a b\"@c", "a@[127.0.0.1]",
		"a@b\n", "a\r\nBcc: x@y", "a@b c", "a;b@c", "a,b@c", "a<b>@c",
		"(a)@b", "a@b_c", "t\xc3\xa9@b", "a@\xe4\xbe\x8b", "a\x7f@b",
		"suzuki@" };
	char local[80], text[300];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(mail_address_valid(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(mail_address_valid(bad[i]));
	memset(local, 'a', sizeof(local));
	memcpy(local + 64, "@b", 3);
	assert_true(mail_address_valid(local));
	memcpy(local + 65, "@b", 3);
	local[64] = 'a';
	assert_false(mail_address_valid(local));
	/* 254 bytes are the most: "a@" and labels of 63. */
	memset(text, 'b', sizeof(text));
	memcpy(text, "a@", 2);
	text[65] = text[129] = text[193] = '.';
	text[254] = '\0';
	assert_true(mail_address_valid(text));
	text[254] = 'b';
	text[255] = '\0';
	assert_false(mail_address_valid(text));
	text[65] = 'b'; /* a label of 127 */
	text[200] = '\0';
	assert_false(mail_address_valid(text));
}

static void
test_birth_dates(void **state)
{
	static const char *const good[] = { "19850401", "20000229", "19000101",
		"20260401", "19991231" };
	static const char *const bad[] = { "", "1985040", "198504011",
		"19850431", "19000229", "21000228", "20010229", "20260402",
		"18991231", "1985-4-1", "1985/04/01", "19851301", "19850001",
		"19850400", "+1985041", " 9850401", "1985040a",
		"\xef\xbc\x91\xef\xbc\x99\xef\xbc\x98", "99999999" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(date_valid_birth(good[i], NOW));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(date_valid_birth(bad[i], NOW));
}

static void
test_durations(void **state)
{
	static const char *const bad[] = { "", "30", "d", "0d", "-1d", "1w",
		"1.5h", "30 d", " 30d", "30dd", "30D", "9999999999d", "4000d",
		"99999999h", "1d ", "0x1d" };
	uint32_t n;

	(void)state;
	assert_int_equal(duration_parse("30d", &n), KOSMO_OK);
	assert_int_equal(n, 30 * 86400);
	assert_int_equal(duration_parse("12h", &n), KOSMO_OK);
	assert_int_equal(n, 12 * 3600);
	assert_int_equal(duration_parse("10m", &n), KOSMO_OK);
	assert_int_equal(n, 600);
	assert_int_equal(duration_parse("1s", &n), KOSMO_OK);
	assert_int_equal(n, 1);
	assert_int_equal(duration_parse("3653d", &n), KOSMO_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(duration_parse(bad[i], &n), KOSMO_EINVAL);
}

static void
test_moments(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} good[] = {
		{ "10m", NOW - 600 },
		{ "3d", NOW - 3 * 86400 },
		{ "1970-01-02", 86400 - 9 * 3600 }, /* TZ is Tokyo's */
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T09:00:00+09:00", 0 },
		{ "2026-04-01T09:00:00.25+09:00", 1775001600 },
		{ "2026-03-31 19:00:00-05:00", 1775001600 },
	};
	static const char *const bad[] = { "", "yesterday", "2026-4-1",
		"2026-02-30", "2026-04-01T", "2026-04-01T09:00:00",
		"2026-04-01T24:00:00Z", "2026-04-01T09:60:00Z",
		"2026-04-01T09:00:00+9:00", "2026-04-01T09:00Z",
		"2026-04-01T09:00:00.Z", "2026-04-01T09:00:00Zx", "20260401" };
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(moment_parse(good[i].text, NOW, &t), KOSMO_OK);
		assert_int_equal(t, good[i].want);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(moment_parse(bad[i], NOW, &t), KOSMO_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_birth_dates),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_moments),
	};

	(void)setenv("TZ", "UTC-9", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
