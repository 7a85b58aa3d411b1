#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <string.h>

#include "kosmod/talk/answer.h"

static struct secret
typed(const char *text)
{
	struct secret s = { 0 };

	assert_int_equal(secret_set(&s, text, strlen(text)), 0);
	return s;
}

static void
digits_are(const char *text, const char *want)
{
	struct secret s = typed(text);
	char digits[17];

	answer_digits(&s, digits);
	assert_string_equal(digits, want);
}

static void
codes_fold(void **state)
{
	(void)state;
	digits_are("476706", "476706");
	digits_are("476 706", "476706");
	digits_are("476-706", "476706");
	digits_are("４７６７０６", "476706");
	digits_are("４７６　７０６", "476706");
	digits_are("476−706", "476706");
	digits_are("476ー706", "476706");
	digits_are("  004 006 ", "004006");
	digits_are("1234567890123456", "1234567890123456");
}

static void
what_is_no_code(void **state)
{
	(void)state;
	digits_are("", "");
	digits_are("+47670", "");
	digits_are("47670x", "");
	digits_are("٤٧٦٧٠٦", "");
	digits_are("476.706", "");
	digits_are("47\t6706", "");
	digits_are("476706\x1b", "");
	digits_are("12345678901234567", "");
	digits_are("476706\xff", "");
}

static void
word_is(const char *text, uint32_t understood, enum word want)
{
	struct answer a = { .text = typed(text) };

	answer_read(&a, understood);
	assert_int_equal(a.word, want);
	answer_done(&a);
	assert_int_equal(a.text.len, 0);
}

static void
words_in_any_form(void **state)
{
	const uint32_t all = UINT32_MAX;

	(void)state;
	word_is("other", all, WORD_OTHER);
	word_is("OTHER", all, WORD_OTHER);
	word_is(" Other ", all, WORD_OTHER);
	word_is("ｏｔｈｅｒ", all, WORD_OTHER);
	word_is("ＯＴＨＥＲ", all, WORD_OTHER);
	word_is("他", all, WORD_OTHER);
	word_is("同意", all, WORD_AGREE);
	word_is("再送", all, WORD_RESEND);
	word_is("変更", all, WORD_CHANGE);
	word_is("忘れた", all, WORD_FORGOT);
	word_is("はい", all, WORD_YES);
	word_is("いいえ", all, WORD_NO);
	word_is("Cannot Scan", all, WORD_KEY);
	word_is("key", all, WORD_KEY);
	word_is("others", all, WORD_NONE);
	word_is("", all, WORD_NONE);
}

static void
only_words_of_the_ask(void **state)
{
	(void)state;
	word_is("key", WORD_FLAG(WORD_OTHER), WORD_NONE);
	word_is("other", 0, WORD_NONE);
}

static void
empty_and_control(void **state)
{
	static const struct {
		const char *text;
		bool empty, control;
	} rows[] = {
		{ "", true, false },
		{ "   ", true, false },
		{ "　", true, false },
		{ "a", false, false },
		{ "\b\n\r\177INCORRECT", false, true },
		{ "a\x1b[31m", false, true },
		{ "\xff\xfe", false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer a = { .text = typed(rows[i].text) };

		answer_read(&a, 0);
		assert_int_equal(a.empty, rows[i].empty);
		assert_int_equal(a.control, rows[i].control);
	}
}

static void
lines(void **state)
{
	struct secret s = typed("　ｐｈｏｎｅ スマホ ");
	char line[32], small[4];

	(void)state;
	assert_int_equal(answer_line(&s, line, sizeof(line)), 0);
	assert_string_equal(line, "phone スマホ");
	assert_int_equal(answer_line(&s, small, sizeof(small)), KOSMO_ETOOBIG);
	s = typed("a\nb");
	assert_int_equal(answer_line(&s, line, sizeof(line)), KOSMO_EINVAL);
	s = typed("a\xc0\xaf");
	assert_int_equal(answer_line(&s, line, sizeof(line)), KOSMO_EINVAL);
}

static void
digests_of_the_same(void **state)
{
	static const char *const same[] = { "h7kd-94mw-zq2t-c8xv",
		"H7KD-94MW-ZQ2T-C8XV", "h7kd94mwzq2tc8xv",
		" h7kd 94mw zq2t c8xv", "ｈ７ｋｄ－９４ｍｗーｚｑ２ｔ c8xv" };
	uint8_t want[DIGEST_LEN], have[DIGEST_LEN];
	struct secret s;

	(void)state;
	assert_int_equal(EVP_Digest("kosmo-initial\0h7kd94mwzq2tc8xv", 30, want,
			     NULL, EVP_sha256(), NULL),
	    1);
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		s = typed(same[i]);
		assert_int_equal(initial_digest(&s, have), 0);
		assert_memory_equal(want, have, DIGEST_LEN);
		assert_int_equal(code_digest(&s, have), 0);
		assert_memory_not_equal(want, have, DIGEST_LEN);
	}
	s = typed("h7kd94mwzq2tc8xw");
	assert_int_equal(initial_digest(&s, have), 0);
	assert_memory_not_equal(want, have, DIGEST_LEN);
}

static void
date_is(const char *text, const char *want)
{
	struct secret s = typed(text);
	char date[9];

	answer_date(&s, date);
	assert_string_equal(date, want);
}

static void
dates_fold(void **state)
{
	(void)state;
	date_is("19850401", "19850401");
	date_is("1985-04-01", "19850401");
	date_is("1985/04/01", "19850401");
	date_is(" 1985. 04. 01 ", "19850401");
	date_is("１９８５／０４／０１", "19850401");
	date_is("１９８５．０４．０１", "19850401");
	date_is("１９８５－０４－０１", "19850401");
	date_is("1985ー04ー01", "19850401");
	/* whether there is such a day is for others to say */
	date_is("19851399", "19851399");
	date_is("", "");
	date_is("1985041", "");
	date_is("198504011", "");
	date_is("1985年4月1日", "");
	date_is("S600401", "");
	date_is("昭和60年4月1日", "");
	date_is("+9850401", "");
	date_is("1985\x1b"
		"0401",
	    "");
	date_is("1985\xff"
		"0401",
	    "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_fold),
		cmocka_unit_test(what_is_no_code),
		cmocka_unit_test(words_in_any_form),
		cmocka_unit_test(only_words_of_the_ask),
		cmocka_unit_test(empty_and_control),
		cmocka_unit_test(lines),
		cmocka_unit_test(digests_of_the_same),
		cmocka_unit_test(dates_fold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
