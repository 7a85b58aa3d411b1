/*
 * slip.h: the paper that an invited person gets, and that of a one-time code.
 */
#ifndef KOSMO_KOSMOCTL_SLIP_H
#define KOSMO_KOSMOCTL_SLIP_H

#include <stdio.h>

#include "libkosmo/error.h"
#include "libkosmo/msg.h"

/* Where the paper sends its reader. */
struct slip_host {
	char name[256];	      /* of this host, with its domain where known */
	char fingerprint[64]; /* "SHA256:..." of its SSH key, or "" */
};

/* Of this host; dir is where its SSH keys are (/etc/ssh). */
void slip_host(const char *dir, struct slip_host *ret);

/* "ssh LOGIN@HOST", quoted where a shell would need it. */
void slip_connect(
    const struct slip_host *host, const char *login, char *ret, size_t size);

/*
 * SHA256 fingerprint as ssh-keygen -l shows it, of one line of a .pub file.
 * KOSMO_EFORMAT if it holds no key.
 */
KOSMO_CHECK int slip_fingerprint(const char *line, char ret[static 64]);

/* Writes the paper of a row "slip", in the person's language. */
void
slip_write(FILE *out, const struct msg_row *row, const struct slip_host *host);

#endif
