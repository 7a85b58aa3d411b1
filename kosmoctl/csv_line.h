/*
 * csv_line.h: what csv.c reads into, and the two kinds of lines.
 */
#ifndef KOSMO_KOSMOCTL_CSV_LINE_H
#define KOSMO_KOSMOCTL_CSV_LINE_H

#include "kosmoctl/csv.h"

#define CSV_FIELDS_MAX 32

struct csv_reader {
	struct csv *csv;
	int64_t now;
	size_t used;				/* of csv->text */
	uint32_t lines;				/* read so far */
	uint32_t line;				/* where this row began */
	bool open;				/* a row has begun */
	bool header;				/* ... was read */
	enum csv_column column[CSV_FIELDS_MAX]; /* of each field, by it */
	size_t columns;
	const char *field[CSV_FIELDS_MAX];
	size_t n; /* fields of this row; may be more than there is room */
	int err;
};

/* The fields are the header. KOSMO_EFORMAT after a problem was noted. */
KOSMO_CHECK int csv_header(struct csv_reader *r);

/* They are a person. */
KOSMO_CHECK int csv_line(struct csv_reader *r);

/* One more person, empty; NULL: no memory. */
struct csv_person *csv_add(struct csv *csv);

#endif
