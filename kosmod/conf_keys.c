#include "config.h"

#include "conf_read.h"

#include <string.h>

#include "kosmod/conf_values.h"

#define DAY 86400U
#define SERVICE "service"

enum kind {
	K_NUMBER = 1,
	K_DIGITS,
	K_SECONDS,
	K_RATE,
	K_EITHER,
	K_WORD,
	K_TEXT,
	K_ISSUER,
	K_PATH,
	K_WORDS,
	K_SYMBOLS,
	K_CLASSES,
	K_STEPS,
	K_METHODS, /* with their order behind them */
	K_METHOD_BITS,
	K_CHOICE, /* the number of a word in words */
	K_FROM,
	K_DOMAINS,
	K_RP_ID,
	K_COMMAND
};

struct key {
	const char *section;
	const char *name;
	enum kind kind;
	size_t off;	    /* in struct conf, or in the row of a service */
	struct range range; /* numbers; max alone: size of a text */
	const char *const *words; /* K_EITHER, K_WORD */
};

static const char *const no_yes[] = { "no", "yes", NULL };
static const char *const allow_hold_refuse[] = { "allow", "hold", "refuse",
	NULL };
static const char *const refuse_allow[] = { "refuse", "allow", NULL };
static const char *const fail_ignore[] = { "fail", "ignore", NULL };
static const char *const target_caller[] = { "target", "caller", NULL };
/* in the order of enum conf_verify */
static const char *const verifications[] = { "required", "preferred",
	"discouraged", "biometric", NULL };
static const char *const languages[] = { "en", "ja", NULL };
static const char *const algorithms[] = { "SHA1", "SHA256", "SHA512", NULL };

#define OFF(m) offsetof(struct conf, m)
#define ROW(m) offsetof(struct conf_service, m)
#define SIZE(m)                                  \
	{                                        \
		0, sizeof(((struct conf *)0)->m) \
	}
#define NO           \
	{            \
		0, 0 \
	}

