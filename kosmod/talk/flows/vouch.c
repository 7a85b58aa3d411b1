#include "config.h"

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/methods/methods.h"

static int
vouch_refused(struct dialogue *d, const struct k_verdict *v)
{
	if (v->word != VERDICT_NO && v->word != VERDICT_USED)
		return leave_verdict(d, v);
	if (v->left == 0)
		return leave_contact(d, RESULT_MAXTRIES,
		    d->t->bound.attempts == 3
			? N_("Three wrong answers; this login ends.")
			: N_("Too many wrong answers; this login ends."),
		    NULL);
	return say(d, N_("Wrong code. Please try again."), NULL);
}

/*
 * A password alone, which may be stolen, enrols no device: it also takes the
 * initial password of the slip or a code that an administrator gave.
 */
int
vouch(struct dialogue *d)
{
	static const struct question question = {
		.prompt = N_("Recovery code or initial password: "),
	};
	struct attempt attempt;
	int r;

	if (d->person.vouched)
		return 0;
	r = say(d,
	    N_("To confirm it is you, enter the initial password of your slip "
	       "once more,\nor a one-time code from your administrator."),
	    NULL);
	while (r == 0) {
		if ((r = vouch_attempt(d, &question, &attempt)) != 0)
			return r;
		if (attempt.verdict.word == VERDICT_YES)
			return call_profile(d);
		r = vouch_refused(d, &attempt.verdict);
	}
	return r;
}
