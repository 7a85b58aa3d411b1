/*
 * pam_kosmo.c: what libpam calls, and the one place where a verdict becomes a
 * PAM code.
 *
 * PAM_SUCCESS comes from a RESULT_ALLOW of kosmod (sessions, which grant
 * nothing: RESULT_NOTED) and PAM_IGNORE from a RESULT_NOT_MINE, or from a
 * session that Kosmo has nothing to do with; no error on any way leads to
 * either. pam_sm_setcred says why it differs.
 */
#include "config.h"

#include <errno.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <string.h>
#include <syslog.h>

#include "account.h"
#include "hello.h"
#include "keep.h"
#include "libkosmo/msg.h"
#include "libkosmo/packet.h"
#include "options.h"
#include "relay.h"
#include "ticket.h"

#define EXPORT __attribute__((visibility("default")))

static const char unavailable[] =
    "Login service is not available. Please tell your administrator.";

static const struct {
	const char *name; /* for the log */
	int denied;	  /* PAM code of a refusal */
	int failed;	  /* PAM code where there is no verdict */
} phases[] = {
	[PHASE_AUTH] = { "auth", PAM_AUTH_ERR, PAM_AUTHINFO_UNAVAIL },
	[PHASE_ACCOUNT] = { "account", PAM_PERM_DENIED, PAM_AUTHINFO_UNAVAIL },
	[PHASE_PASSWORD] = { "password", PAM_AUTHTOK_ERR,
	    PAM_AUTHINFO_UNAVAIL },
	[PHASE_SESSION] = { "session", PAM_SESSION_ERR, PAM_SESSION_ERR },
	[PHASE_SESSION_END] = { "session end", PAM_SESSION_ERR,
	    PAM_SESSION_ERR },
};

/* The PAM code of a verdict. */
static int
code_of(enum msg_phase phase, uint8_t result)
{
	bool session = phase == PHASE_SESSION || phase == PHASE_SESSION_END;

	switch ((enum msg_result)result) {
	case RESULT_ALLOW:
		return session ? PAM_SESSION_ERR : PAM_SUCCESS;
	case RESULT_NOTED:
		return session ? PAM_SUCCESS : phases[phase].failed;
	case RESULT_DENY:
		return phases[phase].denied;
	case RESULT_MAXTRIES:
		return phase == PHASE_AUTH ? PAM_MAXTRIES
					   : phases[phase].denied;
	case RESULT_UNKNOWN:
		return session ? PAM_SESSION_ERR : PAM_USER_UNKNOWN;
	case RESULT_NOT_MINE:
		/* auth and password are never "somebody else's business" */
		if (phase == PHASE_AUTH || phase == PHASE_PASSWORD)
			return phases[phase].failed;
		return PAM_IGNORE;
	case RESULT_ERROR:
	case RESULT_REFUSED:
	case RESULT_USAGE:
	case RESULT_NO_RIGHT:
		break;
	}
	return phases[phase].failed;
}

/* The module's one own sentence. */
static void
tell(pam_handle_t *pamh, int flags)
{
	if (((unsigned)flags & PAM_SILENT) == 0)
		(void)pam_prompt(pamh, PAM_ERROR_MSG, NULL, "%s", unavailable);
}

/* The PAM code of an error, which is logged here and nowhere else. */
static int
failed(const struct relay *r, enum msg_phase phase, int err)
{
	int e = errno;

	switch (r->fault) {
	case FAULT_PERSON:
		pam_syslog(r->pamh, LOG_NOTICE,
		    "%s: no answer from the person's side: %s",
		    phases[phase].name, r->where);
		return PAM_CONV_ERR;
	case FAULT_NO_TOKEN:
		pam_syslog(r->pamh, LOG_NOTICE, "%s: %s", phases[phase].name,
		    r->where);
		return PAM_AUTHTOK_RECOVERY_ERR;
	case FAULT_TOKEN:
		pam_syslog(r->pamh, LOG_NOTICE, "%s: %s", phases[phase].name,
		    r->where);
		return phases[phase].denied;
	case FAULT_SERVICE:
		break;
	}
	pam_syslog(r->pamh, LOG_ERR, "%s: %s: %s: %s", phases[phase].name,
	    r->opt.socket, r->where,
	    err == KOSMO_EIO ? strerror(e) : kosmo_strerror(err));
	tell(r->pamh, r->flags);
	return phases[phase].failed;
}

static int
read_options(pam_handle_t *pamh, int flags, int argc, const char **argv,
    struct options *ret)
{
	const char *bad = NULL;

