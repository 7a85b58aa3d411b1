/*
 * manage.c: what admins change. Everything that was typed is looked at here,
 * strictly; the keeper gets fixed messages.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kosmod/talk/flows/rows.h"
#include "kosmod/talk/flows/verb.h"
#include "kosmod/user_id.h"
#include "libkosmo/date.h"
#include "libkosmo/mail_address.h"

#define BIRTH_TRIES 3
#define ID_MAX 64

/* A word of printable ASCII, as initial IDs are on paper. */
static bool
good_initial_id(const char *id)
{
	size_t n = strlen(id);

	if (n < 1 || n > ID_MAX || id[0] == '-')
		return false;
	for (; *id != '\0'; id++) {
		if (*id <= ' ' || *id > '~')
			return false;
	}
	return true;
}

static bool
good_language(const char *language)
{
	return strcmp(language, "ja") == 0 || strcmp(language, "en") == 0;
}

/* The options that user add and user set share, into the given rooms. */
static int
take_values(struct dialogue *d, char email[static MAIL_LEN + 1],
    char name[static LABEL_LEN * 2 + 1], char language[static 8])
{
	const char *e = verb_arg(d, "email"), *n = verb_arg(d, "name");
	const char *l = verb_arg(d, "language");

	if (e != NULL &&
	    (!mail_address_valid(e) || verb_take(email, MAIL_LEN + 1, e) != 0))
		return verb_bad_value(d, "email", e);
	if (n != NULL && verb_take(name, LABEL_LEN * 2 + 1, n) != KOSMO_OK)
		return verb_bad_value(d, "name", n);
	if (l != NULL && (!good_language(l) || verb_take(language, 8, l) != 0))
		return verb_bad_value(d, "language", l);
	return KOSMO_OK;
}

static int
take_ids(struct dialogue *d, struct k_user_add *m)
{
	const char *user = verb_arg(d, "user-id");
	const char *initial = verb_arg(d, "initial-id");

	if (user != NULL &&
	    (!user_id_good(d->t->conf, user) ||
		verb_take(m->user_id, sizeof(m->user_id), user) != 0))
		return verb_bad_value(d, "user-id", user);
	if (initial != NULL &&
	    (!good_initial_id(initial) ||
		verb_take(m->initial_id, sizeof(m->initial_id), initial) != 0))
		return verb_bad_value(d, "initial-id", initial);
	return KOSMO_OK;
}

static int
ask_birth(struct dialogue *d, char birth[static 9])
{
	static const struct question question = {
		.prompt = N_("Date of birth (YYYYMMDD): "),
		.hidden = true,
	};
	struct answer answer = { 0 };
	int r = KOSMO_OK;

	for (unsigned i = 0; i < BIRTH_TRIES && birth[0] == '\0'; i++) {
		if ((r = ask(d, &question, &answer)) != KOSMO_OK)
			break;
		if (!answer.control &&
		    date_valid_birth(answer.text.bytes, (int64_t)time(NULL)))
			r = verb_take(birth, 9, answer.text.bytes);
		else if (i + 1 < BIRTH_TRIES)
			r = say(d,
			    N_("Enter 8 digits, year first (e.g. 19850401)."),
			    NULL);
		else
			r = verb_refuse(d, RESULT_REFUSED,
			    N_("Enter 8 digits, year first (e.g. 19850401)."),
			    NULL);
		if (r != KOSMO_OK)
			break;
	}
	answer_done(&answer);
	return r;
}

static int
fill_add(struct dialogue *d, struct k_user_add *m)
{
	int r;

	if ((r = verb_login(d, 0, m->login)) != KOSMO_OK ||
	    (r = take_values(d, m->email, m->name, m->language)) != KOSMO_OK ||
	    (r = take_ids(d, m)) != KOSMO_OK ||
	    (r = verb_expires(d, &m->expires)) != KOSMO_OK)
		return r;
	if (m->email[0] == '\0')
		return verb_bad_value(d, "email", "");
	if ((r = verb_uid(d, &m->uid)) != KOSMO_OK)
		return r;
	return ask_birth(d, m->birth);
}

int
verb_user_add(struct dialogue *d)
{
	struct k_user_add request = { 0 };
	union kmsg reply = { 0 };
	bool verdict = false;
	int r = fill_add(d, &request);

	if (r == KOSMO_OK)
		r = verb_call(
		    d, &k_user_add_layout, &request, K_SLIP, &reply, &verdict);
	if (r == KOSMO_OK && verdict)
		r = verb_refuse_verdict(d, &reply.verdict, request.login);
	else if (r == KOSMO_OK)
		r = verb_slip(d, &reply.slip, "registration");
	explicit_bzero(&request, sizeof(request));
	explicit_bzero(&reply, sizeof(reply));
	return r == KOSMO_OK ? verb_done(d, NULL, NULL) : r;
}

static int
fill_set(struct dialogue *d, struct k_user_set *m)
{
	int r;

	if ((r = verb_login(d, 0, m->login)) != KOSMO_OK ||
	    (r = take_values(d, m->email, m->name, m->language)) != KOSMO_OK)
		return r;
	if (verb_arg(d, "email") != NULL)
		m->fields |= SET_EMAIL;
	if (verb_arg(d, "name") != NULL)
		m->fields |= SET_NAME;
	if (verb_arg(d, "language") != NULL)
		m->fields |= SET_LANGUAGE;
	if (verb_arg(d, "email-ok") != NULL)
		m->fields |= SET_EMAIL_OK;
	if (verb_arg(d, "birth-date-stdin") == NULL)
		return KOSMO_OK;
	m->fields |= SET_BIRTH;
	return ask_birth(d, m->birth);
}

int
verb_user_set(struct dialogue *d)
{
	struct k_user_set request = { 0 };
	union kmsg reply = { 0 };
	bool verdict;
	int r = fill_set(d, &request);

	if (r == KOSMO_OK)
		r = verb_call(d, &k_user_set_layout, &request, K_VERDICT,
		    &reply, &verdict);
	if (r == KOSMO_OK && reply.verdict.word != VERDICT_YES)
		r = verb_refuse_verdict(d, &reply.verdict, request.login);
	explicit_bzero(&request, sizeof(request));
	return r == KOSMO_OK ? verb_done(d, N_("Changed."), NULL) : r;
}
