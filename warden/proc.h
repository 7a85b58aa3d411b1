/*
 * proc.h: the processes of this host, as /proc shows them.
 *
 * Everything is opened below one descriptor of /proc, never through a link.
 */
#ifndef KOSMO_WARDEN_PROC_H
#define KOSMO_WARDEN_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "libkosmo/error.h"
#include "warden/parse.h"

struct proc {
	pid_t pid;
	pid_t ppid;
	pid_t sid;
	uint32_t tty;
	uint64_t start;
	uint32_t uid;	/* UNSET: several */
	uint32_t login; /* loginuid; UNSET */
	uint32_t audit; /* session id of the audit; UNSET */
	char comm[COMM_LEN];
	struct place place;
	bool kept;    /* of the session that stays: pick.c */
	bool picked;  /* of one that ends */
	size_t group; /* which one */
};

struct procs {
	struct proc *rows; /* by pid, rising */
	size_t n;
	size_t cap;
};

#define PROCS_INIT         \
	{                  \
		NULL, 0, 0 \
	}

/*
 * Opens /proc. KOSMO_EIO; KOSMO_EPERM if it is none, or hides the processes
 * of others (hidepid): the answers would be wrong.
 */
KOSMO_CHECK int proc_open(int *ret_fd);

/*
 * All processes, but those that are dead already. Only those of uid and the
 * process keep have login, audit and place. KOSMO_EIO, KOSMO_ENOMEM.
 */
KOSMO_CHECK int
proc_list(int proc, uint32_t uid, pid_t keep, struct procs *ret);

/* One process, read anew. KOSMO_ENOTFOUND if it is no more. */
KOSMO_CHECK int proc_read(int proc, pid_t pid, struct proc *ret);

/*
 * A pidfd of exactly the process that p was read from: same start time, uid
 * and loginuid. KOSMO_ENOTFOUND if there is none any more, KOSMO_EIO.
 */
KOSMO_CHECK int proc_hold(int proc, const struct proc *p, int *ret_fd);

/* The row of pid, or NULL. */
struct proc *procs_find(const struct procs *all, pid_t pid);

void procs_done(struct procs *all);

#endif
