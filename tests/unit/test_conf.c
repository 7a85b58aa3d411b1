#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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
assert_number(const void *at, uint32_t want)
{
	uint32_t got;

	memcpy(&got, at, sizeof(got));
	assert_int_equal(got, want);
}

struct number_case {
	const char *section, *key;
	size_t off;
	uint32_t standard; /* the default */
	const char *good;
	uint32_t value;
	const char *bad;
	const char *why;
};

#define OFF(m) offsetof(struct conf, m)

static const struct number_case number_cases[] = {
	{ "user-id", "min", OFF(user_id.min), 8, "6", 6, "0",
	    "\"0\" is not a number from 1 to 64" },
	{ "user-id", "max", OFF(user_id.max), 13, "20", 20, "65",
	    "\"65\" is not a number from 1 to 64" },
	{ "password", "min", OFF(password.min), 8, "12", 12, "-8",
	    "\"-8\" is not a number from 1 to 512" },
	{ "password", "max", OFF(password.max), 64, "512", 512, "513",
	    "\"513\" is not a number from 1 to 512" },
	{ "password", "classes", OFF(password.classes), 15, "digit, lower",
	    CLASS_DIGIT | CLASS_LOWER, "digits",
	    "\"digits\" in \"digits\" is no known word" },
	{ "password", "history", OFF(password.history), 5, "0", 0, "25",
	    "\"25\" is not a number from 0 to 24" },
	{ "registration", "expires", OFF(registration.expires), 2592000, "7d",
	    604800, "1w", "\"1w\" is not a time such as" },
	{ "registration", "email-change", OFF(registration.change),
	    CHANGE_ALLOW, "hold", CHANGE_HOLD, "no",
	    "\"no\" is not one of allow, hold, refuse" },
	{ "registration", "attempts", OFF(registration.attempts), 5, "3", 3,
	    "0", "\"0\" is not a number from 1 to 20" },
	{ "email", "digits", OFF(email.digits), 6, "8", 8, "5",
	    "\"5\" is not a number from 6 to 10" },
	{ "email", "lifetime", OFF(email.lifetime), 600, "3m", 180, "2h",
	    "\"2h\" is not from 60 to 3600 seconds" },
	{ "email", "attempts", OFF(email.attempts), 5, "2", 2, "21",
	    "\"21\" is not a number from 1 to 20" },
	{ "email", "resend-after", OFF(email.resend_after), 60, "30s", 30, "0",
	    "\"0\" is not from 1 to 3600 seconds" },
	{ "email", "per-hour", OFF(email.per_hour), 10, "1", 1, "51",
	    "\"51\" is not a number from 1 to 50" },
	{ "recovery", "count", OFF(recovery.count), 10, "0", 0, "25",
	    "\"25\" is not a number from 0 to 24" },
	{ "login", "remember", OFF(login.remember), 0, "12h", 43200, "31d",
	    "\"31d\" is not from 0 to 2592000 seconds" },
	{ "totp", "digits", OFF(totp.digits), 6, "8", 8, "7",
	    "\"7\" is neither 6 nor 8" },
	{ "totp", "period", OFF(totp.period), 30, "60s", 60, "14",
	    "\"14\" is not from 15 to 120 seconds" },
	{ "totp", "window", OFF(totp.window), 1, "0", 0, "11",
	    "\"11\" is not a number from 0 to 10" },
	{ "passkey", "user-verification", OFF(passkey.verify), VERIFY_REQUIRED,
	    "biometric", VERIFY_BIOMETRIC, "Required",
	    "\"Required\" is not one of" },
	{ "passkey", "timeout", OFF(passkey.timeout), 60, "90", 90, "9",
	    "\"9\" is not from 10 to 300 seconds" },
	{ "throttle", "free", OFF(throttle.free), 5, "3", 3, "0",
	    "\"0\" is not a number from 1 to 250" },
	{ "throttle", "window", OFF(throttle.window), 900, "1h", 3600, "",
	    "\"\" is not a time such as" },
	{ "throttle", "base", OFF(throttle.base), 60, "90", 90, "1.5m",
	    "\"1.5m\" is not a time such as" },
	{ "throttle", "ceiling", OFF(throttle.ceiling), 900, "30m", 1800, "2d",
	    "\"2d\" is not from 1 to 86400 seconds" },
	{ "throttle", "per-source", OFF(throttle.per_source), 50, "9/10m", 9,
	    "50", "\"50\" is not a rate such as 50/1h" },
	{ "throttle", "per-source", OFF(throttle.per_source_window), 3600,
	    "9/10m", 600, "0/1h", "\"0/1h\" is not a rate from" },
	{ "throttle", "per-person", OFF(throttle.per_person), 20, "7/1m", 7,
	    "x/1h", "\"x/1h\" is not a rate such as" },
	{ "throttle", "per-person", OFF(throttle.per_person_window), 3600,
	    "7/1m", 60, "7/0s", "\"7/0s\" is not a rate from" },
	{ "throttle", "known-for", OFF(throttle.known_for), 2592000, "1d",
	    86400, "999999999999999999999",
	    "\"999999999999999999999\" is not a time" },
	{ "throttle", "lock", OFF(throttle.lock), 30, "10", 10, "2",
	    "\"2\" is not a number from 3 to 250" },
	{ "login", "methods", OFF(login.methods), 14, "totp",
	    METHOD_BIT(METHOD_TOTP), "totp totp",
	    "\"totp\" in \"totp totp\" is named twice" },
	{ "login", "attempts", OFF(login.attempts), 3, "1", 1, "11",
	    "\"11\" is not a number from 1 to 10" },
	{ "limits", "conversations", OFF(limits.conversations), 1000, "65", 65,
	    "64", "\"64\" is not a number from 65 to 10000" },
	{ "limits", "per-uid", OFF(limits.per_uid), 32, "2", 2, "many",
	    "\"many\" is not a number from 1 to 10000" },
	{ "limits", "idle", OFF(limits.idle), 300, "2s", 2, "0",
	    "\"0\" is not from 1 to 3600 seconds" },
};

