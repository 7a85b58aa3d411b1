/*
 * table.h: rows in columns, for eyes, on 80 columns and with wide characters.
 */
#ifndef KOSMO_KOSMOCTL_TABLE_H
#define KOSMO_KOSMOCTL_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "libkosmo/error.h"

#define TABLE_COLUMNS 8
#define TABLE_WIDTH 80

/*
 * Columns of a terminal that s takes; characters that would not show
 * (controls, zero-width and direction marks) count as they are escaped.
 */
size_t table_width(const char *s);

/*
 * Writes s, with whatever would not show as \u{XXXX}, cut to at most max
 * columns (then ending in "~"), and filled with spaces to fill columns.
 */
void table_put(FILE *out, const char *s, size_t max, size_t fill);

struct table;

/* A table of n columns; titles are its first line. NULL: out of memory. */
struct table *table_new(size_t n, const char *const *titles);

/* Adds a line of n cells; they are copied. KOSMO_ENOMEM. */
KOSMO_CHECK int table_add(struct table *t, const char *const *cells);

/*
 * Writes the gathered lines and forgets them; the titles only the first
 * time. Widths are those of what is gathered, so a long list may be written
 * in parts. Columns are cut so that a line fits 80, the last one first; on
 * what is no terminal nothing is cut.
 */
void table_flush(struct table *t, FILE *out);

/* Sorts by the first column, unless a part of the lines is out already. */
void table_sort(struct table *t);

/* Lines gathered since the last flush. */
size_t table_lines(const struct table *t);
void table_free(struct table **t);

#endif
