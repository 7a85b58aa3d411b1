#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/verb.h"

#define WAIT_SECONDS 15 /* the warden ends them, or does not */

static int
sessions(struct dialogue *d, bool end, struct k_sessions_is *ret)
{
	const struct k_sessions request = { end };
	union kmsg reply;
	int r = d->t->person->wait(d->t->person->arg, WAIT_SECONDS);

	if (r != 0)
		return r;
	r = call(d, &k_sessions_layout, &request, K_SESSIONS_IS, &reply);
	*ret = reply.sessions_is;
	explicit_bzero(&reply, sizeof(reply));
	return r;
}

static int
say_what(struct dialogue *d, uint32_t n)
{
	char number[12];

	snprintf(number, sizeof(number), "%u", n);
	if (n == 0)
		return say(d,
		    N_("Elsewhere you are still remembered (without a code, "
		       "or by sudo)."),
		    NULL);
	return say(d,
	    n == 1 ? N_("You have 1 other session.")
		   : N_("You have {n} other sessions."),
	    FILL({ "n", number }));
}

/* What could not be ended is said, above whatever comes next. */
static int
end_them(struct dialogue *d, uint32_t n)
{
	struct k_sessions_is is = { 0 };
	int r = sessions(d, true, &is);

	if (r != 0 || is.known || n == 0)
		return r;
	return say(d,
	    N_("The other sessions could not be ended. Please tell your "
	       "administrator."),
	    NULL);
}

/* Where texts are read: in dialogues, and in passwd(1). */
int
ask_sign_out(struct dialogue *d)
{
	static const struct question question = {
		.prompt = N_("Sign out everywhere else? yes / no [yes]: "),
	};
	struct k_sessions_is is = { 0 };
	bool yes = true;
	int r;

	if (d->t->bound.reset || (!d->full && d->t->phase != PHASE_PASSWORD))
		return 0;
	if ((r = sessions(d, false, &is)) != 0)
		return r;
	if (is.sessions == 0 && is.tickets == 0 && is.remembered == 0)
		return 0;
	if ((r = say_what(d, is.sessions)) != 0 ||
	    (r = ask_yes(d, &question, &yes)) != 0)
		return r;
	return yes ? end_them(d, is.sessions) : 0;
}

int
verb_sign_out(struct dialogue *d)
{
	struct k_sessions_is is = { 0 };
	char n[12];
	int r = verb_confirm(d);

	if (r != 0 || (r = sessions(d, true, &is)) != 0)
		return r;
	if (!is.known)
		return verb_refuse(d, RESULT_REFUSED,
		    N_("Sessions can't be ended here (kosmo-warden is not "
		       "there). Nothing is remembered any more."),
		    NULL);
	snprintf(n, sizeof(n), "%u", is.sessions);
	return verb_done(d,
	    is.sessions == 1 ? N_("1 other session was ended.")
			     : N_("{n} other sessions were ended."),
	    FILL({ "n", n }));
}
