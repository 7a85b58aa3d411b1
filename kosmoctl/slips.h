/*
 * slips.h: a folder of slips, one file a person.
 *
 * While an import runs, and after one that was interrupted, a mark lies in
 * the folder. Only then a missing slip is one that was never written; later it
 * has been handed out.
 */
#ifndef KOSMO_KOSMOCTL_SLIPS_H
#define KOSMO_KOSMOCTL_SLIPS_H

#include <stdbool.h>

#include "kosmoctl/slip.h"
#include "libkosmo/error.h"

struct slips {
	const char *path; /* NULL: they are printed */
	int dir;	  /* -1: not open */
	bool resumed;	  /* the mark was there: this goes on */
	bool printed;	  /* one is out already */
	struct slip_host host;
};

/*
 * Looks at path (NULL: slips go to standard output). A folder that is not
 * there is no error yet. KOSMO_EPERM: others may write to it, or it is none;
 * KOSMO_EIO: errno.
 */
KOSMO_CHECK int slips_look(const char *path, struct slips *ret);

/* Makes the folder if need be, and puts the mark there. KOSMO_EIO: errno. */
KOSMO_CHECK int slips_begin(struct slips *s);

/* True if the slip of login is there, and not empty. */
bool slips_have(const struct slips *s, const char *login);

/*
 * Writes a row "slip": a new file, readable for its owner alone, or the next
 * page. KOSMO_EEXIST, KOSMO_EIO: errno.
 */
KOSMO_CHECK int slips_write(struct slips *s, const struct msg_row *row);

/* All are written: makes them durable, and takes the mark away. */
KOSMO_CHECK int slips_end(struct slips *s);
void slips_close(struct slips *s);

#endif
