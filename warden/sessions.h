/*
 * sessions.h: finds a person's other sessions, and ends them.
 */
#ifndef KOSMO_WARDEN_SESSIONS_H
#define KOSMO_WARDEN_SESSIONS_H

#include "kosmod/priv.h"

/*
 * Answers P_SESSIONS; it takes seconds and runs in a child. ok stays 0, and
 * the log says why, for anybody who is no person (uid 0, below UID_MIN,
 * another uid than the account has) and if something survived.
 */
void sessions_job(const struct p_sessions *job, struct p_sessions_is *ret);

#endif
