/*
 * agent.c: the factor by a FIDO2 key of OpenSSH, which the person's agent has
 * at hand: sudo over ssh.
 */
#include "config.h"

#include <string.h>

#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/methods/methods.h"
#include "kosmod/talk/methods/signed.h"

/* What is wrong with the key; with tries left another method goes on. */
static int
say_refused(struct dialogue *d, const struct k_verdict *v)
{
	if (v->word == VERDICT_MISSING)
		return say(d,
		    N_("That key does not check who you are.\n"
		       "Make a new one with -O verify-required."),
		    NULL);
	return say(d, N_("That key was not accepted."), NULL);
}

int
agent_attempt(struct dialogue *d, struct attempt *ret, bool *ret_reached)
{
	struct k_verdict *v = &ret->verdict;
	int r;

	memset(ret, 0, sizeof(*ret));
	r = signed_ask(d, AGENT_FACTOR, is_last(d), v, ret_reached);
	if (r != 0 || !*ret_reached)
		return r;
	d->t->ended = v->ended != 0;
	if (v->word != VERDICT_MISSING && v->word != VERDICT_NO &&
	    v->word != VERDICT_USED)
		return 0;
	*ret_reached = false;
	r = say_refused(d, v);
	return r == 0 && v->left == 0 ? leave_tries(d) : r;
}
