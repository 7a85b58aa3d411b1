/*
 * logind.h: systemd's login manager, asked over D-Bus. Without libsystemd
 * nobody is asked, and /proc alone tells.
 */
#ifndef KOSMO_WARDEN_LOGIND_H
#define KOSMO_WARDEN_LOGIND_H

#include "libkosmo/error.h"
#include "warden/pick.h"

struct logind {
	void *bus; /* NULL: it does not run here */
	struct pick_session sessions[PICK_SESSIONS_MAX];
	size_t n;
	char display[SESSION_ID_LEN + 1]; /* the person's first graphical */
};

/*
 * The sessions of uid. That logind is not there is no error: bus is NULL
 * then. KOSMO_EIO if it is there and does not answer; KOSMO_EFULL.
 */
KOSMO_CHECK int logind_open(uint32_t uid, struct logind *ret);

/* Ends one; logind then ends what is in it. KOSMO_EIO. */
KOSMO_CHECK int logind_end(struct logind *l, const char *id);

void logind_done(struct logind *l);

#endif
