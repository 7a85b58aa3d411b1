#include "config.h"

#include "import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kosmoctl/accounts.h"
#include "kosmoctl/csv_file.h"
#include "kosmoctl/words.h"

static int
complain(struct import *im, struct csv_person *p, enum csv_column column,
    const char *reason)
{
	const struct csv_problem what = {
		.column = (uint8_t)column,
		.reason = reason,
	};

	return csv_complain(&im->csv, p, &what);
}

static int
find_account(struct import *im, const struct accounts *a, struct csv_person *p)
{
	if (accounts_find(a, p->value[CSV_LOGIN], &p->uid) || im->no_account)
		return KOSMO_OK;
	return complain(im, p, CSV_LOGIN,
	    N_("there is no Unix account of that name (--no-account)"));
}

static int
find_accounts(struct import *im)
{
	struct accounts a;
	int r = accounts_load(&a);

	for (size_t i = 0; i < im->csv.n_people && r == KOSMO_OK; i++) {
		if (im->csv.people[i].state == CSV_GOOD)
			r = find_account(im, &a, &im->csv.people[i]);
	}
	accounts_free(&a);
	return r;
}

/* Without a name the slip is headed by the login name: worth a word. */
static int
find_nameless(struct import *im)
{
	const struct csv_problem what = {
		.column = CSV_NAME,
		.warning = true,
		.reason = N_("there is no name"),
	};
	int r = KOSMO_OK;

	for (size_t i = 0; i < im->csv.n_people && r == KOSMO_OK; i++) {
		struct csv_person *p = &im->csv.people[i];

		if (p->state == CSV_GOOD && p->value[CSV_NAME][0] == '\0')
			r = csv_complain(&im->csv, p, &what);
	}
	return r;
}

/* --strict: a warning is an error. */
static void
make_strict(struct import *im)
{
	struct csv *csv = &im->csv;
	size_t k = 0;

	csv_sort_problems(csv);
	for (size_t i = 0; i < csv->n_problems; i++) {
		csv->problems[i].warning = false;
		while (k < csv->n_people &&
		    csv->people[k].line < csv->problems[i].line)
			k++;
		if (k < csv->n_people &&
		    csv->people[k].line == csv->problems[i].line)
			csv->people[k].state = CSV_BAD;
	}
}

/* All that can be said without kosmod. */
static int
check(struct import *im)
{
	int r;

	if ((r = csv_doubles(&im->csv)) != KOSMO_OK ||
	    (r = find_nameless(im)) != KOSMO_OK ||
	    (r = find_accounts(im)) != KOSMO_OK)
		return r;
	if (im->strict)
		make_strict(im);
	return KOSMO_OK;
}

static int
read_file(struct call *c, struct import *im)
{
	struct csv_file f;
	char text[WORDS_LEN], line[12];
	int r;

	r = csv_file_read(im->path, args_option(c->args, "encoding"), &f);
	if (r == KOSMO_EIO)
		r = call_wrong(c, REFUSED, "{file}: {why}",
		    FILLS({ "file", im->path },
			{ "why", tr(c->lang, words_errno(errno)) }));
	else if (r == KOSMO_EFORMAT && f.why != NULL) {
		words(text, c->lang, f.why, NULL);
		(void)snprintf(line, sizeof(line), "%u", (unsigned)f.line);
		r = call_wrong(c, REFUSED, "{file}:{line}: {why}",
		    FILLS({ "file", im->path }, { "line", line },
			{ "why", text }));
	} else if (r == KOSMO_OK)
		r = csv_read(f.bytes, f.len, (int64_t)time(NULL), &im->csv);
	csv_file_done(&f);
	/* what is wrong with its form, the report says */
	im->unreadable = r == KOSMO_EFORMAT;
	return r == KOSMO_EFORMAT ? KOSMO_OK : r;
}

static int
look_at_slips(struct call *c, struct import *im)
{
	const char *dir = args_option(c->args, "slips");
	int r = slips_look(dir, &im->slips);

	if (r == KOSMO_EPERM)
		return call_wrong(c, REFUSED,
		    N_("{file}: others may write to that folder, or it is "
		       "somebody else's"),
		    FILLS({ "file", dir }));
	if (r != KOSMO_OK)
		return call_wrong(c, REFUSED, "{file}: {why}",
		    FILLS({ "file", dir },
			{ "why", tr(c->lang, words_errno(errno)) }));
	return DONE;
}

/* Nothing of the command line goes to kosmod: talk asks for the lines. */
static int
prepare(struct call *c, struct import *im)
{
	int r;

	if (strcmp(im->path, "-") == 0 && c->answers)
		return call_wrong(c, USAGE,
		    N_("standard input can't be both the file and the answers"),
		    NULL);
	c->hello.n_args = 0;
	if ((r = look_at_slips(c, im)) != DONE ||
	    (r = read_file(c, im)) != DONE)
		return r < 0 ? call_no_memory(c) : r;
	if (!im->unreadable && check(im) != KOSMO_OK)
		return call_no_memory(c);
	return DONE;
}

int
import_prepare(struct call *c)
{
	struct import *im = calloc(1, sizeof(*im));

	if (im == NULL)
		return call_no_memory(c);
	im->path = c->args->words[0];
	im->dry_run = args_option(c->args, "dry-run") != NULL;
	im->keep_going = args_option(c->args, "keep-going") != NULL;
	im->strict = args_option(c->args, "strict") != NULL;
	im->no_account = args_option(c->args, "no-account") != NULL;
	im->progress = isatty(STDERR_FILENO) == 1;
	im->lang = c->lang;
	im->slips.dir = -1;
	c->import = im;
	return prepare(c, im);
}

bool
import_may_write(const struct import *im)
{
	size_t bad, warnings;

	csv_count(&im->csv, &bad, &warnings);
	return !im->unreadable && !im->dry_run && im->failed == NULL &&
	    (bad == 0 || im->keep_going);
}

void
import_free(struct import **im)
{
	if (*im == NULL)
		return;
	slips_close(&(*im)->slips);
	csv_done(&(*im)->csv);
	free(*im);
	*im = NULL;
}
