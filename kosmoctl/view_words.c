#include "config.h"

#include "view_words.h"

#include <string.h>

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

const char *
view_word(enum lang lang, const char *word)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].word, word) == 0)
			return tr(lang, known[i].text);
	}
	return word;
}

void
view_step(enum lang lang, const char *step, char ret[static WORDS_LEN])
{
	if (strcmp(step, "password") == 0)
		words(ret, lang, N_("step 2 of 2 password"), NULL);
	else if (strcmp(step, "method") == 0)
		words(ret, lang, N_("part 2, method"), NULL);
	else
		ret[0] = '\0';
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
