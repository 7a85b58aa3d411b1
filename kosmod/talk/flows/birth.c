#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/step.h"
#include "libkosmo/date.h"

/* A wrong date is counted by the keeper; the last one stops it all. */
static int
date_refused(struct dialogue *d, const struct k_verdict *v)
{
	char n[12];

	if (v->word == VERDICT_LOCKED)
		return leave_contact(
		    d, RESULT_DENY, N_("Registration is stopped."), NULL);
	if (v->word != VERDICT_NO)
		return leave_verdict(d, v);
	snprintf(n, sizeof(n), "%u", v->left);
	return say(d, N_("That is not the date we have. {n} tries left."),
	    FILL({ "n", n }));
}

/* What is no date is told so and not counted. *done: it was the right one. */
static int
judge(struct dialogue *d, const struct secret *text, bool *done)
{
	struct k_birth birth = { 0 };
	struct k_verdict verdict;
	int r;

	answer_date(text, birth.date);
	if (!date_valid_birth(birth.date, (int64_t)time(NULL)))
		return say(
		    d, N_("Enter 8 digits, year first (e.g. 19850401)."), NULL);
	r = call_verdict(d, &k_birth_layout, &birth, &verdict);
	explicit_bzero(&birth, sizeof(birth));
	if (r != 0)
		return r;
	*done = verdict.word == VERDICT_YES;
	return *done ? 0 : date_refused(d, &verdict);
}

int
step_birth(struct dialogue *d, const struct stage *step)
{
	const struct question question = {
		.prompt = N_("Date of birth (8 digits YYYYMMDD, e.g. "
			     "19850401): "),
		.words = step_words(d, step),
	};
	struct answer answer = { 0 };
	char number[STEP_TEXT];
	bool done = false;
	int r = 0;

	if (!d->person.born)
		r = leave_contact(d, RESULT_DENY,
		    N_("Your date of birth is not recorded yet. Please ask "
		       "for it."),
		    NULL);
	if (r == 0 && (r = step_text(d, step, number)) == 0)
		r = say(d, N_("{step}To confirm it is you:"),
		    FILL({ "step", number }));
	while (r == 0 && !done) {
		if ((r = ask(d, &question, &answer)) != 0)
			break;
		r = answer.word != WORD_NONE ? step_language(d, answer.word)
					     : judge(d, &answer.text, &done);
	}
	answer_done(&answer);
	return r;
}
