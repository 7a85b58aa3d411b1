/*
 * What kosmoctl writes: tables, JSON, slips (golden files in slips/), PNG.
 */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "kosmod/reason.h"
#include "kosmod/talk/lang.h"
#include "kosmoctl/json.h"
#include "kosmoctl/png.h"
#include "kosmoctl/slip.h"
#include "kosmoctl/table.h"
#include "kosmoctl/view.h"
#include "kosmoctl/view_words.h"
#include "kosmoctl/words.h"

static void
cell(struct msg_row *row, const char *name, const char *value)
{
	struct msg_cell *c = &row->cells[row->n_cells++];

	(void)snprintf(c->name, sizeof(c->name), "%s", name);
	(void)snprintf(c->value, sizeof(c->value), "%s", value);
}

static struct msg_row
new_row(const char *kind)
{
	struct msg_row row = { 0 };

	(void)snprintf(row.kind, sizeof(row.kind), "%s", kind);
	return row;
}

static void
test_width(void **state)
{
	(void)state;
	assert_int_equal(table_width("taro"), 4);
	assert_int_equal(table_width("山田"), 4);
	assert_int_equal(table_width("スマホ1"), 7);
	assert_int_equal(table_width("\x1b[31m"), 12);	   /* \u{001B}[31m */
	assert_int_equal(table_width("a\xe2\x80\x8b"), 9); /* \u{200B} */
	assert_int_equal(table_width("\xff"), 8);
	assert_int_equal(table_width(""), 0);
}

static void
put_is(const char *text, size_t max, size_t fill, const char *want)
{
	char *got = NULL;
	size_t n;
	FILE *f = open_memstream(&got, &n);

	table_put(f, text, max, fill);
	(void)fclose(f);
	assert_string_equal(got, want);
	free(got);
}

static void
test_put(void **state)
{
	(void)state;
	put_is("taro", 80, 6, "taro  ");
	put_is("青いキー", 80, 10, "青いキー  ");
	put_is("abcdef", 4, 4, "abc~");
	/* A wide character that half fits does not; the room is filled. */
	put_is("山田太郎", 6, 6, "山田~ ");
	put_is("a\nb", 80, 0, "a\\u{000A}b");
	put_is("\xe2\x80\xaegnp", 80, 0, "\\u{202E}gnp");
	put_is("bad\xff", 80, 0, "bad\\u{00FF}");
}

static void
test_table(void **state)
{
	static const char *const titles[] = { "NO", "NAME", "KIND" };
	static const char *const a[] = { "1", "スマホ", "app" };
	static const char *const b[] = { "12", "x", "passkey" };
	struct table *t = table_new(3, titles);
	char *got = NULL;
	size_t n;
	FILE *f = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(t);
	assert_int_equal(table_add(t, a), KOSMO_OK);
	assert_int_equal(table_add(t, b), KOSMO_OK);
	assert_int_equal(table_lines(t), 2);
	(void)fclose(f);
	f = open_memstream(&got, &n);
	table_flush(t, f);
	table_flush(t, f);
	(void)fclose(f);
	assert_string_equal(got,
	    "NO  NAME    KIND\n"
	    "1   スマホ  app\n"
	    "12  x       passkey\n");
	free(got);
	table_free(&t);
	assert_null(t);
}

static void
json_is(enum json_shape shape, const struct msg_row *rows, size_t n,
    const char *error, const char *want)
{
	char *got = NULL;
	size_t len;
	FILE *f = open_memstream(&got, &len);
	struct json *j = json_new(shape, f);

	assert_non_null(j);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(json_row(j, &rows[i]), KOSMO_OK);
	assert_int_equal(json_end(j, error), KOSMO_OK);
	json_free(&j);
	(void)fclose(f);
	assert_string_equal(got, want);
	free(got);
}

