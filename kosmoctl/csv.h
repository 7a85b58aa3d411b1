/*
 * csv.h: the file of `user import`, taken apart into people.
 *
 * Whatever is wrong with a line becomes a problem and the reading goes on, so
 * that one report names them all. Nothing is looked up here: no account, no
 * kosmod.
 */
#ifndef KOSMO_KOSMOCTL_CSV_H
#define KOSMO_KOSMOCTL_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libkosmo/error.h"

#define CSV_BYTES_MAX ((size_t)1024 * 1024 * 1024)

enum csv_column {
	CSV_LOGIN = 0,
	CSV_EMAIL,
	CSV_BIRTH_DATE,
	CSV_NAME,
	CSV_LANGUAGE,
	CSV_USER_ID,
	CSV_EXPIRES,
	CSV_COLUMNS /* also: the line as a whole */
};

/* "login" and so on; "" for CSV_COLUMNS. */
const char *csv_column_name(enum csv_column column);

/* The column of that name; CSV_COLUMNS if there is none. */
enum csv_column csv_column_find(const char *name);

enum csv_state {
	CSV_GOOD = 0,
	CSV_BAD,     /* a problem says why */
	CSV_ALREADY, /* invited by this line before */
	CSV_MISSING, /* the same, but the slip was never written */
	CSV_DONE     /* invited now */
};

struct csv_person {
	uint32_t line; /* of the file, where it begins */
	uint32_t uid;
	uint32_t expires; /* seconds; 0: by policy */
	uint8_t state;	  /* enum csv_state */
	char birth[9];	  /* YYYYMMDD */
	const char *value[CSV_COLUMNS];
};

struct csv_problem {
	uint32_t line;
	uint8_t column; /* enum csv_column */
	bool warning;
	uint32_t other;	   /* number that reason names */
	const char *login; /* "" where it could not be read */
	const char *value;
	const char *allowed; /* what reason names as such, or NULL */
	const char *reason;  /* msgid */
};

struct csv {
	char *text; /* owns every value */
	size_t bytes;
	uint32_t lines; /* with people, good or bad */
	struct csv_person *people;
	size_t n_people, people_room;
	struct csv_problem *problems;
	size_t n_problems, problems_room;
};

/*
 * Reads the UTF-8 text, with or without BOM, LF, CRLF or CR. now is for birth
 * dates. KOSMO_EFORMAT: not even a header could be read, or a quotation mark
 * has no end; a problem of ret says what. KOSMO_ENOMEM.
 */
KOSMO_CHECK int
csv_read(const char *text, size_t len, int64_t now, struct csv *ret);

/* Notes a problem about p (or NULL); unless a warning, p is bad then. */
KOSMO_CHECK int csv_complain(
    struct csv *csv, struct csv_person *p, const struct csv_problem *what);

/*
 * People who stand in the file twice, by login, user ID, or (a warning)
 * e-mail address.
 */
KOSMO_CHECK int csv_doubles(struct csv *csv);

/* Problems in the order of their lines. */
void csv_sort_problems(struct csv *csv);

/* How many problems are warnings, and how many not. */
void csv_count(const struct csv *csv, size_t *ret_bad, size_t *ret_warnings);

/* Wipes and frees. */
void csv_done(struct csv *csv);

#endif
