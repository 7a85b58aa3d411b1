/*
 * The published vectors of RFC 4226 (appendix D) and RFC 6238 (appendix B),
 * and what totp_find makes of them.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kosmod/keeper/totp.h"

static const char seed20[] = "12345678901234567890";
static const char seed32[] = "12345678901234567890123456789012";
static const char seed64[] = "1234567890123456789012345678901234567890"
			     "123456789012345678901234";

static struct secret
seed(const char *bytes)
{
	struct secret s = { 0 };

	assert_int_equal(secret_set(&s, bytes, strlen(bytes)), KOSMO_OK);
	return s;
}

static void
rfc4226_appendix_d(void **state)
{
	static const char *const want[] = { "755224", "287082", "359152",
		"969429", "338314", "254676", "287922", "162583", "399871",
		"520489" };
	struct secret s = seed(seed20);
	struct totp t = { &s, "SHA1", 6, 30 };
	char code[9];

	(void)state;
	for (uint64_t i = 0; i < 10; i++) {
		assert_int_equal(totp_code(&t, i, code), KOSMO_OK);
		assert_string_equal(code, want[i]);
	}
}

static void
rfc6238_appendix_b(void **state)
{
	static const struct {
		uint64_t time;
		const char *algorithm, *code;
	} rows[] = {
		{ 59, "SHA1", "94287082" },
		{ 59, "SHA256", "46119246" },
		{ 59, "SHA512", "90693936" },
		{ 1111111109, "SHA1", "07081804" },
		{ 1111111109, "SHA256", "68084774" },
		{ 1111111109, "SHA512", "25091201" },
		{ 1111111111, "SHA1", "14050471" },
		{ 1111111111, "SHA256", "67062674" },
		{ 1111111111, "SHA512", "99943326" },
		{ 1234567890, "SHA1", "89005924" },
		{ 1234567890, "SHA256", "91819424" },
		{ 1234567890, "SHA512", "93441116" },
		{ 2000000000, "SHA1", "69279037" },
		{ 2000000000, "SHA256", "90698825" },
		{ 2000000000, "SHA512", "38618901" },
		{ 20000000000, "SHA1", "65353130" },
		{ 20000000000, "SHA256", "77737706" },
		{ 20000000000, "SHA512", "47863826" },
	};
	char code[9];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *a = rows[i].algorithm;
		struct secret s = seed(strcmp(a, "SHA1") == 0 ? seed20
			: strcmp(a, "SHA256") == 0	      ? seed32
							      : seed64);
		struct totp t = { &s, a, 8, 30 };

		assert_int_equal(
		    totp_code(&t, rows[i].time / 30, code), KOSMO_OK);
		assert_string_equal(code, rows[i].code);
	}
}

static void
unknown_ways_are_refused(void **state)
{
	struct secret s = seed(seed20);
	struct totp md5 = { &s, "MD5", 6, 30 }, seven = { &s, "SHA1", 7, 30 };
	char code[9];

	(void)state;
	assert_int_equal(totp_code(&md5, 1, code), KOSMO_EINVAL);
	assert_int_equal(totp_code(&seven, 1, code), KOSMO_EINVAL);
}

static void
find_names_the_step(void **state)
{
	struct secret s = seed(seed20);
	struct totp t = { &s, "SHA1", 6, 30 };
	uint64_t step = 0;

	(void)state;
	assert_int_equal(totp_find(&t, "969429", 2, 4, &step), KOSMO_OK);
	assert_int_equal(step, 3);
	assert_int_equal(totp_find(&t, "969429", 4, 6, &step), KOSMO_ENOTFOUND);
	assert_int_equal(totp_find(&t, "96942", 2, 4, &step), KOSMO_ENOTFOUND);
	assert_int_equal(
	    totp_find(&t, "9694290", 2, 4, &step), KOSMO_ENOTFOUND);
	assert_int_equal(totp_find(&t, "", 2, 4, &step), KOSMO_ENOTFOUND);
	assert_int_equal(totp_find(&t, "+69429", 2, 4, &step), KOSMO_ENOTFOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc4226_appendix_d),
		cmocka_unit_test(rfc6238_appendix_b),
		cmocka_unit_test(unknown_ways_are_refused),
		cmocka_unit_test(find_names_the_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
