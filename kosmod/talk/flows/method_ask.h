/*
 * method_ask.h: which methods a person can set up here, and the ask for one.
 */
#ifndef KOSMO_TALK_METHOD_ASK_H
#define KOSMO_TALK_METHOD_ASK_H

#include "kosmod/talk/flows/step.h"
#include "kosmod/talk/methods/methods.h"

#define METHODS_MOST 4

struct open_methods {
	size_t n;
	const struct method_row *rows[METHODS_MOST];
};

/*
 * Those that policy allows, that have a door here, and whose needs the person
 * meets or still will; in the order of [login] methods.
 */
void methods_open(const struct dialogue *d, struct open_methods *ret);

/* True if row is one of them. */
bool methods_have(const struct open_methods *open, enum method method);

/*
 * Lets the person choose among them, and has the keeper note it: step 7, or
 * later after `other`. With one there is nothing to ask.
 */
KOSMO_CHECK int method_ask(struct dialogue *d, const struct stage *step,
    const struct method_row **ret);

#endif
