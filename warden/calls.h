/*
 * calls.h: which system calls the warden may make. No program is started,
 * no file is written, no process traced.
 */
#ifndef KOSMO_WARDEN_CALLS_H
#define KOSMO_WARDEN_CALLS_H

#include "libkosmo/error.h"

enum calls_kind {
	CALLS_MAIN = 1, /* all that its children need, and fork */
	CALLS_ACCOUNT,	/* what name services may need: wide, no signals */
	CALLS_SESSIONS, /* reads /proc, sends signals, asks logind */
	CALLS_WHERE	/* the same, but for signals */
};

/* This process is under the filter from now on. KOSMO_EIO, KOSMO_ENOMEM. */
KOSMO_CHECK int calls_enter(enum calls_kind kind);

#endif
