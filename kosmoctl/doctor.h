/*
 * doctor.h: `kosmoctl doctor`: what of this host stands in the way of logins,
 * and what to do about it. Each finding is one row "check".
 */
#ifndef KOSMO_KOSMOCTL_DOCTOR_H
#define KOSMO_KOSMOCTL_DOCTOR_H

#include <stdbool.h>

#include "kosmoctl/verb.h"
#include "kosmoctl/view.h"
#include "kosmoctl/words.h"

enum health {
	HEALTH_OK,
	HEALTH_NOTE, /* worth knowing; not wrong by itself */
	HEALTH_WRONG
};

struct doctor {
	struct showing *showing;
	bool wrong; /* something was */
	int error;  /* of the output */
};

/*
 * Tells one finding. check is its stable name ("sshd.usepam"), msgid with its
 * fills (NULL: none) the sentence: what is so, and what to do if it is wrong.
 */
void doctor_tell(struct doctor *d, enum health health, const char *check,
    const char *msgid, const struct word_fill *fills);

/*
 * Looks at everything, after kosmod was asked for the row "doctor" with the
 * outcome what. DONE: nothing is wrong; REFUSED, UNREACHABLE, NO_RIGHT.
 */
enum outcome doctor_run(struct showing *s, enum outcome what);

/* doctor_sshd.c: what sshd -T says. */
void doctor_sshd(struct doctor *d);

/* doctor_host.c: kosmod.conf, PAM files, login.defs, sudo, udev. */
void doctor_host(struct doctor *d);

/*
 * doctor_exec.c: runs a program with one option, no input and no environment
 * but PATH, and hands on each line of its output, without the newline. False:
 * it could not be run, or did not end with 0.
 */
bool doctor_lines(const char *path, const char *option,
    void (*line)(void *arg, const char *text), void *arg);

#endif
