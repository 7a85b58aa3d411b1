/*
 * warden.h: what the keeper has the warden do: end sessions, and say what this
 * host knows of an account.
 */
#ifndef KOSMO_KEEPER_WARDEN_H
#define KOSMO_KEEPER_WARDEN_H

#include "kosmod/keeper/conv.h"
#include "kosmod/priv.h"

/*
 * What the warden said; NULL: it is not there, or said nothing in time. c
 * still lives and waits for its one reply.
 */
typedef void
warden_sessions_fn(struct kconv *c, const struct p_sessions_is *is);
typedef void warden_account_fn(struct kconv *c, const struct p_account_is *is);
typedef void warden_where_fn(struct kconv *c, const struct p_where_is *is);

/*
 * Ends all sessions of p after this turn, and does not wait for it: lock,
 * reset and removal by an admin. KOSMO_ECLOSED: there is no warden.
 */
KOSMO_CHECK int warden_end_all(struct keeper *k, const struct person *p);

/*
 * Asks for the sessions of p but the one of the process keep, and with end has
 * them ended. done is called once: at once if there is no warden, else when it
 * answers or after 10 s; never once c is closed. One at a time for each c.
 */
void warden_sessions(struct kconv *c, const struct person *p, bool end,
    uint64_t keep, warden_sessions_fn *done);

/* The same for what this host says of login ([admin] protected is asked). */
void
warden_account(struct kconv *c, const char *login, warden_account_fn *done);

/* The same for where the program that opened c is run from; p is who it is. */
void
warden_where(struct kconv *c, const struct person *p, warden_where_fn *done);

/*
 * P_SESSIONS_IS, P_ACCOUNT_IS or P_WHERE_IS, as received. KOSMO_EFORMAT: the
 * warden is to be cut off. What nobody waits for any more is left aside.
 */
KOSMO_CHECK int warden_answered(struct keeper *k, const struct buf *packet);

/* It is gone: whoever waits is answered without it. */
void warden_gone(struct keeper *k);

/* Whoever waited too long is answered without it. */
void warden_tick(struct keeper *k);

/* c is closed: nobody waits there any more. */
void warden_forget(struct kconv *c);

#endif
