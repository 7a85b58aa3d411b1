#include "config.h"

#include <stdio.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"

#define MINUTE 60
#define HOUR 3600
#define DAY 86400

/* A unit in which it is a whole number, and more than one. */
static const char *
prompt_for(uint32_t seconds, uint32_t *n)
{
	if (seconds % DAY == 0 && seconds > DAY) {
		*n = seconds / DAY;
		return N_("Skip the code for {n} days? yes / no [no]: ");
	}
	if (seconds % HOUR == 0 && seconds > HOUR) {
		*n = seconds / HOUR;
		return N_("Skip the code for {n} hours? yes / no [no]: ");
	}
	*n = seconds / MINUTE;
	return N_("Skip the code for {n} minutes? yes / no [no]: ");
}

bool
may_remember(const struct dialogue *d)
{
	return d->t->phase == PHASE_AUTH && d->full &&
	    d->t->bound.remember >= MINUTE && !d->t->bound.combined;
}

bool
is_last(const struct dialogue *d)
{
	return d->t->phase == PHASE_AUTH && !may_remember(d) &&
	    !(d->person.key_waits && d->person.key_seen);
}

int
offer_remember(struct dialogue *d)
{
	static const struct k_remember remember = { 0 };
	uint32_t number = 0;
	char n[12];
	const struct question question = {
		.prompt = prompt_for(d->t->bound.remember, &number),
		.fills = FILL({ "n", n }),
	};
	struct k_verdict verdict;
	bool yes = false;
	int r;

	/* who came with a key was asked for no code */
	if (!may_remember(d) || d->person.remembered || d->open_step ||
	    d->person.key_device != 0 || (d->t->bound.steps & STEP_FACTOR) == 0)
		return 0;
	snprintf(n, sizeof(n), "%u", number);
	if ((r = ask_yes(d, &question, &yes)) != 0 || !yes)
		return r;
	/* what can't be remembered is asked for again next time: no more */
	return call_verdict(d, &k_remember_layout, &remember, &verdict);
}
