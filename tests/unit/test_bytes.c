/* libkosmo/buf, secret, utf8 and error: the small ones. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "libkosmo/buf.h"
#include "libkosmo/error.h"
#include "libkosmo/secret.h"
#include "libkosmo/utf8.h"

static void
test_buf(void **state)
{
	struct buf b = BUF_INIT;
	struct cursor c;
	const uint8_t *p;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	(void)state;
	assert_int_equal(buf_add(&b, "", 0), 0);
	assert_int_equal(buf_add_u8(&b, 0x12), 0);
	assert_int_equal(buf_add_u16(&b, 0x1234), 0);
	assert_int_equal(buf_add_u32(&b, 0x12345678), 0);
	assert_int_equal(buf_add_u64(&b, 0x123456789abcdef0), 0);
	assert_int_equal(buf_add(&b, "xyz", 3), 0);
	assert_memory_equal(b.data,
	    "\x12\x12\x34\x12\x34\x56\x78\x12\x34\x56\x78\x9a\xbc\xde\xf0xyz",
	    18);
	c.p = b.data;
	c.left = b.len;
	assert_int_equal(cursor_u8(&c, &u8), 0);
	assert_int_equal(cursor_u16(&c, &u16), 0);
	assert_int_equal(cursor_u32(&c, &u32), 0);
	assert_int_equal(cursor_u64(&c, &u64), 0);
	assert_int_equal(u8, 0x12);
	assert_int_equal(u16, 0x1234);
	assert_int_equal(u32, 0x12345678);
	assert_true(u64 == 0x123456789abcdef0);
	/* too few left: nothing is taken */
	assert_int_equal(cursor_u32(&c, &u32), KOSMO_EFORMAT);
	assert_int_equal(cursor_take(&c, 4, &p), KOSMO_EFORMAT);
	assert_int_equal(c.left, 3);
	assert_int_equal(cursor_take(&c, 3, &p), 0);
	assert_memory_equal(p, "xyz", 3);
	assert_int_equal(cursor_u8(&c, &u8), KOSMO_EFORMAT);
	buf_done(&b);
	buf_done(&b);
	assert_null(b.data);
}

static void
test_buf_growth(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(buf_add_u8(&b, (uint8_t)i), 0);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], (uint8_t)i);
	assert_int_equal(buf_reserve(&b, BUF_MAX), KOSMO_ETOOBIG);
	assert_int_equal(buf_reserve(&b, SIZE_MAX), KOSMO_ETOOBIG);
	assert_int_equal(b.len, 100000);
	buf_reset(&b);
	assert_int_equal(b.len, 0);
	for (size_t i = 0; i < b.cap; i++)
		assert_int_equal(b.data[i], 0);
	buf_done(&b);
}

static void
test_secret(void **state)
{
	struct secret a = { 0 }, b = { 0 };
	char big[SECRET_MAX + 1];

	(void)state;
	memset(big, 'x', sizeof(big));
	assert_int_equal(secret_set(&a, "abc", 3), 0);
	assert_int_equal(secret_set(&b, "abc", 3), 0);
	assert_true(secret_equal(&a, &b));
	assert_int_equal(secret_set(&b, "abd", 3), 0);
	assert_false(secret_equal(&a, &b));
	assert_int_equal(secret_set(&b, "ab", 2), 0);
	assert_int_equal(b.bytes[2], '\0');
	assert_false(secret_equal(&a, &b));
	assert_int_equal(secret_set(&a, big, SECRET_MAX), 0);
	assert_int_equal(a.len, SECRET_MAX);
	assert_int_equal(a.bytes[SECRET_MAX], '\0');
	assert_int_equal(secret_set(&a, big, SECRET_MAX + 1), KOSMO_ETOOBIG);
	assert_int_equal(a.len, 0);
	for (size_t i = 0; i < sizeof(a.bytes); i++)
		assert_int_equal(a.bytes[i], 0);
	assert_true(secret_bytes_equal("abc", "abd", 2));
	assert_false(secret_bytes_equal("abc", "abd", 3));
	assert_true(secret_bytes_equal("a", "b", 0));
	secret_done(&b);
	secret_done(&b);
	secret_done(NULL);
}

static void
test_utf8(void **state)
{
	static const struct {
		const char *s;
		size_t len;
		bool line, text;
	} rows[] = {
#define ROW(s, line, text) { s, sizeof(s) - 1, line, text }
		ROW("", true, true),
		ROW("plain", true, true),
		ROW("山田 é \U0001f511", true, true),
		ROW("a\nb", false, true),
		ROW("a\tb", false, false),
		ROW("a\rb", false, false),
		ROW("a\0b", false, false),
		ROW("\033[0m", false, false),
		ROW("\177", false, false),
		ROW("\xc2\x85", false, false),	   /* C1: NEL */
		ROW("\xc2\xa0", true, true),	   /* no-break space */
		ROW("\xe2\x80\xa8", false, false), /* line separator */
		ROW("\xe2\x80\xae", false, false), /* override */
		ROW("\xe2\x81\xa6", false, false), /* isolate */
		ROW("\xc0\x80", false, false),	   /* overlong NUL */
		ROW("\xc1\xbf", false, false),
		ROW("\xe0\x9f\xbf", false, false),     /* overlong */
		ROW("\xf0\x8f\xbf\xbf", false, false), /* overlong */
		ROW("\xed\xa0\x80", false, false),     /* surrogate */
		ROW("\xf4\x8f\xbf\xbf", true, true),   /* U+10FFFF */
		ROW("\xf4\x90\x80\x80", false, false), /* beyond */
		ROW("\xf5\x80\x80\x80", false, false),
		ROW("\x80", false, false),
		ROW("\xe2\x80", false, false), /* cut */
		ROW("\xff", false, false),
	};
	uint32_t c = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (utf8_clean(rows[i].s, rows[i].len, false) != rows[i].line ||
		    utf8_clean(rows[i].s, rows[i].len, true) != rows[i].text)
			fail_msg("row %zu", i);
	}
	assert_int_equal(utf8_next("é", 2, &c), 2);
	assert_int_equal(c, 0xe9);
	assert_int_equal(utf8_next("é", 1, &c), 0);
	assert_int_equal(utf8_next("\xf4\x8f\xbf\xbf", 4, &c), 4);
	assert_int_equal(c, 0x10ffff);
	assert_int_equal(utf8_next("", 0, &c), 0);
}

/* Every error has words of its own. */
static void
test_errors(void **state)
{
	(void)state;
	for (int a = 0; a >= KOSMO_ECRYPTO; a--) {
		assert_string_not_equal(kosmo_strerror(a), "unknown error");
		for (int b = 0; b > a; b--)
			assert_string_not_equal(
			    kosmo_strerror(a), kosmo_strerror(b));
	}
	assert_string_equal(kosmo_strerror(-99), "unknown error");
	assert_string_equal(kosmo_strerror(1), "unknown error");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_buf_growth),
		cmocka_unit_test(test_secret),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
