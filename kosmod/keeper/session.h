/*
 * session.h: tickets from auth to open_session, and the rows of open sessions.
 *
 * sshd runs the two in different processes, so a ticket crosses in the PAM
 * environment: 128 random bits, once, 120 s, redeemed by uid 0. A row in the
 * person's record grants nothing; it says what would end with "sign out
 * everywhere". A small record by the session's id tells whose it is.
 */
#ifndef KOSMO_KEEPER_SESSION_H
#define KOSMO_KEEPER_SESSION_H

#include "kosmod/keeper/conv.h"

/* Makes a ticket for the login of c; all zero if none may be given. */
void ticket_make(struct kconv *c, uint8_t ret[static TICKET_LEN]);

/*
 * PHASE_SESSION and PHASE_SESSION_END: what END answers. Without a ticket of
 * ours the result is RESULT_NOT_MINE.
 */
void session_answer(struct keeper *k, const struct kpeer *peer,
    const struct msg_open *open, struct msg_end *ret);

/* True if the login of this session came from another host. */
bool session_is_remote(const struct keeper *k, const struct r_session *s);

#endif
