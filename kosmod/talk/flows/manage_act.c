/*
 * manage_act.c: what admins do to a person: one request, a line or two, and a
 * slip where one is needed.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kosmod/talk/flows/verb.h"

/* What NOT_NOW means to an admin: each act has its own. */
static const char *
not_now(uint8_t act)
{
	switch ((enum user_act)act) {
	case ACT_CODE:
	case ACT_RESET_PASSWORD:
	case ACT_RESET_DEVICES:
		return N_("{login} has not begun yet: the slip does it "
			  "(user invite {login}).");
	case ACT_REMIND:
		return N_("{login} has nothing to be reminded of: done "
			  "already, or too late (user show {login}).");
	default:
		return N_("{login} is registered already: there is no slip to "
			  "print (user reset {login} --all starts again).");
	}
}

static int
refuse_act(
    struct dialogue *d, const struct k_verdict *v, const struct k_user_act *m)
{
	if (v->word == VERDICT_NOT_NOW)
		return verb_refuse(d, RESULT_REFUSED, not_now(m->act),
		    FILL({ "login", m->login }));
	return verb_refuse_verdict(d, v, m->login);
}

/* What was done, with the sessions that were ended if that is known. */
struct words {
	const char *done;    /* msgid, or NULL: nothing is said */
	const char *counted; /* with {n}; NULL: the count is not said */
};

static int
say_done(struct dialogue *d, const struct words *words,
    const struct k_slip *slip, const char *login)
{
	const char *msgid = words->done;
	char n[12];
	int r = KOSMO_OK;

	(void)snprintf(n, sizeof(n), "%" PRIu32, slip->sessions);
	if (slip->ended && words->counted != NULL)
		msgid = words->counted;
	if (msgid != NULL)
		r = tell(d, msgid, FILL({ "login", login }, { "n", n }));
	if (r == KOSMO_OK && slip->wardenless)
		r = tell(d,
		    N_("What {login} has open now stays open: the program "
		       "that ends it (kosmo-warden) is not there."),
		    FILL({ "login", login }));
	return r;
}

/* What its slip is for. */
static const char *
purpose_of(uint8_t act)
{
	switch ((enum user_act)act) {
	case ACT_CODE:
		return "login";
	case ACT_RESET_PASSWORD:
		return "password";
	default:
		return "registration";
	}
}

static int
act_on(struct dialogue *d, struct k_user_act *m, const struct words *words)
{
	union kmsg reply = { 0 };
	bool verdict;
	int r;

	if ((r = verb_call(d, &k_user_act_layout, m, K_SLIP, &reply,
		 &verdict)) != KOSMO_OK)
		goto out;
	if (verdict && reply.verdict.word != VERDICT_YES) {
		r = refuse_act(d, &reply.verdict, m);
		goto out;
	}
	if (verdict)
		memset(&reply, 0, sizeof(reply));
	r = say_done(d, words, &reply.slip, m->login);
	if (r == KOSMO_OK && reply.slip.secret[0] != '\0')
		r = verb_slip(d, &reply.slip, purpose_of(m->act));
out:
	explicit_bzero(&reply, sizeof(reply));
	return r == KOSMO_OK ? verb_done(d, NULL, NULL) : r;
}

static int
act(struct dialogue *d, enum user_act what, const struct words *words)
{
	struct k_user_act m = { .act = (uint8_t)what };
	int r;

	if ((r = verb_login(d, 0, m.login)) != KOSMO_OK ||
	    (r = verb_expires(d, &m.expires)) != KOSMO_OK)
		return r;
	return act_on(d, &m, words);
}

int
verb_user_invite(struct dialogue *d)
{
	static const struct words words = {
		N_("A new slip. The earlier initial password no longer works."),
		NULL,
	};

	return act(d, ACT_INVITE, &words);
}

int
verb_user_lock(struct dialogue *d)
{
	static const struct words words = {
		N_("{login} is locked."),
		N_("{login} is locked (sessions ended: {n})."),
	};

	return act(d, ACT_LOCK, &words);
}

