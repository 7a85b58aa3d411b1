#include "config.h"

#include "kosmod/talk/flows/email.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/methods/mailed.h"
#include "kosmod/talk/text.h"
#include "libkosmo/mail_address.h"

const char *
email_of(const struct k_person *p)
{
	return p->email_next[0] != '\0' ? p->email_next : p->email;
}

int
email_give(struct dialogue *d, const char *address, enum email_fate *ret)
{
	struct k_email email = { 0 };
	struct k_verdict verdict;
	int r;

	*ret = EMAIL_BAD;
	if (!mail_address_valid(address))
		return 0;
	snprintf(email.address, sizeof(email.address), "%s", address);
	r = call_verdict(d, &k_email_layout, &email, &verdict);
	if (r != 0)
		return r;
	switch (verdict.word) {
	case VERDICT_YES:
		*ret = EMAIL_TAKEN;
		return 0;
	case VERDICT_DOMAIN:
		*ret = EMAIL_DOMAIN;
		return 0;
	case VERDICT_NOT_NOW:
		*ret = EMAIL_REFUSED;
		return 0;
	default:
		return leave_verdict(d, &verdict);
	}
}

bool
email_waits(const struct k_person *p)
{
	return (p->todo & TODO_CONFIRM) != 0 || p->email_next[0] != '\0';
}

/* As many as a line or two hold, with commas. */
void
email_domains(const struct dialogue *d, char ret[static DOMAINS_TEXT])
{
	const char *from = d->t->conf->email.domains;
	const char *comma = text_of(d, N_(", "));
	size_t used = 0, len, gap;

	for (; *from != '\0'; from += len + strspn(from + len, " ")) {
		len = strcspn(from, " ");
		gap = used > 0 ? strlen(comma) : 0;
		if (used + gap + len >= DOMAINS_TEXT)
			break;
		memcpy(ret + used, comma, gap);
		memcpy(ret + used + gap, from, len);
		used += gap + len;
	}
	ret[used] = '\0';
}

const char *
email_words(enum email_fate fate)
{
	switch (fate) {
	case EMAIL_DOMAIN:
		return N_("That address can't be used. Use one at {domains}.");
	case EMAIL_REFUSED:
		return N_("The address can't be changed here.");
	case EMAIL_TAKEN:
	case EMAIL_BAD:
		break;
	}
	return N_("That is not an e-mail address (e.g. taro@example.co.jp).");
}

/* Puts above the next ask why it was not taken. */
static int
say_fate(struct dialogue *d, enum email_fate fate)
{
	char domains[DOMAINS_TEXT];
	int r;

	if (fate == EMAIL_TAKEN)
		return 0;
	email_domains(d, domains);
	r = say(d, email_words(fate), FILL({ "domains", domains }));
	if (r == 0 && fate == EMAIL_REFUSED)
		r = say_contact(d);
	return r;
}

static int
say_what_for(struct dialogue *d, const struct stage *step, bool keep)
{
	char number[STEP_TEXT];
	int r = step_text(d, step, number);

	if (r == 0)
		r = say(d,
		    N_("{step}Codes, notices and ID reminders go here. You "
		       "can change it later."),
		    FILL({ "step", number }));
	if (r == 0 && keep)
		r = say(d, N_("Press Enter to keep it."), NULL);
	return r;
}

int
step_email(struct dialogue *d, const struct stage *step)
{
	const char *now = email_of(&d->person);
	char shown[MAIL_TEXT], typed[SECRET_MAX + 1] = "";
	const struct question question = {
		.prompt = now[0] != '\0' ? N_("E-mail address [{mail}]: ")
					 : N_("E-mail address: "),
		.fills = FILL({ "mail", shown }),
		.enter = now[0] != '\0',
		.words = step_words(d, step),
	};
	struct answer answer = { 0 };
	enum email_fate fate = EMAIL_BAD;
	int r = say_what_for(d, step, now[0] != '\0');

	text_shorten(now, MAIL_COLUMNS, shown, sizeof(shown));
	while (r == 0 && fate != EMAIL_TAKEN) {
		if ((r = ask(d, &question, &answer)) != 0)
			break;
		if (answer.word != WORD_NONE) {
			r = step_language(d, answer.word);
			break;
		}
		if (answer_line(&answer.text, typed, sizeof(typed)) != 0)
			typed[0] = '\0';
		r = email_give(d, answer.empty ? now : typed, &fate);
		if (r == 0)
			r = say_fate(d, fate);
	}
	answer_done(&answer);
	return r;
}
