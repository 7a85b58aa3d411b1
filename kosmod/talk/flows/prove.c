#include "config.h"

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/methods/methods.h"

int
leave_tries(struct dialogue *d)
{
	int r = say(d,
	    d->t->bound.attempts == 3
		? N_("Three wrong answers; this login ends.")
		: N_("Too many wrong answers; this login ends."),
	    NULL);

	d->result = RESULT_MAXTRIES;
	if (r != 0 || (r = say_contact(d)) != 0 || (r = enter_said(d)) != 0)
		return r;
	return FLOW_END;
}

/*
 * What a wrong answer means: again with the words for it above the ask, or
 * the end after the last try.
 */
static int
refused(struct dialogue *d, const struct k_verdict *v, const char *msgid)
{
	if (v->left == 0)
		return leave_tries(d);
	return say(d, msgid, NULL);
}

/* The initial password was right, but too late: P14. */
static int
leave_ended(struct dialogue *d, const struct k_verdict *v)
{
	char date[11];

	date_text(v->when, date);
	return leave_contact(d, RESULT_DENY,
	    N_("Your invitation ended on {date}. Please ask for a new one."),
	    FILL({ "date", date }));
}

static int
password_refused(struct dialogue *d, const struct k_verdict *v)
{
	int r;

	/* the right password: told in the person's language */
	if ((v->word == VERDICT_ENDED || v->word == VERDICT_LOCKED) &&
	    (r = call_profile(d)) != 0)
		return r;
	switch (v->word) {
	case VERDICT_NO:
		return refused(d, v,
		    N_("Not accepted. Check it and try again (forgotten? type "
		       "forgot).\nAfter several wrong tries you have to wait "
		       "about 15 minutes."));
	case VERDICT_SPENT:
		return say(d,
		    N_("The initial password has ended. Use your new "
		       "password."),
		    NULL);
	case VERDICT_ENDED:
		return leave_ended(d, v);
	default:
		return leave_verdict(d, v);
	}
}

int
prove_password(struct dialogue *d, enum msg_ask_kind kind)
{
	struct attempt attempt;
	int r;

	do {
		if ((r = password_attempt(d, kind, &attempt)) != 0)
			return r;
		if (attempt.word == WORD_FORGOT)
			r = flow_forgot(d);
		else if (attempt.verdict.word == VERDICT_YES)
			return 0;
		else
			r = password_refused(d, &attempt.verdict);
	} while (r == 0);
	return r;
}

/* Whoever has a registration to finish does that, or is told where. */
static int
finish_registration(struct dialogue *d)
{
	if (d->full && d->t->phase != PHASE_PASSWORD)
		return flow_register(d);
	return leave(d, RESULT_DENY,
	    N_("Please register first: run kosmoctl register."), NULL);
}

/* Asked for, and not proven by a key that sshd let in or a login before. */
static bool
wants_factor(const struct dialogue *d)
{
	const struct k_bound *bound = &d->t->bound;

	return (bound->steps & STEP_FACTOR) != 0 && !bound->combined &&
	    !bound->keyed && !d->person.remembered && d->person.key_device == 0;
}

/*
 * A first device proves the factor by being enrolled; whoever has one shows
 * the factor before anything that is still to be done.
 */
int
prove(struct dialogue *d, enum msg_ask_kind kind)
{
	uint8_t steps = d->t->bound.steps;
	bool factor;
	int r;

	if ((steps & STEP_PASSWORD) != 0 &&
	    ((r = prove_password(d, kind)) != 0 || (r = call_profile(d)) != 0))
		return r;
	if ((d->person.todo & TODO_METHOD) != 0 && d->person.n_devices == 0)
		return finish_registration(d);
	factor = wants_factor(d);
	if (factor && (r = prove_factor(d)) != 0)
		return r;
	if (d->t->ended)
		return 0; /* nothing is left to be done */
	if (factor && (r = call_profile(d)) != 0)
		return r;
	return d->person.todo != 0 ? finish_registration(d) : 0;
}
