/*
 * The command line, against a small table of verbs and against the real one's
 * form.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

#define PARSE(a, ...) \
	parse(a, (const char *const[]){ "kosmoctl", __VA_ARGS__, NULL })

static int
parse(struct args *a, const char *const *argv)
{
	char *copy[16] = { NULL };
	int n = 0;

	for (; argv[n] != NULL; n++)
		copy[n] = (char *)(uintptr_t)argv[n];
	return args_parse(table, n, copy, a);
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

static void
wrong(int r, const struct args *a, const char *verb, const char *words)
{
	assert_int_equal(r, KOSMO_EINVAL);
	if (verb == NULL)
		assert_null(a->verb);
	else
		assert_string_equal(a->verb->name, verb);
	assert_non_null(strstr(a->wrong, words));
}

static void
test_wrong(void **state)
{
	struct args a;

	(void)state;
	wrong(parse(&a, (const char *const[]){ "kosmoctl", NULL }), &a, NULL,
	    "verb is missing");
	wrong(PARSE(&a, "user"), &a, NULL, "unknown verb user");
	wrong(PARSE(&a, "user", "ad"), &a, NULL, "unknown verb user ad");
	wrong(PARSE(&a, "users", "add"), &a, NULL, "unknown verb");
	wrong(PARSE(&a, "user", "add"), &a, "user add", "LOGIN is missing");
	wrong(PARSE(&a, "user", "add", "t"), &a, "user add",
	    "--email is missing");
	wrong(PARSE(&a, "user", "add", "t", "--email"), &a, "user add",
	    "--email needs a value");
	wrong(PARSE(&a, "user", "add", "t", "--emai", "a@b"), &a, "user add",
	    "unknown option --emai");
	wrong(PARSE(&a, "user", "add", "t", "--email", "a", "--email", "b"), &a,
	    "user add", "--email is given twice");
	wrong(PARSE(&a, "user", "add", "t", "u", "--email", "a"), &a,
	    "user add", "too many arguments: u");
	wrong(PARSE(&a, "user", "add", "t", "--email", "a", "--follow"), &a,
	    "user add", "takes no option --follow");
	wrong(PARSE(&a, "log", "--follow=1"), &a, "log", "takes no value");
	wrong(PARSE(&a, "log", "-f"), &a, "log", "unknown option -f");
	wrong(PARSE(&a, "device", "rename", "1"), &a, "device rename",
	    "NEWNAME is missing");
	wrong(PARSE(&a, "me", "--", "x"), &a, "me", "too many arguments");
	wrong(PARSE(&a, "me", "a", "b", "c", "d", "e", "f", "g", "h"), &a, "me",
	    "too many arguments");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_end_of_options),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