static void
test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(number_cases) / sizeof(number_cases[0]);
	     i++) {
		const struct number_case *c = &number_cases[i];
		struct conf conf;
		char text[256], said[1024], want[256];

		conf_defaults(&conf);
		assert_number((uint8_t *)&conf + c->off, c->standard);
		(void)snprintf(text, sizeof(text), "[%s]\n%s = %s\n",
		    c->section, c->key, c->good);
		assert_int_equal(read_text(text, &conf, said, sizeof(said)), 0);
		assert_string_equal(said, "");
		assert_number((uint8_t *)&conf + c->off, c->value);
		(void)snprintf(text, sizeof(text), "# a comment\n[%s]\n%s=%s\n",
		    c->section, c->key, c->bad);
		assert_int_equal(
		    read_text(text, &conf, said, sizeof(said)), KOSMO_EINVAL);
		(void)snprintf(want, sizeof(want), "t.conf:3: [%s] %s: %s",
		    c->section, c->key, c->why);
		assert_memory_equal(said, want, strlen(want));
	}
}

struct text_case {
	const char *section, *key;
	size_t off;
	const char *standard;
	const char *good;
	const char *value;
	const char *bad;
	const char *why;
};

static const struct text_case text_cases[] = {
	{ "user-id", "symbols", OFF(user_id.symbols), "", "-_.", "-_.", "a",
	    "\"a\" is not a row of different ASCII symbols" },
	{ "user-id", "deny", OFF(user_id.deny),
	    "administrator webmaster postmaster hostmaster supervisor sysadmin "
	    "helpdesk security password",
	    "root,  admin", "root admin", NULL, NULL },
	{ "password", "symbols-denied", OFF(password.symbols_denied), "",
	    "\"'\\", "\"'\\", "!!", "\"!!\" is not a row of different" },
	{ "password", "blocklist", OFF(password.blocklist), "", "/etc/words",
	    "/etc/words", "words", "\"words\" is not an absolute path" },
	{ "totp", "issuer", OFF(totp.issuer), NULL, "Example", "Example", "a:b",
	    "\"a:b\" is not 1 to 64 bytes without a colon" },
	{ "totp", "algorithm", OFF(totp.algorithm), "SHA1", "SHA512", "SHA512",
	    "MD5", "\"MD5\" is not one of SHA1, SHA256, SHA512" },
	{ "passkey", "rp-id", OFF(passkey.rp_id), "", "a-1.example.jp",
	    "a-1.example.jp", "a_b", "\"a_b\" is no domain name in lower" },
	{ "login", "language", OFF(login.language), "en", "ja", "ja", "fr",
	    "\"fr\" is not one of en, ja" },
	{ "login", "contact", OFF(login.contact), "", "IT: 内線 1234",
	    "IT: 内線 1234", "x\033[1m", NULL },
	{ "login", "contact-ja", OFF(login.contact_ja), "", "情報", "情報",
	    "\xff", NULL },
	{ "login", "contact-en", OFF(login.contact_en), "", "desk", "desk",
	    "a\x80", NULL },
	{ "email", "from", OFF(email.from), NULL, "Desk <d@example.org>",
	    "Desk <d@example.org>", "x", "\"x\" is no" },
	{ "email", "subject", OFF(email.subject), "", "[Works]", "[Works]",
	    "x\033[1m", NULL },
	{ "email", "domains", OFF(email.domains), "", "a.example, b.example",
	    "a.example b.example", "a@b", "\"a@b\"" },
	{ "email", "sendmail", OFF(email.sendmail), "/usr/sbin/sendmail -t -i",
	    "/opt/mail -t", "/opt/mail -t", "mail", "\"mail\"" },
	{ "admin", "protected", OFF(admin.protect), "sudo wheel adm",
	    "operators", "operators", NULL, NULL },
	{ "paths", "terms", OFF(paths.terms), KOSMO_TERMS, "/srv/terms",
	    "/srv/terms", "terms", "\"terms\" is not an absolute" },
	{ "paths", "socket", OFF(paths.socket), KOSMO_SOCKET, "/tmp/k/s",
	    "/tmp/k/s", "/tmp/../s", "\"/tmp/../s\" is not an absolute path" },
	{ "paths", "state", OFF(paths.state), KOSMO_STATE_DIR, "/srv/kosmo",
	    "/srv/kosmo", "/srv/kosmo/", "\"/srv/kosmo/\" is not" },
	{ "paths", "master-key", OFF(paths.master_key), KOSMO_MASTER_KEY,
	    "/srv/key", "/srv/key", "./key", "\"./key\" is not an absolute" },
};

