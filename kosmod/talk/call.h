/*
 * call.h: requests to the keeper.
 */
#ifndef KOSMO_TALK_CALL_H
#define KOSMO_TALK_CALL_H

#include "kosmod/talk/screen.h"

/*
 * One request, one reply of type want into *reply; wipe it after use.
 * Where the keeper answers K_VERDICT instead, its word ends the dialogue as
 * leave_verdict has it. 0, FLOW_END or an error.
 */
KOSMO_CHECK int call(struct dialogue *d, const struct layout *req,
    const void *msg, uint8_t want, union kmsg *reply);

/* A request that is answered by K_VERDICT. */
KOSMO_CHECK int call_verdict(struct dialogue *d, const struct layout *req,
    const void *msg, struct k_verdict *ret);

/* Reads d->person anew; takes over the person's language. */
KOSMO_CHECK int call_profile(struct dialogue *d);

#endif
