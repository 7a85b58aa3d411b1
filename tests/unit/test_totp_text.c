/* base32, otpauth and QR: what an authenticator app reads. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kosmod/talk/base32.h"
#include "kosmod/talk/otpauth.h"
#include "kosmod/talk/qr.h"
#include "kosmod/talk/text.h"

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

/*
 * A terminal's screen as a PGM: 24 lines of 80 cells, cells of 8 by 16
 * pixels, with the picture at the top left as ssh shows it.
 */
#define CELL_W 8
#define CELL_H 16

static void
draw_cell(unsigned char *pixels, unsigned width, unsigned x, unsigned y,
    bool top, bool bottom, unsigned char ink)
{
	for (unsigned dy = 0; dy < CELL_H; dy++)
		for (unsigned dx = 0; dx < CELL_W; dx++)
			if (dy < CELL_H / 2 ? top : bottom)
				pixels[(y * CELL_H + dy) * width + x * CELL_W +
				    dx] = ink;
}

static void
render(const char *text, bool light, FILE *to)
{
	const unsigned columns = 90, rows = 50;
	const unsigned width = columns * CELL_W, height = rows * CELL_H;
	unsigned char *pixels = malloc((size_t)width * height);
	unsigned char ink = light ? 0 : 255;
	unsigned x = 0, y = 0;

	assert_non_null(pixels);
	memset(pixels, light ? 255 : 0, (size_t)width * height);
	while (*text != '\0') {
		bool top = strncmp(text, "\u2580", 3) == 0;
		bool bottom = strncmp(text, "\u2584", 3) == 0;
		bool full = strncmp(text, "\u2588", 3) == 0 || *text == '#';

		assert_true(x < columns && y < rows);
		if (*text == '\n') {
			y++;
			x = 0;
			text++;
			continue;
		}
		draw_cell(
		    pixels, width, x++, y, top || full, bottom || full, ink);
		text += *text == ' ' || *text == '#' ? 1 : 3;
	}
	fprintf(to, "P5\n%u %u\n255\n", width, height);
	fwrite(pixels, 1, (size_t)width * height, to);
	free(pixels);
}

static void
scanned(struct qr_look look, const char *uri)
{
	char path[] = "/tmp/kosmo-qr-XXXXXX", command[128], got[256] = "";
	struct buf out = BUF_INIT;
	unsigned columns, lines;
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	assert_non_null(f);
	assert_int_equal(qr_draw(uri, look, &out, &columns, &lines), 0);
	render((const char *)out.data, look.light, f);
	fclose(f);
	snprintf(command, sizeof(command),
	    "zbarimg -q --raw -Sdisable -Sqrcode.enable %s", path);
	f = popen(command, "r");
	assert_non_null(f);
	assert_non_null(fgets(got, sizeof(got), f));
	got[strcspn(got, "\n")] = '\0';
	assert_int_equal(pclose(f), 0);
	unlink(path);
	buf_done(&out);
	assert_string_equal(got, uri);
}

static void
qr_scans(void **state)
{
	struct k_seed_is seed =
	    seed_of("web1.intern.some-long-company-name.example.co.jp", "taro");
	struct secret uri = { 0 };

	(void)state;
	if (system("command -v zbarimg >/dev/null") != 0) {
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