static void
bad_text(const struct text_case *c)
{
	struct conf conf;
	char text[512], said[1024], want[256];

	(void)snprintf(text, sizeof(text), "[%s]\n\n%s = %s\n", c->section,
	    c->key, c->bad);
	assert_int_equal(
	    read_text(text, &conf, said, sizeof(said)), KOSMO_EINVAL);
	if (c->why != NULL)
		(void)snprintf(want, sizeof(want), "t.conf:3: [%s] %s: %s",
		    c->section, c->key, c->why);
	else
		(void)snprintf(want, sizeof(want), "t.conf:3: not clean UTF-8");
	assert_memory_equal(said, want, strlen(want));
}

static void
test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(text_cases) / sizeof(text_cases[0]);
	     i++) {
		const struct text_case *c = &text_cases[i];
		struct conf conf;
		char text[512], said[1024];

		conf_defaults(&conf);
		if (c->standard != NULL)
			assert_string_equal(
			    (char *)&conf + c->off, c->standard);
		else
			assert_true(((char *)&conf + c->off)[0] != '\0');
		(void)snprintf(text, sizeof(text), "[%s]\n%s = %s\n",
		    c->section, c->key, c->good);
		assert_int_equal(read_text(text, &conf, said, sizeof(said)), 0);
		assert_string_equal((char *)&conf + c->off, c->value);
		if (c->bad != NULL)
			bad_text(c);
	}
}

struct switch_case {
	const char *section, *key;
	size_t off;
	bool standard; /* the default */
	const char *other;
};

static const struct switch_case switch_cases[] = {
	{ "user-id", "keep", OFF(user_id.keep), false, "yes" },
	{ "registration", "birth-date", OFF(registration.birth_date), true,
	    "no" },
	{ "registration", "terms", OFF(registration.terms), true, "no" },
	{ "registration", "email", OFF(registration.email), true, "no" },
	{ "registration", "user-id", OFF(registration.user_id), true, "no" },
	{ "registration", "relogin", OFF(registration.relogin), true, "no" },
	{ "login", "unknown-user", OFF(login.unknown_ignore), false, "ignore" },
};

