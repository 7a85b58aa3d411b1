/* Columns, wrapping, filling, languages, and the rules on passwords. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kosmod/talk/blocklist.h"
#include "kosmod/talk/password_rules.h"
#include "kosmod/talk/source.h"
#include "kosmod/talk/text.h"

static void
columns(void **state)
{
	(void)state;
	assert_int_equal(text_columns("Password: "), 10);
	assert_int_equal(text_columns("パスワード: "), 12);
	assert_int_equal(text_columns("（手順2/8）"), 11);
	assert_int_equal(text_columns("abc\ndefgh"), 3);
	assert_int_equal(text_columns("e\u0301"), 1);
	assert_int_equal(text_columns("\u2588\u2580"), 2);
}

static void
shorten_is(const char *name, size_t limit, const char *want)
{
	char got[LABEL_LEN + 3];

	text_shorten(name, limit, got, sizeof(got));
	assert_string_equal(got, want);
}

static void
shortening(void **state)
{
	(void)state;
	shorten_is("phone", 12, "phone");
	shorten_is("twelve chars", 12, "twelve chars");
	shorten_is("thirteen char", 12, "thirteen c..");
	shorten_is("山田のスマホ", 12, "山田のスマホ");
	shorten_is("山田のスマホン", 12, "山田のスマ..");
}

static void
wrap_is(const char *text, const char *want)
{
	struct buf out = BUF_INIT;

	assert_int_equal(text_wrap(&out, text), 0);
	assert_int_equal(out.len, strlen(want));
	assert_memory_equal(out.data, want, out.len);
	buf_done(&out);
}

#define TEN "123456789 "
#define KANJI10 "漢字漢字漢字漢字漢字"

static void
wrapping(void **state)
{
	(void)state;
	wrap_is("short", "short");
	wrap_is("a\nb", "a\nb");
	wrap_is(TEN TEN TEN TEN TEN TEN TEN TEN "xyz",
	    TEN TEN TEN TEN TEN TEN TEN "123456789\nxyz");
	wrap_is(KANJI10 KANJI10 KANJI10 KANJI10 KANJI10,
	    KANJI10 KANJI10 KANJI10 KANJI10 "\n" KANJI10);
	/* a comma does not begin a line */
	wrap_is(KANJI10 KANJI10 KANJI10 KANJI10 "、" KANJI10,
	    KANJI10 KANJI10 KANJI10 "漢字漢字漢字漢字漢\n字、" KANJI10);
	wrap_is(" " KANJI10 KANJI10 KANJI10 KANJI10,
	    " " KANJI10 KANJI10 KANJI10 "漢字漢字漢字漢字漢\n字");
}

static void
fill_is(const char *text, const char *want)
{
	struct buf out = BUF_INIT;

	assert_int_equal(
	    text_fill(&out, text, FILL({ "n", "3" }, { "who", "{n}" })), 0);
	assert_int_equal(out.len, strlen(want));
	assert_memory_equal(out.data, want, out.len);
	buf_done(&out);
}

static void
filling(void **state)
{
	(void)state;
	fill_is("a {n} b {n}", "a 3 b 3");
	fill_is("{who} left", "{n} left"); /* values are not looked into */
	fill_is("{other} {n", "{other} {n");
	fill_is("100%s", "100%s");
}

static void
languages(void **state)
{
	enum lang lang = LANG_EN;

	(void)state;
	assert_string_equal(tr(LANG_JA, "Password: "), "Password: ");
	assert_int_equal(lang_open("po"), 0);
	assert_string_equal(tr(LANG_JA, "Password: "), "パスワード: ");
	assert_string_equal(tr(LANG_EN, "Password: "), "Password: ");
	assert_string_equal(tr(LANG_JA, "not in there"), "not in there");
	assert_string_equal(tr(LANG_JA, ""), "");
	assert_int_equal(lang_open("/nonexistent"), KOSMO_ENOTFOUND);
	lang_close();
	assert_string_equal(tr(LANG_JA, "Password: "), "Password: ");
	assert_true(lang_parse("ja_JP.UTF-8", &lang));
	assert_int_equal(lang, LANG_JA);
	assert_true(lang_parse("en", &lang));
	assert_int_equal(lang, LANG_EN);
	assert_false(lang_parse("jam", &lang));
	assert_false(lang_parse("", &lang));
	assert_false(lang_parse("fr", &lang));
}

