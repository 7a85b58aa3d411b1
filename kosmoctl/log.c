/*
 * log.c: `kosmoctl log`: the moment of --since, and one line a line.
 */
#include "config.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "kosmoctl/cell.h"
#include "kosmoctl/verb.h"
#include "kosmoctl/view.h"
#include "kosmoctl/view_words.h"
#include "libkosmo/date.h"

int
log_prepare(struct call *c)
{
	const char *since = args_option(c->args, "since");
	char text[24];
	int64_t when;

	if (args_option(c->args, "verify") != NULL &&
	    args_option(c->args, "follow") != NULL)
		return call_wrong(
		    c, USAGE, N_("--verify does not follow"), NULL);
	if (since == NULL)
		return DONE;
	if (moment_parse(since, (int64_t)time(NULL), &when) != KOSMO_OK)
		return call_wrong(c, USAGE,
		    N_("--since: \"{value}\" is no time: 2026-04-01, "
		       "2026-04-01T09:00:00+09:00, 10m, 2h, 3d"),
		    FILLS({ "value", since }));
	(void)snprintf(
	    text, sizeof(text), "%" PRId64, when < 0 ? (int64_t)0 : when);
	return call_set(c, "since", text) == KOSMO_OK ? DONE : USAGE;
}

static const char *
member(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s == NULL ? "" : s;
}

/* The line's own time, on the clock of this terminal. */
static void
put_time(FILE *out, const json_t *o)
{
	const char *text = member(o, "time");
	char shown[CELL_TIME_LEN];
	struct tm tm;
	time_t when;
	int64_t t;

	if (moment_parse(text, 0, &t) != KOSMO_OK) {
		table_put(out, text, 20, 20);
		return;
	}
	when = (time_t)t;
	if (localtime_r(&when, &tm) == NULL ||
	    strftime(shown, sizeof(shown), "%Y-%m-%d %H:%M:%S ", &tm) == 0)
		(void)strcpy(shown, "?");
	(void)fputs(shown, out);
}

static void
put_line(const struct showing *s, const json_t *o)
{
	static const char *const rest[] = { "service", "source", "step",
		"reason", "by", "ref" };
	char why[WORDS_LEN];
	FILE *out = s->out;

	put_time(out, o);
	table_put(out, member(o, "event"), SIZE_MAX, 11);
	(void)fputc(' ', out);
	table_put(out, member(o, "outcome"), SIZE_MAX, 6);
	(void)fputc(' ', out);
	table_put(out, member(o, "login"), SIZE_MAX, 8);
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
		const char *value = member(o, rest[i]);

		if (value[0] == '\0')
			continue;
		if (strcmp(rest[i], "reason") == 0) {
			view_reason(s->lang, value, why);
			value = why;
		}
		(void)fprintf(out, " %s=", rest[i]);
		table_put(out, value, SIZE_MAX, 0);
	}
	(void)fputc('\n', out);
}

static int
log_row(struct showing *s, const struct msg_row *row)
{
	const char *text = cell_get(row, "line");
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	if (strcmp(row->kind, "log") != 0)
		return KOSMO_OK;
	if (json_is_object(o)) {
		put_line(s, o);
	} else {
		table_put(s->out, text, SIZE_MAX, 0);
		(void)fputc('\n', s->out);
	}
	json_decref(o);
	return KOSMO_OK;
}

const struct view view_log = { JSON_LINES, log_row, NULL };