static void
test_switches(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(switch_cases) / sizeof(switch_cases[0]);
	     i++) {
		const struct switch_case *c = &switch_cases[i];
		struct conf conf;
		char text[256], said[1024];
		bool got;

		conf_defaults(&conf);
		memcpy(&got, (uint8_t *)&conf + c->off, sizeof(got));
		assert_int_equal(got, c->standard);
		(void)snprintf(text, sizeof(text), "[%s]\n%s = %s\n",
		    c->section, c->key, c->other);
		assert_int_equal(read_text(text, &conf, said, sizeof(said)), 0);
		memcpy(&got, (uint8_t *)&conf + c->off, sizeof(got));
		assert_int_equal(got, !c->standard);
	}
}

/* Those that are the host's, or more than one number. */
static void
test_other_defaults(void **state)
{
	char domain[65], from[MAIL_FROM_LEN + 1], said[1024];
	struct conf conf;

	(void)state;
	conf_defaults(&conf);
	conf_host_domain(domain, sizeof(domain));
	assert_string_equal(conf.totp.issuer, domain);
	(void)snprintf(from, sizeof(from), "no-reply@%s", domain);
	assert_string_equal(conf.email.from, from);
	assert_int_equal(conf.login.floor, STEP_FACTOR);
	assert_int_equal(conf.login.order[0], METHOD_PASSKEY);
	assert_int_equal(conf.login.order[1], METHOD_TOTP);
	assert_int_equal(conf.login.order[2], METHOD_EMAIL);
	assert_int_equal(conf.login.order[3], METHOD_NONE);
	assert_int_equal(read_text("[login]\nfloor = password factor\n", &conf,
			     said, sizeof(said)),
	    0);
	assert_int_equal(conf.login.floor, STEP_PASSWORD | STEP_FACTOR);
}

