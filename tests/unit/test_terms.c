/* Terms in pages, the rules of user IDs, names of devices, masked addresses. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kosmod/conf_read.h"
#include "kosmod/talk/flows/device_name.h"
#include "kosmod/talk/methods/mailed.h"
#include "kosmod/talk/terms_text.h"
#include "kosmod/talk/text.h"
#include "kosmod/user_id.h"

#define HEAD "Version: 2\nDate: 2026-04-01\n\n"

struct folder {
	char dir[64];
	struct conf conf;
};

static int
set_up(void **state)
{
	struct folder *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	snprintf(f->dir, sizeof(f->dir), "/tmp/kosmo-terms-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	conf_defaults(&f->conf);
	snprintf(
	    f->conf.paths.terms, sizeof(f->conf.paths.terms), "%s", f->dir);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct folder *f = *state;
	char path[128];

	terms_text_close();
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		snprintf(path, sizeof(path), "%s/terms.%s", f->dir,
		    lang_name((enum lang)lang));
		unlink(path);
	}
	rmdir(f->dir);
	free(f);
	return 0;
}

/* The terms of language: HEAD, then n lines "line 1" and on. */
static void
write_lines(const struct folder *f, const char *language, unsigned n)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), "%s/terms.%s", f->dir, language);
	assert_non_null(out = fopen(path, "we"));
	fputs(HEAD, out);
	for (unsigned i = 1; i <= n; i++)
		fprintf(out, "line %u\n", i);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static void
page_is(enum lang lang, unsigned n, const char *first, const char *last)
{
	struct buf page = BUF_INIT;
	const char *text, *end;

	assert_int_equal(terms_text_page(lang, n, &page), 0);
	assert_int_equal(buf_add_u8(&page, 0), 0);
	text = (const char *)page.data;
	assert_int_equal(strncmp(text, first, strlen(first)), 0);
	end = text + strlen(text) - strlen(last);
	assert_string_equal(end, last);
	buf_done(&page);
}

static void
pages(void **state)
{
	struct folder *f = *state;

	write_lines(f, "en", TERMS_PAGE);
	write_lines(f, "ja", 2 * TERMS_PAGE + 1);
	assert_int_equal(terms_text_open(&f->conf, NULL), 0);
	assert_string_equal(terms_text_mark(LANG_EN)->version, "2");
	assert_string_equal(terms_text_mark(LANG_JA)->date, "2026-04-01");
	assert_int_equal(terms_text_pages(LANG_EN), 1);
	assert_int_equal(terms_text_pages(LANG_JA), 3);
	page_is(LANG_EN, 1, "line 1\n", "\nline 20");
	page_is(LANG_JA, 2, "line 21\n", "\nline 40");
	page_is(LANG_JA, 3, "line 41", "line 41");
}

/* Nothing is read that policy does not ask for. */
static void
no_terms(void **state)
{
	struct folder *f = *state;

	write_lines(f, "en", 3);
	write_lines(f, "ja", 3);
	f->conf.registration.terms = false;
	assert_int_equal(terms_text_open(&f->conf, NULL), 0);
	assert_null(terms_text_mark(LANG_EN));
	assert_int_equal(terms_text_pages(LANG_JA), 0);
}

/* One language stays without terms; the other has its own. */
static void
one_missing(void **state)
{
	struct folder *f = *state;

	write_lines(f, "ja", 3);
	assert_int_equal(terms_text_open(&f->conf, NULL), KOSMO_ENOTFOUND);
	assert_null(terms_text_mark(LANG_EN));
	assert_int_equal(terms_text_pages(LANG_JA), 1);
}

static void
rules_are(
    const struct conf *conf, const char *id, uint32_t want, const char *symbols)
{
	char got[65];

	assert_int_equal(user_id_rules(conf, id, got), want);
	assert_string_equal(got, symbols);
	assert_int_equal(user_id_good(conf, id), want == 0);
}

static void
user_ids(void **state)
{
	struct folder *f = *state;
	struct conf *conf = &f->conf;

	rules_are(conf, "yamadataro", 0, "");
	rules_are(conf, "yamada01", 0, "");
	rules_are(conf, "taro", ID_SHORT, "");
	rules_are(conf, "yamadatarojiro", ID_LONG, "");
	rules_are(conf, "Taro_!_", ID_SHORT | ID_UPPER | ID_SYMBOL, "_!");
	rules_are(conf, "yamada taro", ID_SPACE, "");
	rules_are(conf, "山田太郎山田太郎", ID_WIDE, "");
	rules_are(conf, "ｙａｍａｄａ０１", ID_WIDE, "");
	rules_are(conf, "yamada\ttaro", ID_CONTROL, "");
	rules_are(conf,
	    "yamada\xff"
	    "taro",
	    ID_CONTROL, "");
	rules_are(conf, "", ID_SHORT, "");
	conf->user_id.min = 4;
	conf->user_id.max = 5;
	snprintf(conf->user_id.symbols, sizeof(conf->user_id.symbols), "-_");
	snprintf(conf->user_id.deny, sizeof(conf->user_id.deny), "admin guest");
	rules_are(conf, "taro", 0, "");
	rules_are(conf, "ta-r_", 0, "");
	rules_are(conf, "ta.ro", ID_SYMBOL, ".");
	rules_are(conf, "yamada", ID_LONG, "");
	assert_true(user_id_denied(conf, "admin"));
	assert_false(user_id_good(conf, "admin"));
	assert_false(user_id_denied(conf, "dmin"));
}

static void
device_names(void **state)
{
	(void)state;
	assert_true(device_name_good("phone"));
	assert_true(device_name_good("山田太郎さんの新しいスマートフォンです"));
	assert_true(device_name_good("12345678901234567890"));
	assert_false(device_name_good("123456789012345678901"));
	assert_false(device_name_good(""));
	assert_false(device_name_good(" phone"));
	assert_false(device_name_good("phone "));
	assert_false(device_name_good("phone\n"));
	assert_false(device_name_good("phone\x1b[2J"));
	assert_false(device_name_good("phone\xff"));
}

static void
mask_is(const char *address, const char *want)
{
	char got[MAIL_TEXT];

	mailed_mask(address, got);
	assert_string_equal(got, want);
}

static void
masks(void **state)
{
	(void)state;
	mask_is("taro@example.co.jp", "t***@example.co.jp");
	mask_is("t@example.co.jp", "t***@example.co.jp");
	mask_is("", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_terms, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_missing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(user_ids, set_up, tear_down),
		cmocka_unit_test(device_names),
		cmocka_unit_test(masks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
