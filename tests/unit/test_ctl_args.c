/*
 * The command line, against a small table of verbs and against the real one's
 * form.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kosmoctl/verb.h"

static const struct verb table[] = {
	{ "user add", "LOGIN --email A [--name N] [--no-account]", true, NULL,
	    NULL, "" },
	{ "log", "[LOGIN] [--since T] [--follow]", true, NULL, NULL, "" },
	{ "device rename", "NO|NAME NEWNAME", false, NULL, NULL, "" },
	{ "me", "", false, NULL, NULL, "" },
	{ NULL, NULL, false, NULL, NULL, NULL },
};

#define PARSE(a, ...)     \
	parse(a, LANG_EN, \
	    (const char *const[]){ "kosmoctl", __VA_ARGS__, NULL })

static int
parse(struct args *a, enum lang lang, const char *const *argv)
{
	char *copy[16] = { NULL };
	int n = 0;

	for (; argv[n] != NULL; n++)
		copy[n] = (char *)(uintptr_t)argv[n];
	return args_parse(table, n, copy, lang, a);
}

static void
test_good(void **state)
{
	struct args a;

	(void)state;
	assert_int_equal(
	    PARSE(&a, "user", "add", "taro", "--email", "a@b"), KOSMO_OK);
	assert_string_equal(a.verb->name, "user add");
	assert_int_equal(a.n_words, 1);
	assert_string_equal(a.words[0], "taro");
	assert_string_equal(args_option(&a, "email"), "a@b");
	assert_null(args_option(&a, "name"));

	/* Options anywhere, also before the verb and between its words. */
	assert_int_equal(
	    PARSE(&a, "--json", "--email=a@b", "user", "--name", "Taro Yamada",
		"add", "--no-account", "taro", "--socket", "/x"),
	    KOSMO_OK);
	assert_true(a.json);
	assert_string_equal(a.socket, "/x");
	assert_string_equal(args_option(&a, "email"), "a@b");
	assert_string_equal(args_option(&a, "name"), "Taro Yamada");
	assert_string_equal(args_option(&a, "no-account"), "");

	assert_int_equal(PARSE(&a, "log"), KOSMO_OK);
	assert_int_equal(PARSE(&a, "log", "taro", "--follow"), KOSMO_OK);
	assert_int_equal(PARSE(&a, "me"), KOSMO_OK);
}

static void
test_end_of_options(void **state)
{
	struct args a;

	(void)state;
	assert_int_equal(
	    PARSE(&a, "device", "rename", "--", "--name", "-x"), KOSMO_OK);
	assert_int_equal(a.n_words, 2);
	assert_string_equal(a.words[0], "--name");
	assert_string_equal(a.words[1], "-x");
	/* A value may begin with a hyphen: it can't be anything else there. */
	assert_int_equal(
	    PARSE(&a, "user", "add", "t", "--email", "a@b", "--name", "--x"),
	    KOSMO_OK);
	assert_string_equal(args_option(&a, "name"), "--x");
	assert_int_equal(PARSE(&a, "device", "rename", "-", ""), KOSMO_OK);
}

/* What is wrong, in both languages: the words are those in English. */
static void
wrong(const char *const *argv, const char *verb, const char *words)
{
	struct args a, ja;

	assert_int_equal(parse(&a, LANG_EN, argv), KOSMO_EINVAL);
	assert_int_equal(parse(&ja, LANG_JA, argv), KOSMO_EINVAL);
	if (verb == NULL)
		assert_null(a.verb);
	else
		assert_string_equal(a.verb->name, verb);
	assert_non_null(strstr(a.wrong, words));
	assert_string_not_equal(a.wrong, ja.wrong);
	assert_null(strchr(ja.wrong, '{'));
	assert_null(strstr(ja.wrong, words));
}

#define WRONG(verb, words, ...)                                             \
	wrong((const char *const[]){ "kosmoctl", __VA_ARGS__, NULL }, verb, \
	    words)

static void
test_wrong(void **state)
{
	(void)state;
	wrong(
	    (const char *const[]){ "kosmoctl", NULL }, NULL, "verb is missing");
	WRONG(NULL, "unknown verb user", "user");
	WRONG(NULL, "unknown verb user ad", "user", "ad");
	WRONG(NULL, "unknown verb", "users", "add");
	WRONG("user add", "LOGIN is missing", "user", "add");
	WRONG("user add", "--email is missing", "user", "add", "t");
	WRONG(
	    "user add", "--email needs a value", "user", "add", "t", "--email");
	WRONG("user add", "unknown option --emai", "user", "add", "t", "--emai",
	    "a@b");
	WRONG("user add", "--email is given twice", "user", "add", "t",
	    "--email", "a", "--email", "b");
	WRONG("user add", "too many arguments: u", "user", "add", "t", "u",
	    "--email", "a");
	WRONG("user add", "takes no option --follow", "user", "add", "t",
	    "--email", "a", "--follow");
	WRONG("log", "takes no value", "log", "--follow=1");
	WRONG("log", "unknown option -f", "log", "-f");
	WRONG("device rename", "NEWNAME is missing", "device", "rename", "1");
	WRONG("me", "too many arguments", "me", "--", "x");
	WRONG("me", "too many arguments", "me", "a", "b", "c", "d", "e", "f",
	    "g", "h");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_end_of_options),
		cmocka_unit_test(test_wrong),
	};

	if (lang_open("po") != KOSMO_OK) {
		(void)fprintf(stderr, "no catalogue in po/\n");
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
