/*
 * where.h: whether the person who runs a process sits at this host.
 */
#ifndef KOSMO_WARDEN_WHERE_H
#define KOSMO_WARDEN_WHERE_H

#include "warden/pick.h"

/*
 * Where keep of w is run from, over a list of processes; nothing is opened
 * here. Whoever opened its session tells. What was taken over by init (tmux,
 * a desktop's terminals, mosh) may have any of the person's sessions at its
 * other end: it is here only if all of them are.
 */
enum where_word where_is(const struct procs *all, const struct pick_want *w);

/* Answers P_WHERE; whatever fails makes it WHERE_UNKNOWN. */
void where_job(const struct p_where *job, struct p_where_is *ret);

#endif
