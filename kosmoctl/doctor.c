#include "config.h"

#include "doctor.h"

#include <stdio.h>
#include <string.h>

#include "kosmoctl/cell.h"
#include "kosmoctl/table.h"
#include "kosmod/talk/text.h"
#include "libkosmo/buf.h"

static const char *const states[] = {
	[HEALTH_OK] = "ok", [HEALTH_NOTE] = "note", [HEALTH_WRONG] = "wrong"
};

static void
add(struct msg_row *row, const char *name, const char *value)
{
	struct msg_cell *c = &row->cells[row->n_cells++];

	(void)snprintf(c->name, sizeof(c->name), "%s", name);
	(void)snprintf(c->value, sizeof(c->value), "%s", value);
}

void
doctor_tell(struct doctor *d, enum health health, const char *check,
    const char *msgid, const struct word_fill *fills)
{
	struct msg_row row = { .kind = "check" };
	char text[WORDS_LEN];

	d->wrong = d->wrong || health == HEALTH_WRONG;
	words(text, d->showing->lang, msgid, fills);
	add(&row, "check", check);
	add(&row, "state", states[health]);
	add(&row, "text", text);
	if (d->error == KOSMO_OK)
		d->error = view_row(d->showing, &row);
}

static void
look_at_clock(struct doctor *d, const struct msg_row *row)
{
	uint64_t behind = cell_number(row, "clock_behind");
	char n[24];

	(void)snprintf(
	    n, sizeof(n), "%llu", (unsigned long long)(behind + 59) / 60);
	if (behind == 0)
		doctor_tell(d, HEALTH_OK, "clock",
		    N_("The clock agrees with the newest time stored."), NULL);
	else
		doctor_tell(d, HEALTH_WRONG, "clock",
		    N_("The clock is {n} minutes behind the newest time "
		       "stored: set it right. Until then app codes are "
		       "refused."),
		    FILLS({ "n", n }));
}

static void
look_at_disk(struct doctor *d, const struct msg_row *row)
{
	if (cell_number(row, "disk_full") == 0)
		doctor_tell(d, HEALTH_OK, "disk",
		    N_("The disk has room for the store."), NULL);
	else
		doctor_tell(d, HEALTH_WRONG, "disk",
		    N_("The disk is full: nobody can enrol. Free some space "
		       "where the store is."),
		    NULL);
}

static void
look_at_program(struct doctor *d, const struct msg_row *row, const char *cell,
    const char *unit, const char *lost)
{
	if (cell_number(row, cell) != 0)
		doctor_tell(d, HEALTH_OK, cell, N_("{unit} is there."),
		    FILLS({ "unit", unit }));
	else
		doctor_tell(
		    d, HEALTH_WRONG, cell, lost, FILLS({ "unit", unit }));
}

/* Those enrolled under another one are asked under that, and go on working. */
static void
look_at_rp_id(struct doctor *d, const struct msg_row *row)
{
	const char *now = cell_get(row, "rp_id");
	const char *first = cell_get(row, "rp_id_first");

	if (strcmp(now, first) == 0 || first[0] == '\0')
		doctor_tell(d, HEALTH_OK, "rp-id",
		    N_("Passkeys are made for {now}."), FILLS({ "now", now }));
	else
		doctor_tell(d, HEALTH_NOTE, "rp-id",
		    N_("New passkeys are made for {now} (rp-id), the store "
		       "was made with {first}: those enrolled for that go on "
		       "working."),
		    FILLS({ "now", now }, { "first", first }));
}

static void
look_at_kosmod(struct doctor *d, const struct msg_row *row)
{
	doctor_tell(d, HEALTH_OK, "kosmod",
	    N_("kosmod runs, version {version}."),
	    FILLS({ "version", cell_get(row, "version") }));
	look_at_clock(d, row);
	look_at_disk(d, row);
	look_at_program(d, row, "post", "kosmo-post",
	    N_("{unit} is not there, so no mail is sent. Look at: systemctl "
	       "status {unit}"));
	look_at_program(d, row, "warden", "kosmo-warden",
	    N_("{unit} is not there, so nobody can be signed out. Look at: "
	       "systemctl status {unit}"));
	look_at_program(d, row, "touch", "kosmo-touch",
	    N_("{unit} is not there, so no passkey at this host can be used. "
	       "Look at: systemctl status {unit}"));
	look_at_rp_id(d, row);
}

enum outcome
doctor_run(struct showing *s, enum outcome what)
{
	struct doctor d = { .showing = s };

	if (what == DONE && s->have)
		look_at_kosmod(&d, &s->person);
	else
		doctor_tell(&d, HEALTH_WRONG, "kosmod",
		    N_("kosmod did not answer. Look at: systemctl status "
		       "kosmod"),
		    NULL);
	doctor_host(&d);
	doctor_sshd(&d);
	doctor_keys(&d);
	if (what != DONE)
		return what;
	return d.error == KOSMO_OK && !d.wrong ? DONE : REFUSED;
}

#define LABEL 8 /* columns */

static const char *
label(enum lang lang, const char *state)
{
	if (strcmp(state, states[HEALTH_OK]) == 0)
		return tr(lang, N_("ok"));
	if (strcmp(state, states[HEALTH_NOTE]) == 0)
		return tr(lang, N_("note"));
	return tr(lang, N_("WRONG"));
}

/* Lines that fit beside the label, the first one behind it. */
static int
check_row(struct showing *s, const struct msg_row *row)
{
	const char *before = label(s->lang, cell_get(row, "state"));
	struct buf lines = BUF_INIT;
	char *line, *rest;
	int r;

	if (strcmp(row->kind, "check") != 0)
		return KOSMO_OK;
	if ((r = text_wrap_at(&lines, cell_get(row, "text"),
		 TABLE_WIDTH - LABEL)) != KOSMO_OK ||
	    (r = buf_add_u8(&lines, '\0')) != KOSMO_OK)
		goto out;
	rest = (char *)lines.data;
	while ((line = strsep(&rest, "\n")) != NULL) {
		table_put(s->out, before, LABEL - 1, LABEL);
		table_put(s->out, line, SIZE_MAX, 0);
		(void)fputc('\n', s->out);
		before = "";
	}
out:
	buf_done(&lines);
	return r;
}

const struct view view_doctor = { JSON_MANY, check_row, NULL };
