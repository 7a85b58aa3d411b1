/*
 * report.c: what admins look at: people, kosmod, the audit lines.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/flows/rows.h"
#include "kosmod/talk/flows/verb.h"

int
verb_user_show(struct dialogue *d)
{
	struct k_user_show request = { 0 };
	const char *login = verb_word(d, 0);
	union kmsg reply = { 0 };
	bool verdict = false;
	int r = KOSMO_OK;

	if (strlen(login) < sizeof(request.login))
		memcpy(request.login, login, strlen(login));
	r = verb_call(
	    d, &k_user_show_layout, &request, K_PERSON, &reply, &verdict);
	if (r == KOSMO_OK && verdict)
		r = verb_refuse_verdict(d, &reply.verdict, login);
	else if (r == KOSMO_OK && reply.person.state == STATE_NONE)
		r = verb_refuse(d, RESULT_REFUSED,
		    N_("{login} is not known to Kosmo."),
		    FILL({ "login", login }));
	else if (r == KOSMO_OK)
		r = rows_person(d, &reply.person, false);
	explicit_bzero(&reply, sizeof(reply));
	return r == KOSMO_OK ? verb_done(d, NULL, NULL) : r;
}

/* States as bits; KOSMO_EINVAL names one that is none. */
static int
wanted_states(const char *list, uint32_t *ret)
{
	*ret = 0;
	for (;;) {
		size_t n = strcspn(list, ",");
		uint8_t s = STATE_INVITED;

		while (s <= STATE_LOCKED &&
		    (strlen(rows_state(s)) != n ||
			memcmp(rows_state(s), list, n) != 0))
			s++;
		if (s > STATE_LOCKED)
			return KOSMO_EINVAL;
		*ret |= 1U << s;
		if (list[n] == '\0')
			return KOSMO_OK;
		list += n + 1;
	}
}

/* The next person into *ret; STATE_NONE at the end. */
static int
next_person(struct dialogue *d, bool first, struct k_person *ret)
{
	const struct k_user_next request = { .first = first };
	union kmsg reply = { 0 };
	bool verdict = false;
	int r = verb_call(
	    d, &k_user_next_layout, &request, K_PERSON, &reply, &verdict);

	if (r == KOSMO_OK && verdict)
		r = verb_refuse_verdict(d, &reply.verdict, "");
	else if (r == KOSMO_OK)
		*ret = reply.person;
	return r;
}

int
verb_user_list(struct dialogue *d)
{
	const char *list = verb_arg(d, "state");
	uint32_t states = UINT32_MAX;
	struct k_person p = { 0 };
	int r;

	if (list != NULL && wanted_states(list, &states) != KOSMO_OK)
		return verb_refuse(d, RESULT_USAGE,
		    N_("--{option}: \"{value}\" can't be used."),
		    FILL({ "option", "state" }, { "value", list }));
	r = next_person(d, true, &p);
	while (r == KOSMO_OK && p.state != STATE_NONE) {
		if (p.state > STATE_LOCKED || (states >> p.state & 1) != 0)
			r = rows_person(d, &p, false);
		if (r == KOSMO_OK)
			r = next_person(d, false, &p);
	}
	explicit_bzero(&p, sizeof(p));
	return r == KOSMO_OK ? verb_done(d, NULL, NULL) : r;
}

/* How kosmod is, as one row of this kind. */
static int
tell_status(struct dialogue *d, const char *kind)
{
	const struct k_status request = { 0 };
	union kmsg reply = { 0 };
	const struct k_status_is *s = &reply.status_is;
	struct msg_row row;
	bool verdict = false;
	int r = verb_call(
	    d, &k_status_layout, &request, K_STATUS_IS, &reply, &verdict);

	if (r != KOSMO_OK)
		return r;
	if (verdict)
		return verb_refuse_verdict(d, &reply.verdict, "");
	row_begin(&row, kind);
	row_text(&row, "version", s->version);
	row_number(&row, "started", s->started);
	row_number(&row, "people", s->people);
	row_number(&row, "sequence", s->sequence);
	row_number(&row, "journal_bytes", s->journal_bytes);
	row_number(&row, "checkpoint", s->checkpoint);
	row_number(&row, "conversations", s->conversations);
	row_number(&row, "waiting", s->waiting);
	row_number(&row, "clock_behind", s->clock_behind);
	row_number(&row, "disk_full", s->disk_full);
	row_number(&row, "post", s->post);
	row_number(&row, "warden", s->warden);
	row_number(&row, "notices", s->notices);
	row_number(&row, "touch", s->touch);
	row_text(&row, "rp_id", s->rp_id);
	row_text(&row, "rp_id_first", s->rp_id_first);
	r = row_send(d, &row);
	return r == KOSMO_OK ? verb_done(d, NULL, NULL) : r;
}

