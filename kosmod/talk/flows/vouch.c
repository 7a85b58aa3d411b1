/*
 * vouch.c: a password alone, which may be stolen, enrols no device. It also
 * takes a code mailed to the confirmed address, or one that an administrator
 * gave; and where policy asks for no address, the slip.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/methods/mailed.h"
#include "kosmod/talk/methods/methods.h"

static int
code_refused(struct dialogue *d, const struct k_verdict *v)
{
	if (v->word != VERDICT_NO && v->word != VERDICT_USED)
		return leave_verdict(d, v);
	if (v->left == 0)
		return leave_tries(d);
	return say(d, N_("Wrong code. Please try again."), NULL);
}

/* A typed code, until it is right; `other` leads back where q allows it. */
static int
by_code(struct dialogue *d, const struct question *q, bool *back)
{
	struct attempt attempt;
	int r;

	for (;;) {
		if ((r = vouch_attempt(d, q, &attempt)) != 0)
			return r;
		if (attempt.word == WORD_OTHER) {
			*back = true;
			return 0;
		}
		if (attempt.verdict.word == VERDICT_YES)
			return call_profile(d);
		if ((r = code_refused(d, &attempt.verdict)) != 0)
			return r;
	}
}

static int
by_slip(struct dialogue *d)
{
	static const struct question question = {
		.prompt = N_("Recovery code or initial password: "),
	};
	int r = say(d,
	    N_("To confirm it is you, enter the initial password of your slip "
	       "once more,\nor a one-time code from your administrator."),
	    NULL);

	return r != 0 ? r : by_code(d, &question, NULL);
}

/*
 * `recovery`: a code from an administrator in place of the mailed one, to
 * which `other` leads back; back is NULL where there is none.
 */
static int
by_recovery(struct dialogue *d, bool *back)
{
	const struct question question = {
		.prompt = N_("Recovery code: "),
		.words = back != NULL ? WORD_FLAG(WORD_OTHER) : 0,
	};

	return by_code(d, &question, back);
}

static int
say_sent(struct dialogue *d, const struct k_mailed *mailed)
{
	char mail[MAIL_TEXT], digits[12], minutes[12];

	mail_address_mask(d->person.email, mail, sizeof(mail));
	mailed_numbers(d, digits, minutes);
	if (mailed->word == MAILED_SENT)
		return say(d,
		    N_("Now your method. To confirm it is you, a code was "
		       "sent to {mail}.\n"
		       "Not there? Check the spam folder, then type resend. "
		       "It is valid {minutes} minutes."),
		    FILL({ "mail", mail }, { "minutes", minutes }));
	return mailed_say(d, mailed, false);
}

static int
judge(struct dialogue *d, const struct vouch_how *how,
    const struct secret *text, struct vouched *ret)
{
	struct k_mail_code code = { .purpose = MAIL_SETUP,
		.enrol = how->name != NULL };
	struct k_verdict verdict;
	int r;

	if (how->name != NULL)
		snprintf(code.name, sizeof(code.name), "%s", how->name);
	if ((r = mailed_judge(d, &code, text, &verdict)) != 0)
		return r;
	if (verdict.word != VERDICT_YES)
		return mailed_refused(d, &verdict);
	ret->device = verdict.device;
	return call_profile(d);
}

/* One answer to the ask for the mailed code. */
static int
take(struct dialogue *d, const struct vouch_how *how,
    const struct answer *answer, struct vouched *ret)
{
	bool back = false;

	switch (answer->word) {
	case WORD_NONE:
		return judge(d, how, &answer->text, ret);
	case WORD_RESEND:
		return mailed_resend(d, MAIL_SETUP);
	case WORD_RECOVERY:
		return by_recovery(d, &back);
	default:
		if (!how->other)
			return say_no_other(d);
		ret->other = true;
		return 0;
	}
}

static int
by_mail(struct dialogue *d, const struct vouch_how *how, struct vouched *ret)
{
	static const struct question question = {
		.prompt = N_("Code: "),
		.words = WORD_FLAG(WORD_RESEND) | WORD_FLAG(WORD_RECOVERY) |
		    WORD_FLAG(WORD_OTHER),
	};
	struct answer answer = { 0 };
	struct k_mailed mailed;
	int r = mailed_send(d, MAIL_SETUP, false, &mailed);

	if (r == 0)
		r = say_sent(d, &mailed);
	while (
	    r == 0 && !d->person.vouched && !ret->other && ret->device == 0) {
		if ((r = ask(d, &question, &answer)) == 0)
			r = take(d, how, &answer, ret);
	}
	answer_done(&answer);
	return r;
}

/* A changed address may be somebody else's: part 2 waits. */
static int
leave_held(struct dialogue *d)
{
	char date[11], time[6];

	date_text(d->person.email_held, date);
	time_text(d->person.email_held, time);
	return leave_contact(d, RESULT_DENY,
	    N_("The address was changed, so this goes on from {date} {time}."),
	    FILL({ "date", date }, { "time", time }));
}

int
vouch(struct dialogue *d, const struct vouch_how *how, struct vouched *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (d->person.email_held != 0)
		return leave_held(d);
	if (d->person.vouched)
		return 0;
	if (!d->t->conf->registration.email)
		return by_slip(d);
	if (d->person.email_ok)
		return by_mail(d, how, ret);
	if (d->person.code_until != 0)
		return by_recovery(d, NULL);
	return leave_contact(d, RESULT_DENY,
	    N_("To set up your method a one-time code is needed. Please ask "
	       "for one."),
	    NULL);
}
