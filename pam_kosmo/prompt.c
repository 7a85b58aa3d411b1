#include "config.h"

#include "prompt.h"

#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>

#include "hello.h"

/*
 * PAM_SILENT does not hold these back: sudo always sets it, and there what a
 * question is about ("Wrong code. Please try again.") stands in a text of its
 * own before it.
 */
int
prompt_show(struct relay *r)
{
	int style =
	    r->m.show.kind == SHOW_ERROR ? PAM_ERROR_MSG : PAM_TEXT_INFO;

	r->where = "showing text";
	if (pam_prompt(r->pamh, style, NULL, "%s", r->m.show.text) ==
	    PAM_SUCCESS)
		return KOSMO_OK;
	r->fault = FAULT_PERSON;
	return KOSMO_ECLOSED;
}

/*
 * The PAM item that belongs to a kind of question, 0 for none: where a typed
 * answer goes for the modules below, and where one can come from.
 */
static int
item_of(const struct relay *r)
{
	switch (r->m.ask.kind) {
	case ASK_PASSWORD:
		return PAM_AUTHTOK;
	case ASK_NEW_PASSWORD:
		return r->phase == PHASE_PASSWORD ? PAM_AUTHTOK : 0;
	case ASK_OLD_PASSWORD:
		return r->phase == PHASE_PASSWORD ? PAM_OLDAUTHTOK : 0;
	default:
		return 0;
	}
}

/*
 * A response beyond what a message carries is no password and no code of
 * anybody. It is sent on as a control character, which is always wrong.
 */
static int
take(const char *response, struct secret *ret)
{
	size_t len = strnlen(response, SECRET_MAX + 1);

	if (len > SECRET_MAX)
		return secret_set(ret, "\177", 1);
	return secret_set(ret, response, len);
}

/* Answers from the item, which serves once. */
static int
answer_from(struct relay *r, int item, struct secret *ret)
{
	const void *token = NULL;

	r->where = "use_first_pass: the password was refused";
	r->fault = FAULT_TOKEN;
	if (r->first_pass_used)
		return KOSMO_EPERM;
	r->where = "use_first_pass: no password was left";
	r->fault = FAULT_NO_TOKEN;
	if (pam_get_item(r->pamh, item, &token) != PAM_SUCCESS || token == NULL)
		return KOSMO_ENOTFOUND;
	r->fault = FAULT_SERVICE;
	r->first_pass_used = true;
	return take(token, ret);
}

static int
type_in(struct relay *r, int item, struct secret *ret)
{
	int style =
	    r->m.ask.echo != 0 ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF;
	char *response = NULL;
	int e = KOSMO_ECLOSED;

	r->where = hello_is_sshd(r->pamh) && r->m.ask.echo != 0
	    ? "asking (if by sshd's password method: it can't ask for a "
	      "code, so sshd needs KbdInteractiveAuthentication yes)"
	    : "asking";
	if (pam_prompt(r->pamh, style, &response, "%s", r->m.ask.text) !=
		PAM_SUCCESS ||
	    response == NULL) {
		r->fault = FAULT_PERSON;
		goto out;
	}
	e = take(response, ret);
	if (e != KOSMO_OK || item == 0 || strlen(response) > SECRET_MAX)
		goto out;
	r->where = "keeping the password for later modules";
	if (pam_set_item(r->pamh, item, response) != PAM_SUCCESS)
		e = KOSMO_ENOMEM;
out:
	if (response != NULL)
		explicit_bzero(response, strlen(response));
	free(response);
	return e;
}

int
prompt_ask(struct relay *r, struct secret *ret)
{
	int item = item_of(r);
	int e;

	if ((r->opt.use_first_pass || r->opt.try_first_pass) && item != 0 &&
	    r->m.ask.kind != ASK_NEW_PASSWORD) {
		e = answer_from(r, item, ret);
		if (e == KOSMO_OK || r->opt.use_first_pass)
			return e;
		r->fault = FAULT_SERVICE;
	}
	return type_in(r, item, ret);
}