	if (options_parse(ret, argc, argv, &bad) == KOSMO_OK)
		return PAM_SUCCESS;
	pam_syslog(pamh, LOG_ERR, "bad or unknown option: %s", bad);
	tell(pamh, flags);
	return PAM_SYSTEM_ERR;
}

/* A new relay: PAM_SUCCESS, or the code to return. */
static int
begin(pam_handle_t *pamh, const struct options *o, int flags,
    enum msg_phase phase, struct relay **ret)
{
	if (keep_new(pamh, o, flags, phase, ret) == KOSMO_OK)
		return PAM_SUCCESS;
	pam_syslog(pamh, LOG_ERR, "%s: out of memory", phases[phase].name);
	tell(pamh, flags);
	return phases[phase].failed;
}

/* From OPEN to END, whatever the person is asked on the way. */
static int
converse(struct relay *r)
{
	int e;

	if ((e = relay_name(r)) != KOSMO_OK ||
	    (e = relay_open(r, NULL)) != KOSMO_OK ||
	    (e = relay_hello(r)) != KOSMO_OK)
		return e;
	return relay_run(r);
}

/*
 * An alias becomes the login name that END says, but never the name of
 * somebody who has an account, and never into one that has none.
 */
static int
take_user(struct relay *r)
{
	uint32_t uid = NO_UID;
	int e;

	if (r->end.user[0] == '\0' || strcmp(r->end.user, r->user) == 0)
		return KOSMO_OK;
	r->where = "login name in END";
	if (r->uid != NO_UID)
		return KOSMO_EPERM;
	if ((e = account_uid(r->end.user, &uid)) != KOSMO_OK)
		return e;
	if (uid == NO_UID || uid != r->end.uid)
		return KOSMO_ENOTFOUND;
	if (pam_set_item(r->pamh, PAM_USER, r->end.user) != PAM_SUCCESS)
		return KOSMO_ENOMEM;
	memcpy(r->user, r->end.user, sizeof(r->user));
	return KOSMO_OK;
}

/* After ALLOW. sudo and su would hand the ticket on to the shell. */
static int
welcome(struct relay *r)
{
	int e;

	if (!hello_is_su(r->pamh)) {
		r->where = "keeping the ticket";
		if ((e = ticket_put(r->pamh, r->end.ticket)) != KOSMO_OK)
			return e;
	}
	if ((e = take_user(r)) != KOSMO_OK)
		ticket_drop(r->pamh);
	return e;
}

EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct options o;
	struct relay *r = NULL;
	int code, e;

	keep_drop(pamh);
	ticket_drop(pamh);
	code = read_options(pamh, flags, argc, argv, &o);
	if (code != PAM_SUCCESS)
		return code;
	code = begin(pamh, &o, flags, PHASE_AUTH, &r);
	if (code != PAM_SUCCESS)
		return code;
	e = converse(r);
	if (e == KOSMO_OK && r->end.result == RESULT_ALLOW)
		e = welcome(r);
	code = e == KOSMO_OK ? code_of(PHASE_AUTH, r->end.result)
			     : failed(r, PHASE_AUTH, e);
	if (code != PAM_SUCCESS)
		keep_drop(pamh);
	return code;
}

/*
 * Kosmo has no credentials to set, and PAM_SUCCESS lets nobody in here.
 * libpam walks pam_setcred along the frozen chain: what happens to this line
 * (done, die, ignore) is decided by what pam_sm_authenticate returned, and the
 * code below only becomes the code of the whole. PAM_IGNORE would drop the
 * "done" of the stack in pam_kosmo(8), and modules that never ran in auth
 * would run here; an error would end logins that kosmod allowed.
 */
EXPORT int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

EXPORT int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct options o;
	struct relay *r = keep_find(pamh, PHASE_AUTH);
	int code, e;

	code = read_options(pamh, flags, argc, argv, &o);
	if (code != PAM_SUCCESS)
		goto out;
	if (r != NULL && r->end.result == RESULT_ALLOW) {
		r->opt = o;
		r->flags = flags;
		e = relay_account(r);
	} else {
		code = begin(pamh, &o, flags, PHASE_ACCOUNT, &r);
		if (code != PAM_SUCCESS)
			goto out;
		e = converse(r);
	}
	code = e == KOSMO_OK ? code_of(PHASE_ACCOUNT, r->end.result)
			     : failed(r, PHASE_ACCOUNT, e);
