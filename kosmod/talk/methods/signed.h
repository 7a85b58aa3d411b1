/*
 * signed.h: a challenge of the keeper, signed by the person's ssh-agent.
 */
#ifndef KOSMO_TALK_SIGNED_H
#define KOSMO_TALK_SIGNED_H

#include "kosmod/talk/agent.h"
#include "kosmod/talk/screen.h"

/*
 * The person's agent, through the client, with the policy's time for all that
 * is asked of it. ret->fd is -1 if there is none; else signed_close it.
 */
KOSMO_CHECK int signed_open(struct dialogue *d, struct agent *ret);
void signed_close(struct agent *a);

/*
 * Has the agent sign for purpose (enum agent_purpose) with the first of the
 * keeper's keys that it has and that it will sign with; says that it is to be
 * touched. *ret_reached false: there is no agent, it has no such key, refused
 * or was slow, or this is not the time for it: nothing was charged. Else *ret
 * is the keeper's verdict. last as in k_signed.
 */
KOSMO_CHECK int signed_ask(struct dialogue *d, uint8_t purpose, uint8_t last,
    struct k_verdict *ret, bool *ret_reached);

#endif
