#include "config.h"

#include "kosmod/talk/flows/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/email.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/rows.h"
#include "kosmod/talk/text.h"

/*
 * Verbs by name. args are the names of the arguments that a verb takes, and
 * words how many may stand behind it; what is not listed is refused.
 */
static const struct verb_row {
	const char *verb;
	bool admin;
	size_t least, most; /* words */
	const char *args;   /* apart and surrounded by spaces */
	int (*run)(struct dialogue *d);
} rows[] = {
	{ "user add", true, 1, 1,
	    " uid email name user-id initial-id language expires no-account ",
	    verb_user_add },
	{ "user list", true, 0, 0, " state ", verb_user_list },
	{ "user show", true, 1, 1, "", verb_user_show },
	{ "user set", true, 1, 1,
	    " email name language birth-date-stdin email-ok ", verb_user_set },
	{ "user invite", true, 1, 1, " expires ", verb_user_invite },
	{ "user import", true, 0, 0, "", verb_user_import },
	{ "user remind", true, 1, 1, "", verb_user_remind },
	{ "user rename", true, 2, 2, " uid ", verb_user_rename },
	{ "user rebind", true, 1, 1, " uid ", verb_user_rebind },
	{ "user reset", true, 1, 1, " password devices all ", verb_user_reset },
	{ "user lock", true, 1, 1, "", verb_user_lock },
	{ "user unlock", true, 1, 1, "", verb_user_unlock },
	{ "user remove", true, 1, 1, " yes ", verb_user_remove },
	{ "user code", true, 1, 1, "", verb_user_code },
	{ "status", true, 0, 0, "", verb_status },
	{ "doctor", true, 0, 0, "", verb_doctor },
	{ "log", true, 0, 1, " since follow verify offset ", verb_log },
	{ "register", false, 0, 0, "", verb_register },
	{ "me", false, 0, 0, "", verb_me },
	{ "device list", false, 0, 0, "", verb_device_list },
	{ "device rename", false, 2, 2, "", verb_device_rename },
	{ "device remove", false, 1, 1, "", verb_device_remove },
	{ "password", false, 0, 0, "", verb_password },
	{ "sign-out", false, 0, 0, "", verb_sign_out },
	{ "forgot-id", false, 1, 1, "", verb_forgot_id },
	{ "enroll totp", false, 0, 0, " png name ", verb_enroll_totp },
	{ "enroll passkey", false, 0, 0, " name ", verb_enroll_passkey },
	{ "enroll email", false, 0, 0, " name ", verb_enroll_email },
	{ "enroll ssh-key", false, 0, 1, " name ", verb_enroll_ssh_key },
	{ "email", false, 1, 1, "", verb_email },
	{ "language", false, 1, 1, "", verb_language },
	{ "method", false, 0, 1, "", verb_method },
	{ "recovery-codes", false, 0, 0, "", verb_recovery_codes },
	{ "terms", false, 0, 0, "", verb_terms },
};

const char *
verb_arg(const struct dialogue *d, const char *name)
{
	const struct msg_hello *h = &d->t->hello;

	for (uint8_t i = 0; i < h->n_args; i++) {
		if (strcmp(h->args[i].name, name) == 0)
			return h->args[i].value;
	}
	return NULL;
}

const char *
verb_word(const struct dialogue *d, size_t n)
{
	const struct msg_hello *h = &d->t->hello;

	for (uint8_t i = 0; i < h->n_args; i++) {
		if (h->args[i].name[0] == '\0' && n-- == 0)
			return h->args[i].value;
	}
	return NULL;
}

int
verb_number(const struct dialogue *d, const char *name, uint64_t fallback,
    uint64_t *ret)
{
	const char *s = verb_arg(d, name);
	size_t n;

	*ret = fallback;
	if (s == NULL)
		return KOSMO_OK;
	n = strspn(s, "0123456789");
	if (n == 0 || n > 18 || s[n] != '\0')
		return KOSMO_EINVAL;
	*ret = strtoull(s, NULL, 10);
	return KOSMO_OK;
}

int
verb_refuse(struct dialogue *d, uint8_t result, const char *msgid,
    const struct fill *fills)
{
	struct msg_show show = { .kind = SHOW_ERROR };
	struct buf text = BUF_INIT;
	int r = text_fill(&text, text_of(d, msgid), fills);

	if (r == KOSMO_OK && text.len >= sizeof(show.text))
		r = KOSMO_ETOOBIG;
	if (r == KOSMO_OK) {
		memcpy(show.text, text.data, text.len);
		r = d->t->person->show(d->t->person->arg, &show);
	}
	buf_done(&text);
	d->result = result;
	return r == KOSMO_OK ? FLOW_END : r;
}

static int
refuse_domain(struct dialogue *d)
{
	char domains[DOMAINS_TEXT];

	email_domains(d, domains);
	return verb_refuse(d, RESULT_REFUSED, email_words(EMAIL_DOMAIN),
	    FILL({ "domains", domains }));
}

