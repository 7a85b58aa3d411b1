#include "config.h"

#include <stdio.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/other.h"
#include "kosmod/talk/methods/mailed.h"

#define FEW 3 /* recovery codes: so few are told */

/* A wrong answer: again with the words for it, or the end. */
static int
refused(struct dialogue *d, const struct k_verdict *v, const char *msgid)
{
	return v->left == 0 ? leave_tries(d) : say(d, msgid, NULL);
}

static int
factor_refused(
    struct dialogue *d, const struct factor *f, const struct attempt *attempt)
{
	const struct k_verdict *v = &attempt->verdict;
	bool mailed = f->row->method == METHOD_EMAIL && f->device != NULL;

	if (attempt->said)
		return 0;
	switch (v->word) {
	case VERDICT_NO:
		if (mailed && v->left > 0)
			return mailed_refused(d, v);
		return refused(d, v, N_("Wrong code. Please try again."));
	case VERDICT_USED:
		return refused(d, v,
		    N_("That code was used already. Enter the next one "
		       "shown."));
	case VERDICT_ENDED:
		return mailed_refused(d, v);
	case VERDICT_MISSING:
		return leave_contact(d, RESULT_DENY,
		    N_("You have no method that is allowed here."), NULL);
	default:
		return leave_verdict(d, v);
	}
}

/* Another method, which is entered anew. */
static int
turn_to(struct dialogue *d, struct factor *f, struct factor to)
{
	*f = to;
	return f->row->enter != NULL && f->device != NULL ? f->row->enter(d)
							  : 0;
}

static int
turn_to_other(struct dialogue *d, struct factor *f)
{
	struct factor to = *f;
	int r = other_choose(d, &to);

	if (r != 0 || (to.row == f->row && to.device == f->device))
		return r;
	return turn_to(d, f, to);
}

/* A device that needs no clock, if there is one. */
static bool
find_clockless(const struct dialogue *d, struct factor *ret)
{
	struct factor list[FACTORS_MOST];
	size_t n = factors_of(d, list);

	for (size_t i = 0; i < n; i++) {
		if (list[i].device == NULL ||
		    list[i].row->method == METHOD_TOTP)
			continue;
		*ret = list[i];
		return true;
	}
	return false;
}

/*
 * What goes on where f can't be had: another method, or else a passkey of
 * another kind; of those only one further down, so that it comes to an end.
 */
static bool
find_other(const struct dialogue *d, const struct factor *f, struct factor *ret)
{
	struct factor list[FACTORS_MOST];
	size_t n = factors_of(d, list);
	bool below = false;

	for (size_t i = 0; i < n; i++) {
		if (list[i].row->method == METHOD_PASSKEY)
			continue;
		*ret = list[i];
		return true;
	}
	for (size_t i = 0; f->device != NULL && i < n; i++) {
		*ret = list[i];
		if (below && ret->device->kind != f->device->kind)
			return true;
		below = below || ret->device == f->device;
	}
	return false;
}

/* A passkey that can't be had now. Why was said, but of a silent agent. */
static int
go_on(struct dialogue *d, struct factor *f, bool said)
{
	bool agent = !said && f->device != NULL && f->device->kind == KIND_SSH;
	struct factor to;
	int r = 0;

	if (find_other(d, f, &to)) {
		r = say(d,
		    agent ? N_("Your key could not be reached. Going on with "
			       "another method.")
			  : N_("Going on with another method."),
		    NULL);
		return r != 0 ? r : turn_to(d, f, to);
	}
	if (agent)
		r = say(d,
		    N_("Your key could not be reached.\n"
		       "Does your ssh-agent have it (ssh -A, ssh-add -l)?"),
		    NULL);
	if (r != 0)
		return r;
	return leave_contact(
	    d, RESULT_DENY, N_("You have no other method."), NULL);
}

