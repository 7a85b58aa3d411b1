/*
 * session_many.c: verbs that are about many: --file LIST, and user import.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmoctl/cell.h"
#include "kosmoctl/import.h"
#include "kosmoctl/list.h"
#include "kosmoctl/session_in.h"

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

static void
add_cell(struct msg_row *row, const char *name, const char *value)
{
	struct msg_cell *c = &row->cells[row->n_cells];

	if (row->n_cells == CELLS_MAX)
		return;
	copy(c->name, sizeof(c->name), name);
	copy(c->value, sizeof(c->value), value);
	row->n_cells++;
}

/* What became of a line, in every object of the document. */
static void
line_cells(const struct session *s, struct msg_row *row, const char *error)
{
	char n[24];

	(void)snprintf(n, sizeof(n), "%zu", s->line);
	add_cell(row, "line", n);
	add_cell(row, "done", error == NULL ? "1" : "0");
	add_cell(row, "error", error == NULL ? "" : error);
}

int
session_list_row(struct session *s, const struct msg_row *row)
{
	struct msg_row more = *row;
	int r;

	s->rowed = true;
	if (s->showing.json != NULL)
		line_cells(s, &more, NULL);
	r = view_row(&s->showing, &more);
	explicit_bzero(&more, sizeof(more));
	return r;
}

static int
plain_row(struct session *s, const char *login, const char *error)
{
	struct msg_row row = { .kind = "line" };

	add_cell(&row, "login", login);
	line_cells(s, &row, error);
	return view_row(&s->showing, &row);
}

static void
set_login(struct msg_hello *h, const char *login)
{
	struct msg_arg *a = &h->args[0];
	uint8_t i = 0;

	while (i < h->n_args && h->args[i].name[0] != '\0')
		i++;
	if (i == h->n_args && h->n_args < ARGS_MAX)
		h->n_args++;
	a = &h->args[i];
	memset(a, 0, sizeof(*a));
	copy(a->value, sizeof(a->value), login);
}

/* One line; what is wrong with its name is said here. */
static enum outcome
one(struct session *s, const char *login)
{
	enum outcome what;
	bool lost;

	s->error[0] = '\0';
	s->rowed = false;
	if (login[0] == '-' || strlen(login) > NAME_LEN ||
	    strpbrk(login, " \t") != NULL) {
		what = end_with(s, REFUSED, N_("that can't be a login name"));
	} else {
		set_login(&s->call.hello, login);
		what = converse(s, &lost);
	}
	if (s->showing.json != NULL && (what != DONE || !s->rowed) &&
	    plain_row(s, login, what == DONE ? NULL : s->error) != KOSMO_OK)
		return REFUSED;
	return what;
}

/*
 * Yes is said once for all of them, not a hundred times. What nobody can
 * undo, nobody does by an empty line.
 */
static bool
may_remove(struct session *s, size_t n)
{
	struct msg_ask ask = { .echo = 1 };
	struct secret answer = { 0 };
	char text[WORDS_LEN], count[24];
	bool yes;

	(void)snprintf(count, sizeof(count), "%zu", n);
	words(text, s->call.lang,
	    N_("Remove {n} people? This can't be undone. yes / no [no]: "),
	    FILLS({ "n", count }));
	copy(ask.text, sizeof(ask.text), text);
	yes = terminal_ask(&s->terminal, -1, &ask, &answer) == KOSMO_OK &&
	    (strcasecmp(answer.bytes, "yes") == 0 ||
		strcmp(answer.bytes, "\xe3\x81\xaf\xe3\x81\x84") == 0);
	secret_done(&answer);
	return yes && call_set(&s->call, "yes", "") == KOSMO_OK;
}

static size_t
count(const struct list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += l->login[i][0] != '\0';
	return n;
}

enum outcome
session_list(struct session *s)
{
	const struct list *l = s->call.list;
	enum outcome all = DONE;

	if (strcmp(s->call.verb->name, "user remove") == 0 &&
	    args_option(s->call.args, "yes") == NULL &&
	    !may_remove(s, count(l))) {
		return end_with(s, REFUSED, N_("Nothing was changed."));
	}
	for (size_t i = 0; i < l->n; i++) {
		enum outcome what;

		if (l->login[i][0] == '\0')
			continue;
		s->line = i + 1;
		what = one(s, l->login[i]);
		if (what != DONE && all == DONE)
			all = what;
		if (what == UNREACHABLE)
			break;
	}
	s->line = 0;
	return all;
}

/* A slip of an import: paper, or into the document. */
static int
on_slip(void *arg, const struct msg_row *row)
{
	struct session *s = arg;
	struct import *im = s->call.import;

	if (s->showing.json != NULL && im->slips.path == NULL) {
		if (s->slips == NULL)
			s->slips = json_array();
		return view_slip_object(row, &im->slips.host, s->slips);
	}
	return slips_write(&im->slips, row);
}

static enum outcome
pass(struct session *s, enum people_pass which)
{
	struct import *im = s->call.import;
	enum outcome what = DONE;
	bool lost;

	import_begin(im, which);
	while (what == DONE && import_left(im)) {
		import_connected(im);
		what = converse(s, &lost);
	}
	if (im->progress)
		(void)fputc('\n', stderr);
	return what;
}

static enum outcome
write_people(struct session *s)
{
	static const char no_folder[] =
	    N_("the folder of the slips can't be written");
	struct import *im = s->call.import;
	enum outcome what;

	if (slips_begin(&im->slips) != KOSMO_OK) {
		return end_with(s, REFUSED, no_folder);
	}
	im->written = true;
	what = pass(s, im->slips.resumed ? PEOPLE_AGAIN : PEOPLE_WRITE);
	if (what == DONE && im->failed == NULL &&
	    slips_end(&im->slips) != KOSMO_OK) {
		return end_with(s, REFUSED, no_folder);
	}
	return what;
}

static bool
all_good(const struct import *im)
{
	size_t bad, warnings;

	csv_count(&im->csv, &bad, &warnings);
	return bad == 0 && !im->unreadable && im->failed == NULL;
}

static enum outcome
report(struct session *s, enum outcome what)
{
	struct import *im = s->call.import;
	FILE *out = s->showing.out;

	csv_sort_problems(&im->csv);
	if (what == DONE && !all_good(im))
		what = REFUSED;
	if (s->showing.json != NULL) {
		/* its own document, in place of rows */
		json_free(&s->showing.json);
		if (import_json(im, out, s->slips) != KOSMO_OK)
			what = REFUSED;
	} else {
		/* slips may be on standard output: paper alone */
		if (im->slips.path == NULL && im->written)
			out = s->showing.err;
		import_report(im, out, s->call.lang);
	}
	return what;
}

enum outcome
session_import(struct session *s)
{
	struct import *im = s->call.import;
	enum outcome what = DONE;

	im->slip = on_slip;
	im->slip_arg = s;
	if (!im->unreadable)
		what = pass(s, PEOPLE_CHECK);
	if (what == DONE && import_may_write(im))
		what = write_people(s);
	if (what == UNREACHABLE && !im->written)
		return what;
	return report(s, what);
}