int
verb_refuse_verdict(
    struct dialogue *d, const struct k_verdict *v, const char *login)
{
	switch ((enum verdict_word)v->word) {
	case VERDICT_MISSING:
		return verb_refuse(d, RESULT_REFUSED,
		    N_("{login} is not known to Kosmo."),
		    FILL({ "login", login }));
	case VERDICT_TAKEN:
		return verb_refuse(d, RESULT_REFUSED,
		    N_("{login} is registered already, or the ID is taken "
		       "(new slip: user invite {login})."),
		    FILL({ "login", login }));
	case VERDICT_BUSY:
		if (v->ref[0] != '\0')
			break; /* the log has more to say of it */
		return verb_refuse(d, RESULT_REFUSED,
		    N_("The disk is full: nothing was changed."), NULL);
	case VERDICT_NO:
		return verb_refuse(d, RESULT_REFUSED,
		    N_("{login} can't be a login name."),
		    FILL({ "login", login }));
	case VERDICT_DOMAIN:
		return refuse_domain(d);
	case VERDICT_NO_RIGHT:
		return verb_refuse(d, RESULT_NO_RIGHT,
		    N_("{login} can be changed by root alone (an account of "
		       "the system or of an admin, none, or your own)."),
		    FILL({ "login", login }));
	default:
		break;
	}
	if (v->ref[0] == '\0')
		return verb_refuse(d, RESULT_ERROR,
		    N_("kosmod could not do that; its log says why."), NULL);
	return verb_refuse(d, RESULT_ERROR,
	    N_("That failed. If it happens again, please report no. {ref}."),
	    FILL({ "ref", v->ref }));
}

int
verb_done(struct dialogue *d, const char *msgid, const struct fill *fills)
{
	int r = msgid != NULL ? tell(d, msgid, fills) : KOSMO_OK;

	if (r == KOSMO_OK)
		d->result = RESULT_ALLOW;
	return r;
}

int
verb_call(struct dialogue *d, const struct layout *req, const void *msg,
    uint8_t want, union kmsg *reply, bool *ret_verdict)
{
	const struct link *keeper = d->t->keeper;
	uint8_t type = 0;
	int r;

	memset(reply, 0, sizeof(*reply));
	r = keeper->call(keeper->arg, req, msg, &type, reply);
	*ret_verdict = type == K_VERDICT;
	if (r == KOSMO_OK && type != want && type != K_VERDICT)
		r = KOSMO_EFORMAT;
	return r;
}

/* Whether every argument is one that the verb takes, and only once. */
static bool
fits(const struct verb_row *row, const struct msg_hello *h)
{
	size_t words = 0;

	for (uint8_t i = 0; i < h->n_args; i++) {
		char name[sizeof(h->args[i].name) + 2];

		if (h->args[i].name[0] == '\0') {
			words++;
			continue;
		}
		(void)snprintf(name, sizeof(name), " %s ", h->args[i].name);
		if (strchr(h->args[i].name, ' ') != NULL ||
		    strstr(row->args, name) == NULL)
			return false;
		for (uint8_t k = 0; k < i; k++) {
			if (strcmp(h->args[k].name, h->args[i].name) == 0)
				return false;
		}
	}
	return words >= row->least && words <= row->most;
}

/* A member of kosmo-admin, before anything else. */
static int
confirm(struct dialogue *d)
{
	enum lang lang = d->lang;
	int r = verb_confirm(d);

	if (r != KOSMO_OK)
		return r;
	d->lang = lang;
	if (d->person.state == STATE_ACTIVE && d->person.todo == 0)
		return KOSMO_OK;
	d->result = RESULT_NO_RIGHT;
	return FLOW_END;
}

/*
 * To a terminal whose locale names no language kosmod speaks the person's,
 * and says so first, so that kosmoctl's own words are in it too.
 */
static int
choose_language(struct dialogue *d, bool admin)
{
	struct msg_row row;
	int r = KOSMO_OK;

	if (d->t->hello.language[0] != '\0')
		return KOSMO_OK;
	if (!admin && (r = call_profile(d)) != KOSMO_OK)
		return r;
	row_begin(&row, "language");
	row_text(&row, "language", lang_name(d->lang));
	return row_send(d, &row);
}

int
flow_verb(struct dialogue *d)
{
	const struct verb_row *row = NULL;
	int r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].verb, d->t->hello.verb) == 0)
			row = &rows[i];
	}
	if (row == NULL || !fits(row, &d->t->hello))
		return verb_refuse(d, RESULT_USAGE,
		    N_("kosmod does not know this verb or one of its "
		       "arguments."),
		    NULL);
	d->result = RESULT_NO_RIGHT;
	if (row->admin && d->t->bound.admin == ADMIN_NONE)
		return FLOW_END;
	if ((r = choose_language(d, row->admin)) != KOSMO_OK)
		return r;
	if (row->admin && d->t->bound.admin == ADMIN_CONFIRM &&
	    (r = confirm(d)) != KOSMO_OK)
		return r;
	d->result = RESULT_REFUSED;
	return row->run(d);
}
