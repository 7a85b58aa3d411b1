#include "config.h"

#include "kosmod/talk/flows/other.h"

#include <stdio.h>
#include <stdlib.h>

/* Authenticators only where one sits before them, keys where an agent is. */
static bool
has_door(const struct dialogue *d, const struct k_device *device)
{
	switch (device->kind) {
	case KIND_HERE:
		return (d->person.doors & DOOR_HERE) != 0;
	case KIND_SSH:
		return (d->person.doors & DOOR_AGENT) != 0;
	default:
		return true;
	}
}

static void
add_devices(
    const struct dialogue *d, bool preferred, struct factor *list, size_t *n)
{
	const struct k_person *p = &d->person;
	const struct method_row *row;

	for (size_t i = 0; i < p->n_devices; i++) {
		row = method_find((enum method)p->devices[i].method);
		if (row == NULL ||
		    (p->devices[i].method == p->preferred) != preferred ||
		    (d->t->bound.methods & METHOD_BIT(row->method)) == 0 ||
		    !has_door(d, &p->devices[i]))
			continue;
		list[(*n)++] = (struct factor){ row, &p->devices[i] };
	}
}

/* An administrator's code counts as one of them while it is good. */
static uint32_t
codes_left(const struct k_person *p)
{
	return p->recovery + (p->code_until != 0);
}

bool
passkeys_elsewhere(const struct dialogue *d)
{
	const struct k_person *p = &d->person;

	if ((d->t->bound.methods & METHOD_BIT(METHOD_PASSKEY)) == 0)
		return false;
	for (size_t i = 0; i < p->n_devices; i++)
		if (!has_door(d, &p->devices[i]))
			return true;
	return false;
}

bool
ssh_key_elsewhere(const struct dialogue *d)
{
	const struct k_person *p = &d->person;

	if (!passkeys_elsewhere(d) ||
	    !conf_service(d->t->conf, d->t->hello.service)->login)
		return false;
	for (size_t i = 0; i < p->n_devices; i++) {
		if (p->devices[i].kind == KIND_SSH)
			return true;
	}
	return false;
}

size_t
factors_of(const struct dialogue *d, struct factor ret[static FACTORS_MOST])
{
	size_t n = 0;

	add_devices(d, true, ret, &n);
	add_devices(d, false, ret, &n);
	if ((n > 0 || passkeys_elsewhere(d)) && codes_left(&d->person) > 0)
		ret[n++] =
		    (struct factor){ method_find(METHOD_RECOVERY), NULL };
	return n;
}

/* One line for each above the next ask. */
static int
say_list(struct dialogue *d, const struct factor *list, size_t count)
{
	char n[24], left[12];
	int r = 0;

	snprintf(left, sizeof(left), "%u", codes_left(&d->person));
	for (size_t i = 0; r == 0 && i < count; i++) {
		snprintf(n, sizeof(n), "%zu", i + 1);
		if (list[i].device == NULL)
			r = say(d, N_("  {n} recovery code ({left} left)"),
			    FILL({ "n", n }, { "left", left }));
		else
			r = say(d, N_("  {n} {method} \"{device}\""),
			    FILL({ "n", n },
				{ "method", text_of(d, list[i].row->name) },
				{ "device", list[i].device->name }));
	}
	return r;
}

/* Who is not known yet is told the same, whoever it is. */
static int
say_none(struct dialogue *d)
{
	int r = say(d, N_("You have no other method."), NULL);

	return r != 0 ? r : say_contact(d);
}

int
other_choose(struct dialogue *d, struct factor *factor)
{
	struct factor list[FACTORS_MOST];
	char last[24], digits[17];
	const struct question question = {
		.prompt = N_("Method (1 to {n}): "),
		.fills = FILL({ "n", last }),
	};
	size_t count = factors_of(d, list);
	struct answer answer = { 0 };
	unsigned long n = 0;
	int r = 0;

	if (count < 2)
		return say_none(d);
	snprintf(last, sizeof(last), "%zu", count);
	while (n < 1 || n > count) {
		if ((r = say_list(d, list, count)) != 0 ||
		    (r = ask(d, &question, &answer)) != 0)
			break;
		answer_digits(&answer.text, digits);
		n = strtoul(digits, NULL, 10);
	}
	answer_done(&answer);
	if (r == 0)
		*factor = list[n - 1];
	return r;
}