/* Every single damaged byte: refused, or read without leaving the file. */
static void
damaged_catalogues(void **state)
{
	char dir[] = "/tmp/kosmo-mo-XXXXXX", path[128];
	static char bytes[1 << 18];
	size_t len;
	FILE *f = fopen("po/ja/LC_MESSAGES/kosmo.mo", "r");

	(void)state;
	assert_non_null(f);
	len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	assert_in_range(len, 1000, sizeof(bytes) - 1);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/ja", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/ja/LC_MESSAGES", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/ja/LC_MESSAGES/kosmo.mo", dir);
	for (size_t i = 0; i < len; i += i < 64 ? 1 : 61) {
		bytes[i] ^= 0x55;
		f = fopen(path, "w");
		assert_non_null(f);
		assert_int_equal(fwrite(bytes, 1, len - i % 3, f), len - i % 3);
		fclose(f);
		bytes[i] ^= 0x55;
		if (lang_open(dir) == 0)
			assert_non_null(tr(LANG_JA, "Password: "));
		lang_close();
	}
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
	assert_int_equal(lang_open(dir), KOSMO_EFORMAT);
	unlink(path);
	snprintf(path, sizeof(path), "rm -r %s", dir);
	assert_int_equal(system(path), 0);
}

static uint32_t
broken(const char *text)
{
	static struct conf conf = { .password = { .min = 8,
					.max = 64,
					.classes = 15,
					.symbols_denied = "\\`" } };
	static const struct k_person person = { .login = "taro",
		.user_id = "yamadataro" };
	struct secret s = { 0 };
	char denied[65];

	assert_int_equal(secret_set(&s, text, strlen(text)), 0);
	return password_rules(&conf, &person, &s, denied);
}

static void
rules(void **state)
{
	char list[] = "/tmp/kosmo-list-XXXXXX";
	int fd = mkstemp(list);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "zebra\r\nPassw0rd!\n\nabc\n", 22), 22);
	close(fd);
	assert_int_equal(blocklist_open(list), 0);
	assert_int_equal(broken("Blue-sky-42"), 0);
	assert_int_equal(broken("Bl ue-sky-42"), 0);
	assert_int_equal(broken("Aa1!"), RULE_SHORT);
	assert_int_equal(
	    broken("aaaaaaaa"), RULE_UPPER | RULE_DIGIT | RULE_SYMBOL);
	assert_int_equal(broken(""),
	    RULE_SHORT | RULE_UPPER | RULE_LOWER | RULE_DIGIT | RULE_SYMBOL);
	assert_int_equal(broken("Ｂlue-Sky-42"), RULE_WIDE);
	assert_int_equal(broken("Blue-sky-4\x1b"), RULE_CONTROL);
	assert_int_equal(broken("Blue`sky-42"), RULE_DENIED);
	assert_int_equal(broken("Blue-TARO-42"), RULE_NAME);
	assert_int_equal(broken("Blue-YamadaTaro-42"), RULE_NAME);
	assert_int_equal(broken("pASSW0RD!"), RULE_COMMON);
	assert_int_equal(
	    broken("Aa1!567890123456789012345678901234567890123456789012345678"
		   "901234567890"),
	    RULE_LONG);
	/* characters, not bytes, are counted */
	assert_int_equal(broken("Aa1!漢字漢"), RULE_SHORT | RULE_WIDE);
	blocklist_close();
	assert_int_equal(broken("pASSW0RD!"), 0);
	unlink(list);
	assert_int_equal(blocklist_open(list), KOSMO_ENOTFOUND);
}

static void
sources(void **state)
{
	static const struct {
		const char *source, *rhost, *want;
		uint8_t console;
	} rows[] = {
		{ "", "", "", 1 },
		{ "192.0.2.10", "", "192.0.2.10", 0 },
		{ "192.0.2.10", "host.example", "192.0.2.10", 0 },
		{ "", "192.0.2.10", "192.0.2.10", 0 },
		{ "", "::ffff:10.0.0.1", "10.0.0.1", 0 },
		{ "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", 0 },
		{ "", "fe80::1%eth0", "fe80::", 0 },
		{ "", "host.example", "", 0 },
		{ "", "UNKNOWN", "", 0 },
		{ "", "[::1]", "", 0 },
		{ "", "1.2.3", "", 0 },
		{ "", "%eth0", "", 0 },
	};
	struct msg_hello hello = { 0 };
	struct k_bind bind = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(
		    hello.source, sizeof(hello.source), "%s", rows[i].source);
		snprintf(hello.rhost, sizeof(hello.rhost), "%s", rows[i].rhost);
		source_of(&hello, true, &bind);
		assert_string_equal(bind.source, rows[i].want);
		assert_int_equal(bind.console, rows[i].console);
		source_of(&hello, false, &bind);
		assert_int_equal(bind.console, 0);
	}
	memset(hello.rhost, 'a', sizeof(hello.rhost) - 1);
	source_of(&hello, true, &bind);
	assert_string_equal(bind.source, "");
	assert_int_equal(bind.console, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns),
		cmocka_unit_test(shortening),
		cmocka_unit_test(wrapping),
		cmocka_unit_test(filling),
		cmocka_unit_test(languages),
		cmocka_unit_test(damaged_catalogues),
		cmocka_unit_test(rules),
		cmocka_unit_test(sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
