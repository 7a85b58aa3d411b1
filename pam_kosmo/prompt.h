/*
 * prompt.h: the person's end of a relay: the host program's conversation, or
 * a password that an earlier module left.
 */
#ifndef KOSMO_PAM_KOSMO_PROMPT_H
#define KOSMO_PAM_KOSMO_PROMPT_H

#include "libkosmo/error.h"
#include "libkosmo/secret.h"
#include "relay.h"

/* Shows r->m.show, unless the host program wants silence. */
KOSMO_CHECK int prompt_show(struct relay *r);

/*
 * Asks r->m.ask; the answer comes back in *ret, which the caller wipes. On an
 * error r->fault says whether nobody answered (KOSMO_ECLOSED), or the password
 * of an earlier module was missing (KOSMO_ENOTFOUND) or wrong (KOSMO_EPERM).
 */
KOSMO_CHECK int prompt_ask(struct relay *r, struct secret *ret);

#endif
