#include "config.h"

#include "mailed.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"

#define WAIT_SECONDS 60 /* for sendmail, which has its own deadline */

void
mailed_numbers(
    const struct dialogue *d, char digits[static 12], char minutes[static 12])
{
	snprintf(digits, 12, "%u", d->t->conf->email.digits);
	snprintf(minutes, 12, "%u", (d->t->conf->email.lifetime + 59) / 60);
}

int
mailed_send(
    struct dialogue *d, uint8_t purpose, bool again, struct k_mailed *ret)
{
	const struct k_mail request = { purpose, again };
	union kmsg reply;
	int r = d->t->person->wait(d->t->person->arg, WAIT_SECONDS);

	if (r != 0)
		return r;
	r = call(d, &k_mail_layout, &request, K_MAILED, &reply);
	*ret = reply.mailed;
	explicit_bzero(&reply, sizeof(reply));
	return r;
}

int
mailed_say(struct dialogue *d, const struct k_mailed *mailed, bool again)
{
	char time[6], n[12];

	time_text(mailed->when, time);
	snprintf(n, sizeof(n), "%u", mailed->seconds);
	switch ((enum mailed_word)mailed->word) {
	case MAILED_SENT:
		if (!again)
			return 0;
		return say(d,
		    N_("A new code was sent. The old one no longer works."),
		    NULL);
	case MAILED_STANDING:
		return say(d,
		    N_("Enter the code sent at {time} (or type resend)."),
		    FILL({ "time", time }));
	case MAILED_SOON:
		return say(d, N_("You can have a new one in {n} seconds."),
		    FILL({ "n", n }));
	case MAILED_MANY:
		return say(d,
		    N_("Too many mails. Type resend after {time}, or other."),
		    FILL({ "time", time }));
	case MAILED_FAILED:
	case MAILED_NOT_NOW:
		break;
	}
	return say(d,
	    N_("The mail could not be sent. Wait a little, then resend, or "
	       "other."),
	    NULL);
}

int
mailed_resend(struct dialogue *d, uint8_t purpose)
{
	struct k_mailed mailed;
	int r = mailed_send(d, purpose, true, &mailed);

	return r != 0 ? r : mailed_say(d, &mailed, true);
}

int
mailed_judge(struct dialogue *d, struct k_mail_code *m,
    const struct secret *text, struct k_verdict *ret)
{
	int r;

	answer_digits(text, m->digits);
	r = call_verdict(d, &k_mail_code_layout, m, ret);
	explicit_bzero(m->digits, sizeof(m->digits));
	return r;
}

int
mailed_refused(struct dialogue *d, const struct k_verdict *verdict)
{
	char n[12];

	snprintf(n, sizeof(n), "%u", verdict->left);
	if (verdict->word == VERDICT_NO && verdict->left > 0)
		return say(d,
		    N_("Wrong code. Use the one in the newest mail ({n} tries "
		       "left)."),
		    FILL({ "n", n }));
	if (verdict->word == VERDICT_NO || verdict->word == VERDICT_ENDED ||
	    verdict->word == VERDICT_USED)
		return say(d,
		    N_("That code is no longer valid. Type resend for a new "
		       "one."),
		    NULL);
	return leave_verdict(d, verdict);
}
