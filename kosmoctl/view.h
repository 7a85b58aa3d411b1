/*
 * view.h: how the rows of a verb are shown: for eyes, or as one document.
 */
#ifndef KOSMO_KOSMOCTL_VIEW_H
#define KOSMO_KOSMOCTL_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "kosmoctl/json.h"
#include "kosmoctl/table.h"
#include "kosmod/talk/lang.h"
#include "libkosmo/msg.h"

#define VIEW_DEVICES 16

struct slip_host;

/* State of one showing. */
struct showing {
	const struct view *view;
	FILE *out;
	FILE *err;
	enum lang lang;
	bool follow;	   /* log: go on when there is nothing more now */
	struct json *json; /* NULL: for eyes */
	struct table *table;
	bool have; /* a person was kept, with its devices */
	struct msg_row person;
	uint8_t n_devices;
	struct msg_row devices[VIEW_DEVICES];
	uint64_t offset; /* log: to go on from */
	uint64_t number; /* log: of the last line shown */
	uint64_t broken; /* log --verify: the first bad line, 0: none */
	const char *png; /* enroll totp: the file to draw into */
};

/*
 * row is called for each row, end once after a good END; both for eyes only.
 * row may return CLIENT_MORE (client.h).
 */
struct view {
	enum json_shape shape;
	int (*row)(struct showing *s, const struct msg_row *row);
	int (*end)(struct showing *s);
};

extern const struct view view_none, view_person, view_people, view_devices,
    view_slip, view_status, view_log, view_enroll, view_doctor;

/* Rows of every verb pass here: kosmoctl's own kinds, JSON, or the view. */
int view_row(struct showing *s, const struct msg_row *row);

/* After END; ended well means that the verb was done. */
KOSMO_CHECK int view_end(struct showing *s, bool well);

/* The document of a row "slip", appended to array (a json_t *). */
KOSMO_CHECK int view_slip_object(
    const struct msg_row *row, const struct slip_host *host, void *array);

/* "label   value" with labels in one column of the language's width. */
void view_pair(struct showing *s, const char *label, const char *value);

#endif
