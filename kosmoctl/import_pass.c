/*
 * import_pass.c: people to kosmod by the packet, and what it says of each.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kosmoctl/import.h"
#include "kosmoctl/words.h"

/*
 * A conversation has a deadline, and a member of kosmo-admin one for having
 * confirmed: a long file takes several.
 */
#define CONVERSATION 20000

void
import_begin(struct import *im, enum people_pass pass)
{
	im->pass = pass;
	im->next = 0;
	im->n_sent = 0;
	import_connected(im);
}

void
import_connected(struct import *im)
{
	im->in_conversation = 0;
	im->n_sent = 0;
}

/* Who has to be sent in this pass. */
static bool
wanted(const struct import *im, const struct csv_person *p)
{
	return p->state == CSV_GOOD ||
	    (im->pass == PEOPLE_AGAIN && p->state == CSV_MISSING);
}

bool
import_left(const struct import *im)
{
	size_t i = im->next;

	while (i < im->csv.n_people && !wanted(im, &im->csv.people[i]))
		i++;
	return im->failed == NULL && i < im->csv.n_people;
}

static int
complain(struct import *im, struct csv_person *p, const char *field,
    const char *reason)
{
	enum csv_column column = csv_column_find(field);
	const struct csv_problem what = {
		.column = (uint8_t)column,
		.allowed = im->domains,
		.reason = reason,
	};

	return csv_complain(&im->csv, p, &what);
}

static void
cell(struct msg_row *row, const char *name, const char *value)
{
	struct msg_cell *c = &row->cells[row->n_cells++];

	(void)snprintf(c->name, sizeof(c->name), "%s", name);
	(void)snprintf(c->value, sizeof(c->value), "%s", value);
}

static void
number(struct msg_row *row, const char *name, uint64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	cell(row, name, text);
}

/* The same row as after `user add`. */
static void
give_slip(
    struct import *im, struct csv_person *p, const struct msg_invitation *a)
{
	enum lang lang = LANG_EN;
	struct msg_row row;
	int r;

	(void)lang_parse(a->language, &lang);
	row.n_cells = 0;
	(void)snprintf(row.kind, sizeof(row.kind), "slip");
	cell(&row, "login", p->value[CSV_LOGIN]);
	cell(&row, "name", p->value[CSV_NAME]);
	cell(&row, "initial_id", p->value[CSV_LOGIN]);
	cell(&row, "purpose", "registration");
	cell(&row, "initial_password", a->secret);
	number(&row, "made", a->made);
	number(&row, "expires", a->expires);
	cell(&row, "language", a->language);
	cell(&row, "contact", im->contact[lang]);
	r = im->slip(im->slip_arg, &row);
	explicit_bzero(row.cells, row.n_cells * sizeof(row.cells[0]));
	if (r != KOSMO_OK) {
		im->failed = N_("A slip could not be written. Run it again.");
		return;
	}
	p->state = CSV_DONE;
	im->invited++;
}

/* A slip of somebody who was here before is in the way. */
static int
find_slip(struct import *im, struct csv_person *p)
{
	if (!slips_have(&im->slips, p->value[CSV_LOGIN]))
		return KOSMO_OK;
	return complain(im, p, "", N_("there is a slip of that name already"));
}

/* Invited before, by this very line. */
static void
known(struct import *im, struct csv_person *p, enum invited_word word)
{
	bool lost = word == INVITED_SAME && im->slips.resumed &&
	    !slips_have(&im->slips, p->value[CSV_LOGIN]);

	p->state = lost ? CSV_MISSING : CSV_ALREADY;
	im->already += !lost;
}

static const char *
reason_of(const struct msg_invitation *a)
{
	if (a->word == INVITED_NO_RIGHT)
		return N_("root alone may invite this account");
	if (a->word == INVITED_TAKEN && strcmp(a->field, "login") == 0)
		return N_("is registered already (slip: user invite {login})");
	if (a->word == INVITED_TAKEN)
		return N_("\"{value}\" is somebody else's already");
	if (a->word == INVITED_DOMAIN)
		return N_("\"{value}\" is not at {domains}");
	return N_("\"{value}\" can't be used");
}

static int
take(struct import *im, struct csv_person *p, const struct msg_invitation *a)
{
	switch ((enum invited_word)a->word) {
	case INVITED_YES:
		if (im->pass == PEOPLE_CHECK)
			return find_slip(im, p);
		give_slip(im, p, a);
		return KOSMO_OK;
	case INVITED_SAME:
	case INVITED_BEGUN:
		known(im, p, (enum invited_word)a->word);
		return KOSMO_OK;
	case INVITED_FULL:
		im->failed = N_("The disk is full: nobody more was invited.");
		return KOSMO_OK;
	case INVITED_FAILED:
		im->failed = N_("kosmod could not do that; its log says why.");
		return KOSMO_OK;
	case INVITED_NO_RIGHT:
	case INVITED_TAKEN:
	case INVITED_DOMAIN:
	case INVITED_NO:
		break;
	}
	if (im->pass != PEOPLE_CHECK && !im->keep_going)
		im->failed = N_("Somebody was added meanwhile: run it again.");
	return complain(im, p, a->word == INVITED_NO_RIGHT ? "login" : a->field,
	    reason_of(a));
}

static void
show_progress(const struct import *im)
{
	if (im->progress)
		(void)fprintf(stderr, "\r%s %zu / %zu",
		    tr(im->lang,
			im->pass == PEOPLE_CHECK ? N_("check") : N_("invite")),
		    im->next, im->csv.n_people);
}

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

static void
fill(const struct csv_person *p, struct msg_invitee *to)
{
	memset(to, 0, sizeof(*to));
	copy(to->login, sizeof(to->login), p->value[CSV_LOGIN]);
	to->uid = p->uid;
	copy(to->email, sizeof(to->email), p->value[CSV_EMAIL]);
	copy(to->birth, sizeof(to->birth), p->birth);
	copy(to->name, sizeof(to->name), p->value[CSV_NAME]);
	copy(to->language, sizeof(to->language), p->value[CSV_LANGUAGE]);
	copy(to->user_id, sizeof(to->user_id), p->value[CSV_USER_ID]);
	to->expires = p->expires;
}

int
import_next(
    struct import *im, const struct msg_invited *answer, struct msg_people *ret)
{
	int r = KOSMO_OK;

	if (answer->n != im->n_sent)
		return KOSMO_EFORMAT;
	if (answer->n == 0) {
		copy(im->contact[LANG_EN], sizeof(im->contact[0]),
		    answer->contact_en);
		copy(im->contact[LANG_JA], sizeof(im->contact[0]),
		    answer->contact_ja);
		copy(im->domains, sizeof(im->domains), answer->domains);
	}
	for (uint8_t i = 0; i < im->n_sent && r == KOSMO_OK; i++)
		r = take(im, &im->csv.people[im->sent[i]], &answer->people[i]);
	show_progress(im);
	im->n_sent = 0;
	ret->pass = (uint8_t)im->pass;
	ret->n = 0;
	if (r != KOSMO_OK || im->failed != NULL ||
	    im->in_conversation >= CONVERSATION)
		return r;
	while (im->next < im->csv.n_people && ret->n < INVITEES_MAX) {
		const struct csv_person *p = &im->csv.people[im->next];

		if (wanted(im, p)) {
			im->sent[im->n_sent++] = im->next;
			fill(p, &ret->people[ret->n++]);
		}
		im->next++;
	}
	im->in_conversation += ret->n;
	return KOSMO_OK;
}