static void
test_json(void **state)
{
	struct msg_row rows[4] = { new_row("person"), new_row("device"),
		new_row("person"), new_row("log") };

	(void)state;
	cell(&rows[0], "login", "taro");
	cell(&rows[0], "name", "山田 \"太郎\"");
	cell(&rows[0], "uid", "1000");
	cell(&rows[0], "last_login", "0");
	cell(&rows[0], "invited", "1775001600");
	cell(&rows[0], "lock", "");
	cell(&rows[1], "id", "3");
	cell(&rows[1], "name", "a\\b");
	cell(&rows[2], "login", "jiro");
	cell(&rows[2], "email_confirmed", "1");
	json_is(JSON_NONE, NULL, 0, NULL, "{}\n");
	json_is(JSON_MANY, NULL, 0, NULL, "[]\n");
	json_is(JSON_ONE, NULL, 0, "no \"way\"",
	    "{\"error\":\"no \\\"way\\\"\"}\n");
	json_is(JSON_ONE, rows, 2, NULL,
	    "{\"login\":\"taro\",\"name\":\"山田 \\\"太郎\\\"\",\"uid\":1000,"
	    "\"last_login\":null,\"invited\":\"2026-04-01T00:00:00Z\","
	    "\"lock\":null,\"devices\":[{\"id\":3,\"name\":\"a\\\\b\"}]}\n");
	json_is(JSON_MANY, rows + 1, 2, NULL,
	    "[{\"id\":3,\"name\":\"a\\\\b\"},\n"
	    "{\"login\":\"jiro\",\"email_confirmed\":true,\"devices\":[]}]\n");
	cell(&rows[3], "line", "{\"n\":7,\"event\":\"login\"}");
	json_is(
	    JSON_LINES, rows + 3, 1, NULL, "[{\"n\":7,\"event\":\"login\"}]\n");
}

/* True if there is a character that only Japanese has. */
static bool
is_japanese(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0xe3)
			return true;
	}
	return false;
}

/* Every reason has words in both languages; the token itself is for programs.
 */
static void
test_reasons(void **state)
{
	char ja[WORDS_LEN], en[WORDS_LEN], token[80];

	(void)state;
	for (int r = REASON_NONE + 1; r < REASONS; r++) {
		bool counted = r == REASON_CODES || r == REASON_BIRTHS;

		(void)snprintf(token, sizeof(token), "%s%s",
		    counted ? "30 " : "", reason_token((enum reason)r));
		view_reason(LANG_EN, token, en);
		view_reason(LANG_JA, token, ja);
		assert_false(is_japanese(en));
		assert_true(is_japanese(ja));
		assert_true((strstr(en, "30 ") != NULL) == counted);
		assert_true((strstr(ja, "30") != NULL) == counted);
		assert_null(strchr(ja, '{'));
	}
	view_reason(LANG_EN, "forgotten password: code used before", en);
	assert_string_equal(en, "forgotten password: code used before");
	view_reason(LANG_JA, "forgotten password: code used before", ja);
	assert_string_equal(
	    ja, "パスワードを忘れたときの手続き: 使用済みのコード");
	view_reason(LANG_JA, "of a newer kosmod", ja);
	assert_string_equal(ja, "of a newer kosmod");
}

/* A line for people, with its reason in their language. */
static void
test_log(void **state)
{
	static const struct {
		enum lang lang;
		const char *want;
	} rows[] = {
		{ LANG_EN,
		    "2026-04-01 00:00:00 login       deny   taro     "
		    "step=passkey reason=the key was not touched\n" },
		{ LANG_JA,
		    "2026-04-01 00:00:00 login       deny   taro     "
		    "step=passkey reason=キーに触れていない\n" },
	};
	struct msg_row row = new_row("log");

	(void)state;
	cell(&row, "line",
	    "{\"n\":7,\"time\":\"2026-04-01T00:00:00.000Z\",\"event\":"
	    "\"login\","
	    "\"outcome\":\"deny\",\"login\":\"taro\",\"step\":\"passkey\","
	    "\"reason\":\"not touched\"}");
	for (size_t i = 0; i < 2; i++) {
		char *got = NULL;
		size_t n;
		struct showing s = { .view = &view_log,
			.lang = rows[i].lang,
			.out = open_memstream(&got, &n) };

		assert_int_equal(view_row(&s, &row), KOSMO_OK);
		(void)fclose(s.out);
		assert_string_equal(got, rows[i].want);
		free(got);
	}
}

