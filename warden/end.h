/*
 * end.h: ends processes, and sees to it that they are gone.
 */
#ifndef KOSMO_WARDEN_END_H
#define KOSMO_WARDEN_END_H

#include "libkosmo/error.h"
#include "warden/pick.h"

/*
 * Ends all that is picked in all, and what it leaves behind in the meantime:
 * SIGTERM, at most two seconds, SIGKILL. KOSMO_ETIMEOUT if something is left
 * all the same; KOSMO_EIO, KOSMO_ENOMEM.
 */
KOSMO_CHECK int end_picked(int proc, struct procs *all,
    const struct pick_want *w, struct marks *found);

#endif
