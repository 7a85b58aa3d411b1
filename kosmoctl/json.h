/*
 * json.h: rows as one JSON document.
 *
 * Names are those of the cells. Numbers are numbers, moments RFC 3339 in UTC,
 * flags true or false; what is empty or zero time is null. Devices stand in
 * the array "devices" of the person before them.
 */
#ifndef KOSMO_KOSMOCTL_JSON_H
#define KOSMO_KOSMOCTL_JSON_H

#include <stdio.h>

#include "libkosmo/error.h"
#include "libkosmo/msg.h"

enum json_shape {
	JSON_NONE, /* {} */
	JSON_ONE,  /* one object: the first row */
	JSON_MANY, /* an array of objects, written as they come */
	JSON_LINES /* as JSON_MANY, of audit lines */
};

struct json;

/* NULL: out of memory. Nothing is written before the first row. */
struct json *json_new(enum json_shape shape, FILE *out);

/* One object a line instead of an array: for what never ends. */
void json_stream(struct json *j);

KOSMO_CHECK int json_row(struct json *j, const struct msg_row *row);

/* Appends the object of a row to array (a json_t *). */
KOSMO_CHECK int json_append(void *array, const struct msg_row *row);

/*
 * Ends the document. error, if not NULL, is why it was not done: the document
 * is then {"error": error}, unless rows of an array are out already.
 */
KOSMO_CHECK int json_end(struct json *j, const char *error);
void json_free(struct json **j);

#endif
