/*
 * user_id_ask.c: step 6. What breaks the rules is said with all its reasons,
 * nothing is folded: the ID is to be what was typed.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/step.h"
#include "kosmod/talk/text.h"
#include "kosmod/user_id.h"

static const struct {
	uint32_t rule;
	const char *text;
} reasons[] = {
	{ ID_SHORT, N_("under {min} characters") },
	{ ID_LONG, N_("over {max} characters") },
	{ ID_UPPER, N_("upper case") },
	{ ID_WIDE, N_("full-width characters") },
	{ ID_CONTROL, N_("control characters") },
	{ ID_SPACE, N_("spaces") },
	{ ID_SYMBOL, N_("symbol {c}") },
};

static const char *
initial_of(const struct k_person *p)
{
	return p->initial_id[0] != '\0' ? p->initial_id : p->login;
}

static int
say_what(struct dialogue *d, const struct stage *step)
{
	const struct conf *conf = d->t->conf;
	char number[STEP_TEXT], min[12], max[12];
	const struct fill fills[] = { { "step", number }, { "min", min },
		{ "max", max }, { "symbols", conf->user_id.symbols },
		{ "login", d->person.login }, { NULL, NULL } };
	int r = step_text(d, step, number);

	snprintf(min, sizeof(min), "%u", conf->user_id.min);
	snprintf(max, sizeof(max), "%u", conf->user_id.max);
	if (r == 0 && conf->user_id.symbols[0] == '\0')
		r = say(d,
		    N_("{step}Choose a user ID: {min} to {max} lower-case "
		       "letters and digits."),
		    fills);
	else if (r == 0)
		r = say(d,
		    N_("{step}Choose a user ID: {min} to {max} lower-case "
		       "letters, digits and {symbols}"),
		    fills);
	if (r != 0)
		return r;
	return say(d,
	    N_("You can use it at a console. For ssh keep using {login}."),
	    fills);
}

static int
say_broken(struct dialogue *d, uint32_t broken, const char *symbols)
{
	struct buf list = BUF_INIT;
	char min[12], max[12];
	const struct fill fills[] = { { "min", min }, { "max", max },
		{ "c", symbols }, { NULL, NULL } };
	int r = 0;

	snprintf(min, sizeof(min), "%u", d->t->conf->user_id.min);
	snprintf(max, sizeof(max), "%u", d->t->conf->user_id.max);
	for (size_t i = 0; r == 0 && i < sizeof(reasons) / sizeof(*reasons);
	     i++) {
		if ((broken & reasons[i].rule) == 0)
			continue;
		if (list.len > 0)
			r = text_fill(&list, text_of(d, N_(", ")), NULL);
		if (r == 0)
			r = text_fill(
			    &list, text_of(d, reasons[i].text), fills);
	}
	if (r == 0 && (r = buf_add_u8(&list, 0)) == 0)
		r = say(d, N_("Can't be used: {reasons}"),
		    FILL({ "reasons", (const char *)list.data }));
	buf_done(&list);
	return r;
}

static int
say_taken(struct dialogue *d)
{
	return say(
	    d, N_("That ID can't be used. Please choose another."), NULL);
}

/* Gives an ID that keeps the rules to the keeper. *done: it is taken over. */
static int
give(struct dialogue *d, const char *id, bool *done)
{
	struct k_user_id request = { 0 };
	struct k_verdict verdict;
	size_t len = strlen(id);
	int r;

	if (len >= sizeof(request.id)) /* [user-id] max goes beyond names */
		return say_taken(d);
	memcpy(request.id, id, len);
	r = call_verdict(d, &k_user_id_layout, &request, &verdict);
	if (r != 0)
		return r;
	*done = verdict.word == VERDICT_YES;
	if (*done)
		return 0;
	if (verdict.word != VERDICT_TAKEN && verdict.word != VERDICT_NO)
		return leave_verdict(d, &verdict);
	return say_taken(d);
}

static int
judge(struct dialogue *d, const char *id, bool *done)
{
	const struct conf *conf = d->t->conf;
	char symbols[65];
	uint32_t broken = user_id_rules(conf, id, symbols);

	if (broken != 0)
		return say_broken(d, broken, symbols);
	if (user_id_denied(conf, id) ||
	    (!conf->user_id.keep && strcmp(id, initial_of(&d->person)) == 0))
		return say_taken(d);
	return give(d, id, done);
}

/* What was typed, without the spaces around it. */
static void
trim(const struct secret *text, char ret[static SECRET_MAX + 1])
{
	size_t at = strspn(text->bytes, " "), len = text->len;

	while (len > at && text->bytes[len - 1] == ' ')
		len--;
	memcpy(ret, text->bytes + at, len - at);
	ret[len - at] = '\0';
}

int
step_user_id(struct dialogue *d, const struct stage *step)
{
	const char *initial = initial_of(&d->person);
	bool keep =
	    d->t->conf->user_id.keep && user_id_good(d->t->conf, initial);
	const struct question question = {
		.prompt = keep ? N_("User ID [{id}]: ") : N_("User ID: "),
		.fills = FILL({ "id", initial }),
		.enter = keep,
		.words = step_words(d, step),
	};
	struct answer answer = { 0 };
	char id[SECRET_MAX + 1];
	bool done = false;
	int r = say_what(d, step);

	while (r == 0 && !done) {
		if ((r = ask(d, &question, &answer)) != 0)
			break;
		if (answer.word != WORD_NONE) {
			r = step_language(d, answer.word);
			break;
		}
		trim(&answer.text, id);
		r = judge(d, answer.empty ? initial : id, &done);
	}
	answer_done(&answer);
	return r;
}
