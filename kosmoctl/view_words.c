#include "config.h"

#include "view_words.h"

#include <stdio.h>
#include <string.h>

#include "kosmoctl/cell.h"

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
	{ "totp", N_("app") },
};

/* Why somebody was refused, as kosmod writes it down. */
static const char *const refusals[] = {
	N_("code has ended"),
	N_("code used before"),
	N_("forgotten password: wrong code"),
	N_("forgotten password: wrong date of birth"),
	N_("forgotten password: wrong mailed code"),
	N_("given up"),
	N_("has to wait"),
	N_("method not allowed here"),
	N_("wrong code"),
	N_("wrong date of birth"),
	N_("wrong mailed code"),
	N_("wrong password"),
};

const char *
view_refusal(enum lang lang, const char *reason)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		if (strcmp(refusals[i], reason) == 0)
			return tr(lang, reason);
	}
	return view_word(lang, reason);
}

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

/* What kosmod writes down when it locks somebody. */
static const struct {
	const char *reason; /* behind the number, if there is one */
	const char *text;
} locks[] = {
	{ "by an administrator", N_("by an administrator") },
	{ " wrong codes", N_("{n} wrong codes") },
	{ " wrong dates of birth", N_("{n} wrong dates of birth") },
};

void
view_lock(enum lang lang, const char *lock, char ret[static WORDS_LEN])
{
	size_t digits = strspn(lock, "0123456789");
	char n[12];

	(void)snprintf(n, sizeof(n), "%.*s", (int)digits, lock);
	(void)snprintf(ret, WORDS_LEN, "%s", lock);
	for (size_t i = 0; i < sizeof(locks) / sizeof(locks[0]); i++) {
		if (strcmp(locks[i].reason, lock + digits) == 0)
			words(ret, lang, locks[i].text, FILLS({ "n", n }));
	}
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
