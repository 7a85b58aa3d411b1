/*
 * verb_args.c: what the verbs of admins take, and the slip that they give.
 */
#include "config.h"

#include <string.h>

#include "kosmod/talk/flows/rows.h"
#include "kosmod/talk/flows/verb.h"
#include "libkosmo/date.h"

int
verb_take(char *to, size_t size, const char *value)
{
	size_t n = value == NULL ? 0 : strlen(value);

	if (n >= size)
		return KOSMO_ETOOBIG;
	if (n > 0)
		memcpy(to, value, n);
	to[n] = '\0';
	return KOSMO_OK;
}

int
verb_bad_value(struct dialogue *d, const char *option, const char *value)
{
	return verb_refuse(d, RESULT_USAGE,
	    N_("--{option}: \"{value}\" can't be used."),
	    FILL({ "option", option }, { "value", value }));
}

int
verb_expires(struct dialogue *d, uint32_t *ret)
{
	const char *expires = verb_arg(d, "expires");

	*ret = 0;
	if (expires != NULL && duration_parse(expires, ret) != KOSMO_OK)
		return verb_bad_value(d, "expires", expires);
	return KOSMO_OK;
}

int
verb_uid(struct dialogue *d, uint32_t *ret)
{
	uint64_t uid = 0;

	if (verb_number(d, "uid", NO_UID, &uid) != KOSMO_OK || uid > NO_UID)
		return verb_bad_value(d, "uid", verb_arg(d, "uid"));
	*ret = (uint32_t)uid;
	return KOSMO_OK;
}

int
verb_login(struct dialogue *d, size_t i, char login[static NAME_LEN + 1])
{
	const char *word = verb_word(d, i);

	if (word[0] == '\0' || word[0] == '-' ||
	    verb_take(login, NAME_LEN + 1, word) != KOSMO_OK)
		return verb_refuse(d, RESULT_USAGE,
		    N_("{login} can't be a login name."),
		    FILL({ "login", word }));
	return KOSMO_OK;
}

const char *
verb_contact(const struct conf *conf, const char *language)
{
	const char *contact = strcmp(language, "ja") == 0
	    ? conf->login.contact_ja
	    : conf->login.contact_en;

	return contact[0] != '\0' ? contact : conf->login.contact;
}

int
verb_slip(struct dialogue *d, const struct k_slip *slip, const char *purpose)
{
	bool code = strcmp(purpose, "login") == 0;
	struct msg_row row;

	row_begin(&row, "slip");
	row_text(&row, "login", slip->login);
	row_text(&row, "name", slip->name);
	row_text(&row, "initial_id", slip->initial_id);
	row_text(&row, "purpose", purpose);
	row_text(&row, code ? "code" : "initial_password", slip->secret);
	row_number(&row, "made", slip->made);
	row_number(&row, "expires", slip->expires);
	row_text(&row, "language", slip->language);
	row_text(&row, "contact", verb_contact(d->t->conf, slip->language));
	return row_send(d, &row);
}
