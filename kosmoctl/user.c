/*
 * user.c: what kosmoctl itself does for `user ...`: look at the values, so
 * that mistakes are told before anything is asked, and find the account.
 */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kosmoctl/verb.h"
#include "libkosmo/date.h"
#include "libkosmo/mail_address.h"

bool
user_good_expires(struct call *c)
{
	const char *expires = args_option(c->args, "expires");
	uint32_t seconds;

	if (expires == NULL || duration_parse(expires, &seconds) == KOSMO_OK)
		return true;
	(void)call_wrong(c, USAGE,
	    N_("--expires: \"{value}\" is no time like 30d or 12h"),
	    FILLS({ "value", expires }));
	return false;
}

int
user_name_prepare(struct call *c)
{
	const char *login = c->args->words[0];

	if (login[0] == '\0' || strlen(login) > NAME_LEN)
		return call_wrong(
		    c, USAGE, N_("LOGIN is empty or too long"), NULL);
	if (login[0] == '-')
		return call_wrong(
		    c, USAGE, N_("LOGIN begins with a hyphen"), NULL);
	return user_good_expires(c) ? DONE : USAGE;
}

/* The options that user add and user set share. */
static int
check_values(struct call *c)
{
	const char *email = args_option(c->args, "email");
	const char *language = args_option(c->args, "language");

	if (email != NULL && !mail_address_valid(email))
		return call_wrong(c, USAGE,
		    N_("--email: \"{value}\" is not an e-mail address"),
		    FILLS({ "value", email }));
	if (language != NULL && strcmp(language, "ja") != 0 &&
	    strcmp(language, "en") != 0)
		return call_wrong(c, USAGE,
		    N_("--language: \"{value}\" is neither ja nor en"),
		    FILLS({ "value", language }));
	return user_name_prepare(c);
}

int
user_set_prepare(struct call *c)
{
	bool birth = args_option(c->args, "birth-date-stdin") != NULL;

	if (args_option(c->args, "email") == NULL &&
	    args_option(c->args, "name") == NULL &&
	    args_option(c->args, "language") == NULL &&
	    args_option(c->args, "email-ok") == NULL && !birth)
		return call_wrong(c, USAGE, N_("nothing to set"), NULL);
	c->answers = c->answers || birth;
	return check_values(c);
}

/* The uid of the account of that name, as text. */
static int
find_account(struct call *c, const char *login)
{
	const struct passwd *pw;
	uint32_t uid = NO_UID;
	char text[16];

	errno = 0;
	pw = getpwnam(login);
	if (pw != NULL)
		uid = pw->pw_uid;
	else if (args_option(c->args, "no-account") == NULL)
		return call_wrong(c, REFUSED,
		    N_("there is no Unix account {login}: make it first, or "
		       "use --no-account"),
		    FILLS({ "login", login }));
	(void)snprintf(text, sizeof(text), "%u", (unsigned)uid);
	return call_set(c, "uid", text) == KOSMO_OK ? DONE : USAGE;
}

int
user_add_prepare(struct call *c)
{
	int r = check_values(c);

	return r == DONE ? find_account(c, c->args->words[0]) : r;
}

int
user_rebind_prepare(struct call *c)
{
	int r = user_name_prepare(c);

	return r == DONE ? find_account(c, c->args->words[0]) : r;
}

int
user_rename_prepare(struct call *c)
{
	const char *to = c->args->words[1];
	int r = user_name_prepare(c);

	if (r != DONE)
		return r;
	if (to[0] == '\0' || to[0] == '-' || strlen(to) > NAME_LEN)
		return call_wrong(
		    c, USAGE, N_("NEW can't be a login name"), NULL);
	return find_account(c, to);
}

int
user_reset_prepare(struct call *c)
{
	int n = (args_option(c->args, "password") != NULL) +
	    (args_option(c->args, "devices") != NULL) +
	    (args_option(c->args, "all") != NULL);

	if (n != 1)
		return call_wrong(c, USAGE,
		    N_("one of --password, --devices and --all is needed"),
		    NULL);
	return user_name_prepare(c);
}

static bool
is_state(const char *word, size_t len)
{
	static const char *const states[] = { "invited", "registered", "active",
		"expired", "locked" };

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strlen(states[i]) == len &&
		    memcmp(states[i], word, len) == 0)
			return true;
	}
	return false;
}

int
user_list_prepare(struct call *c)
{
	const char *all = args_option(c->args, "state");

	for (const char *p = all; p != NULL;) {
		size_t len = strcspn(p, ",");

		if (!is_state(p, len))
			return call_wrong(c, USAGE,
			    N_("--state: \"{value}\" is none of invited, "
			       "registered, active, expired, locked"),
			    FILLS({ "value", all }));
		p = p[len] == ',' ? p + len + 1 : NULL;
	}
	return DONE;
}
