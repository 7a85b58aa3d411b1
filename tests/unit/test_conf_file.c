#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kosmod/conf.h"
#include "kosmod/conf_read.h"
#include "kosmod/kmsg.h"
#include "libkosmo/path.h"

/* Reads text over the defaults; what was complained of is in said. */
static int
read_text(const char *text, struct conf *conf, char *said, size_t size)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	FILE *err = fmemopen(said, size, "w");
	int r;

	assert_non_null(in);
	assert_non_null(err);
	memset(said, 0, size);
	conf_defaults(conf);
	r = conf_read(in, "t.conf", conf, err);
	if (r == 0)
		r = conf_check(conf, "t.conf", err);
	(void)fclose(in);
	(void)fclose(err);
	return r;
}

static void
test_services(void **state)
{
	static const char text[] =
	    "[login]\nfloor = password factor\nunknown-user = ignore\n"
	    "methods = email totp\n"
	    "[service sudo]\nsteps = factor\n"
	    "[service vlock]\nsteps=password,factor\nmethods = totp\n"
	    "language = ja\nalone = allow\nlogin = yes\ndialogue = yes\n"
	    "console = yes\ndeadline = 30s\nwho = caller\n";
	const struct conf_service *s;
	struct conf conf;
	char said[1024];

	(void)state;
	assert_int_equal(read_text(text, &conf, said, sizeof(said)), 0);
	assert_true(conf.login.unknown_ignore);
	assert_int_equal(conf.login.floor, STEP_PASSWORD | STEP_FACTOR);
	assert_int_equal(conf.login.order[0], METHOD_EMAIL);
	assert_int_equal(conf.login.order[1], METHOD_TOTP);
	assert_int_equal(conf.login.order[2], METHOD_NONE);
	s = conf_service(&conf, "sudo");
	assert_int_equal(s->steps, STEP_FACTOR);
	assert_int_equal(s->deadline, 300);
	s = conf_service(&conf, "vlock");
	assert_string_equal(s->name, "vlock");
	assert_int_equal(s->steps, STEP_PASSWORD | STEP_FACTOR);
	assert_int_equal(s->methods, METHOD_BIT(METHOD_TOTP));
	assert_string_equal(s->language, "ja");
	assert_true(s->alone && s->login && s->dialogue && s->console);
	assert_true(s->caller);
	assert_int_equal(s->deadline, 30);
}

static bool
refused(const char *text)
{
	struct conf conf;
	char said[1024];

	return read_text(text, &conf, said, sizeof(said)) == KOSMO_EINVAL &&
	    strncmp(said, "t.conf: [service ", 17) == 0;
}

/* Nobody is remembered at a console, for sudo and its like, or in lockers. */
static void
test_remember(void **state)
{
	static const char *const never[] = { "login", "sudo", "su", "passwd",
		"locker", "kosmoctl", "vlock" };
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "[service %s]\nremember = 12h\n", never[i]);
		assert_true(refused(text));
		(void)snprintf(text, sizeof(text),
		    "[service %s]\nremember = 0\n", never[i]);
		assert_false(refused(text));
	}
	assert_false(refused("[login]\nremember = 12h\n"));
	assert_false(refused("[service sshd]\nremember = 12h\n"));
	assert_true(refused("[service sshd]\nremember = 12h\nconsole = yes\n"));
	assert_true(refused("[service sshd]\nremember = 12h\ndialogue = no\n"));
	assert_false(refused("[service vpn]\nremember = 12h\nlogin = yes\n"
			     "dialogue = yes\n"));
}

static void
test_combined(void **state)
{
	(void)state;
	assert_false(refused("[service locker]\ncombined = yes\n"));
	assert_false(refused("[service x]\ncombined = yes\n"));
	assert_true(refused("[service x]\ncombined = yes\nsteps = password\n"));
	assert_true(refused("[service x]\ncombined = yes\nsteps = factor\n"));
}

static void
test_built_in_services(void **state)
{
	static const struct {
		const char *name;
		int login, dialogue, console;
		uint32_t deadline;
		bool remembers; /* as [login] has it */
	} rows[] = { { "sshd", 1, 1, 0, 840, true },
		{ "login", 1, 1, 1, 840, false },
		{ "sudo", 0, 0, 0, 300, false }, { "su", 0, 0, 0, 300, false },
		{ "passwd", 0, 0, 0, 300, false },
		{ "locker", 0, 0, 0, 60, false },
		{ "kosmoctl", 0, 1, 0, 840, false },
		{ "vsftpd", 0, 0, 0, 300, true } };
	struct conf conf;

	(void)state;
	conf_defaults(&conf);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct conf_service *s =
		    conf_service(&conf, rows[i].name);

		assert_int_equal(s->steps, STEP_PASSWORD | STEP_FACTOR);
		assert_int_equal(s->login, rows[i].login);
		assert_int_equal(s->dialogue, rows[i].dialogue);
		assert_int_equal(s->console, rows[i].console);
		assert_int_equal(s->deadline, rows[i].deadline);
		assert_false(s->alone || s->caller || s->combined);
		assert_int_equal(s->methods, 0);
		assert_string_equal(s->language, "");
		assert_int_equal(
		    s->remember, rows[i].remembers ? REMEMBER_UNSET : 0);
	}
}

static void
test_long_values(void **state)
{
	struct conf conf;
	char text[4096], said[1024];
	size_t at;

	(void)state;
	at = (size_t)snprintf(text, sizeof(text), "[user-id]\ndeny = a\n");
	for (int i = 0; i < 20; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    "  word%02d another%02d\n", i, i);
	(void)snprintf(text + at, sizeof(text) - at, "min = 5\n");
	assert_int_equal(read_text(text, &conf, said, sizeof(said)), 0);
	assert_memory_equal(conf.user_id.deny, "a word00 another00 word01", 25);
	assert_int_equal(conf.user_id.min, 5);
	(void)snprintf(text, sizeof(text), "[login]\ncontact = %0300d\n", 1);
	assert_int_equal(
	    read_text(text, &conf, said, sizeof(said)), KOSMO_EINVAL);
	assert_memory_equal(said, "t.conf:2: longer than", 21);
}

