/*
 * png.h: a QR code as a picture in a file.
 */
#ifndef KOSMO_KOSMOCTL_PNG_H
#define KOSMO_KOSMOCTL_PNG_H

#include "libkosmo/error.h"

/*
 * Draws text as a QR code into a new file at path, readable for its owner
 * alone; an existing file or link is never touched. KOSMO_EEXIST, KOSMO_EIO,
 * KOSMO_ETOOBIG; *ret_why is a msgid then.
 */
KOSMO_CHECK int
png_write(const char *path, const char *text, const char **ret_why);

#endif