static void
test_sources(void **state)
{
	static const char *const places[][3] = {
		{ "console", "the console", "コンソール" },
		{ "local", "this host", "このホスト" },
		{ "local uid 7", "this host (uid 7)", "このホスト（uid 7）" },
		{ "unknown", "unknown", "不明" },
		{ "192.0.2.1", "192.0.2.1", "192.0.2.1" },
	};
	char text[WORDS_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		view_source(LANG_EN, places[i][0], text);
		assert_string_equal(text, places[i][1]);
		view_source(LANG_JA, places[i][0], text);
		assert_string_equal(text, places[i][2]);
	}
}

static struct msg_row
slip_row(const char *language)
{
	struct msg_row row = new_row("slip");
	bool ja = strcmp(language, "ja") == 0;

	cell(&row, "login", "taro");
	cell(&row, "name", ja ? "山田 太郎" : "Taro Yamada");
	cell(&row, "initial_id", "taro");
	cell(&row, "initial_password", "h7kd-94mw-zq2t-c8xv");
	cell(&row, "made", "1775001600");
	cell(&row, "expires", "1777647540");
	cell(&row, "language", language);
	cell(&row, "contact",
	    ja ? "情報システム課 内線1234 help@example.co.jp"
	       : "IT desk, ext. 1234, help@example.co.jp");
	return row;
}

/* The paper is that of the file, and fits on 80 columns. */
static void
slip_is(const struct msg_row *row, const char *file)
{
	struct slip_host host = { "web1.example.co.jp",
		"SHA256:Vq0m7cT2Jr9sKx4LhYdE1uWnPbZa8oGf3iRtCvQeXyM" };
	char path[512], want[4096] = "", *got = NULL, *line;
	const char *src = getenv("srcdir");
	size_t n;
	FILE *f = open_memstream(&got, &n);

	slip_write(f, row, &host);
	(void)fclose(f);
	(void)snprintf(path, sizeof(path), "%s/tests/unit/slips/%s",
	    src != NULL ? src : ".", file);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(want, 1, sizeof(want) - 1, f);
	want[n] = '\0';
	(void)fclose(f);
	assert_string_equal(got, want);
	for (line = strtok(got, "\n"); line != NULL; line = strtok(NULL, "\n"))
		assert_true(table_width(line) <= 80);
	free(got);
}

static void
test_slips(void **state)
{
	struct msg_row ja = slip_row("ja"), en = slip_row("en");
	struct msg_row code = new_row("slip");

	(void)state;
	slip_is(&ja, "ja.txt");
	slip_is(&en, "en.txt");
	cell(&ja, "purpose", "password");
	cell(&en, "purpose", "password");
	slip_is(&ja, "password_ja.txt");
	slip_is(&en, "password_en.txt");
	cell(&code, "login", "taro");
	cell(&code, "code", "h7kd-94mw-zq2t-c8xv");
	cell(&code, "made", "1775001600");
	cell(&code, "expires", "1775088000");
	cell(&code, "language", "en");
	slip_is(&code, "code_en.txt");
	(void)strcpy(code.cells[4].value, "ja");
	slip_is(&code, "code_ja.txt");
}

static void
test_host(void **state)
{
	/* Of a throw-away key; ssh-keygen -l says the same. */
	static const char line[] =
	    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERI"
	    "TFBUWFxgZGhscHR4f root@host\n";
	struct slip_host host = { "web1", "" };
	char text[64], connect[512];

	(void)state;
	assert_int_equal(slip_fingerprint(line, text), KOSMO_OK);
	assert_string_equal(
	    text, "SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA");
	assert_int_equal(slip_fingerprint("", text), KOSMO_EFORMAT);
	assert_int_equal(slip_fingerprint("ssh-rsa", text), KOSMO_EFORMAT);
	assert_int_equal(
	    slip_fingerprint("ssh-rsa AAAA!!!!AAAAAAAA", text), KOSMO_EFORMAT);
	slip_connect(&host, "taro", connect, sizeof(connect));
	assert_string_equal(connect, "ssh taro@web1");
	slip_connect(&host, "EX\\taro", connect, sizeof(connect));
	assert_string_equal(connect, "ssh 'EX\\taro@web1'");
	slip_host("/nonexistent", &host);
	assert_string_equal(host.fingerprint, "");
	assert_true(host.name[0] != '\0');
}

