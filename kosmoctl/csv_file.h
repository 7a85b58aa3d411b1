/*
 * csv_file.h: the bytes of a file, as UTF-8.
 */
#ifndef KOSMO_KOSMOCTL_CSV_FILE_H
#define KOSMO_KOSMOCTL_CSV_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "libkosmo/error.h"

struct csv_file {
	char *bytes; /* ends in a NUL that is not counted */
	size_t len;
	uint32_t line;	 /* where it can't be read */
	const char *why; /* msgid, or NULL */
};

/*
 * Reads all of path ("-": standard input) and turns it into UTF-8 from
 * encoding (NULL: it is UTF-8, and looked at). KOSMO_EIO: errno says why.
 * KOSMO_EFORMAT: why says it.
 */
KOSMO_CHECK int
csv_file_read(const char *path, const char *encoding, struct csv_file *ret);

/* The same for bytes that are there already; takes them over. */
KOSMO_CHECK int csv_file_decode(const char *encoding, struct csv_file *f);

/* Wipes and frees. */
void csv_file_done(struct csv_file *f);

#endif
