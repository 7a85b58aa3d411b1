/*
 * rows.h: rows for kosmoctl. The names of cells are those of --json, and
 * stable; kosmoctl(1) lists them.
 */
#ifndef KOSMO_TALK_ROWS_H
#define KOSMO_TALK_ROWS_H

#include "kosmod/talk/screen.h"

void row_begin(struct msg_row *row, const char *kind);

/* Adds a cell; over-long text is cut. Never more than CELLS_MAX of them. */
void row_text(struct msg_row *row, const char *name, const char *value);
void row_number(struct msg_row *row, const char *name, uint64_t value);

/* Sends the row and wipes it. */
KOSMO_CHECK int row_send(struct dialogue *d, struct msg_row *row);

/*
 * A person: a row "person", then one "device" for each device. own: as people
 * see themselves, with a masked address and without what is for admins.
 */
KOSMO_CHECK int
rows_person(struct dialogue *d, const struct k_person *p, bool own);
KOSMO_CHECK int rows_devices(struct dialogue *d, const struct k_person *p);

/* "invited" and so on; NULL for none. */
const char *rows_state(uint8_t state);

#endif