static const struct key keys[] = {
	{ "user-id", "min", K_NUMBER, OFF(user_id.min), { 1, 64 }, NULL },
	{ "user-id", "max", K_NUMBER, OFF(user_id.max), { 1, 64 }, NULL },
	{ "user-id", "symbols", K_SYMBOLS, OFF(user_id.symbols),
	    SIZE(user_id.symbols), NULL },
	{ "user-id", "keep", K_EITHER, OFF(user_id.keep), NO, no_yes },
	{ "user-id", "deny", K_WORDS, OFF(user_id.deny), SIZE(user_id.deny),
	    NULL },
	{ "password", "min", K_NUMBER, OFF(password.min), { 1, 512 }, NULL },
	{ "password", "max", K_NUMBER, OFF(password.max), { 1, 512 }, NULL },
	{ "password", "classes", K_CLASSES, OFF(password.classes), NO, NULL },
	{ "password", "symbols-denied", K_SYMBOLS, OFF(password.symbols_denied),
	    SIZE(password.symbols_denied), NULL },
	{ "password", "history", K_NUMBER, OFF(password.history), { 0, 24 },
	    NULL },
	{ "password", "blocklist", K_PATH, OFF(password.blocklist),
	    SIZE(password.blocklist), NULL },
	{ "registration", "expires", K_SECONDS, OFF(registration.expires),
	    { 60, 366 * DAY }, NULL },
	{ "registration", "birth-date", K_EITHER, OFF(registration.birth_date),
	    NO, no_yes },
	{ "registration", "terms", K_EITHER, OFF(registration.terms), NO,
	    no_yes },
	{ "registration", "email", K_EITHER, OFF(registration.email), NO,
	    no_yes },
	{ "registration", "email-change", K_CHOICE, OFF(registration.change),
	    NO, allow_hold_refuse },
	{ "registration", "user-id", K_EITHER, OFF(registration.user_id), NO,
	    no_yes },
	{ "registration", "relogin", K_EITHER, OFF(registration.relogin), NO,
	    no_yes },
	{ "registration", "attempts", K_NUMBER, OFF(registration.attempts),
	    { 1, 20 }, NULL },
	{ "email", "from", K_FROM, OFF(email.from), SIZE(email.from), NULL },
	{ "email", "subject", K_TEXT, OFF(email.subject), SIZE(email.subject),
	    NULL },
	{ "email", "digits", K_NUMBER, OFF(email.digits), { 6, 10 }, NULL },
	{ "email", "lifetime", K_SECONDS, OFF(email.lifetime), { 60, 3600 },
	    NULL },
	{ "email", "attempts", K_NUMBER, OFF(email.attempts), { 1, 20 }, NULL },
	{ "email", "resend-after", K_SECONDS, OFF(email.resend_after),
	    { 1, 3600 }, NULL },
	{ "email", "per-hour", K_NUMBER, OFF(email.per_hour), { 1, 50 }, NULL },
	{ "email", "domains", K_DOMAINS, OFF(email.domains),
	    SIZE(email.domains), NULL },
	{ "email", "sendmail", K_COMMAND, OFF(email.sendmail),
	    SIZE(email.sendmail), NULL },
	{ "recovery", "count", K_NUMBER, OFF(recovery.count), { 0, 24 }, NULL },
	{ "totp", "issuer", K_ISSUER, OFF(totp.issuer), SIZE(totp.issuer),
	    NULL },
	{ "totp", "algorithm", K_WORD, OFF(totp.algorithm),
	    SIZE(totp.algorithm), algorithms },
	{ "totp", "digits", K_DIGITS, OFF(totp.digits), NO, NULL },
	{ "totp", "period", K_SECONDS, OFF(totp.period), { 15, 120 }, NULL },
	{ "totp", "window", K_NUMBER, OFF(totp.window), { 0, 10 }, NULL },
	{ "passkey", "rp-id", K_RP_ID, OFF(passkey.rp_id), SIZE(passkey.rp_id),
	    NULL },
	{ "passkey", "user-verification", K_CHOICE, OFF(passkey.verify), NO,
	    verifications },
	{ "passkey", "timeout", K_SECONDS, OFF(passkey.timeout), { 10, 300 },
	    NULL },
	{ "throttle", "free", K_NUMBER, OFF(throttle.free), { 1, FAILURES_MAX },
	    NULL },
	{ "throttle", "window", K_SECONDS, OFF(throttle.window), { 1, DAY },
	    NULL },
	{ "throttle", "base", K_SECONDS, OFF(throttle.base), { 1, DAY }, NULL },
	{ "throttle", "ceiling", K_SECONDS, OFF(throttle.ceiling), { 1, DAY },
	    NULL },
	{ "throttle", "per-source", K_RATE, OFF(throttle.per_source), NO,
	    NULL },
	{ "throttle", "per-person", K_RATE, OFF(throttle.per_person), NO,
	    NULL },
	{ "throttle", "known-for", K_SECONDS, OFF(throttle.known_for),
	    { 0, 366 * DAY }, NULL },
	{ "throttle", "lock", K_NUMBER, OFF(throttle.lock), { 3, FAILURES_MAX },
	    NULL },
	{ "login", "methods", K_METHODS, OFF(login.methods), NO, NULL },
	{ "login", "floor", K_STEPS, OFF(login.floor), NO, NULL },
	{ "login", "attempts", K_NUMBER, OFF(login.attempts), { 1, 10 }, NULL },
	{ "login", "unknown-user", K_EITHER, OFF(login.unknown_ignore), NO,
	    fail_ignore },
	{ "login", "remember", K_SECONDS, OFF(login.remember), { 0, 30 * DAY },
	    NULL },
	{ "login", "language", K_WORD, OFF(login.language),
	    SIZE(login.language), languages },
	{ "login", "contact", K_TEXT, OFF(login.contact), SIZE(login.contact),
	    NULL },
	{ "login", "contact-ja", K_TEXT, OFF(login.contact_ja),
	    SIZE(login.contact_ja), NULL },
	{ "login", "contact-en", K_TEXT, OFF(login.contact_en),
	    SIZE(login.contact_en), NULL },
	{ SERVICE, "steps", K_STEPS, ROW(steps), NO, NULL },
	{ SERVICE, "methods", K_METHOD_BITS, ROW(methods), NO, NULL },
	{ SERVICE, "language", K_WORD, ROW(language), { 0, 8 }, languages },
	{ SERVICE, "alone", K_EITHER, ROW(alone), NO, refuse_allow },
	{ SERVICE, "login", K_EITHER, ROW(login), NO, no_yes },
	{ SERVICE, "dialogue", K_EITHER, ROW(dialogue), NO, no_yes },
	{ SERVICE, "console", K_EITHER, ROW(console), NO, no_yes },
	{ SERVICE, "who", K_EITHER, ROW(caller), NO, target_caller },
	{ SERVICE, "combined", K_EITHER, ROW(combined), NO, no_yes },
	{ SERVICE, "remember", K_SECONDS, ROW(remember), { 0, 30 * DAY },
	    NULL },
	{ SERVICE, "deadline", K_SECONDS, ROW(deadline), { 1, 3600 }, NULL },
	{ "admin", "protected", K_WORDS, OFF(admin.protect),
	    SIZE(admin.protect), NULL },
	{ "limits", "conversations", K_NUMBER, OFF(limits.conversations),
	    { 65, 10000 }, NULL },
	{ "limits", "per-uid", K_NUMBER, OFF(limits.per_uid), { 1, 10000 },
	    NULL },
	{ "limits", "idle", K_SECONDS, OFF(limits.idle), { 1, 3600 }, NULL },
	{ "paths", "socket", K_PATH, OFF(paths.socket), SIZE(paths.socket),
	    NULL },
	{ "paths", "state", K_PATH, OFF(paths.state), SIZE(paths.state), NULL },
	{ "paths", "terms", K_PATH, OFF(paths.terms), SIZE(paths.terms), NULL },
	{ "paths", "master-key", K_PATH, OFF(paths.master_key),
	    SIZE(paths.master_key), NULL },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

_Static_assert(N_KEYS <= CONF_KEYS_MAX, "a mark for each key");
_Static_assert(OFF(throttle.per_source) + sizeof(uint32_t) ==
	OFF(throttle.per_source_window),
    "a rate is two numbers in a row");
_Static_assert(OFF(throttle.per_person) + sizeof(uint32_t) ==
	OFF(throttle.per_person_window),
    "a rate is two numbers in a row");
_Static_assert(OFF(login.methods) + sizeof(uint32_t) == OFF(login.order),
    "the order follows the bits");

bool
conf_key_section(const char *section)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		if (strcmp(keys[i].section, section) == 0)
			return strcmp(section, SERVICE) != 0;
	}
	return strncmp(section, SERVICE " ", strlen(SERVICE " ")) == 0 &&
	    section[strlen(SERVICE " ")] != '\0';
}