/* What is wrong, and the line that says so. */
static const char *const wrong[][2] = {
	{ "[totp]\ndigit = 6\n", "t.conf:2: unknown key \"digit\" in [totp]" },
	{ "[topt]\n", "t.conf:1: unknown section [topt]" },
	{ "[service]\nsteps = factor\n", "t.conf:1: unknown section" },
	{ "[service ]\n", "t.conf:1: unknown section" },
	{ "[service x]\nfoo = 1\n", "t.conf:2: unknown key \"foo\" in" },
	{ "[service x]\nsteps = code\n", "t.conf:2: [service x] steps: \"co" },
	{ "[service x]\nsteps =\n", "t.conf:2: [service x] steps: \"\" nam" },
	{ "[service x]\nlogin = true\n", "t.conf:2: [service x] login: \"tr" },
	{ "[service x]\ndialogue = 1\n", "t.conf:2: [service x] dialogue: " },
	{ "[service x]\nconsole = YES\n", "t.conf:2: [service x] console: " },
	{ "[service x]\nalone = yes\n", "t.conf:2: [service x] alone: \"yes" },
	{ "[service x]\nwho = root\n", "t.conf:2: [service x] who: \"root\" " },
	{ "[service x]\nlanguage = e\n", "t.conf:2: [service x] language: " },
	{ "[service x]\ndeadline = 2h\n", "t.conf:2: [service x] deadline:" },
	{ "[service x]\nmethods = sms\n", "t.conf:2: [service x] methods: " },
	{ "[login]\nmethods = totp\n[service x]\nmethods = email\n",
	    "t.conf: [service x] methods names one that [login] methods" },
	{ "[login]\nmethods =\n", "t.conf:2: [login] methods: \"\" names n" },
	{ "[login]\nfloor = none\n", "t.conf:2: [login] floor: \"none\" in" },
	{ "[login]\nunknown-user = deny\n", "t.conf:2: [login] unknown-user" },
	{ "[login]\nattempts = 3\nattempts = 4\n",
	    "t.conf:3: [login] attempts is there twice" },
	{ "[login\nattempts = 3\n", "t.conf:1: \"[login\" is no section" },
	{ "attempts = 3\n", "t.conf:1: \"attempts\" is before any [section]" },
	{ "[login]\nattempts\n", "t.conf:2: \"attempts\" is no key = value" },
	{ "[user-id]\nmin = 9\nmax = 8\n", "t.conf: [user-id] min is above " },
	{ "[password]\nmin = 65\n", "t.conf: [password] min is above max" },
	{ "[password]\nmin = 1\nmax = 3\n", "t.conf: [password] max has no " },
	{ "[throttle]\nbase = 16m\n", "t.conf: [throttle] base is above ce" },
	{ "[throttle]\nper-source = 251/1h\n", "t.conf: [throttle] no more t" },
	{ "[throttle]\nper-person = 251/1h\n", "t.conf: [throttle] no more t" },
	{ "[throttle]\nlock = 251\n", "t.conf:2: " },
	{ "[throttle]\nfree = 251\n", "t.conf:2: " },
	{ "[limits]\nper-uid = 1001\n", "t.conf: [limits] per-uid is above" },
	{ "[paths]\nsocket = /k/admin.sock\n", "t.conf: [paths] socket has" },
	{ "[paths]\nsocket = /k/priv.sock\n", "t.conf: [paths] socket has" },
	{ "[paths]\nsocket = /k/touch.sock\n", "t.conf: [paths] socket has" },
	{ "[paths]\nsocket = /k/keys.sock\n", "t.conf: [paths] socket has" },
	{ "[paths]\nsocket = /kosmod.sock\n", "t.conf: [paths] socket must" },
	{ "[passkey]\nuser-verification = yes\n",
	    "t.conf:2: [passkey] user-verification: \"yes\" is not one of "
	    "required, preferred, discouraged, biometric" },
	{ "[passkey]\nrp-id = Example.jp\n",
	    "t.conf:2: [passkey] rp-id: \"Example.jp\" is no domain" },
	{ "[passkey]\nrp-id = a..b\n", "t.conf:2: [passkey] rp-id: " },
	{ "[passkey]\nrp-id = .a\n", "t.conf:2: [passkey] rp-id: " },
	{ "[passkey]\nrp-id = a.\n", "t.conf:2: [passkey] rp-id: " },
	{ "[passkey]\nrp-id = -a.b\n", "t.conf:2: [passkey] rp-id: " },
	{ "[passkey]\nrp-id = a-.b\n", "t.conf:2: [passkey] rp-id: " },
	{ "[passkey]\nrp-id = a b\n", "t.conf:2: [passkey] rp-id: " },
	{ "[passkey]\nrp-id =\n", "t.conf:2: [passkey] rp-id: " },
	{ "[email]\nfrom = x\n", "t.conf:2: [email] from: \"x\" is no " },
	{ "[email]\nfrom = A <a@b.c\n", "t.conf:2: [email] from: \"A <a@b" },
	{ "[email]\nfrom = A <a@b.c> B\n", "t.conf:2: [email] from: \"A " },
	{ "[email]\nfrom = \"A\" <a@b.c>\n", "t.conf:2: [email] from: " },
	{ "[email]\ndomains = a@b\n", "t.conf:2: [email] domains: \"a@b\"" },
	{ "[email]\ndigits = 5\n", "t.conf:2: [email] digits: " },
	{ "[email]\nsendmail = sendmail\n", "t.conf:2: [email] sendmail: " },
	{ "[email]\nsendmail = /a -t; b\n", "t.conf:2: [email] sendmail: " },
	{ "[registration]\nemail-change = no\n",
	    "t.conf:2: [registration] email-change: \"no\" is not one of" },
	{ "[registration]\nattempts = 0\n", "t.conf:2: [registration] att" },
	{ "[recovery]\ncount = 25\n", "t.conf:2: [recovery] count: " },
	{ "[service x]\ncombined = 1\n", "t.conf:2: [service x] combined" },
};

static void
test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct conf conf;
		char said[2048];

		assert_int_equal(
		    read_text(wrong[i][0], &conf, said, sizeof(said)),
		    KOSMO_EINVAL);
		assert_memory_equal(said, wrong[i][1], strlen(wrong[i][1]));
	}
}

static void
test_every_error_is_told(void **state)
{
	struct conf conf;
	char said[2048];

	(void)state;
	assert_int_equal(read_text("[totp]\ndigits = 7\nperiod = 1\n"
				   "colour = red\n[what]\n",
			     &conf, said, sizeof(said)),
	    KOSMO_EINVAL);
	assert_non_null(strstr(said, "t.conf:2: "));
	assert_non_null(strstr(said, "t.conf:3: "));
	assert_non_null(strstr(said, "t.conf:4: "));
	assert_non_null(strstr(said, "t.conf:5: "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_switches),
		cmocka_unit_test(test_other_defaults),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_every_error_is_told),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
