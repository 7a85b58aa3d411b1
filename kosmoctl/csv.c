/*
 * csv.c: bytes to lines to people. libcsv knows the quotation marks; which
 * line of the file something stood on is counted here.
 */
#include "config.h"

#include "csv.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#include "kosmoctl/csv_line.h"
#include "kosmoctl/words.h"

static void
problem_at(struct csv_reader *r, const char *reason)
{
	const struct csv_problem what = {
		.line = r->line,
		.column = CSV_COLUMNS,
		.login = "",
		.value = "",
		.reason = reason,
	};

	if (r->err == KOSMO_OK)
		r->err = csv_complain(r->csv, NULL, &what);
}

/* One field: copied behind the others, with its NUL. */
static void
on_field(void *bytes, size_t len, void *arg)
{
	struct csv_reader *r = arg;

	/* each one had a delimiter in the file: that much room there is */
	if (bytes != NULL && len > 0)
		memcpy(r->csv->text + r->used, bytes, len);
	if (r->n < CSV_FIELDS_MAX)
		r->field[r->n] = r->csv->text + r->used;
	r->n++;
	r->used += len;
	r->csv->text[r->used++] = '\0';
}

static void
on_row(int end, void *arg)
{
	struct csv_reader *r = arg;

	(void)end;
	r->open = false;
	if (r->err == KOSMO_OK)
		r->err = r->header ? csv_line(r) : csv_header(r);
	r->n = 0;
}

/* To the end of the line, which LF, CR or both make. */
static size_t
line_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] != '\n' && s[n] != '\r')
		n++;
	if (n < len && s[n] == '\r' && n + 1 < len && s[n + 1] == '\n')
		n++;
	return n < len ? n + 1 : n;
}

/* Line by line, so that a problem can say where. */
static int
parse(struct csv_parser *p, struct csv_reader *r, const char *s, size_t len)
{
	while (len > 0 && r->err == KOSMO_OK) {
		size_t n = line_length(s, len);
		bool was_open = r->open;

		r->lines++;
		if (!was_open) {
			r->open = true;
			r->line = r->lines;
		}
		if (csv_parse(p, s, n, on_field, on_row, r) != n)
			return csv_error(p) == CSV_ENOMEM ? KOSMO_ENOMEM
							  : KOSMO_EFORMAT;
		/* nothing on it, and not within quotation marks */
		if (!was_open && strspn(s, " \t\r\n") >= n)
			r->open = false;
		s += n;
		len -= n;
	}
	return r->err;
}

static int
read_all(struct csv_reader *r, const char *text, size_t len)
{
	struct csv_parser p;
	int err;

	if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return KOSMO_ENOMEM;
	err = parse(&p, r, text, len);
	if (err == KOSMO_OK && csv_fini(&p, on_field, on_row, r) != 0)
		err = KOSMO_EFORMAT;
	csv_free(&p);
	if (err == KOSMO_EFORMAT && r->csv->n_problems == 0)
		problem_at(r,
		    N_("a quotation mark is missing, or stands inside a "
		       "field"));
	return err == KOSMO_OK ? r->err : err;
}

int
csv_read(const char *text, size_t len, int64_t now, struct csv *ret)
{
	struct csv_reader *r = NULL;
	int err = KOSMO_ENOMEM;

	memset(ret, 0, sizeof(*ret));
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	/* a NUL for each delimiter, and one for an end without */
	ret->bytes = len + 2;
	if ((ret->text = malloc(ret->bytes)) == NULL ||
	    (r = calloc(1, sizeof(*r))) == NULL)
		goto out;
	r->csv = ret;
	r->now = now;
	r->line = 1;
	err = read_all(r, text, len);
	if (err == KOSMO_OK && !r->header) {
		problem_at(r, N_("there is no header line"));
		err = r->err == KOSMO_OK ? KOSMO_EFORMAT : r->err;
	}
out:
	free(r);
	return err;
}

static int
grow(void **list, size_t n, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 64 : *room * 2;
	void *p;

	if (n < *room)
		return KOSMO_OK;
	if ((p = reallocarray(*list, more, size)) == NULL)
		return KOSMO_ENOMEM;
	*list = p;
	*room = more;
	return KOSMO_OK;
}

struct csv_person *
csv_add(struct csv *csv)
{
	void *list = csv->people;
	struct csv_person *p;

	/* birth dates are no secret that a realloc must not leave behind */
	if (grow(&list, csv->n_people, &csv->people_room, sizeof(*p)) !=
	    KOSMO_OK)
		return NULL;
	csv->people = list;
	p = &csv->people[csv->n_people++];
	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i < CSV_COLUMNS; i++)
		p->value[i] = "";
	return p;
}

int
csv_complain(
    struct csv *csv, struct csv_person *p, const struct csv_problem *what)
{
	void *list = csv->problems;
	struct csv_problem *to;

	if (grow(&list, csv->n_problems, &csv->problems_room, sizeof(*what)) !=
	    KOSMO_OK)
		return KOSMO_ENOMEM;
	csv->problems = list;
	to = &csv->problems[csv->n_problems++];
	*to = *what;
	if (p == NULL)
		return KOSMO_OK;
	to->line = p->line;
	to->login = p->value[CSV_LOGIN];
	to->value = what->column < CSV_COLUMNS ? p->value[what->column] : "";
	if (!what->warning)
		p->state = CSV_BAD;
	return KOSMO_OK;
}

void
csv_count(const struct csv *csv, size_t *ret_bad, size_t *ret_warnings)
{
	*ret_bad = *ret_warnings = 0;
	for (size_t i = 0; i < csv->n_problems; i++)
		*ret_warnings += csv->problems[i].warning;
	/* a line may have several problems */
	for (size_t i = 0; i < csv->n_people; i++)
		*ret_bad += csv->people[i].state == CSV_BAD;
}

void
csv_done(struct csv *csv)
{
	if (csv->text != NULL)
		explicit_bzero(csv->text, csv->bytes);
	free(csv->text);
	if (csv->people != NULL)
		explicit_bzero(
		    csv->people, csv->n_people * sizeof(*csv->people));
	free(csv->people);
	free(csv->problems);
	memset(csv, 0, sizeof(*csv));
}
