#include "config.h"

#include "cell.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *name;
	enum cell_kind kind;
} kinds[] = {
	{ "added", CELL_TIME },
	{ "birth_failures", CELL_NUMBER },
	{ "birth_limit", CELL_NUMBER },
	{ "checkpoint", CELL_TIME },
	{ "clock_behind", CELL_NUMBER },
	{ "code_until", CELL_TIME },
	{ "conversations", CELL_NUMBER },
	{ "disk_full", CELL_FLAG },
	{ "done", CELL_FLAG },
	{ "email_confirmed", CELL_FLAG },
	{ "email_held", CELL_TIME },
	{ "expires", CELL_TIME },
	{ "failures", CELL_NUMBER },
	{ "id", CELL_NUMBER },
	{ "invited", CELL_TIME },
	{ "journal_bytes", CELL_NUMBER },
	{ "last_login", CELL_TIME },
	{ "last_used", CELL_TIME },
	{ "line", CELL_NUMBER },
	{ "made", CELL_TIME },
	{ "notices", CELL_NUMBER },
	{ "offset", CELL_NUMBER },
	{ "people", CELL_NUMBER },
	{ "post", CELL_FLAG },
	{ "recovery_codes", CELL_NUMBER },
	{ "refused", CELL_TIME },
	{ "sequence", CELL_NUMBER },
	{ "sessions", CELL_NUMBER },
	{ "started", CELL_TIME },
	{ "step_number", CELL_NUMBER },
	{ "step_total", CELL_NUMBER },
	{ "terms_at", CELL_TIME },
	{ "touch", CELL_FLAG },
	{ "uid", CELL_NUMBER },
	{ "waiting", CELL_NUMBER },
	{ "warden", CELL_FLAG },
};

enum cell_kind
cell_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	}
	return CELL_TEXT;
}

const char *
cell_get(const struct msg_row *row, const char *name)
{
	for (size_t i = 0; i < row->n_cells; i++) {
		if (strcmp(row->cells[i].name, name) == 0)
			return row->cells[i].value;
	}
	return "";
}

uint64_t
cell_number(const struct msg_row *row, const char *name)
{
	const char *s = cell_get(row, name);
	size_t n = strspn(s, "0123456789");

	return n == 0 || n > 18 || s[n] != '\0' ? 0 : strtoull(s, NULL, 10);
}

/* A moment that can't be written down. */
static void
no_time(char ret[static CELL_TIME_LEN])
{
	(void)strcpy(ret, "?");
}

void
cell_rfc3339(uint64_t when, char ret[static CELL_TIME_LEN])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(ret, CELL_TIME_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		no_time(ret);
}

void
cell_day(uint64_t when, char ret[static CELL_TIME_LEN])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(ret, CELL_TIME_LEN, "%Y-%m-%d", &tm) == 0)
		no_time(ret);
}

void
cell_minute(uint64_t when, char ret[static CELL_TIME_LEN])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(ret, CELL_TIME_LEN, "%Y-%m-%d %H:%M", &tm) == 0)
		no_time(ret);
}

void
cell_zone(uint64_t when, char ret[static CELL_TIME_LEN])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(ret, CELL_TIME_LEN, "%Y-%m-%d %H:%M %Z", &tm) == 0)
		no_time(ret);
}
