#include "config.h"

#include "view.h"

#include <stdlib.h>
#include <string.h>

#include "kosmoctl/cell.h"
#include "kosmoctl/client.h"
#include "kosmoctl/png.h"
#include "kosmoctl/slip.h"
#include "kosmoctl/words.h"

#define SSH_DIR "/etc/ssh"
#define LABELS 20 /* columns of the labels of view_pair */

void
view_pair(struct showing *s, const char *label, const char *value)
{
	table_put(s->out, tr(s->lang, label), SIZE_MAX, LABELS);
	table_put(s->out, value, SIZE_MAX, 0);
	(void)fputc('\n', s->out);
}

/* One more cell, for JSON. Rows of talk leave room for it. */
static void
add_cell(struct msg_row *row, const char *name, const char *value)
{
	struct msg_cell *c = &row->cells[row->n_cells];

	if (row->n_cells == CELLS_MAX)
		return;
	memset(c, 0, sizeof(*c));
	(void)snprintf(c->name, sizeof(c->name), "%s", name);
	(void)snprintf(c->value, sizeof(c->value), "%s", value);
	row->n_cells++;
}

/* A document says what only this host knows, as the paper does. */
static void
add_host(struct msg_row *row, const struct slip_host *host)
{
	char connect[NAME_LEN * 3];

	slip_connect(host, cell_get(row, "login"), connect, sizeof(connect));
	add_cell(row, "connect", connect);
	add_cell(row, "host_key", host->fingerprint);
}

static int
slip_json(struct showing *s, const struct msg_row *row)
{
	struct msg_row more = *row;
	struct slip_host host;
	int r;

	slip_host(SSH_DIR, &host);
	add_host(&more, &host);
	r = json_row(s->json, &more);
	explicit_bzero(&more, sizeof(more));
	return r;
}

int
view_slip_object(
    const struct msg_row *row, const struct slip_host *host, void *array)
{
	struct msg_row more = *row;
	int r;

	add_host(&more, host);
	r = json_append(array, &more);
	explicit_bzero(&more, sizeof(more));
	return r;
}

static int
on_uri(struct showing *s, const struct msg_row *row)
{
	char text[WORDS_LEN];
	const char *why = NULL;

	if (s->png == NULL)
		return KOSMO_EFORMAT;
	if (png_write(s->png, cell_get(row, "uri"), &why) != KOSMO_OK) {
		(void)fprintf(
		    s->err, "kosmoctl: %s: %s\n", s->png, tr(s->lang, why));
		return KOSMO_EPERM;
	}
	words(text, s->lang,
	    N_("The QR code is in {file}. Delete it once it is scanned."),
	    FILLS({ "file", s->png }));
	table_put(s->err, text, SIZE_MAX, 0);
	(void)fputc('\n', s->err);
	return KOSMO_OK;
}

/* For doctor.c, which looks at it after END. */
static int
keep_row(struct showing *s, const struct msg_row *row)
{
	s->person = *row;
	s->have = true;
	return KOSMO_OK;
}

static int
on_end(struct showing *s, const struct msg_row *row)
{
	s->offset = cell_number(row, "offset");
	(void)fflush(s->out);
	return s->follow ? CLIENT_MORE : KOSMO_OK;
}

/*
 * A kosmod that died between its rows and where to go on from sends them
 * again; their numbers only rise.
 */
static bool
shown_already(struct showing *s, const struct msg_row *row)
{
	static const char before[] = "{\"n\":";
	const char *line = cell_get(row, "line");
	uint64_t number;

	if (!s->follow || strncmp(line, before, strlen(before)) != 0)
		return false;
	number = strtoull(line + strlen(before), NULL, 10);
	if (number <= s->number)
		return true;
	s->number = number;
	return false;
}

int
view_row(struct showing *s, const struct msg_row *row)
{
	if (strcmp(row->kind, "log") == 0 && shown_already(s, row))
		return KOSMO_OK;
	if (strcmp(row->kind, "uri") == 0)
		return on_uri(s, row);
	if (strcmp(row->kind, "end") == 0)
		return on_end(s, row);
	if (strcmp(row->kind, "doctor") == 0)
		return keep_row(s, row);
	if (s->json != NULL && strcmp(row->kind, "slip") == 0)
		return slip_json(s, row);
	if (s->json != NULL)
		return json_row(s->json, row);
	return s->view->row(s, row);
}

int
view_end(struct showing *s, bool well)
{
	int r = KOSMO_OK;

	if (well && s->json == NULL && s->view->end != NULL)
		r = s->view->end(s);
	table_free(&s->table);
	if (r == KOSMO_OK && fflush(s->out) == EOF)
		r = KOSMO_EIO;
	return r;
}

static int
ignore_row(struct showing *s, const struct msg_row *row)
{
	(void)s;
	(void)row;
	return KOSMO_OK;
}

static int
slip_row(struct showing *s, const struct msg_row *row)
{
	struct slip_host host;

	slip_host(SSH_DIR, &host);
	slip_write(s->out, row, &host);
	return KOSMO_OK;
}

const struct view view_none = { JSON_NONE, ignore_row, NULL };
const struct view view_enroll = { JSON_ONE, ignore_row, NULL };
const struct view view_slip = { JSON_ONE, slip_row, NULL };
