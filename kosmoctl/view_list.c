/*
 * Lists: people, devices; and the state of kosmod.
 */
#include "config.h"

#include <string.h>

#include "kosmoctl/cell.h"
#include "kosmoctl/view.h"
#include "kosmoctl/view_words.h"
#include "kosmoctl/words.h"

#define PART 5000 /* lines of a list that decide on widths together */

static int
begin_table(struct showing *s, const char *const *titles, size_t n)
{
	const char *shown[TABLE_COLUMNS];

	if (s->table != NULL)
		return KOSMO_OK;
	for (size_t i = 0; i < n; i++)
		shown[i] = tr(s->lang, titles[i]);
	s->table = table_new(n, shown);
	return s->table != NULL ? KOSMO_OK : KOSMO_ENOMEM;
}

static int
add_line(struct showing *s, const char *const *cells)
{
	int r = table_add(s->table, cells);

	if (r == KOSMO_OK && table_lines(s->table) >= PART)
		table_flush(s->table, s->out);
	return r;
}

static int
table_end(struct showing *s)
{
	if (s->table != NULL)
		table_flush(s->table, s->out);
	return KOSMO_OK;
}

/* Where a person stands, and which verb helps. */
static void
why_text(const struct showing *s, const struct msg_row *row,
    char ret[static WORDS_LEN])
{
	const char *lock = cell_get(row, "lock");
	const char *next = cell_get(row, "next");
	char first[WORDS_LEN], help[WORDS_LEN] = "";

	if (strcmp(next, "invite") == 0 || strcmp(next, "unlock") == 0)
		view_next(s->lang, next, cell_get(row, "login"), help);
	view_step(s->lang, row, help[0] == '\0', first);
	if (lock[0] != '\0')
		view_reason(s->lang, lock, first);
	(void)snprintf(ret, WORDS_LEN, "%.400s%s%.600s", first,
	    first[0] != '\0' && help[0] != '\0' ? tr(s->lang, N_("; ")) : "",
	    help);
}

static int
people_row(struct showing *s, const struct msg_row *row)
{
	static const char *const titles[] = { N_("LOGIN"), N_("STATE"),
		N_("UNTIL"), N_("WHY") };
	uint64_t expires = cell_number(row, "expires");
	char day[CELL_TIME_LEN] = "-", why[WORDS_LEN];
	const char *cells[] = { cell_get(row, "login"),
		view_word(s->lang, cell_get(row, "state")), day, why };
	int r = begin_table(s, titles, 4);

	if (r != KOSMO_OK || strcmp(row->kind, "person") != 0)
		return r;
	/* an invitation ends; who is in, or locked, has no end */
	if (expires != 0 && cell_get(row, "lock")[0] == '\0' &&
	    strcmp(cell_get(row, "state"), "active") != 0)
		cell_day(expires, day);
	why_text(s, row, why);
	return add_line(s, cells);
}

static int
devices_row(struct showing *s, const struct msg_row *row)
{
	static const char *const titles[] = { N_("NO"), N_("NAME"), N_("KIND"),
		N_("ADDED"), N_("LAST USED") };
	uint64_t used = cell_number(row, "last_used");
	char added[CELL_TIME_LEN], last[CELL_TIME_LEN];
	const char *cells[] = { cell_get(row, "id"), cell_get(row, "name"),
		view_word(s->lang, cell_get(row, "kind")), added,
		used != 0 ? last : tr(s->lang, N_("never")) };
	int r = begin_table(s, titles, 5);

	if (r != KOSMO_OK)
		return r;
	cell_day(cell_number(row, "added"), added);
	cell_day(used, last);
	return add_line(s, cells);
}

static int
people_end(struct showing *s)
{
	if (s->table != NULL)
		table_sort(s->table);
	return table_end(s);
}

static void
put_time(struct showing *s, const struct msg_row *row, const char *label,
    const char *name)
{
	char text[CELL_TIME_LEN];
	uint64_t when = cell_number(row, name);

	cell_zone(when, text);
	view_pair(s, label, when != 0 ? text : tr(s->lang, N_("never")));
}

/* What others do for kosmod: mail, sign-out, authenticators. */
static void
put_programs(struct showing *s, const struct msg_row *row)
{
	char text[WORDS_LEN];

	words(text, s->lang,
	    cell_number(row, "post") != 0
		? N_("kosmo-post is connected; notices waiting: {n}")
		: N_("kosmo-post is not connected; notices waiting: {n}"),
	    FILLS({ "n", cell_get(row, "notices") }));
	view_pair(s, N_("Mail"), text);
	view_pair(s, N_("Sign-out"),
	    tr(s->lang,
		cell_number(row, "warden") != 0
		    ? N_("kosmo-warden is connected")
		    : N_("kosmo-warden is not connected")));
	words(text, s->lang,
	    cell_number(row, "touch") != 0
		? N_("kosmo-touch is connected; made for {id}")
		: N_("kosmo-touch is not connected; made for {id}"),
	    FILLS({ "id", cell_get(row, "rp_id") }));
	view_pair(s, N_("Passkeys"), text);
}

static int
status_row(struct showing *s, const struct msg_row *row)
{
	char text[WORDS_LEN];

	view_pair(s, N_("Version"), cell_get(row, "version"));
	put_time(s, row, N_("Started"), "started");
	view_pair(s, N_("People"), cell_get(row, "people"));
	view_pair(s, N_("Conversations"), cell_get(row, "conversations"));
	view_pair(s, N_("Last batch"), cell_get(row, "sequence"));
	words(text, s->lang, N_("{n} bytes since the checkpoint"),
	    FILLS({ "n", cell_get(row, "journal_bytes") }));
	view_pair(s, N_("Journal"), text);
	put_time(s, row, N_("Checkpoint"), "checkpoint");
	put_programs(s, row);
	if (cell_number(row, "clock_behind") != 0) {
		words(text, s->lang,
		    N_("{n} seconds behind the store; no app codes until it "
		       "is right"),
		    FILLS({ "n", cell_get(row, "clock_behind") }));
		view_pair(s, N_("Clock"), text);
	}
	if (cell_number(row, "disk_full") != 0)
		view_pair(s, N_("Disk"),
		    tr(s->lang, N_("full: nobody can be invited or enrolled")));
	return KOSMO_OK;
}

const struct view view_people = { JSON_MANY, people_row, people_end };
const struct view view_devices = { JSON_MANY, devices_row, table_end };
const struct view view_status = { JSON_ONE, status_row, NULL };
