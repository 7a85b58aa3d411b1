#include "config.h"

#include "json.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kosmoctl/cell.h"

struct json {
	enum json_shape shape;
	FILE *out;
	bool stream;
	bool begun;	 /* the bracket of an array is out */
	json_t *pending; /* one that may still get devices */
};

struct json *
json_new(enum json_shape shape, FILE *out)
{
	struct json *j = calloc(1, sizeof(*j));

	if (j != NULL) {
		j->shape = shape;
		j->out = out;
	}
	return j;
}

void
json_stream(struct json *j)
{
	j->stream = true;
}

static json_t *
time_value(uint64_t when)
{
	char text[CELL_TIME_LEN];

	if (when == 0)
		return json_null();
	cell_rfc3339(when, text);
	return json_string(text);
}

static json_t *
cell_value(const struct msg_row *row, const struct msg_cell *cell)
{
	uint64_t n = cell_number(row, cell->name);

	if (cell->value[0] == '\0')
		return json_null();
	switch (cell_kind(cell->name)) {
	case CELL_NUMBER:
		return json_integer((json_int_t)n);
	case CELL_TIME:
		return time_value(n);
	case CELL_FLAG:
		return json_boolean(n != 0);
	case CELL_TEXT:
		break;
	}
	return json_string(cell->value);
}

static json_t *
row_object(const struct msg_row *row)
{
	json_t *o = json_object();

	for (size_t i = 0; i < row->n_cells; i++) {
		const struct msg_cell *c = &row->cells[i];

		if (json_object_set_new(o, c->name, cell_value(row, c)) == -1) {
			json_decref(o);
			return NULL;
		}
	}
	return o;
}

/* An audit line is its own object; one that is none becomes a string. */
static json_t *
line_object(const struct msg_row *row)
{
	const char *text = cell_get(row, "line");
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	return o != NULL ? o : json_string(text);
}

static int
put(struct json *j, const json_t *o)
{
	if (!j->stream && j->shape != JSON_ONE && j->shape != JSON_NONE)
		(void)fputs(j->begun ? ",\n" : "[", j->out);
	j->begun = true;
	if (json_dumpf(o, j->out, JSON_COMPACT | JSON_ENCODE_ANY) == -1)
		return KOSMO_EIO;
	if (j->stream && (fputc('\n', j->out) == EOF || fflush(j->out) == EOF))
		return KOSMO_EIO;
	return KOSMO_OK;
}

static int
put_pending(struct json *j)
{
	int r = KOSMO_OK;

	if (j->pending != NULL)
		r = put(j, j->pending);
	json_decref(j->pending);
	j->pending = NULL;
	return r;
}

int
json_row(struct json *j, const struct msg_row *row)
{
	bool person = strcmp(row->kind, "person") == 0;
	json_t *o = NULL, *devices = json_object_get(j->pending, "devices");
	int r;

	if (strcmp(row->kind, "device") == 0 && devices != NULL)
		return json_array_append_new(devices, row_object(row)) == -1
		    ? KOSMO_ENOMEM
		    : KOSMO_OK;
	if ((r = put_pending(j)) != KOSMO_OK)
		return r;
	o = j->shape == JSON_LINES ? line_object(row) : row_object(row);
	if (o == NULL ||
	    (person && json_object_set_new(o, "devices", json_array()) == -1)) {
		json_decref(o);
		return KOSMO_ENOMEM;
	}
	j->pending = o;
	return j->stream ? put_pending(j) : KOSMO_OK;
}

int
json_append(void *array, const struct msg_row *row)
{
	return json_array_append_new(array, row_object(row)) == -1
	    ? KOSMO_ENOMEM
	    : KOSMO_OK;
}

static int
put_error(struct json *j, const char *error)
{
	json_t *o = json_pack("{s:s}", "error", error);
	int r = KOSMO_ENOMEM;

	if (o != NULL && json_dumpf(o, j->out, JSON_COMPACT) == 0)
		r = KOSMO_OK;
	json_decref(o);
	(void)fputc('\n', j->out);
	return r;
}

int
json_end(struct json *j, const char *error)
{
	bool array = j->shape == JSON_MANY || j->shape == JSON_LINES;
	int r;

	if (error != NULL && !j->begun)
		return put_error(j, error);
	if ((r = put_pending(j)) != KOSMO_OK || j->stream)
		return r;
	if (array)
		(void)fputs(j->begun ? "]\n" : "[]\n", j->out);
	else
		(void)fputs(j->begun ? "\n" : "{}\n", j->out);
	return fflush(j->out) == EOF ? KOSMO_EIO : KOSMO_OK;
}

void
json_free(struct json **j)
{
	if (*j == NULL)
		return;
	json_decref((*j)->pending);
	free(*j);
	*j = NULL;
}
