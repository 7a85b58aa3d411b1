/*
 * register.c: what a person still has to do, in order: the first login, what
 * came up later (new terms, a password set by an administrator, an address
 * to confirm, a method that is missing), and `kosmoctl register`.
 */
#include "config.h"

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/codes.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/method_ask.h"
#include "kosmod/talk/flows/step.h"

/* A required action, and whether policy asks for it at a first login. */
struct action {
	enum todo todo;
	bool (*asked)(const struct dialogue *d); /* NULL: not part 1 */
	int (*run)(struct dialogue *d, const struct stage *step);
};

static bool
asks_birth(const struct dialogue *d)
{
	return d->t->conf->registration.birth_date;
}

static bool
asks_terms(const struct dialogue *d)
{
	return d->t->conf->registration.terms;
}

static bool
asks_email(const struct dialogue *d)
{
	return d->t->conf->registration.email;
}

static bool
asks_user_id(const struct dialogue *d)
{
	return d->t->conf->registration.user_id;
}

static bool
asks_choice(const struct dialogue *d)
{
	struct open_methods open;

	methods_open(d, &open);
	return open.n > 1;
}

static bool
asks_password(const struct dialogue *d)
{
	(void)d;
	return true;
}

/* In the order in which they are taken. */
static const struct action actions[] = {
	{ TODO_BIRTH, asks_birth, step_birth },
	{ TODO_TERMS, asks_terms, step_terms },
	{ TODO_EMAIL, asks_email, step_email },
	{ TODO_CONFIRM, asks_email, step_confirm },
	{ TODO_USER_ID, asks_user_id, step_user_id },
	{ TODO_CHOICE, asks_choice, step_choice },
	{ TODO_PASSWORD, asks_password, step_password },
	{ TODO_METHOD, NULL, step_method },
	{ TODO_CODES, NULL, step_codes },
};

#define N_ACTIONS (sizeof(actions) / sizeof(actions[0]))

/*
 * What policy asks, and whatever else is open all the same; but a choice of
 * one is made without an ask.
 */
static bool
counts(const struct dialogue *d, const struct action *action)
{
	bool open = (d->person.todo & action->todo) != 0;

	return action->asked != NULL &&
	    (action->asked(d) || (open && action->todo != TODO_CHOICE));
}

/*
 * Its place among those that count. ID and initial password were the first;
 * later, one action stands alone and has no number.
 */
static struct stage
place(const struct dialogue *d, const struct action *action)
{
	struct stage step = { false, 1, 1 };

	if (d->person.state != STATE_INVITED || action->asked == NULL)
		return (struct stage){ false, 0, 0 };
	for (size_t i = 0; i < N_ACTIONS; i++) {
		if (!counts(d, &actions[i]))
			continue;
		step.total++;
		step.n += &actions[i] <= action;
	}
	return step;
}

/* Cut off earlier, and not begun anew by an administrator (reset). */
static bool
goes_on(const struct k_person *p)
{
	return p->state == STATE_INVITED ||
	    (p->state == STATE_REGISTERED &&
		(p->last_login == 0 || p->n_devices > 0));
}

/* Before the first ask: what this is, or that it goes on. */
static int
begin(struct dialogue *d, struct stage *stage)
{
	if (d->person.state == STATE_INVITED && stage->n == 2) {
		stage->first = true;
		return step_intro(d);
	}
	if (goes_on(&d->person))
		return say(d, N_("Going on where you were."), NULL);
	return 0;
}

/* Runs one action until the keeper has it. */
static int
run(struct dialogue *d, const struct action *action, bool first)
{
	struct stage step = place(d, action);
	int r;

	do {
		r = first ? begin(d, &step) : 0;
		if (r == 0)
			r = action->run(d, &step);
	} while (r == FLOW_AGAIN);
	if (r != 0 || (r = call_profile(d)) != 0)
		return r;
	return (d->person.todo & action->todo) != 0 ? leave_verdict(d, NULL)
						    : 0;
}

int
step_password(struct dialogue *d, const struct stage *step)
{
	bool part_1 = d->person.state == STATE_INVITED;
	int r = 0;

	if (!part_1)
		r = say(d,
		    N_("An administrator set your password; now choose your "
		       "own."),
		    NULL);
	if (r == 0)
		r = choose_password(d, step);
	if (r == 0 && part_1 && d->t->conf->registration.relogin)
		r = relogin(d);
	return r;
}

/* What was chosen in part 1; asked anew if it can't be set up here. */
static int
first_row(
    struct dialogue *d, const struct stage *step, const struct method_row **ret)
{
	const struct method_row *chosen =
	    method_find((enum method)d->person.chosen);
	struct open_methods open;
	int r = 0;

	methods_open(d, &open);
	*ret = chosen;
	if (chosen != NULL && methods_have(&open, chosen->method))
		return 0;
	if (chosen != NULL && chosen->not_here != NULL && open.n > 0)
		r = say(d, chosen->not_here, NULL);
	return r != 0 ? r : method_ask(d, step, ret);
}

/* Part 2: a first device. `other` leads back to the methods. */
int
step_method(struct dialogue *d, const struct stage *step)
{
	static const struct enroll_how how = { NULL, false };
	const struct method_row *row = NULL;
	struct open_methods open;
	bool other = false;
	int r = first_row(d, step, &row);

	methods_open(d, &open);
	while (r == 0) {
		r = row->enroll(d, &how, open.n > 1 ? &other : NULL);
		if (r != 0 || !other)
			break;
		other = false;
		r = method_ask(d, step, &row);
	}
	return r;
}

/*
 * Every step is durable when its function returns; what is open is read anew
 * from the keeper after each.
 */
int
flow_register(struct dialogue *d)
{
	bool registration = (d->person.todo & TODO_METHOD) != 0, codes = false;
	bool first = true;
	int r = 0;

	d->open_step = true;
	for (size_t i = 0; r == 0 && i < N_ACTIONS; i++) {
		if ((d->person.todo & actions[i].todo) == 0)
			continue;
		codes = actions[i].todo == TODO_CODES;
		r = run(d, &actions[i], first);
		first = false;
	}
	if (r != 0 || !registration || codes)
		return r;
	return (r = end_say(d)) != 0 ? r : enter_said(d);
}
