#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/methods/methods.h"

static int
leave_tries(struct dialogue *d)
{
	return leave_contact(d, RESULT_MAXTRIES,
	    d->t->bound.attempts == 3
		? N_("Three wrong answers; this login ends.")
		: N_("Too many wrong answers; this login ends."),
	    NULL);
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

static int
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

/* The device that is asked for first; NULL if there is none. */
static const struct k_device *
preferred_device(const struct k_person *p)
{
	for (size_t i = 0; i < p->n_devices; i++)
		if (p->devices[i].method == p->preferred)
			return &p->devices[i];
	return p->n_devices > 0 ? &p->devices[0] : NULL;
}

/* Puts the list of what the person has above the next ask. */
static int
say_devices(struct dialogue *d)
{
	const struct method_row *row;
	const struct k_device *dev;
	char n[12];
	int r = 0;

	for (size_t i = 0; r == 0 && i < d->person.n_devices; i++) {
		dev = &d->person.devices[i];
		row = method_find((enum method)dev->method);
		snprintf(n, sizeof(n), "%zu", i + 1);
		r = say(d, N_("  {n} {method} \"{device}\""),
		    FILL({ "n", n },
			{ "method", row == NULL ? "?" : text_of(d, row->name) },
			{ "device", dev->name }));
	}
	return r;
}

/* `other`: lets the person choose among several devices; D6 if there is one. */
static int
choose_other(struct dialogue *d, const struct k_device **device)
{
	char last[12], digits[17];
	const struct question question = {
		.prompt = N_("Method (1 to {n}): "),
		.fills = FILL({ "n", last }),
	};
	struct answer answer = { 0 };
	unsigned long n = 0;
	int r;

	if (d->person.n_devices < 2) {
		/* who is not known yet is not asked for such a code */
		r = say(d,
		    d->person.n_devices == 1
			? N_("You have no other method (with a one-time code: "
			     "type recovery).")
			: N_("You have no other method."),
		    NULL);
		return r != 0 ? r : say_contact(d);
	}
	snprintf(last, sizeof(last), "%u", d->person.n_devices);
	while (n < 1 || n > d->person.n_devices) {
		if ((r = say_devices(d)) != 0 ||
		    (r = ask(d, &question, &answer)) != 0)
			break;
		answer_digits(&answer.text, digits);
		n = strtoul(digits, NULL, 10);
	}
	answer_done(&answer);
	if (r == 0)
		*device = &d->person.devices[n - 1];
	return r;
}

static int
factor_refused(struct dialogue *d, const struct k_verdict *v)
{
	switch (v->word) {
	case VERDICT_NO:
		return refused(d, v, N_("Wrong code. Please try again."));
	case VERDICT_USED:
		return refused(d, v,
		    N_("That code was used already. Enter the next one "
		       "shown."));
	case VERDICT_MISSING:
		return leave_contact(d, RESULT_DENY,
		    N_("You have no method that is allowed here."), NULL);
	default:
		return leave_verdict(d, v);
	}
}

/* This host's clock is wrong: other methods go on. */
static int
host_clock(struct dialogue *d, const struct k_verdict *v, enum method *method)
{
	int r;

	if (v->left == 0)
		return leave_tries(d);
	*method = METHOD_RECOVERY;
	r = say(d,
	    N_("This host's clock is wrong, so app codes can't be checked "
	       "here.\n"
	       "Please tell your administrator, who can give you a one-time "
	       "code."),
	    NULL);
	return r != 0 ? r : say_contact(d);
}

/* One ask for the factor; *method and *device follow the typed words. */
static int
factor_once(struct dialogue *d, enum method *method,
    const struct k_device **device, bool *proven)
{
	const struct method_row *row = method_find(*method);
	struct attempt attempt;
	int r;

	if ((r = row->attempt(d, *device, &attempt)) != 0)
		return r;
	if (attempt.word == WORD_RECOVERY) {
		*method = METHOD_RECOVERY;
		return 0;
	}
	if (attempt.word == WORD_OTHER && *method == METHOD_RECOVERY) {
		*method = METHOD_TOTP;
		return 0;
	}
	if (attempt.word == WORD_OTHER)
		return choose_other(d, device);
	if (attempt.verdict.word == VERDICT_HOST_CLOCK)
		return host_clock(d, &attempt.verdict, method);
	*proven = attempt.verdict.word == VERDICT_YES;
	return *proven ? 0 : factor_refused(d, &attempt.verdict);
}

/* Before anything is proven everyone is asked alike: no device is named. */
static int
prove_factor(struct dialogue *d)
{
	const struct k_device *device = NULL;
	enum method method = METHOD_TOTP;
	bool known = d->person.state != STATE_NONE, proven = false;
	int r;

	if (known &&
	    ((d->t->bound.methods & METHOD_BIT(METHOD_TOTP)) == 0 ||
		(device = preferred_device(&d->person)) == NULL))
		return leave_contact(d, RESULT_DENY,
		    N_("You have no method that is allowed here."), NULL);
	do {
		r = factor_once(d, &method, &device, &proven);
	} while (r == 0 && !proven);
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
	if ((d->person.todo & TODO_METHOD) != 0)
		return finish_registration(d);
	factor = (steps & STEP_FACTOR) != 0 && !d->person.remembered &&
	    !d->t->bound.combined;
	if (factor && (r = prove_factor(d)) != 0)
		return r;
	if (d->t->ended)
		return 0; /* nothing is left to be done */
	if (factor && (r = call_profile(d)) != 0)
		return r;
	return d->person.todo != 0 ? finish_registration(d) : 0;
}
