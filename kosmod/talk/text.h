/*
 * text.h: lines of a screen, in columns as a terminal counts them.
 */
#ifndef KOSMO_TALK_TEXT_H
#define KOSMO_TALK_TEXT_H

#include <stddef.h>

#include "kosmod/talk/screen.h"
#include "libkosmo/buf.h"

/* Columns that the first line of text takes: wide characters take two. */
size_t text_columns(const char *text);

/* Copies name; ".." stands at the end where columns are too few for it. */
void text_shorten(const char *name, size_t columns, char *ret, size_t size);

/* Appends text with each {name} replaced; unknown names stay as they are. */
KOSMO_CHECK int
text_fill(struct buf *out, const char *text, const struct fill *fills);

/*
 * Appends text, breaking lines that are wider than SCREEN_COLUMNS: at spaces,
 * and between wide characters.
 */
KOSMO_CHECK int text_wrap(struct buf *out, const char *text);

/* The same for lines of another width, of 2 columns at least. */
KOSMO_CHECK int
text_wrap_at(struct buf *out, const char *text, size_t columns);

#endif
