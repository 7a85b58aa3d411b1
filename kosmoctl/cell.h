/*
 * cell.h: the cells of a row: their kinds, and how they read.
 *
 * Rows carry text only. Moments are seconds since 1970 in them and numbers
 * decimal; which is which is known here, by the cell's name.
 */
#ifndef KOSMO_KOSMOCTL_CELL_H
#define KOSMO_KOSMOCTL_CELL_H

#include <stddef.h>
#include <stdint.h>

#include "libkosmo/msg.h"

enum cell_kind {
	CELL_TEXT,
	CELL_NUMBER,
	CELL_TIME,
	CELL_FLAG /* "0" or "1" */
};

enum cell_kind cell_kind(const char *name);

/* The value of the cell; "" if the row has none. */
const char *cell_get(const struct msg_row *row, const char *name);

/* The same as a number; 0 for what is none. */
uint64_t cell_number(const struct msg_row *row, const char *name);

#define CELL_TIME_LEN 40

/* "2026-04-02T00:01:00Z" */
void cell_rfc3339(uint64_t when, char ret[static CELL_TIME_LEN]);

/* Local: "2026-04-02", "2026-04-02 09:01", "2026-04-02 09:01 JST". */
void cell_day(uint64_t when, char ret[static CELL_TIME_LEN]);
void cell_minute(uint64_t when, char ret[static CELL_TIME_LEN]);
void cell_zone(uint64_t when, char ret[static CELL_TIME_LEN]);

#endif