out:
	keep_drop(pamh);
	return code;
}

/*
 * First round of passwd(1). libpam freezes the chain by what this returns, so
 * "not one of Kosmo's people" has to be known here for the modules below to
 * serve them: the dialogue is begun, and stays open at its first question.
 */
static int
prepare(struct relay *r)
{
	int e;

	if ((e = relay_name(r)) != KOSMO_OK ||
	    (e = relay_open(r, NULL)) != KOSMO_OK ||
	    (e = relay_hello(r)) != KOSMO_OK ||
	    (e = relay_first(r)) != KOSMO_OK)
		return failed(r, PHASE_PASSWORD, e);
	if (packet_type(&r->packet) != M_END)
		return PAM_SUCCESS;
	if ((e = relay_run(r)) != KOSMO_OK)
		return failed(r, PHASE_PASSWORD, e);
	return code_of(PHASE_PASSWORD, r->end.result);
}

EXPORT int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct options o;
	struct relay *r = keep_find(pamh, PHASE_PASSWORD);
	int code, e;

	code = read_options(pamh, flags, argc, argv, &o);
	if (code != PAM_SUCCESS)
		goto out;
	if (((unsigned)flags & PAM_PRELIM_CHECK) != 0) {
		code = begin(pamh, &o, flags, PHASE_PASSWORD, &r);
		if (code == PAM_SUCCESS)
			code = prepare(r);
		if (code == PAM_SUCCESS)
			return code;
		goto out;
	}
	if (r != NULL && r->packet.len > 0) {
		r->opt = o;
		r->flags = flags;
		e = relay_run(r);
	} else {
		code = begin(pamh, &o, flags, PHASE_PASSWORD, &r);
		if (code != PAM_SUCCESS)
			goto out;
		e = converse(r);
	}
	code = e == KOSMO_OK ? code_of(PHASE_PASSWORD, r->end.result)
			     : failed(r, PHASE_PASSWORD, e);
out:
	keep_drop(pamh);
	return code;
}

/*
 * One OPEN, one END. If kosmod is away after it let somebody in, this is
 * PAM_SESSION_ERR and never PAM_IGNORE: the administrator decides by
 * "optional" or "required" in pam.d whether a login that can't be registered
 * for signing out goes on. The shipped lines say optional.
 */
static int
tell_session(pam_handle_t *pamh, const struct options *o, int flags,
    enum msg_phase phase, const uint8_t ticket[TICKET_LEN])
{
	struct relay *r = NULL;
	int code, e;

	code = begin(pamh, o, flags, phase, &r);
	if (code != PAM_SUCCESS)
		return code;
	r->talk_over = true;
	if ((e = relay_open(r, ticket)) == KOSMO_OK)
		e = relay_run(r);
	if (e == KOSMO_OK && r->end.result == RESULT_NOTED &&
	    phase == PHASE_SESSION) {
		r->where = "keeping the ticket";
		e = keep_session(pamh, r->end.ticket);
	}
	code =
	    e == KOSMO_OK ? code_of(phase, r->end.result) : failed(r, phase, e);
	keep_drop(pamh);
	return code;
}

EXPORT int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	uint8_t ticket[TICKET_LEN] = { 0 };
	struct options o;
	int code, e = ticket_take(pamh, ticket);

	code = read_options(pamh, flags, argc, argv, &o);
	if (code != PAM_SUCCESS)
		goto out;
	code = PAM_IGNORE; /* not a login, or not let in by Kosmo */
	if (e == KOSMO_ENOTFOUND || hello_is_su(pamh))
		goto out;
	if (e == KOSMO_OK) {
		code = tell_session(pamh, &o, flags, PHASE_SESSION, ticket);
		goto out;
	}
	code = PAM_SESSION_ERR;
	pam_syslog(
	    pamh, LOG_ERR, "session: KOSMO_TICKET: %s", kosmo_strerror(e));
out:
	explicit_bzero(ticket, sizeof(ticket));
	return code;
}

EXPORT int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	uint8_t ticket[TICKET_LEN] = { 0 };
	struct options o;
	int code;

	code = read_options(pamh, flags, argc, argv, &o);
	if (code != PAM_SUCCESS)
		return code;
	if (keep_take_session(pamh, ticket) != KOSMO_OK)
		return PAM_IGNORE; /* open_session registered nothing */
	code = tell_session(pamh, &o, flags, PHASE_SESSION_END, ticket);
	explicit_bzero(ticket, sizeof(ticket));
	return code;
}
