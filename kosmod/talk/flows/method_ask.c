#include "config.h"

#include "kosmod/talk/flows/method_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/call.h"

/* Mail goes to a confirmed address, or to one that will be. */
static bool
has_mail(const struct dialogue *d)
{
	return d->person.email_ok != 0 ||
	    (d->person.state == STATE_INVITED &&
		d->t->conf->registration.email);
}

/* Whether anything here leads to one; passkeys have two ways. */
static bool
has_door(const struct dialogue *d, enum method method)
{
	if (method == METHOD_PASSKEY)
		return (d->person.doors & (DOOR_HERE | DOOR_SSH)) != 0;
	return method != METHOD_EMAIL || has_mail(d);
}

void
methods_open(const struct dialogue *d, struct open_methods *ret)
{
	const uint8_t *order = d->t->conf->login.order;
	const struct method_row *row;

	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < sizeof(d->t->conf->login.order); i++) {
		row = method_find((enum method)order[i]);
		if (row == NULL || row->enroll == NULL ||
		    (d->t->bound.methods & METHOD_BIT(row->method)) == 0 ||
		    !has_door(d, row->method))
			continue;
		ret->rows[ret->n++] = row;
	}
}

bool
methods_have(const struct open_methods *open, enum method method)
{
	for (size_t i = 0; i < open->n; i++)
		if (open->rows[i]->method == method)
			return true;
	return false;
}

static int
say_list(struct dialogue *d, const struct open_methods *open)
{
	char n[12];
	int r = 0;

	for (size_t i = 0; r == 0 && i < open->n; i++) {
		snprintf(n, sizeof(n), "%zu", i + 1);
		r = say(d, open->rows[i]->line, FILL({ "n", n }));
	}
	return r;
}

static int
say_what(struct dialogue *d, const struct stage *step,
    const struct open_methods *open)
{
	char number[STEP_TEXT];
	int r = step_text(d, step, number);

	if (r == 0)
		r = say(d,
		    N_("{step}Choose what you use besides the password. You "
		       "can change it later."),
		    FILL({ "step", number }));
	return r == 0 ? say_list(d, open) : r;
}

static int
note(struct dialogue *d, const struct method_row *row)
{
	const struct k_method request = { (uint8_t)row->method };
	struct k_verdict verdict;
	int r = call_verdict(d, &k_method_layout, &request, &verdict);

	if (r == 0 && verdict.word != VERDICT_YES)
		r = leave_verdict(d, &verdict);
	return r;
}

/* The number typed, or 0. */
static size_t
number_of(const struct answer *answer, size_t n)
{
	char digits[17];
	unsigned long number;

	answer_digits(&answer->text, digits);
	number = strtoul(digits, NULL, 10);
	return number >= 1 && number <= n ? number : 0;
}

int
method_ask(
    struct dialogue *d, const struct stage *step, const struct method_row **ret)
{
	static const char *const prompts[] = { N_("Method (1 or 2): "),
		N_("Method (1, 2 or 3): ") };
	static const char *const again[] = { N_("Please enter 1 or 2."),
		N_("Please enter 1, 2 or 3.") };
	struct answer answer = { 0 };
	struct open_methods open;
	struct question question = { .words = step_words(d, step) };
	size_t which = 0;
	int r = 0;

	methods_open(d, &open);
	if (open.n == 0 || open.n > 3)
		return leave_contact(d, RESULT_DENY,
		    N_("You have no method that is allowed here."), NULL);
	if (open.n == 1)
		which = 1;
	else
		r = say_what(d, step, &open);
	while (r == 0 && which == 0) {
		question.prompt = prompts[open.n - 2];
		if ((r = ask(d, &question, &answer)) != 0)
			break;
		if (answer.word != WORD_NONE)
			r = step_language(d, answer.word);
		else if ((which = number_of(&answer, open.n)) == 0)
			r = say(d, again[open.n - 2], NULL);
	}
	answer_done(&answer);
	if (r != 0)
		return r;
	*ret = open.rows[which - 1];
	if (open.n == 1 && (d->person.todo & TODO_CHOICE) == 0)
		return 0; /* nobody had a choice */
	return note(d, *ret);
}

int
step_choice(struct dialogue *d, const struct stage *step)
{
	const struct method_row *row = NULL;

	return method_ask(d, step, &row);
}
