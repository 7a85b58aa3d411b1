#include "config.h"

#include <string.h>
#include <time.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/step.h"
#include "libkosmo/date.h"

/* What is no date is told so, and not counted. */
static int
ask_birth(struct dialogue *d, struct k_forgot *m)
{
	static const struct question question = {
		.prompt = N_("Date of birth (8 digits YYYYMMDD, e.g. "
			     "19850401): "),
	};
	struct answer answer = { 0 };
	int r =
	    say(d, N_("Let us set a new password. Three checks first."), NULL);

	while (r == 0 && (r = ask(d, &question, &answer)) == 0) {
		answer_date(&answer.text, m->date);
		if (date_valid_birth(m->date, (int64_t)time(NULL)))
			break;
		r = say(
		    d, N_("Enter 8 digits, year first (e.g. 19850401)."), NULL);
	}
	answer_done(&answer);
	return r;
}

static int
ask_code(struct dialogue *d, struct k_forgot *m)
{
	static const struct question question = {
		.prompt = N_("Code, app or recovery: "),
	};
	struct answer answer = { 0 };
	int r = ask(d, &question, &answer);

	if (r == 0) {
		answer_digits(&answer.text, m->digits);
		if (!answer.control)
			r = code_digest(&answer.text, m->code);
	}
	answer_done(&answer);
	return r;
}

/* The keeper judges both, but says nothing of it: the answer is always one. */
static int
send_two(struct dialogue *d, struct k_forgot *m)
{
	union kmsg reply;
	int r = call(d, &k_forgot_layout, m, K_MAILED, &reply);

	explicit_bzero(&reply, sizeof(reply));
	return r;
}

static int
resend(struct dialogue *d)
{
	static const struct k_mail again = { MAIL_RESET, 1 };
	union kmsg reply;
	int r = call(d, &k_mail_layout, &again, K_MAILED, &reply);

	explicit_bzero(&reply, sizeof(reply));
	return r;
}

/* The third check; *all: with it all three were right. */
static int
ask_mailed(struct dialogue *d, bool *all)
{
	static const struct question question = {
		.text = N_("If that was right, a code is on its way to your "
			   "address (again: resend)."),
		.prompt = N_("Code from the mail: "),
		.words = WORD_FLAG(WORD_RESEND),
	};
	struct k_mail_code m = { .purpose = MAIL_RESET };
	struct answer answer = { 0 };
	struct k_verdict verdict;
	int r;

	while ((r = ask(d, &question, &answer)) == 0 &&
	    answer.word == WORD_RESEND) {
		if ((r = resend(d)) != 0)
			break;
	}
	if (r == 0) {
		answer_digits(&answer.text, m.digits);
		r = call_verdict(d, &k_mail_code_layout, &m, &verdict);
		*all = r == 0 && verdict.word == VERDICT_YES;
	}
	answer_done(&answer);
	explicit_bzero(&m, sizeof(m));
	return r;
}

static int
set_password(struct dialogue *d)
{
	static const struct stage step = { false, 0, 0 };
	int r = call_profile(d);

	if (r == 0)
		r = choose_password(d, &step);
	return r != 0
	    ? r
	    : leave(d, RESULT_DENY,
		  N_("Changed. Log in with your new password."), NULL);
}

/*
 * The same asks for everyone, known or not, registered or not; what was wrong
 * is not said. Nothing is allowed by it: it ends in any case.
 */
int
flow_forgot(struct dialogue *d)
{
	struct k_forgot m = { 0 };
	bool all = false;
	int r;

	if (!d->full)
		return say(d,
		    N_("To set a new one, log in by ssh or at a console and "
		       "type forgot there."),
		    NULL);
	if ((r = ask_birth(d, &m)) == 0 && (r = ask_code(d, &m)) == 0)
		r = send_two(d, &m);
	explicit_bzero(&m, sizeof(m));
	if (r == 0)
		r = ask_mailed(d, &all);
	if (r != 0)
		return r;
	if (all)
		return set_password(d);
	return leave_contact(d, RESULT_DENY,
	    N_("That could not be confirmed. Please try again."), NULL);
}
