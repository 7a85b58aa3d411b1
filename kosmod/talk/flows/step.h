/*
 * step.h: a step of the registration, and where it stands among the others.
 */
#ifndef KOSMO_TALK_STEP_H
#define KOSMO_TALK_STEP_H

#include "kosmod/talk/screen.h"

#define STEP_TEXT 64 /* bytes of "(step 2 of 8) " */

struct stage {
	bool first;	   /* the first screen: the other language is offered */
	unsigned n, total; /* "(step 2 of 8)"; 0: not numbered */
};

/* "(step 2 of 8) ", or "" for a step that is not numbered. */
KOSMO_CHECK int step_text(const struct dialogue *d, const struct stage *step,
    char ret[static STEP_TEXT]);

/* The words of the offer, where the step makes it. */
uint32_t step_words(const struct dialogue *d, const struct stage *step);

/*
 * One of them was typed: from now on in that language, also at the next
 * login. FLOW_AGAIN, so that the screen comes in it, or an end.
 */
KOSMO_CHECK int step_language(struct dialogue *d, enum word word);

/* What stands above the first step of all. */
KOSMO_CHECK int step_intro(struct dialogue *d);

/*
 * The steps, one a file. 0: the keeper has it; FLOW_AGAIN, FLOW_END or an
 * error.
 */
KOSMO_CHECK int step_birth(struct dialogue *d, const struct stage *step);
KOSMO_CHECK int step_terms(struct dialogue *d, const struct stage *step);
KOSMO_CHECK int step_email(struct dialogue *d, const struct stage *step);
KOSMO_CHECK int step_confirm(struct dialogue *d, const struct stage *step);
KOSMO_CHECK int step_user_id(struct dialogue *d, const struct stage *step);
KOSMO_CHECK int step_choice(struct dialogue *d, const struct stage *step);
KOSMO_CHECK int step_password(struct dialogue *d, const struct stage *step);
KOSMO_CHECK int step_method(struct dialogue *d, const struct stage *step);
KOSMO_CHECK int step_codes(struct dialogue *d, const struct stage *step);

#endif
