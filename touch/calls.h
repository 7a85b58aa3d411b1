/*
 * calls.h: which system calls kosmo-touch may make. What is not in its table
 * is answered as by a kernel that does not have it: libfido2 and libudev may
 * have another way.
 */
#ifndef KOSMO_TOUCH_CALLS_H
#define KOSMO_TOUCH_CALLS_H

#include "libkosmo/error.h"

enum calls_kind {
	CALLS_MAIN = 1, /* all that a job needs, and fork */
	CALLS_JOB	/* devices, /sys, what it was given; no fork */
};

/* This process is under the filter from now on. KOSMO_EIO, KOSMO_ENOMEM. */
KOSMO_CHECK int calls_enter(enum calls_kind kind);

#endif
