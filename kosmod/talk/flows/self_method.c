/*
 * self_method.c: which method a login asks for first, and recovery codes.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/codes.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/verb.h"
#include "kosmod/talk/methods/methods.h"

/* Its name in --json, or the one that people read, in their language. */
static bool
is_called(
    const struct dialogue *d, const struct method_row *row, const char *word)
{
	static const struct {
		enum method method;
		const char *name;
	} names[] = { { METHOD_PASSKEY, "passkey" }, { METHOD_TOTP, "totp" },
		{ METHOD_EMAIL, "email" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].method == row->method &&
		    strcmp(names[i].name, word) == 0)
			return true;
	return strcmp(row->name, word) == 0 ||
	    strcmp(text_of(d, row->name), word) == 0;
}

/* The rows of login's order that have a set-up at all. */
static size_t
known_rows(const struct dialogue *d, const struct method_row *rows[static 4])
{
	const uint8_t *order = d->t->conf->login.order;
	const struct method_row *row;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(d->t->conf->login.order); i++) {
		row = method_find((enum method)order[i]);
		if (row != NULL && row->enroll != NULL)
			rows[n++] = row;
	}
	return n;
}

static bool
has_device(const struct k_person *p, enum method method)
{
	for (size_t i = 0; i < p->n_devices; i++)
		if (p->devices[i].method == method)
			return true;
	return false;
}

static int
ask_which(struct dialogue *d, const struct method_row *const *rows, size_t n,
    const struct method_row **ret)
{
	char last[24], number[24], digits[17];
	const struct question question = {
		.prompt = N_("Method (1 to {n}): "),
		.fills = FILL({ "n", last }),
	};
	struct answer answer = { 0 };
	size_t which = 0;
	int r = KOSMO_OK;

	snprintf(last, sizeof(last), "%zu", n);
	while (r == KOSMO_OK && (which < 1 || which > n)) {
		for (size_t i = 0; r == KOSMO_OK && i < n; i++) {
			snprintf(number, sizeof(number), "%zu", i + 1);
			r = say(d, N_("  {n} {method}"),
			    FILL({ "n", number },
				{ "method", text_of(d, rows[i]->name) }));
		}
		if (r != KOSMO_OK || (r = ask(d, &question, &answer)) != 0)
			break;
		answer_digits(&answer.text, digits);
		which = strtoul(digits, NULL, 10);
	}
	answer_done(&answer);
	if (r == KOSMO_OK)
		*ret = rows[which - 1];
	return r;
}

/* Without a name: among those of which there is a device. */
static int
choose(struct dialogue *d, const struct method_row **ret)
{
	const struct method_row *all[4], *own[4];
	size_t n_all = known_rows(d, all), n = 0;

	for (size_t i = 0; i < n_all; i++)
		if (has_device(&d->person, all[i]->method))
			own[n++] = all[i];
	if (n < 2)
		return verb_refuse(
		    d, RESULT_REFUSED, N_("You have no other method."), NULL);
	return ask_which(d, own, n, ret);
}

static int
prefer(struct dialogue *d, const struct method_row *row)
{
	const struct k_method request = { (uint8_t)row->method };
	struct k_verdict verdict;
	int r = call_verdict(d, &k_method_layout, &request, &verdict);

	if (r != KOSMO_OK)
		return r;
	if (verdict.word == VERDICT_MISSING)
		return verb_refuse(d, RESULT_REFUSED,
		    N_("You have no device of that kind (kosmoctl enroll)."),
		    NULL);
	if (verdict.word == VERDICT_NOT_NOW)
		return verb_refuse(d, RESULT_REFUSED,
		    N_("That method is not allowed here."), NULL);
	if (verdict.word != VERDICT_YES)
		return verb_refuse_verdict(d, &verdict, d->person.login);
	return verb_done(d, N_("Your method is now {method}."),
	    FILL({ "method", text_of(d, row->name) }));
}

int
verb_method(struct dialogue *d)
{
	const char *word = verb_word(d, 0);
	const struct method_row *all[4], *row = NULL;
	size_t n = known_rows(d, all);
	int r;

	for (size_t i = 0; word != NULL && i < n; i++)
		if (is_called(d, all[i], word))
			row = all[i];
	if (word != NULL && row == NULL)
		return verb_refuse(d, RESULT_USAGE,
		    N_("The methods are passkey, app and email."), NULL);
	if ((r = verb_confirm(d)) == KOSMO_OK && row == NULL)
		r = choose(d, &row);
	return r == KOSMO_OK ? prefer(d, row) : r;
}

int
verb_recovery_codes(struct dialogue *d)
{
	int r;

	if (d->t->conf->recovery.count == 0)
		return verb_refuse(d, RESULT_REFUSED,
		    N_("Recovery codes are not used here."), NULL);
	if ((r = verb_confirm(d)) != KOSMO_OK ||
	    (r = say(d, N_("New codes. The old ones no longer work."), NULL)) !=
		KOSMO_OK ||
	    (r = codes_say(d)) != KOSMO_OK || (r = codes_noted(d)) != KOSMO_OK)
		return r;
	return verb_done(d, NULL, NULL);
}
