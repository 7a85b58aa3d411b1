/*
 * csv_doubles.c: who stands in the file twice. Sorting finds them also among
 * a million.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "kosmoctl/csv.h"
#include "kosmoctl/words.h"

/* A name somebody goes by, and in which column it stands. */
struct name {
	const char *text;
	struct csv_person *person;
	uint8_t column;
};

static int
by_line(const struct name *a, const struct name *b)
{
	if (a->person->line != b->person->line)
		return a->person->line < b->person->line ? -1 : 1;
	return (int)a->column - (int)b->column;
}

static int
compare(const void *va, const void *vb)
{
	const struct name *a = va, *b = vb;
	int r = strcmp(a->text, b->text);

	return r != 0 ? r : by_line(a, b);
}

/* Mailboxes do not tell case apart, whatever RFC 5321 allows. */
static int
compare_folded(const void *va, const void *vb)
{
	const struct name *a = va, *b = vb;
	int r = strcasecmp(a->text, b->text);

	return r != 0 ? r : by_line(a, b);
}

/* The second of two is the one complained of. */
static int
complain(struct csv *csv, const struct name *first, const struct name *again,
    bool warning)
{
	const struct csv_problem what = {
		.column = again->column,
		.warning = warning,
		.other = first->person->line,
		.reason = warning ? N_("\"{value}\" is also on line {n}")
				  : N_("\"{value}\" is on line {n} already"),
	};

	return csv_complain(csv, again->person, &what);
}

static size_t
gather(struct csv *csv, enum csv_column column, struct name *list, size_t n)
{
	for (size_t i = 0; i < csv->n_people; i++) {
		struct csv_person *p = &csv->people[i];

		if (p->value[column][0] == '\0')
			continue;
		list[n].text = p->value[column];
		list[n].person = p;
		list[n++].column = (uint8_t)column;
	}
	return n;
}

/* Login names and user IDs share one room: either logs somebody in. */
static int
find_names(struct csv *csv, struct name *list)
{
	size_t n = gather(csv, CSV_LOGIN, list, 0);
	int r = KOSMO_OK;

	n = gather(csv, CSV_USER_ID, list, n);
	qsort(list, n, sizeof(*list), compare);
	for (size_t i = 1; i < n && r == KOSMO_OK; i++) {
		if (list[i].person != list[i - 1].person &&
		    strcmp(list[i].text, list[i - 1].text) == 0)
			r = complain(csv, &list[i - 1], &list[i], false);
	}
	return r;
}

static int
find_addresses(struct csv *csv, struct name *list)
{
	size_t n = gather(csv, CSV_EMAIL, list, 0);
	int r = KOSMO_OK;

	qsort(list, n, sizeof(*list), compare_folded);
	for (size_t i = 1; i < n && r == KOSMO_OK; i++) {
		if (strcasecmp(list[i].text, list[i - 1].text) == 0)
			r = complain(csv, &list[i - 1], &list[i], true);
	}
	return r;
}

int
csv_doubles(struct csv *csv)
{
	struct name *list;
	int r;

	if (csv->n_people == 0)
		return KOSMO_OK;
	list = calloc(csv->n_people, 2 * sizeof(*list));
	if (list == NULL)
		return KOSMO_ENOMEM;
	if ((r = find_names(csv, list)) == KOSMO_OK)
		r = find_addresses(csv, list);
	free(list);
	return r;
}

static int
problem_order(const void *va, const void *vb)
{
	const struct csv_problem *a = va, *b = vb;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (int)a->column - (int)b->column;
}

void
csv_sort_problems(struct csv *csv)
{
	if (csv->n_problems > 0)
		qsort(csv->problems, csv->n_problems, sizeof(*csv->problems),
		    problem_order);
}
