/*
 * enroll_email.c: the e-mail method. The code that is typed back stores it;
 * where a first device has to be vouched for, the code that vouches does.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/device_name.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/methods/mailed.h"

/* What stands above the first ask. */
static int
say_sent(struct dialogue *d, const struct k_mailed *mailed, bool other)
{
	char mail[MAIL_TEXT], digits[12], minutes[12];
	const struct fill fills[] = { { "mail", mail }, { "digits", digits },
		{ "minutes", minutes }, { NULL, NULL } };

	mail_address_mask(d->person.email, mail, sizeof(mail));
	mailed_numbers(d, digits, minutes);
	if (mailed->word != MAILED_SENT)
		return mailed_say(d, mailed, false);
	if (!other)
		return say(d,
		    N_("A {digits}-digit code was sent to {mail} (valid "
		       "{minutes} minutes).\n"
		       "Not there? Check the spam folder, then type resend."),
		    fills);
	return say(d,
	    N_("A {digits}-digit code was sent to {mail} (valid {minutes} "
	       "minutes).\n"
	       "Not there? Check the spam folder; type resend, or other for "
	       "another method."),
	    fills);
}

static int
judge(struct dialogue *d, const char *name, const struct secret *text,
    uint32_t *id)
{
	struct k_mail_code code = { .purpose = MAIL_ENROL, .enrol = 1 };
	struct k_verdict verdict;
	int r;

	snprintf(code.name, sizeof(code.name), "%s", name);
	if ((r = mailed_judge(d, &code, text, &verdict)) != 0)
		return r;
	if (verdict.word != VERDICT_YES)
		return mailed_refused(d, &verdict);
	*id = verdict.device;
	return 0;
}

/* Has a code mailed and typed back. */
static int
by_code(struct dialogue *d, const char *name, bool *other, uint32_t *id)
{
	static const struct question question = {
		.prompt = N_("Code: "),
		.words = WORD_FLAG(WORD_RESEND) | WORD_FLAG(WORD_OTHER),
	};
	struct answer answer = { 0 };
	struct k_mailed mailed;
	int r = mailed_send(d, MAIL_ENROL, false, &mailed);

	if (r == 0)
		r = say_sent(d, &mailed, other != NULL);
	while (r == 0 && *id == 0) {
		if ((r = ask(d, &question, &answer)) != 0)
			break;
		if (answer.word == WORD_OTHER && other != NULL) {
			*other = true;
			break;
		}
		if (answer.word == WORD_RESEND)
			r = mailed_resend(d, MAIL_ENROL);
		else if (answer.word == WORD_OTHER)
			r = say_no_other(d);
		else
			r = judge(d, name, &answer.text, id);
	}
	answer_done(&answer);
	return r;
}

int
enroll_email(struct dialogue *d, const struct enroll_how *how, bool *other)
{
	const char *name =
	    how->name != NULL ? how->name : text_of(d, N_("e-mail"));
	const struct vouch_how vouching = { name, other != NULL };
	struct vouched vouched = { 0 };
	int r = 0;

	if (d->person.n_devices == 0)
		r = vouch(d, &vouching, &vouched);
	if (r == 0 && vouched.other) {
		*other = true;
		return 0;
	}
	if (r == 0 && vouched.device == 0)
		r = by_code(d, name, other, &vouched.device);
	if (r != 0 || vouched.device == 0)
		return r;
	if ((r = call_profile(d)) == 0 && how->name == NULL)
		r = device_name_ask(d, vouched.device);
	return r;
}
