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

/* Copies an argument; KOSMO_ETOOBIG, and nothing at all, if it has no room. */
static int
take(char *to, size_t size, const char *value)
{
	size_t n = value == NULL ? 0 : strlen(value);

	if (n >= size)
		return KOSMO_ETOOBIG;
	if (n > 0)
		memcpy(to, value, n);
	to[n] = '\0';
	return KOSMO_OK;
}

static int
bad_value(struct dialogue *d, const char *option, const char *value)
{
	return verb_refuse(d, RESULT_USAGE,
	    N_("--{option}: \"{value}\" can't be used."),
	    FILL({ "option", option }, { "value", value }));
}

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
	    (!mail_address_valid(e) || take(email, MAIL_LEN + 1, e) != 0))
		return bad_value(d, "email", e);
	if (n != NULL && take(name, LABEL_LEN * 2 + 1, n) != KOSMO_OK)
		return bad_value(d, "name", n);
	if (l != NULL && (!good_language(l) || take(language, 8, l) != 0))
		return bad_value(d, "language", l);
	return KOSMO_OK;
}

static int
take_ids(struct dialogue *d, struct k_user_add *m)
{
	const char *user = verb_arg(d, "user-id");
	const char *initial = verb_arg(d, "initial-id");

	if (user != NULL &&
	    (!user_id_good(d->t->conf, user) ||
		take(m->user_id, sizeof(m->user_id), user) != 0))
		return bad_value(d, "user-id", user);
	if (initial != NULL &&
	    (!good_initial_id(initial) ||
		take(m->initial_id, sizeof(m->initial_id), initial) != 0))
		return bad_value(d, "initial-id", initial);
	return KOSMO_OK;
}

/* Seconds of --expires; 0 where policy decides. */
static int
take_expires(struct dialogue *d, uint32_t *ret)
{
	const char *expires = verb_arg(d, "expires");

	*ret = 0;
	if (expires != NULL && duration_parse(expires, ret) != KOSMO_OK)
		return bad_value(d, "expires", expires);
	return KOSMO_OK;
}

