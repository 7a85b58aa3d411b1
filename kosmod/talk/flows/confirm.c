#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/email.h"
#include "kosmod/talk/methods/mailed.h"

/* The words of step 5 for what came of the mail at its beginning. */
static int
say_sent(
    struct dialogue *d, const struct stage *step, const struct k_mailed *mailed)
{
	char number[STEP_TEXT], digits[12], minutes[12];
	const struct fill fills[] = { { "step", number },
		{ "mail", email_of(&d->person) }, { "digits", digits },
		{ "minutes", minutes }, { NULL, NULL } };
	int r = step_text(d, step, number);

	mailed_numbers(d, digits, minutes);
	if (r != 0)
		return r;
	if (mailed->word == MAILED_SENT)
		return say(d,
		    N_("{step}A {digits}-digit code was sent to {mail} (valid "
		       "{minutes} minutes).\n"
		       "Not there? Check the spam folder; type resend, or "
		       "change for another address."),
		    fills);
	r = say(d,
	    N_("{step}Now the code mailed to {mail}\n"
	       "(resend: a new one; change: another address)."),
	    fills);
	return r != 0 ? r : mailed_say(d, mailed, false);
}

static int
send_first(struct dialogue *d, const struct stage *step)
{
	struct k_mailed mailed;
	int r = mailed_send(d, MAIL_CONFIRM, false, &mailed);

	return r != 0 ? r : say_sent(d, step, &mailed);
}

/* Back to the address; *done if the one now given needs no code. */
static int
change(struct dialogue *d, const struct stage *step, bool *done)
{
	const struct stage before = { false, step->n > 0 ? step->n - 1 : 0,
		step->total };
	int r;

	if ((r = step_email(d, &before)) != 0 || (r = call_profile(d)) != 0)
		return r;
	*done = (d->person.todo & TODO_CONFIRM) == 0;
	return *done ? 0 : send_first(d, step);
}

static int
judge(struct dialogue *d, const struct secret *text, bool *done)
{
	struct k_mail_code code = { .purpose = MAIL_CONFIRM };
	struct k_verdict verdict;
	int r = mailed_judge(d, &code, text, &verdict);

	if (r != 0)
		return r;
	*done = verdict.word == VERDICT_YES;
	return *done ? 0 : mailed_refused(d, &verdict);
}

static int
take(struct dialogue *d, const struct stage *step, const struct answer *answer,
    bool *done)
{
	switch (answer->word) {
	case WORD_NONE:
		return judge(d, &answer->text, done);
	case WORD_RESEND:
		return mailed_resend(d, MAIL_CONFIRM);
	case WORD_CHANGE:
	case WORD_OTHER:
		return change(d, step, done);
	default:
		return step_language(d, answer->word);
	}
}

int
step_confirm(struct dialogue *d, const struct stage *step)
{
	const struct question question = {
		.prompt = N_("Code: "),
		.words = WORD_FLAG(WORD_RESEND) | WORD_FLAG(WORD_CHANGE) |
		    WORD_FLAG(WORD_OTHER) | step_words(d, step),
	};
	struct answer answer = { 0 };
	bool done = false;
	int r = send_first(d, step);

	while (r == 0 && !done) {
		if ((r = ask(d, &question, &answer)) == 0)
			r = take(d, step, &answer, &done);
	}
	answer_done(&answer);
	return r;
}