/* This host's clock is wrong: other methods go on. */
static int
host_clock(struct dialogue *d, const struct k_verdict *v, struct factor *f)
{
	struct factor to;
	int r;

	if (v->left == 0)
		return leave_tries(d);
	if (find_clockless(d, &to)) {
		r = say(d,
		    N_("This host's clock is wrong, so app codes can't be "
		       "checked here."),
		    NULL);
		return r != 0 ? r : turn_to(d, f, to);
	}
	*f = (struct factor){ method_find(METHOD_RECOVERY), NULL };
	r = say(d,
	    N_("This host's clock is wrong, so app codes can't be checked "
	       "here.\n"
	       "Please tell your administrator, who can give you a one-time "
	       "code."),
	    NULL);
	return r != 0 ? r : say_contact(d);
}

/* `resend` of who is not known: the same words for everyone. */
static int
mail_to_anyone(struct dialogue *d, struct factor *f)
{
	*f = (struct factor){ method_find(METHOD_EMAIL), NULL };
	return mailed_resend(d, MAIL_LOGIN);
}

static int
follow_word(struct dialogue *d, struct factor *f, enum word word)
{
	bool known = d->person.state != STATE_NONE;
	struct factor list[FACTORS_MOST];
	size_t n;

	if (word == WORD_RESEND)
		return mail_to_anyone(d, f);
	if (word == WORD_RECOVERY) {
		*f = (struct factor){ method_find(METHOD_RECOVERY), NULL };
		return 0;
	}
	if (!known) {
		*f = (struct factor){ method_find(METHOD_TOTP), NULL };
		return other_choose(d, f);
	}
	n = factors_of(d, list);
	if (f->row->method == METHOD_RECOVERY && n > 0 && n < 3 &&
	    list[0].device != NULL)
		return turn_to(d, f, list[0]); /* there is but one way back */
	return turn_to_other(d, f);
}

/* A recovery code was used: with few left, that is told. */
static int
tell_few(struct dialogue *d, uint32_t before)
{
	char n[12];
	int r = call_profile(d);

	if (r != 0 || d->person.recovery >= before || d->person.recovery > FEW)
		return r;
	snprintf(n, sizeof(n), "%u", d->person.recovery);
	return enter(d,
	    N_("{n} left. Make new ones with kosmoctl recovery-codes."),
	    FILL({ "n", n }));
}

/* One ask for the factor; *f follows the typed words. */
static int
factor_once(struct dialogue *d, struct factor *f, bool *proven)
{
	struct attempt attempt;
	int r;

	if ((r = f->row->attempt(d, f->device, &attempt)) != 0)
		return r;
	if (attempt.word != WORD_NONE)
		return follow_word(d, f, attempt.word);
	if (attempt.said && attempt.verdict.left == 0)
		return leave_tries(d);
	if (attempt.away)
		return go_on(d, f, attempt.said);
	if (attempt.verdict.word == VERDICT_HOST_CLOCK)
		return host_clock(d, &attempt.verdict, f);
	*proven = attempt.verdict.word == VERDICT_YES;
	return *proven ? 0 : factor_refused(d, f, &attempt);
}

/* No device can be used here; recovery: there are codes to go on with. */
static const char *
none_here(const struct dialogue *d, bool recovery)
{
	if (ssh_key_elsewhere(d) && !d->person.key_seen)
		return N_("Your passkey is an SSH key: please log in by ssh "
			  "with it (ssh -i).");
	return recovery ? N_("Your passkey can't be used here.")
			: N_("You have no method that is allowed here.");
}

/* Before anything is proven everyone is asked alike: no device is named. */
int
prove_factor(struct dialogue *d)
{
	bool known = d->person.state != STATE_NONE, proven = false;
	struct factor f = { method_find(METHOD_TOTP), NULL };
	struct factor list[FACTORS_MOST];
	uint32_t codes = d->person.recovery;
	int r = 0;

	if (known && factors_of(d, list) == 0)
		return leave_contact(d, RESULT_DENY, none_here(d, false), NULL);
	if (known && list[0].device == NULL)
		r = say(d, none_here(d, true), NULL);
	if (known && r == 0)
		r = turn_to(d, &f, list[0]);
	while (r == 0 && !proven)
		r = factor_once(d, &f, &proven);
	if (r == 0 && f.row->method == METHOD_RECOVERY)
		r = tell_few(d, codes);
	return r;
}