static void
test_words(void **state)
{
	char text[WORDS_LEN];

	(void)state;
	words(text, LANG_JA,
	    N_("Can't reach kosmod. Look at: systemctl status kosmod"), NULL);
	assert_string_equal(text,
	    "kosmod に接続できません。systemctl status kosmod "
	    "を確認してください。");
	words(text, LANG_EN, "{a} {b} {", FILLS({ "a", "{b}" }));
	assert_string_equal(text, "{b} {b} {");
	(void)setenv("LC_ALL", "ja_JP.UTF-8", 1);
	(void)setenv("TERM", "xterm", 1);
	assert_int_equal(words_language(), LANG_JA);
	(void)setenv("TERM", "linux", 1);
	assert_int_equal(words_language(), LANG_EN);
	(void)setenv("TERM", "xterm", 1);
	(void)setenv("LC_ALL", "ja_JP.eucJP", 1);
	assert_int_equal(words_language(), LANG_EN);
	(void)setenv("LC_ALL", "", 1);
	(void)setenv("LC_MESSAGES", "en_US.UTF-8", 1);
	(void)setenv("LANG", "ja_JP.UTF-8", 1);
	assert_int_equal(words_language(), LANG_EN);
	(void)unsetenv("LC_MESSAGES");
	assert_int_equal(words_language(), LANG_JA);
	(void)unsetenv("LANG");
	assert_int_equal(words_language(), LANG_EN);
}

static void
decode(const char *path, const char *want)
{
	char command[512], got[512] = "";
	FILE *p;

	if (system("command -v zbarimg >/dev/null") != 0) {
		print_message("zbarimg was not found: picture not decoded\n");
		return;
	}
	(void)snprintf(command, sizeof(command),
	    "zbarimg -q --raw -Sdisable -Sqrcode.enable %s 2>/dev/null", path);
	assert_non_null(p = popen(command, "r"));
	assert_non_null(fgets(got, sizeof(got), p));
	assert_int_equal(pclose(p), 0);
	got[strcspn(got, "\n")] = '\0';
	assert_string_equal(got, want);
}

static void
test_png(void **state)
{
	static const char uri[] =
	    "otpauth://totp/Example:taro?secret=QVLK3ZP7WJ2XMB5DTR6YHNC4FGSA7E"
	    "UO&issuer=Example";
	char dir[] = "/tmp/kosmo-png.XXXXXX", path[64], link[64];
	const char *why = NULL;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/qr.png", dir);
	(void)snprintf(link, sizeof(link), "%s/link.png", dir);
	(void)umask(0);
	assert_int_equal(png_write(path, uri, &why), KOSMO_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	decode(path, uri);
	/* What is there is never touched, nor what a link points to. */
	assert_int_equal(png_write(path, uri, &why), KOSMO_EEXIST);
	assert_string_equal(why, "is there already");
	(void)snprintf(path, sizeof(path), "%s/elsewhere", dir);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(png_write(link, uri, &why), KOSMO_EEXIST);
	assert_int_equal(access(path, F_OK), -1);
	(void)unlink(link);
	(void)snprintf(path, sizeof(path), "%s/qr.png", dir);
	(void)unlink(path);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_slips),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_words),
#ifdef HAVE_PNG
		cmocka_unit_test(test_png),
#endif
	};

	(void)setenv("TZ", "UTC", 1);
	tzset();
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL ||
	    lang_open("po") != KOSMO_OK) {
		(void)fprintf(stderr, "no C.UTF-8, or no catalogue in po/\n");
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
