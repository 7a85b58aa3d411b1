/*
 * import_report.c: what became of the lines of a file, for eyes and as JSON.
 */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "kosmoctl/import.h"
#include "kosmoctl/table.h"
#include "kosmoctl/words.h"

#define LOGIN_COLUMNS 8
#define FIELD_COLUMNS 12

static void
number(char ret[static 24], size_t n)
{
	(void)snprintf(ret, 24, "%zu", n);
}

static void
reason_text(
    const struct csv_problem *p, enum lang lang, char ret[static WORDS_LEN])
{
	char n[24];

	number(n, p->other);
	words(ret, lang, p->reason,
	    FILLS({ "value", p->value }, { "n", n }, { "login", p->login },
		{ "domains", p->allowed != NULL ? p->allowed : "" }));
}

/* What was done, or why nothing was. */
static const char *
ending(const struct import *im)
{
	if (im->written)
		return "";
	if (im->dry_run)
		return N_("nothing changed (dry run)");
	return N_("nothing changed");
}

static void
put_head(const struct import *im, FILE *out, enum lang lang)
{
	char text[WORDS_LEN], lines[24], good[24], bad[24];
	size_t n_bad, warnings;

	csv_count(&im->csv, &n_bad, &warnings);
	number(lines, im->csv.lines);
	number(good, im->csv.lines - n_bad);
	number(bad, n_bad);
	words(text, lang,
	    N_("{file}  {lines} lines  {good} good  {bad} bad   {what}"),
	    FILLS({ "file", im->path }, { "lines", lines }, { "good", good },
		{ "bad", bad },
		{ "what", ending(im)[0] != '\0' ? tr(lang, ending(im)) : "" }));
	for (size_t n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
		text[n - 1] = '\0';
	table_put(out, text, SIZE_MAX, 0);
	(void)fputc('\n', out);
}

/* "  line 14  sato    birth_date  "1985/13/01" is not a date" */
static void
put_problem(const struct csv_problem *p, FILE *out, enum lang lang)
{
	char text[WORDS_LEN], n[24];

	number(n, p->line);
	words(text, lang, N_("  line {n}  "), FILLS({ "n", n }));
	table_put(out, text, SIZE_MAX, 0);
	table_put(out, p->login, SIZE_MAX, LOGIN_COLUMNS);
	if (p->column < CSV_COLUMNS)
		table_put(
		    out, csv_column_name(p->column), SIZE_MAX, FIELD_COLUMNS);
	if (p->warning)
		(void)fprintf(out, "%s", tr(lang, N_("warning: ")));
	reason_text(p, lang, text);
	table_put(out, text, SIZE_MAX, 0);
	(void)fputc('\n', out);
}

static void
put_done(const struct import *im, FILE *out, enum lang lang)
{
	char text[WORDS_LEN], n[24];

	number(n, im->invited);
	if (im->slips.path != NULL && im->invited > 0)
		words(text, lang,
		    N_("{n} people invited. Slips are in {dir} (delete them "
		       "when handed out)."),
		    FILLS({ "n", n }, { "dir", im->slips.path }));
	else
		words(text, lang, N_("{n} people invited."), FILLS({ "n", n }));
	table_put(out, text, SIZE_MAX, 0);
	(void)fputc('\n', out);
}

static void
put_already(const struct import *im, FILE *out, enum lang lang)
{
	char text[WORDS_LEN], n[24];

	number(n, im->already);
	words(text, lang,
	    N_("{n} people were invited by these lines before; no second "
	       "slip for them."),
	    FILLS({ "n", n }));
	table_put(out, text, SIZE_MAX, 0);
	(void)fputc('\n', out);
}

void
import_report(const struct import *im, FILE *out, enum lang lang)
{
	if (!im->unreadable)
		put_head(im, out, lang);
	for (size_t i = 0; i < im->csv.n_problems; i++)
		put_problem(&im->csv.problems[i], out, lang);
	if (im->already > 0)
		put_already(im, out, lang);
	if (im->written)
		put_done(im, out, lang);
	if (im->failed != NULL)
		(void)fprintf(out, "%s\n", tr(lang, im->failed));
}

/* Reasons are English there, whatever the terminal speaks. */
static json_t *
problem_object(const struct csv_problem *p)
{
	char text[WORDS_LEN];

	reason_text(p, LANG_EN, text);
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:b}", "line", (int)p->line,
	    "login", p->login, "field", csv_column_name(p->column), "value",
	    p->value != NULL ? p->value : "", "reason", text, "warning",
	    p->warning);
}

static json_t *
problems(const struct import *im)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < im->csv.n_problems; i++) {
		if (json_array_append_new(
			list, problem_object(&im->csv.problems[i])) == -1) {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

int
import_json(const struct import *im, FILE *out, void *slips)
{
	json_t *list = problems(im), *o;
	size_t bad, warnings;
	int r = KOSMO_OK;

	csv_count(&im->csv, &bad, &warnings);
	/* "o" takes over; what is NULL makes the whole NULL */
	o = json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:b, s:o, s:o, s:s?}",
	    "file", im->path, "lines", (int)im->csv.lines, "good",
	    (int)(im->csv.lines - bad), "bad", (int)bad, "invited",
	    (int)im->invited, "already", (int)im->already, "changed",
	    im->invited > 0, "problems", list, "slips",
	    slips != NULL ? json_incref(slips) : json_array(), "failed",
	    im->failed);
	if (o == NULL)
		return KOSMO_ENOMEM;
	if (json_dumpf(o, out, JSON_COMPACT) == -1 || fputc('\n', out) == EOF)
		r = KOSMO_EIO;
	json_decref(o);
	return r;
}
