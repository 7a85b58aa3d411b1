#include "config.h"

#include "view_words.h"

#include <stdio.h>
#include <string.h>

#include "kosmoctl/cell.h"
#include "kosmod/reason.h"

static const struct {
	const char *word;
	const char *text;
} known[] = {
	{ "", N_("none") },
	{ "active", N_("active") },
	{ "email", N_("e-mail") },
	{ "expired", N_("expired") },
	{ "invited", N_("invited") },
	{ "locked", N_("locked") },
	{ "passkey", N_("passkey") },
	{ "recovery", N_("recovery code") },
	{ "registered", N_("registered") },
	{ "ssh-key", N_("SSH key") },
	{ "totp", N_("app") },
};

const char *
view_word(enum lang lang, const char *word)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].word, word) == 0)
			return tr(lang, known[i].text);
	}
	return word;
}

static const struct {
	const char *step;
	const char *text;
} steps[] = {
	{ "birth_date", N_("date of birth") },
	{ "terms", N_("terms of use") },
	{ "email", N_("e-mail address") },
	{ "confirm", N_("code from the mail") },
	{ "user_id", N_("user ID") },
	{ "choice", N_("choice of the method") },
	{ "password", N_("password") },
	{ "method", N_("part 2, method") },
	{ "codes", N_("part 2, recovery codes") },
};

void
view_step(enum lang lang, const struct msg_row *row, bool name,
    char ret[static WORDS_LEN])
{
	const char *step = cell_get(row, "step"), *text = "";
	const char *n = cell_get(row, "step_number");

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (strcmp(steps[i].step, step) == 0)
			text = tr(lang, steps[i].text);
	}
	if (n[0] == '\0')
		(void)snprintf(ret, WORDS_LEN, "%s", text);
	else if (name)
		words(ret, lang, N_("step {n} of {total} {step}"),
		    FILLS({ "n", n }, { "total", cell_get(row, "step_total") },
			{ "step", text }));
	else
		words(ret, lang, N_("step {n} of {total}"),
		    FILLS(
			{ "n", n }, { "total", cell_get(row, "step_total") }));
}

/* Tokens of reasons; some of locks stand behind a number. */
static void
reason_words(enum lang lang, const char *token, char ret[static WORDS_LEN])
{
	size_t digits = strspn(token, "0123456789");
	const char *bare = token + digits + (digits > 0 ? 1 : 0);
	const char *text = reason_text(bare);
	char n[12];

	(void)snprintf(n, sizeof(n), "%.*s", (int)digits, token);
	if (text == NULL) /* of a newer kosmod */
		(void)snprintf(ret, WORDS_LEN, "%s", token);
	else
		words(ret, lang, text, FILLS({ "n", n }));
}

void
view_reason(enum lang lang, const char *token, char ret[static WORDS_LEN])
{
	static const char forgot[] = REASON_FORGOT;
	char why[WORDS_LEN];

	if (strncmp(token, forgot, sizeof(forgot) - 1) != 0) {
		reason_words(lang, token, ret);
		return;
	}
	reason_words(lang, token + sizeof(forgot) - 1, why);
	words(ret, lang, N_("forgotten password: {reason}"),
	    FILLS({ "reason", why }));
}

void
view_source(enum lang lang, const char *source, char ret[static WORDS_LEN])
{
	const char *uid = "local uid ";

	if (strcmp(source, "console") == 0)
		words(ret, lang, N_("the console"), NULL);
	else if (strcmp(source, "local") == 0)
		words(ret, lang, N_("this host"), NULL);
	else if (strcmp(source, "unknown") == 0)
		words(ret, lang, N_("unknown"), NULL);
	else if (strncmp(source, uid, strlen(uid)) == 0)
		words(ret, lang, N_("this host (uid {uid})"),
		    FILLS({ "uid", source + strlen(uid) }));
	else
		(void)snprintf(ret, WORDS_LEN, "%s", source);
}

void
view_next(enum lang lang, const char *next, const char *login,
    char ret[static WORDS_LEN])
{
	const char *msgid = N_("nothing");

	if (strcmp(next, "login") == 0)
		msgid = N_("waits for the person to log in");
	else if (strcmp(next, "invite") == 0)
		msgid = N_("new slip: user invite {login}");
	else if (strcmp(next, "unlock") == 0)
		msgid = N_("user unlock {login}");
	words(ret, lang, msgid, FILLS({ "login", login }));
}
