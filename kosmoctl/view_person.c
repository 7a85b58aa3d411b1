/*
 * One person, as `me` and `user show` have it. Each line is shown if the row
 * has its first cell: kosmod sends people fewer of them than admins.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "kosmoctl/cell.h"
#include "kosmoctl/client.h"
#include "kosmoctl/view.h"
#include "kosmoctl/view_words.h"
#include "kosmoctl/words.h"

static bool
has(const struct msg_row *row, const char *name)
{
	for (size_t i = 0; i < row->n_cells; i++) {
		if (strcmp(row->cells[i].name, name) == 0)
			return true;
	}
	return false;
}

static void
login_text(const struct showing *s, char ret[static WORDS_LEN])
{
	const char *name = cell_get(&s->person, "name");
	const char *login = cell_get(&s->person, "login");

	if (name[0] != '\0')
		words(ret, s->lang, N_("{login} ({name})"),
		    FILLS({ "login", login }, { "name", name }));
	else
		(void)snprintf(ret, WORDS_LEN, "%s", login);
}

static void
state_text(const struct showing *s, char ret[static WORDS_LEN])
{
	const char *state = cell_get(&s->person, "state");
	char step[WORDS_LEN];

	view_step(s->lang, &s->person, true, step);
	if (step[0] != '\0')
		words(ret, s->lang, N_("{state}, {step}"),
		    FILLS({ "state", view_word(s->lang, state) },
			{ "step", step }));
	else
		(void)snprintf(ret, WORDS_LEN, "%s", view_word(s->lang, state));
}

static void
invitation_text(const struct showing *s, char ret[static WORDS_LEN])
{
	uint64_t made = cell_number(&s->person, "invited");
	uint64_t until = cell_number(&s->person, "expires");
	char day[CELL_TIME_LEN], minute[CELL_TIME_LEN];

	cell_day(made, day);
	cell_minute(until, minute);
	if (made == 0)
		words(ret, s->lang, N_("none"), NULL);
	else if (until == 0)
		words(ret, s->lang, N_("{day}"), FILLS({ "day", day }));
	else
		words(ret, s->lang, N_("{day}, valid until {until}"),
		    FILLS({ "day", day }, { "until", minute }));
}

static void
email_text(const struct showing *s, char ret[static WORDS_LEN])
{
	const char *email = cell_get(&s->person, "email");
	const char *next = cell_get(&s->person, "email_next");

	if (next[0] != '\0')
		words(ret, s->lang, N_("{mail}; chosen instead: {next}"),
		    FILLS({ "mail", email }, { "next", next }));
	else if (email[0] != '\0' &&
	    cell_number(&s->person, "email_confirmed") != 0)
		words(ret, s->lang, N_("{mail} (confirmed)"),
		    FILLS({ "mail", email }));
	else
		(void)snprintf(ret, WORDS_LEN, "%s", email);
}

static void
method_text(const struct showing *s, char ret[static WORDS_LEN])
{
	(void)snprintf(ret, WORDS_LEN, "%s",
	    view_word(s->lang, cell_get(&s->person, "method")));
}

static void
user_id_text(const struct showing *s, char ret[static WORDS_LEN])
{
	const char *id = cell_get(&s->person, "user_id");

	(void)snprintf(
	    ret, WORDS_LEN, "%s", id[0] != '\0' ? id : tr(s->lang, N_("none")));
}

static void
failures_text(const struct showing *s, char ret[static WORDS_LEN])
{
	const char *birth = cell_get(&s->person, "birth_failures");
	const char *codes = cell_get(&s->person, "failures");
	char first[WORDS_LEN] = "", second[WORDS_LEN] = "";

	/* which of both can be, the state says; and what there is, counts */
	if (cell_number(&s->person, "birth_failures") > 0 ||
	    cell_get(&s->person, "step_number")[0] != '\0')
		words(first, s->lang, N_("date of birth {n}/{limit}"),
		    FILLS({ "n", birth },
			{ "limit", cell_get(&s->person, "birth_limit") }));
	if (cell_number(&s->person, "failures") > 0 || first[0] == '\0')
		words(second, s->lang, N_("code or key {n}"),
		    FILLS({ "n", codes }));
	(void)snprintf(ret, WORDS_LEN, "%.400s%s%.400s", first,
	    first[0] != '\0' && second[0] != '\0' ? tr(s->lang, N_(", ")) : "",
	    second);
}

static void
recovery_text(const struct showing *s, char ret[static WORDS_LEN])
{
	words(ret, s->lang, N_("{n} left"),
	    FILLS({ "n", cell_get(&s->person, "recovery_codes") }));
}