static int
take_login(struct dialogue *d, char login[static NAME_LEN + 1])
{
	const char *word = verb_word(d, 0);

	if (word[0] == '\0' || word[0] == '-' ||
	    take(login, NAME_LEN + 1, word) != KOSMO_OK)
		return verb_refuse(d, RESULT_USAGE,
		    N_("{login} can't be a login name."),
		    FILL({ "login", word }));
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
			r = take(birth, 9, answer.text.bytes);
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
send_slip(struct dialogue *d, const struct k_slip *slip, const char *what)
{
	const struct conf *conf = d->t->conf;
	const char *contact = strcmp(slip->language, "ja") == 0
	    ? conf->login.contact_ja
	    : conf->login.contact_en;
	struct msg_row row;

	if (contact[0] == '\0')
		contact = conf->login.contact;
	row_begin(&row, "slip");
	row_text(&row, "login", slip->login);
	row_text(&row, "name", slip->name);
	row_text(&row, "initial_id", slip->initial_id);
	row_text(&row, what, slip->secret);
	row_number(&row, "made", slip->made);
	row_number(&row, "expires", slip->expires);
	row_text(&row, "language", slip->language);
	row_text(&row, "contact", contact);
	return row_send(d, &row);
}

static int
fill_add(struct dialogue *d, struct k_user_add *m)
{
	uint64_t uid = 0;
	int r;

	if ((r = take_login(d, m->login)) != KOSMO_OK ||
	    (r = take_values(d, m->email, m->name, m->language)) != KOSMO_OK ||
	    (r = take_ids(d, m)) != KOSMO_OK ||
	    (r = take_expires(d, &m->expires)) != KOSMO_OK)
		return r;
	if (m->email[0] == '\0')
		return bad_value(d, "email", "");
	if (verb_number(d, "uid", NO_UID, &uid) != KOSMO_OK || uid > NO_UID)
		return bad_value(d, "uid", verb_arg(d, "uid"));
	m->uid = (uint32_t)uid;
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
		r = send_slip(d, &reply.slip, "initial_password");
	explicit_bzero(&request, sizeof(request));
	explicit_bzero(&reply, sizeof(reply));
	return r == KOSMO_OK ? verb_done(d, NULL, NULL) : r;
}

static int
fill_set(struct dialogue *d, struct k_user_set *m)
{
	int r;

	if ((r = take_login(d, m->login)) != KOSMO_OK ||
	    (r = take_values(d, m->email, m->name, m->language)) != KOSMO_OK)
		return r;
	if (verb_arg(d, "email") != NULL)
		m->fields |= SET_EMAIL;
	if (verb_arg(d, "name") != NULL)
		m->fields |= SET_NAME;
	if (verb_arg(d, "language") != NULL)
		m->fields |= SET_LANGUAGE;
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

/* What NOT_NOW means to an admin: each act has its own. */
static const char *
not_now(enum user_act act)
{
	if (act == ACT_CODE)
		return N_("{login} has not begun yet: the slip does it "
			  "(user invite {login}).");
	return N_("{login} is registered already: there is no slip to "
		  "print.");
}

static int
refuse_act(struct dialogue *d, const struct k_verdict *v, enum user_act act,
    const char *login)
{
	if (v->word == VERDICT_NOT_NOW)
		return verb_refuse(
		    d, RESULT_REFUSED, not_now(act), FILL({ "login", login }));
	return verb_refuse_verdict(d, v, login);
}

/* One act; done is said after it. A slip comes first, below its own line. */
static int
act(struct dialogue *d, enum user_act what, const char *done)
{
	struct k_user_act request = { .act = (uint8_t)what };
	union kmsg reply = { 0 };
	bool verdict;
	int r;

	if ((r = take_login(d, request.login)) != KOSMO_OK ||
	    (r = take_expires(d, &request.expires)) != KOSMO_OK ||
	    (r = verb_call(d, &k_user_act_layout, &request, K_SLIP, &reply,
		 &verdict)) != KOSMO_OK)
		goto out;
	if (verdict && reply.verdict.word != VERDICT_YES) {
		r = refuse_act(d, &reply.verdict, what, request.login);
		goto out;
	}
	if (done != NULL)
		r = tell(d, done, FILL({ "login", request.login }));
	if (r == KOSMO_OK && !verdict)
		r = send_slip(d, &reply.slip,
		    what == ACT_CODE ? "code" : "initial_password");
out:
	explicit_bzero(&reply, sizeof(reply));
	return r == KOSMO_OK ? verb_done(d, NULL, NULL) : r;
}

int
verb_user_invite(struct dialogue *d)
{
	return act(d, ACT_INVITE,
	    N_("A new slip. The earlier initial password no longer works."));
}

int
verb_user_lock(struct dialogue *d)
{
	return act(d, ACT_LOCK, N_("{login} is locked."));
}

int
verb_user_unlock(struct dialogue *d)
{
	return act(d, ACT_UNLOCK, N_("{login} is unlocked."));
}

int
verb_user_code(struct dialogue *d)
{
	return act(d, ACT_CODE, NULL);
}

int
verb_user_remove(struct dialogue *d)
{
	const struct question question = {
		.prompt = N_("Remove {login}? This can't be undone. yes / no "
			     "[no]: "),
		.fills = FILL({ "login", verb_word(d, 0) }),
	};
	bool yes = verb_arg(d, "yes") != NULL;
	int r = KOSMO_OK;

	if (!yes)
		r = ask_yes(d, &question, &yes);
	if (r != KOSMO_OK)
		return r;
	if (!yes)
		return verb_refuse(
		    d, RESULT_REFUSED, N_("Nothing was changed."), NULL);
	return act(d, ACT_REMOVE, N_("{login} is removed."));
}