int
verb_user_unlock(struct dialogue *d)
{
	static const struct words words = {
		N_("{login} is unlocked."),
		NULL,
	};

	return act(d, ACT_UNLOCK, &words);
}

int
verb_user_code(struct dialogue *d)
{
	static const struct words words = { NULL, NULL };

	return act(d, ACT_CODE, &words);
}

int
verb_user_remind(struct dialogue *d)
{
	static const struct words words = {
		N_("{login} gets a mail."),
		NULL,
	};

	return act(d, ACT_REMIND, &words);
}

int
verb_user_rebind(struct dialogue *d)
{
	static const struct words words = {
		N_("{login} belongs to the account's uid now."),
		NULL,
	};
	struct k_user_act m = { .act = ACT_REBIND };
	int r;

	if ((r = verb_login(d, 0, m.login)) != KOSMO_OK ||
	    (r = verb_uid(d, &m.uid)) != KOSMO_OK)
		return r;
	return act_on(d, &m, &words);
}

static const struct {
	const char *option;
	enum user_act act;
	struct words words;
} resets[] = {
	{ "password", ACT_RESET_PASSWORD,
	    { N_("At the next login only a new password is asked. Slip:"),
		NULL } },
	{ "devices", ACT_RESET_DEVICES,
	    { N_("The next login sets up a method again (mailed code "
		 "first)."),
		NULL } },
	{ "all", ACT_RESET_ALL,
	    { N_("Registration starts again. Slip:"), NULL } },
};

/* No address is trusted where policy wants none: then a code vouches. */
static const struct words no_mail = {
	N_("The next login sets up a method again. It asks for a code first: "
	   "user code {login}"),
	NULL,
};

int
verb_user_reset(struct dialogue *d)
{
	size_t found = 0, n = 0;

	for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++) {
		if (verb_arg(d, resets[i].option) != NULL) {
			found = i;
			n++;
		}
	}
	if (n != 1)
		return verb_refuse(d, RESULT_USAGE,
		    N_("One of --password, --devices and --all is needed."),
		    NULL);
	if (resets[found].act == ACT_RESET_DEVICES &&
	    !d->t->conf->registration.email)
		return act(d, ACT_RESET_DEVICES, &no_mail);
	return act(d, resets[found].act, &resets[found].words);
}

int
verb_user_remove(struct dialogue *d)
{
	static const struct words words = {
		N_("{login} is removed."),
		N_("{login} is removed (sessions ended: {n})."),
	};
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
	return act(d, ACT_REMOVE, &words);
}

int
verb_user_rename(struct dialogue *d)
{
	struct k_user_rename m = { 0 };
	union kmsg reply = { 0 };
	bool verdict = false;
	int r;

	if ((r = verb_login(d, 0, m.login)) != KOSMO_OK ||
	    (r = verb_login(d, 1, m.to)) != KOSMO_OK ||
	    (r = verb_uid(d, &m.uid)) != KOSMO_OK ||
	    (r = verb_call(d, &k_user_rename_layout, &m, K_VERDICT, &reply,
		 &verdict)) != KOSMO_OK)
		return r;
	switch ((enum verdict_word)reply.verdict.word) {
	case VERDICT_YES:
		return verb_done(d, N_("{login} is {to} now."),
		    FILL({ "login", m.login }, { "to", m.to }));
	case VERDICT_NOT_NOW:
		return verb_refuse(d, RESULT_REFUSED,
		    N_("The account {to} has another uid than {login} had."),
		    FILL({ "login", m.login }, { "to", m.to }));
	case VERDICT_TAKEN:
		return verb_refuse(d, RESULT_REFUSED,
		    N_("{to} is somebody's login name or ID already."),
		    FILL({ "to", m.to }));
	case VERDICT_NO:
		return verb_refuse_verdict(d, &reply.verdict, m.to);
	default:
		return verb_refuse_verdict(d, &reply.verdict, m.login);
	}
}
