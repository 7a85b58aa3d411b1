/*
 * pick.h: which processes are of a person's other sessions. Arithmetic over
 * a list of processes; nothing is opened and nobody is signalled here.
 */
#ifndef KOSMO_WARDEN_PICK_H
#define KOSMO_WARDEN_PICK_H

#include "kosmod/priv.h"
#include "libkosmo/error.h"
#include "warden/proc.h"

#define PICK_SESSIONS_MAX 64

/* A session as logind knows it. */
struct pick_session {
	char id[SESSION_ID_LEN + 1];
	pid_t leader;
	bool remote; /* its login came from another host */
	bool person; /* somebody's login: not a manager, not cron's */
	bool kept;   /* pick: the process keep is in it */
};

struct pick_want {
	uint32_t uid;
	pid_t keep;	    /* of the session that stays; 0: none */
	uint32_t own_login; /* loginuid and audit session of this program: */
	uint32_t own_audit; /* what all inherit that never logged in */
	int64_t booted;	    /* seconds since 1970 */
	int64_t hz;	    /* clock ticks a second */
	const struct p_session *rows; /* the keeper's hints */
	size_t n_rows;
	struct pick_session *sessions; /* logind's, of uid; none: it is away */
	size_t n_sessions;
	const char *display; /* session that a service manager is for, or "" */
};

/* What the processes of some sessions have in common. */
enum mark_kind { MARK_SID = 1, MARK_TTY, MARK_AUDIT, MARK_SESSION };

struct mark {
	enum mark_kind kind;
	uint32_t number;
	char session[SESSION_ID_LEN + 1];
};

struct marks {
	struct mark *rows;
	size_t n;
	size_t cap;
};

#define MARKS_INIT         \
	{                  \
		NULL, 0, 0 \
	}

/*
 * Sets kept and picked in all: processes of uid in sessions other than that
 * of keep, and all that belong to them by session id, terminal, audit
 * session, logind's session or descent. What they have in common is added to
 * found. KOSMO_ENOMEM.
 */
KOSMO_CHECK int
pick_begin(struct procs *all, const struct pick_want *w, struct marks *found);

/*
 * The same in a later list: those that belong to what was found before. No
 * session that began since is touched. KOSMO_ENOMEM.
 */
KOSMO_CHECK int
pick_again(struct procs *all, const struct pick_want *w, struct marks *found);

/* How many sessions the picked processes are of. */
size_t pick_count(struct procs *all);

void marks_done(struct marks *m);

#endif
