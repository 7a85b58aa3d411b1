/*
 * manage_import.c: `user import`. kosmoctl has read the file; every line is
 * looked at here again, strictly, and what is good goes to the keeper.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kosmod/talk/flows/email.h"
#include "kosmod/talk/flows/verb.h"
#include "kosmod/user_id.h"
#include "libkosmo/date.h"
#include "libkosmo/mail_address.h"

struct import {
	struct msg_people lines;    /* as they came */
	struct msg_people good;	    /* of those */
	uint8_t from[INVITEES_MAX]; /* where each good one stood */
	struct msg_invited answer;
	union kmsg reply;
};

/* The column that is wrong, or NULL. */
static const char *
wrong_field(const struct dialogue *d, const struct msg_invitee *m)
{
	const struct conf *conf = d->t->conf;

	if (m->login[0] == '\0' || m->login[0] == '-')
		return "login";
	if (!mail_address_valid(m->email))
		return "email";
	if (!date_valid_birth(m->birth, (int64_t)time(NULL)))
		return "birth_date";
	if (m->language[0] != '\0' && strcmp(m->language, "ja") != 0 &&
	    strcmp(m->language, "en") != 0)
		return "language";
	if (m->user_id[0] != '\0' && !user_id_good(conf, m->user_id))
		return "user_id";
	return NULL;
}

/* Answers what is wrong, and leaves the rest to the keeper. */
static void
sort_out(const struct dialogue *d, struct import *im)
{
	im->answer.n = im->lines.n;
	im->good.pass = im->lines.pass;
	im->good.n = 0;
	for (uint8_t i = 0; i < im->lines.n; i++) {
		struct msg_invitation *a = &im->answer.people[i];
		const char *field = wrong_field(d, &im->lines.people[i]);

		memset(a, 0, sizeof(*a));
		if (field != NULL) {
			a->word = INVITED_NO;
			(void)!verb_take(a->field, sizeof(a->field), field);
			continue;
		}
		im->from[im->good.n] = i;
		im->good.people[im->good.n++] = im->lines.people[i];
	}
}

static int
ask_keeper(struct dialogue *d, struct import *im)
{
	bool verdict = false;
	int r;

	if (im->good.n == 0)
		return KOSMO_OK;
	r = verb_call(d, &k_user_import_layout, &im->good, K_INVITED,
	    &im->reply, &verdict);
	if (r == KOSMO_OK && verdict)
		return verb_refuse_verdict(d, &im->reply.verdict, "");
	if (r == KOSMO_OK && im->reply.invited.n != im->good.n)
		r = KOSMO_EFORMAT;
	for (uint8_t i = 0; r == KOSMO_OK && i < im->good.n; i++)
		im->answer.people[im->from[i]] = im->reply.invited.people[i];
	return r;
}

/* Until kosmoctl sends none. */
static int
run(struct dialogue *d, struct import *im)
{
	const struct conversation *person = d->t->person;
	int r;

	for (;;) {
		r = person->people(person->arg, &im->answer, &im->lines);
		memset(&im->answer, 0, sizeof(im->answer));
		if (r != KOSMO_OK || im->lines.n == 0)
			return r;
		if (im->lines.pass < PEOPLE_CHECK ||
		    im->lines.pass > PEOPLE_AGAIN)
			return KOSMO_EFORMAT;
		sort_out(d, im);
		if ((r = ask_keeper(d, im)) != KOSMO_OK)
			return r;
	}
}

int
verb_user_import(struct dialogue *d)
{
	const struct conf *conf = d->t->conf;
	struct import *im = calloc(1, sizeof(*im));
	int r;

	if (im == NULL)
		return KOSMO_ENOMEM;
	(void)!verb_take(im->answer.contact_en, sizeof(im->answer.contact_en),
	    verb_contact(conf, "en"));
	(void)!verb_take(im->answer.contact_ja, sizeof(im->answer.contact_ja),
	    verb_contact(conf, "ja"));
	email_domains(d, im->answer.domains);
	r = run(d, im);
	explicit_bzero(im, sizeof(*im));
	free(im);
	return r == KOSMO_OK ? verb_done(d, NULL, NULL) : r;
}
