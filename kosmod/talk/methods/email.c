#include "config.h"

#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/methods/mailed.h"
#include "methods.h"

#include <string.h>

int
email_enter(struct dialogue *d)
{
	char mail[MAIL_TEXT];
	struct k_mailed mailed;
	int r = mailed_send(d, MAIL_LOGIN, false, &mailed);

	if (r != 0 || mailed.word != MAILED_SENT)
		return r != 0 ? r : mailed_say(d, &mailed, false);
	mail_address_mask(d->person.email, mail, sizeof(mail));
	return say(d, N_("Sent to {mail}. Not there? Check the spam folder."),
	    FILL({ "mail", mail }));
}

/* device NULL: before anything is proven, when all are asked alike. */
int
email_attempt(
    struct dialogue *d, const struct k_device *device, struct attempt *ret)
{
	const struct question question = {
		.prompt = device != NULL ? N_("Code (or resend, other): ")
					 : N_("Code: "),
		.words = WORD_FLAG(WORD_RESEND) | WORD_FLAG(WORD_OTHER) |
		    (device != NULL ? WORD_FLAG(WORD_RECOVERY) : 0),
	};
	struct k_mail_code code = { .purpose = MAIL_LOGIN, .last = is_last(d) };
	struct answer answer = { 0 };
	int r;

	memset(ret, 0, sizeof(*ret));
	do {
		if ((r = ask(d, &question, &answer)) == 0 &&
		    answer.word == WORD_RESEND)
			r = mailed_resend(d, MAIL_LOGIN);
	} while (r == 0 && answer.word == WORD_RESEND);
	if (r != 0)
		goto out;
	ret->word = answer.word;
	if (answer.word != WORD_NONE)
		goto out;
	r = mailed_judge(d, &code, &answer.text, &ret->verdict);
	d->t->ended = r == 0 && ret->verdict.ended != 0;
out:
	answer_done(&answer);
	return r;
}