static void
terms_text(const struct showing *s, char ret[static WORDS_LEN])
{
	const char *version = cell_get(&s->person, "terms");
	char day[CELL_TIME_LEN];

	cell_day(cell_number(&s->person, "terms_at"), day);
	if (version[0] == '\0')
		words(ret, s->lang, N_("none"), NULL);
	else
		words(ret, s->lang, N_("version {version}, agreed {day}"),
		    FILLS({ "version", version }, { "day", day }));
}

static void
lock_text(const struct showing *s, char ret[static WORDS_LEN])
{
	const char *lock = cell_get(&s->person, "lock");

	if (lock[0] != '\0')
		view_reason(s->lang, lock, ret);
	else
		words(ret, s->lang, N_("none"), NULL);
}

static void
next_text(const struct showing *s, char ret[static WORDS_LEN])
{
	view_next(s->lang, cell_get(&s->person, "next"),
	    cell_get(&s->person, "login"), ret);
}

/* "2026-04-02 09:01 JST  sshd  192.0.2.10" */
static void
last_text(const struct showing *s, char ret[static WORDS_LEN])
{
	uint64_t when = cell_number(&s->person, "last_login");
	char time[CELL_TIME_LEN], source[WORDS_LEN];

	cell_zone(when, time);
	view_source(s->lang, cell_get(&s->person, "last_source"), source);
	if (when == 0)
		words(ret, s->lang, N_("never"), NULL);
	else
		(void)snprintf(ret, WORDS_LEN, "%s  %s  %.600s", time,
		    cell_get(&s->person, "last_service"), source);
}

static void
refused_text(const struct showing *s, char ret[static WORDS_LEN])
{
	uint64_t when = cell_number(&s->person, "refused");
	char time[CELL_TIME_LEN], why[WORDS_LEN];

	cell_zone(when, time);
	view_reason(s->lang, cell_get(&s->person, "refusal"), why);
	if (when == 0)
		words(ret, s->lang, N_("never"), NULL);
	else
		(void)snprintf(ret, WORDS_LEN, "%s  %.900s", time, why);
}

static void
sessions_text(const struct showing *s, char ret[static WORDS_LEN])
{
	(void)snprintf(ret, WORDS_LEN, "%s", cell_get(&s->person, "sessions"));
}

static void
put_devices(struct showing *s)
{
	char text[WORDS_LEN], day[CELL_TIME_LEN];

	if (s->n_devices == 0)
		view_pair(s, N_("Devices"), tr(s->lang, N_("none")));
	for (uint8_t i = 0; i < s->n_devices; i++) {
		const struct msg_row *d = &s->devices[i];

		cell_day(cell_number(d, "added"), day);
		words(text, s->lang, N_("{kind} \"{device}\", {day}"),
		    FILLS({ "kind", view_word(s->lang, cell_get(d, "kind")) },
			{ "device", cell_get(d, "name") }, { "day", day }));
		view_pair(s, i == 0 ? N_("Devices") : "", text);
	}
}

static const struct {
	const char *cell;
	const char *label;
	void (*text)(const struct showing *s, char ret[static WORDS_LEN]);
} lines[] = {
	{ "login", N_("Login name"), login_text },
	{ "user_id", N_("User ID"), user_id_text },
	{ "state", N_("State"), state_text },
	{ "invited", N_("Invitation"), invitation_text },
	{ "email", N_("E-mail address"), email_text },
	{ "method", N_("Method"), method_text },
	{ "devices", N_("Devices"), NULL },
	{ "recovery_codes", N_("Recovery codes"), recovery_text },
	{ "terms", N_("Terms of use"), terms_text },
	{ "failures", N_("Failures"), failures_text },
	{ "lock", N_("Lock"), lock_text },
	{ "last_login", N_("Last login"), last_text },
	{ "refused", N_("Last refusal"), refused_text },
	{ "sessions", N_("Sessions"), sessions_text },
	{ "next", N_("Next"), next_text },
};

static int
person_row(struct showing *s, const struct msg_row *row)
{
	if (strcmp(row->kind, "person") == 0) {
		s->person = *row;
		s->have = true;
	} else if (strcmp(row->kind, "device") == 0 &&
	    s->n_devices < VIEW_DEVICES) {
		s->devices[s->n_devices++] = *row;
	}
	return KOSMO_OK;
}

static int
person_end(struct showing *s)
{
	char text[WORDS_LEN];

	if (!s->have)
		return KOSMO_OK;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (lines[i].text == NULL) {
			put_devices(s);
		} else if (has(&s->person, lines[i].cell)) {
			lines[i].text(s, text);
			view_pair(s, lines[i].label, text);
		}
	}
	return KOSMO_OK;
}

const struct view view_person = { JSON_ONE, person_row, person_end };
