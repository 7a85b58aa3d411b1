#include "config.h"

#include "kosmod/talk/flows/rows.h"
#include "libkosmo/mail_address.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const states[] = { [STATE_INVITED] = "invited",
	[STATE_REGISTERED] = "registered",
	[STATE_ACTIVE] = "active",
	[STATE_EXPIRED] = "expired",
	[STATE_LOCKED] = "locked" };

static const char *const methods[] = { [METHOD_NONE] = "",
	[METHOD_PASSKEY] = "passkey",
	[METHOD_TOTP] = "totp",
	[METHOD_EMAIL] = "email",
	[METHOD_RECOVERY] = "recovery" };

const char *
rows_state(uint8_t state)
{
	return state < sizeof(states) / sizeof(states[0]) ? states[state]
							  : NULL;
}

static const char *
method_name(uint8_t method)
{
	return method < sizeof(methods) / sizeof(methods[0]) ? methods[method]
							     : "";
}

void
row_begin(struct msg_row *row, const char *kind)
{
	memset(row, 0, sizeof(*row));
	(void)snprintf(row->kind, sizeof(row->kind), "%s", kind);
}

/* Cut text must still be UTF-8: no part of a character stays at the end. */
static void
copy_text(char *to, size_t size, const char *from)
{
	size_t n = strlen(from);

	if (n >= size) {
		n = size - 1;
		while (n > 0 && ((unsigned char)from[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(to, from, n);
	to[n] = '\0';
}

void
row_text(struct msg_row *row, const char *name, const char *value)
{
	struct msg_cell *c = &row->cells[row->n_cells];

	if (row->n_cells == CELLS_MAX)
		return;
	row->n_cells++;
	copy_text(c->name, sizeof(c->name), name);
	copy_text(c->value, sizeof(c->value), value);
}

void
row_number(struct msg_row *row, const char *name, uint64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, value);
	row_text(row, name, text);
}

int
row_send(struct dialogue *d, struct msg_row *row)
{
	int r = d->t->person->row(d->t->person->arg, row);

	explicit_bzero(row, sizeof(*row));
	return r;
}

/* A number that says nothing where it is 0. */
static void
row_if(struct msg_row *row, const char *name, uint64_t value)
{
	if (value != 0)
		row_number(row, name, value);
	else
		row_text(row, name, "");
}

/* Steps as the first login counts them; the slip was the first. */
static const struct {
	enum todo todo;
	const char *name;
	bool part_1;
} steps[] = {
	{ TODO_BIRTH, "birth_date", true },
	{ TODO_TERMS, "terms", true },
	{ TODO_EMAIL, "email", true },
	{ TODO_CONFIRM, "confirm", true },
	{ TODO_USER_ID, "user_id", true },
	{ TODO_CHOICE, "choice", true },
	{ TODO_PASSWORD, "password", true },
	{ TODO_METHOD, "method", false },
	{ TODO_CODES, "codes", false },
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

/* Whether policy asks it of everybody. */
static bool
asked(const struct conf *conf, enum todo todo)
{
	uint32_t ways = conf->login.methods;

	switch (todo) {
	case TODO_BIRTH:
		return conf->registration.birth_date;
	case TODO_TERMS:
		return conf->registration.terms;
	case TODO_EMAIL:
	case TODO_CONFIRM:
		return conf->registration.email;
	case TODO_USER_ID:
		return conf->registration.user_id;
	case TODO_CHOICE:
		return (ways & (ways - 1)) != 0;
	case TODO_PASSWORD:
		return true;
	case TODO_METHOD:
	case TODO_CODES:
		break;
	}
	return false;
}

/* The step that is open, and which of how many in part 1. */
static void
step_cells(
    struct msg_row *row, const struct conf *conf, const struct k_person *p)
{
	uint64_t number = 1, total = 1;
	const char *name = "";
	bool part_1 = false;

	for (size_t i = 0; i < STEPS; i++) {
		bool open = (p->todo & steps[i].todo) != 0;

		if (steps[i].part_1 && (open || asked(conf, steps[i].todo)))
			total++;
		if (open && name[0] == '\0') {
			name = steps[i].name;
			part_1 = steps[i].part_1;
			number = total;
		}
	}
	row_text(row, "step", name);
	/* an action that came up later stands alone */
	part_1 = part_1 && (p->todo & TODO_METHOD) != 0;
	row_if(row, "step_number", part_1 ? number : 0);
	row_if(row, "step_total", part_1 ? total : 0);
}

/* What has to happen next, in one word. */
static const char *
next_word(const struct k_person *p)
{
	if (p->lock[0] != '\0' || p->state == STATE_LOCKED)
		return "unlock";
	if (p->state == STATE_EXPIRED)
		return "invite";
	return p->todo != 0 ? "login" : "";
}

static void
person_cells(struct msg_row *row, const struct k_person *p, bool own)
{
	char email[MAIL_LEN + 4];
	const char *state = rows_state(p->state);

	mail_address_mask(p->email, email, sizeof(email));
	row_text(row, "login", p->login);
	row_text(row, "name", p->name);
	row_text(row, "user_id", p->user_id);
	row_text(row, "state", state != NULL ? state : "");
	row_text(row, "email", own ? email : p->email);
	row_number(row, "email_confirmed", p->email_ok);
	row_text(row, "method", method_name(p->preferred));
	row_number(row, "recovery_codes", p->recovery);
	row_text(row, "terms", p->terms);
	row_number(row, "terms_at", p->terms_at);
	row_text(row, "language", p->language);
	row_number(row, "last_login", p->last_login);
	row_text(row, "last_service", p->last_service);
	row_text(row, "last_source", p->last_source);
}

static void
admin_cells(
    struct msg_row *row, const struct conf *conf, const struct k_person *p)
{
	step_cells(row, conf, p);
	if (p->uid == NO_UID)
		row_text(row, "uid", "");
	else
		row_number(row, "uid", p->uid);
	row_text(row, "initial_id", p->initial_id);
	row_number(row, "invited", p->invited);
	row_number(row, "expires", p->expires);
	row_number(row, "failures", p->failures);
	row_number(row, "birth_failures", p->births);
	row_number(row, "birth_limit", conf->registration.attempts);
	row_text(row, "email_next", p->email_next);
	row_number(row, "email_held", p->email_held);
	row_text(row, "chosen", method_name(p->chosen));
	row_number(row, "code_until", p->code_until);
	row_text(row, "lock", p->lock);
	row_number(row, "refused", p->refused);
	row_text(row, "refusal", p->refusal);
	row_number(row, "sessions", p->sessions);
	row_text(row, "next", next_word(p));
}

static const char *
kind_name(const struct k_device *device)
{
	return device->kind == KIND_SSH ? "ssh-key"
					: method_name(device->method);
}

int
rows_devices(struct dialogue *d, const struct k_person *p)
{
	struct msg_row row;
	int r = KOSMO_OK;

	for (uint8_t i = 0; i < p->n_devices && r == KOSMO_OK; i++) {
		const struct k_device *dev = &p->devices[i];

		row_begin(&row, "device");
		row_text(&row, "login", p->login);
		row_number(&row, "id", dev->id);
		row_text(&row, "name", dev->name);
		row_text(&row, "kind", kind_name(dev));
		row_number(&row, "added", dev->added);
		row_number(&row, "last_used", dev->used);
		r = row_send(d, &row);
	}
	return r;
}

int
rows_person(struct dialogue *d, const struct k_person *p, bool own)
{
	struct msg_row row;
	int r;

	row_begin(&row, "person");
	person_cells(&row, p, own);
	if (!own)
		admin_cells(&row, d->t->conf, p);
	if ((r = row_send(d, &row)) != KOSMO_OK)
		return r;
	return rows_devices(d, p);
}
