#include "config.h"

#include "kosmod/talk/flows/codes.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/step.h"
#include "kosmod/talk/methods/methods.h"

#define A_ROW 5
#define ROWS_SIZE (CODES_MAX * 20)

/* "   1 k7mq-4xtp   2 w9dr-h3vz": five in a row. */
static void
draw(const struct k_codes_is *is, char ret[static ROWS_SIZE])
{
	size_t used = 0;

	ret[0] = '\0';
	for (unsigned i = 0; i < is->n && i < CODES_MAX; i++)
		used += (size_t)snprintf(ret + used, ROWS_SIZE - used,
		    "%s%4u %s", i > 0 && i % A_ROW == 0 ? "\n" : "", i + 1,
		    is->codes[i].text);
}

int
codes_say(struct dialogue *d)
{
	static const struct k_recovery make = { 0 };
	char rows[ROWS_SIZE];
	union kmsg reply;
	int r = call(d, &k_recovery_layout, &make, K_CODES_IS, &reply);

	if (r == 0)
		r = say(d,
		    N_("Recovery codes: each works once, when your phone or "
		       "key is not at hand.\n"
		       "They are shown only here. Write them down."),
		    NULL);
	if (r == 0) {
		draw(&reply.codes_is, rows);
		r = say_lines(d, rows);
	}
	explicit_bzero(&reply, sizeof(reply));
	explicit_bzero(rows, sizeof(rows));
	return r;
}

int
codes_noted(struct dialogue *d)
{
	static const struct question question = {
		.prompt = N_("Press Enter when you have them: "),
		.enter = true,
		.page = true,
	};
	static const struct k_recovery seen = { 1 };
	struct answer answer = { 0 };
	struct k_verdict verdict;
	int r = ask(d, &question, &answer);

	answer_done(&answer);
	if (r == 0)
		r = call_verdict(d, &k_recovery_layout, &seen, &verdict);
	if (r == 0 && verdict.word != VERDICT_YES)
		r = leave_verdict(d, &verdict);
	return r;
}

int
end_say(struct dialogue *d)
{
	const struct method_row *row =
	    method_find((enum method)d->person.preferred);

	return say(d,
	    N_("You are set up. From now on: your password, then {method}.\n"
	       "To look or change: kosmoctl me."),
	    FILL({ "method", row != NULL ? text_of(d, row->name) : "?" }));
}

/* The last step of a registration: the end stands below the codes. */
int
step_codes(struct dialogue *d, const struct stage *step)
{
	int r = codes_say(d);

	(void)step;
	if (r == 0 && d->person.state != STATE_ACTIVE)
		r = end_say(d);
	return r == 0 ? codes_noted(d) : r;
}