int
verb_status(struct dialogue *d)
{
	return tell_status(d, "status");
}

/* kosmoctl looks at the rest of the host itself. */
int
verb_doctor(struct dialogue *d)
{
	return tell_status(d, "doctor");
}

/* One row a line. */
static int
send_lines(struct dialogue *d, const char *text)
{
	struct msg_row row;
	int r = KOSMO_OK;

	while (*text != '\0' && r == KOSMO_OK) {
		size_t n = strcspn(text, "\n");
		char line[sizeof(row.cells[0].value)];

		(void)snprintf(line, sizeof(line), "%.*s", (int)n, text);
		row_begin(&row, "log");
		row_text(&row, "line", line);
		r = row_send(d, &row);
		text += n + (text[n] == '\n' ? 1 : 0);
	}
	return r;
}

static size_t
count_lines(const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == '\n';
	return n;
}

static int
read_lines(struct dialogue *d, struct k_log *ask, struct k_lines *ret)
{
	union kmsg reply = { 0 };
	bool verdict = false;
	int r = verb_call(d, &k_log_layout, ask, K_LINES, &reply, &verdict);

	if (r == KOSMO_OK && verdict)
		return verb_refuse_verdict(d, &reply.verdict, "");
	*ret = reply.lines;
	ask->offset = ret->offset;
	return r;
}

/* "Nothing more now", with the offset to go on from. */
static int
send_end(struct dialogue *d, const struct k_lines *lines)
{
	struct msg_row row;

	row_begin(&row, "end");
	row_number(&row, "offset", lines->offset);
	return row_send(d, &row);
}

static int
log_verify(struct dialogue *d, struct k_log *ask)
{
	struct k_lines lines = { 0 };
	uint64_t n = 0;
	char text[24];
	int r;

	do {
		if ((r = read_lines(d, ask, &lines)) != KOSMO_OK)
			return r;
		n += count_lines(lines.text);
	} while (lines.end == 0 && lines.broken == 0);
	(void)snprintf(text, sizeof(text), "%llu",
	    (unsigned long long)(lines.broken != 0 ? lines.broken : n));
	if (lines.broken != 0)
		return verb_refuse(d, RESULT_REFUSED,
		    N_("The log was altered: line {n} does not follow the one "
		       "before."),
		    FILL({ "n", text }));
	return verb_done(
	    d, N_("The log is whole, {n} lines."), FILL({ "n", text }));
}

/* With follow it ends when kosmoctl goes away. */
static int
log_show(struct dialogue *d, struct k_log *ask, bool follow)
{
	struct k_lines lines = { 0 };
	int r;

	for (;;) {
		if ((r = read_lines(d, ask, &lines)) != KOSMO_OK ||
		    (r = send_lines(d, lines.text)) != KOSMO_OK)
			return r;
		if (lines.end == 0)
			continue;
		if (!follow)
			return verb_done(d, NULL, NULL);
		if ((r = send_end(d, &lines)) != KOSMO_OK ||
		    (r = d->t->person->more(d->t->person->arg)) != KOSMO_OK)
			return r;
	}
}

int
verb_log(struct dialogue *d)
{
	const char *login = verb_word(d, 0);
	struct k_log ask = { 0 };

	if (verb_number(d, "since", 0, &ask.since) != KOSMO_OK ||
	    verb_number(d, "offset", 0, &ask.offset) != KOSMO_OK ||
	    (login != NULL && strlen(login) >= sizeof(ask.login)))
		return verb_refuse(d, RESULT_USAGE,
		    N_("kosmod does not know this verb or one of its "
		       "arguments."),
		    NULL);
	if (login != NULL)
		memcpy(ask.login, login, strlen(login));
	ask.verify = verb_arg(d, "verify") != NULL;
	if (ask.verify != 0)
		return log_verify(d, &ask);
	return log_show(d, &ask, verb_arg(d, "follow") != NULL);
}
