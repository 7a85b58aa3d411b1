/*
 * process.h: what every process of kosmod does to itself first.
 */
#ifndef KOSMO_KOSMOD_PROCESS_H
#define KOSMO_KOSMOD_PROCESS_H

#include <sys/types.h>

#include "libkosmo/error.h"

/*
 * No core dumps, no debugger, no new privileges, umask 077, and a name for
 * ps (15 bytes). KOSMO_EIO: the process must not go on.
 */
KOSMO_CHECK int process_harden(const char *name);

/*
 * The same, but it may still run a program that is setuid: kosmo-post, for
 * sendmail. KOSMO_EIO.
 */
KOSMO_CHECK int process_hide(const char *name);

/*
 * Standard streams are there, so that no descriptor opened later becomes one,
 * and the folder is /. KOSMO_EIO.
 */
KOSMO_CHECK int process_streams(void);

/* Another name for ps, on the way to other work. KOSMO_EIO. */
KOSMO_CHECK int process_name(const char *name);

/*
 * In a child: die with parent, which must still be there (KOSMO_ECLOSED
 * otherwise). Signals meant for the parent are ignored: it tells its
 * children itself when to stop.
 */
KOSMO_CHECK int process_child(pid_t parent);

/* As many descriptors as the hard limit has; returns how many. */
unsigned long process_descriptors(void);

#endif
