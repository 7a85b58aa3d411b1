/*
 * qr.h: QR codes drawn with characters.
 */
#ifndef KOSMO_TALK_QR_H
#define KOSMO_TALK_QR_H

#include <stdbool.h>

#include "libkosmo/buf.h"

struct qr_look {
	bool light; /* for dark text on a light background */
	bool ascii; /* ## and two spaces a module, instead of half-blocks */
};

/*
 * Draws text into out, a string that ends with NUL and not with a newline;
 * version 5 at most: 41 columns and 21 lines of half-blocks, 82 and 41 in
 * ASCII, a margin of two modules included. *columns and *lines are its size.
 * KOSMO_ETOOBIG if text is longer than that version holds.
 */
KOSMO_CHECK int qr_draw(const char *text, struct qr_look look, struct buf *out,
    unsigned *columns, unsigned *lines);

#endif
