/* base32, otpauth and QR: what an authenticator app reads. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "kosmod/talk/base32.h"
#include "kosmod/talk/otpauth.h"
#include "kosmod/talk/qr.h"
#include "kosmod/talk/text.h"
#include "tests/flow/scan.h"

static void
rfc4648(void **state)
{
	static const char *const rows[][2] = { { "", "" }, { "f", "MY" },
		{ "fo", "MZXQ" }, { "foo", "MZXW6" }, { "foob", "MZXW6YQ" },
		{ "fooba", "MZXW6YTB" }, { "foobar", "MZXW6YTBOI" } };
	struct secret s = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    base32_encode(rows[i][0], strlen(rows[i][0]), &s), 0);
		assert_string_equal(s.bytes, rows[i][1]);
		assert_int_equal(s.len, strlen(rows[i][1]));
	}
	assert_int_equal(base32_groups("foobar", 6, &s), 0);
	assert_string_equal(s.bytes, "MZXW 6YTB OI");
	assert_int_equal(base32_groups("01234567890123456789", 20, &s), 0);
	assert_int_equal(s.len, 32 + 7);
	assert_int_equal(base32_encode(rows, 1000, &s), KOSMO_ETOOBIG);
	assert_int_equal(s.len, 0);
}

static struct k_seed_is
seed_of(const char *issuer, const char *account)
{
	struct k_seed_is seed = {
		.algorithm = "SHA1", .digits = 6, .period = 30
	};

	assert_int_equal(secret_set(&seed.seed, "12345678901234567890", 20), 0);
	snprintf(seed.issuer, sizeof(seed.issuer), "%s", issuer);
	snprintf(seed.account, sizeof(seed.account), "%s", account);
	return seed;
}

#define SECRET32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static void
uri_is(const struct k_seed_is *seed, const char *want)
{
	struct secret uri = { 0 };

	assert_int_equal(otpauth_uri(seed, &uri), 0);
	assert_string_equal(uri.bytes, want);
	assert_true(uri.len <= OTPAUTH_MAX);
}

static void
uris(void **state)
{
	struct k_seed_is seed = seed_of("Example", "taro");

	(void)state;
	uri_is(&seed,
	    "otpauth://totp/Example:taro?secret=" SECRET32 "&issuer=Example");
	seed = seed_of("A: B", "taro@web1");
	uri_is(&seed,
	    "otpauth://totp/A%20B:taro%40web1?secret=" SECRET32
	    "&issuer=A%20B");
	seed = seed_of("E", "t");
	snprintf(seed.algorithm, sizeof(seed.algorithm), "SHA256");
	seed.digits = 8;
	uri_is(&seed,
	    "otpauth://totp/E:t?secret=" SECRET32
	    "&issuer=E&algorithm=SHA256&digits=8");
	seed.digits = 6;
	seed.period = 60;
	uri_is(&seed,
	    "otpauth://totp/E:t?secret=" SECRET32
	    "&issuer=E&algorithm=SHA256&period=60");
}

static void
uris_are_short(void **state)
{
	struct k_seed_is seed =
	    seed_of("web1.intern.some-long-company-name.example.co.jp", "taro");
	char account[NAME_LEN + 1];

	(void)state;
	uri_is(&seed,
	    "otpauth://totp/web1.intern.some-lo:taro?secret=" SECRET32
	    "&issuer=web1.intern.some-lo");
	seed = seed_of("株式会社ある", "taro");
	uri_is(&seed,
	    "otpauth://totp/%E6%A0%AA%E5%BC%8F:taro?secret=" SECRET32
	    "&issuer=%E6%A0%AA%E5%BC%8F");
	memset(account, 'x', sizeof(account) - 1);
	account[sizeof(account) - 1] = '\0';
	seed = seed_of("Example", account);
	account[51] = '\0';
	char want[512];
	snprintf(
	    want, sizeof(want), "otpauth://totp/%s?secret=" SECRET32, account);
	uri_is(&seed, want);
}

static void
qr_sizes(void **state)
{
	char text[OTPAUTH_MAX + 2];
	struct buf out = BUF_INIT;
	unsigned columns, lines;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[OTPAUTH_MAX + 1] = '\0';
	assert_int_equal(qr_draw(text, (struct qr_look){ false, false }, &out,
			     &columns, &lines),
	    KOSMO_ETOOBIG);
	text[OTPAUTH_MAX] = '\0';
	for (int look = 0; look < 4; look++) {
		struct qr_look l = { (look & 1) != 0, (look & 2) != 0 };
		const char *p;

		buf_reset(&out);
		assert_int_equal(qr_draw(text, l, &out, &columns, &lines), 0);
		assert_int_equal(columns, l.ascii ? 82 : 41);
		assert_int_equal(lines, l.ascii ? 41 : 21);
		p = (const char *)out.data;
		for (unsigned y = 0; y < lines; y++) {
			assert_int_equal(text_columns(p), columns);
			p += strcspn(p, "\n");
			assert_int_equal(*p, y + 1 < lines ? '\n' : '\0');
			p++;
		}
	}
	buf_done(&out);
}

static void
scanned(struct qr_look look, const char *uri)
{
	struct buf out = BUF_INIT;
	unsigned columns, lines;
	char got[512];

	assert_int_equal(qr_draw(uri, look, &out, &columns, &lines), 0);
	assert_true(scan((const char *)out.data, got, sizeof(got)));
	assert_string_equal(got, uri);
	buf_done(&out);
}

static void
qr_scans(void **state)
{
	struct k_seed_is seed =
	    seed_of("web1.intern.some-long-company-name.example.co.jp", "taro");
	struct secret uri = { 0 };

	(void)state;
	if (!scan_possible()) {
		print_message("skipped: zbarimg was not found\n");
		skip();
	}
	assert_int_equal(otpauth_uri(&seed, &uri), 0);
	for (int look = 0; look < 4; look++)
		scanned((struct qr_look){ (look & 1) != 0, (look & 2) != 0 },
		    uri.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc4648),
		cmocka_unit_test(uris),
		cmocka_unit_test(uris_are_short),
		cmocka_unit_test(qr_sizes),
		cmocka_unit_test(qr_scans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
