/*
 * codes.h: recovery codes on the screen.
 */
#ifndef KOSMO_TALK_CODES_H
#define KOSMO_TALK_CODES_H

#include "kosmod/talk/screen.h"

/*
 * Has new codes made and puts them above the next ask; codes_noted then
 * closes the screen, and the keeper knows that they were seen.
 */
KOSMO_CHECK int codes_say(struct dialogue *d);
KOSMO_CHECK int codes_noted(struct dialogue *d);

/* The words at the end of a registration, above the next ask. */
KOSMO_CHECK int end_say(struct dialogue *d);

#endif
