#include "config.h"

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/methods/methods.h"

/* A required action; part 1 of the registration counts its steps. */
struct action {
	enum todo todo;
	bool counted;
	int (*run)(struct dialogue *d, const struct action *action);
};

static int new_password(struct dialogue *d, const struct action *action);
static int first_device(struct dialogue *d, const struct action *action);

/* In the order in which they are taken. */
static const struct action actions[] = {
	{ TODO_PASSWORD, true, new_password },
	{ TODO_METHOD, false, first_device },
};

#define N_ACTIONS (sizeof(actions) / sizeof(actions[0]))

static int
new_password(struct dialogue *d, const struct action *action)
{
	static const struct choose_how again = { false, 0, 0 };
	struct choose_how how = {
		.intro = d->person.state == STATE_INVITED,
		.step = 1, /* ID and initial password were the first one */
		.last = 1,
	};

	if (d->person.state == STATE_ACTIVE) { /* passwd(1) of root */
		int r = say(d,
		    N_("An administrator set your password; now choose your "
		       "own."),
		    NULL);

		return r != 0 ? r : choose_password(d, &again);
	}
	for (size_t i = 0; i < N_ACTIONS; i++) {
		how.last += actions[i].counted;
		how.step += actions[i].counted && &actions[i] <= action;
	}
	return choose_password(d, &how);
}

static int
first_device(struct dialogue *d, const struct action *action)
{
	static const struct enroll_how how = { NULL, false };
	int r;

	(void)action;
	if ((r = vouch(d)) != 0 || (r = enroll_app(d, &how)) != 0)
		return r;
	return enter(d,
	    N_("You are set up. From now on: your password, then {method}.\n"
	       "To look or change: kosmoctl me."),
	    FILL({ "method", text_of(d, method_find(METHOD_TOTP)->name) }));
}

/*
 * Every step is durable when its function returns; what is open is read anew
 * from the keeper after each.
 */
int
flow_register(struct dialogue *d)
{
	bool going_on = d->person.todo == TODO_METHOD;
	uint32_t before;
	int r = 0;

	d->open_step = true;
	if (going_on && (r = say(d, N_("Going on where you were."), NULL)) != 0)
		return r;
	for (size_t i = 0; i < N_ACTIONS; i++) {
		before = d->person.todo;
		if ((before & actions[i].todo) == 0)
			continue;
		if ((r = actions[i].run(d, &actions[i])) != 0 ||
		    (r = call_profile(d)) != 0)
			return r;
		if ((d->person.todo & actions[i].todo) != 0)
			return leave_verdict(d, NULL);
	}
	return 0;
}
