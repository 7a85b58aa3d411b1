/*
 * opener.h: the processes that open sessions, and stay above them.
 */
#ifndef KOSMO_WARDEN_OPENER_H
#define KOSMO_WARDEN_OPENER_H

#include "warden/pick.h"

/*
 * What the name of a program of root's tells: WHERE_AWAY of those that take
 * logins from other hosts, WHERE_HERE of the others, WHERE_UNKNOWN if it is
 * none of them.
 */
enum where_word opener_where(const struct proc *p);

/* True if p still is the process that opened the session of a row. */
bool opener_is_row(const struct pick_want *w, const struct proc *p,
    const struct p_session *row);

#endif
