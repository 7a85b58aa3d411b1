/*
 * look.h: one look at this host: its processes, and logind's sessions.
 */
#ifndef KOSMO_WARDEN_LOOK_H
#define KOSMO_WARDEN_LOOK_H

#include "warden/logind.h"
#include "warden/pick.h"

struct look {
	int proc;
	struct logind logind;
	bool deaf; /* logind is here and does not answer */
	struct procs procs;
	struct pick_want want; /* points into the others */
};

#define LOOK_INIT          \
	{                  \
		.proc = -1 \
	}

/*
 * Looks, for want.uid, keep, rows and n_rows, which are the caller's; fills
 * the rest. What logind does not say, /proc does. KOSMO_EIO, KOSMO_EPERM,
 * KOSMO_ENOMEM; to be ended by look_done in any case.
 */
KOSMO_CHECK int look_at(struct look *l);

void look_done(struct look *l);

#endif