int
conf_key_find(const char *section, const char *name)
{
	if (strncmp(section, SERVICE " ", strlen(SERVICE " ")) == 0)
		section = SERVICE;
	for (size_t i = 0; i < N_KEYS; i++) {
		if (strcmp(keys[i].section, section) == 0 &&
		    strcmp(keys[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

static int
set_text(const struct key *k, char *to, const char *value, struct complaint *c)
{
	switch (k->kind) {
	case K_WORD:
		return parse_word(to, k->range.max, value, k->words, c);
	case K_TEXT:
		return parse_text(to, k->range.max, value, c);
	case K_ISSUER:
		return parse_issuer(to, k->range.max, value, c);
	case K_PATH:
		return parse_path(to, k->range.max, value, c);
	case K_FROM:
		return parse_from(to, k->range.max, value, c);
	case K_DOMAINS:
		return parse_domains(to, k->range.max, value, c);
	case K_RP_ID:
		return parse_rp_id(to, k->range.max, value, c);
	case K_COMMAND:
		return parse_command(to, k->range.max, value, c);
	case K_WORDS:
		return parse_words(to, k->range.max, value, c);
	default:
		return parse_symbols(to, k->range.max, value, c);
	}
}

static int
set_number(
    const struct key *k, void *at, const char *value, struct complaint *c)
{
	uint32_t *to = at;

	switch (k->kind) {
	case K_NUMBER:
		return parse_number(to, value, &k->range, c);
	case K_DIGITS:
		return parse_digits(to, value, c);
	case K_SECONDS:
		return parse_seconds(to, value, &k->range, c);
	case K_RATE:
		return parse_rate(to, to + 1, value, c);
	case K_CHOICE:
		return parse_choice(to, value, k->words, c);
	case K_CLASSES:
		return parse_classes(to, value, c);
	case K_METHODS:
		return parse_methods(to, (uint8_t *)(to + 1), value, c);
	default:
		return parse_methods(to, NULL, value, c);
	}
}

int
conf_key_set(struct conf *conf, struct conf_service *row, int key,
    const char *value, struct complaint *c)
{
	const struct key *k = &keys[key];
	void *base = row != NULL ? (void *)row : (void *)conf;
	void *at = (uint8_t *)base + k->off;

	switch (k->kind) {
	case K_EITHER:
		return parse_either(at, value, k->words, c);
	case K_STEPS:
		return parse_steps(at, value, c);
	case K_NUMBER:
	case K_DIGITS:
	case K_SECONDS:
	case K_RATE:
	case K_CLASSES:
	case K_CHOICE:
	case K_METHODS:
	case K_METHOD_BITS:
		return set_number(k, at, value, c);
	default:
		return set_text(k, at, value, c);
	}
}
