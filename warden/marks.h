/*
 * marks.h: what ties the processes of a session together.
 */
#ifndef KOSMO_WARDEN_MARKS_H
#define KOSMO_WARDEN_MARKS_H

#include "warden/pick.h"

/* Adds what p can be known by. KOSMO_ENOMEM. */
KOSMO_CHECK int marks_add(struct marks *m, const struct proc *p);

/* Adds a session of logind's. KOSMO_ENOMEM. */
KOSMO_CHECK int marks_add_session(struct marks *m, const char *id);

/* True if p has one of them. */
bool marks_have(const struct marks *m, const struct proc *p);

bool marks_have_session(const struct marks *m, const char *id);

/* True if p and q have one in common, or one made the other. */
bool marks_share(const struct proc *p, const struct proc *q);

#endif