static char dir[] = "/tmp/kosmo-conf-XXXXXX";
static char file[64];

static void
put_file(const char *text, mode_t mode)
{
	FILE *f;

	(void)unlink(file);
	assert_non_null(f = fopen(file, "w"));
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(file, mode), 0);
}

static int
load(const char *path, char *said, size_t size)
{
	struct conf conf;
	FILE *err = fmemopen(said, size, "w");
	int r;

	assert_non_null(err);
	memset(said, 0, size);
	r = conf_load(path, &conf, err);
	(void)fclose(err);
	return r;
}

/* Links, pipes, folders, others' files: refused with words, never a hang. */
static void
test_files(void **state)
{
	char said[512], name[64];

	(void)state;
	put_file("[registration]\nterms = no\n[totp]\ndigits = 8\n", 0644);
	assert_int_equal(load(file, said, sizeof(said)), 0);
	(void)snprintf(name, sizeof(name), "%s/link", dir);
	assert_int_equal(symlink(file, name), 0);
	assert_int_equal(load(name, said, sizeof(said)), KOSMO_EINVAL);
	assert_non_null(strstr(said, "is a symbolic link"));
	assert_int_equal(unlink(name), 0);
	assert_int_equal(mkfifo(name, 0600), 0);
	assert_int_equal(load(name, said, sizeof(said)), KOSMO_EINVAL);
	assert_non_null(strstr(said, "is no regular file"));
	assert_int_equal(unlink(name), 0);
	assert_int_equal(load(name, said, sizeof(said)), KOSMO_EINVAL);
	assert_non_null(strstr(said, "No such file"));
	assert_int_equal(load(dir, said, sizeof(said)), KOSMO_EINVAL);
	put_file("", 0664);
	assert_int_equal(load(file, said, sizeof(said)), KOSMO_EINVAL);
	assert_non_null(strstr(said, "others may write to it"));
	put_file("", 0644);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_int_equal(load(file, said, sizeof(said)), KOSMO_EINVAL);
	assert_non_null(strstr(said, "others may write to its folder"));
	assert_int_equal(chmod(dir, 0700), 0);
	put_file("[paths]\nterms = /nowhere/at/all\n", 0644);
	assert_int_equal(load(file, said, sizeof(said)), KOSMO_EINVAL);
	assert_non_null(strstr(said, "/nowhere/at/all/terms.en: "));
	put_file("[registration]\nterms = no\n"
		 "[password]\nblocklist = /nowhere/at/all\n",
	    0644);
	assert_int_equal(load(file, said, sizeof(said)), KOSMO_EINVAL);
	assert_non_null(strstr(said, "/nowhere/at/all: [password] blocklist"));
	if (geteuid() == 0) {
		put_file("", 0644);
		assert_int_equal(chown(file, 65534, 65534), 0);
		assert_int_equal(load(file, said, sizeof(said)), KOSMO_EINVAL);
		assert_non_null(strstr(said, "must belong to root"));
	}
	assert_int_equal(unlink(file), 0);
}

static void
test_advice(void **state)
{
	char said[2048],
	    text[] = "[totp]\ndigits = 8\nperiod = 60\n"
		     "algorithm = SHA256\nissuer = X\n"
		     "[login]\nfloor = password\n"
		     "[email]\nsendmail = /bin/true -t\n"
		     "[passkey]\nuser-verification = discouraged\n";
	struct conf conf;
	FILE *out;

	(void)state;
	conf_defaults(&conf);
	assert_non_null(out = fmemopen(said, sizeof(said), "w"));
	conf_advise(&conf, out);
	(void)fclose(out);
	assert_non_null(strstr(said, "[login] contact is not set"));
	assert_non_null(strstr(said, "[totp] issuer is not set"));
	assert_null(strstr(said, "[passkey]"));
	(void)snprintf(conf.email.sendmail, sizeof(conf.email.sendmail),
	    "/nowhere/at/all -t");
	assert_non_null(out = fmemopen(said, sizeof(said), "w"));
	conf_advise(&conf, out);
	(void)fclose(out);
	assert_non_null(strstr(
	    said, "[email] sendmail: /nowhere/at/all can't be run: no mail"));
	assert_int_equal(read_text(text, &conf, said, sizeof(said)), 0);
	(void)snprintf(conf.login.contact, sizeof(conf.login.contact), "IT");
	memset(said, 0, sizeof(said));
	assert_non_null(out = fmemopen(said, sizeof(said), "w"));
	conf_advise(&conf, out);
	(void)fclose(out);
	assert_null(strstr(said, "contact"));
	assert_null(strstr(said, "issuer"));
	assert_null(strstr(said, "sendmail"));
	assert_non_null(strstr(said, "digits = 8"));
	assert_non_null(strstr(said, "period = 60"));
	assert_non_null(strstr(said, "algorithm = SHA256"));
	assert_non_null(strstr(said, "floor = password"));
	assert_non_null(strstr(said, "user-verification = discouraged"));
}

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(file, sizeof(file), "%s/kosmod.conf", dir);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_remember),
		cmocka_unit_test(test_combined),
		cmocka_unit_test(test_built_in_services),
		cmocka_unit_test(test_long_values),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_advice),
	};

	return cmocka_run_group_tests_name("conf file", tests, setup, teardown);
}
