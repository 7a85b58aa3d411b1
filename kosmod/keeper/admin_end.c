/*
 * admin_end.c: what a person has open is ended after an act, and counted; or
 * it is said that nobody was there to do it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/keeper/admin.h"
#include "kosmod/keeper/warden.h"

void
admin_forget(struct kconv *c)
{
	if (c->answer != NULL)
		explicit_bzero(c->answer, sizeof(*c->answer));
	free(c->answer);
	c->answer = NULL;
}

/* Rows of sessions that are gone; the person may be, too. */
static int
drop_rows(struct kconv *c, struct txn *t, const char *login)
{
	struct person p;
	uint64_t version;
	int r = admin_load(c, login, &p, &version);

	for (size_t i = 0; r == KOSMO_OK && i < p.n_sessions; i++)
		r = store_delete(t, REC_SESSION, p.sessions[i].id, STORE_ANY);
	if (r == KOSMO_OK) {
		memset(p.sessions, 0, sizeof(p.sessions));
		p.n_sessions = 0;
		r = person_put(t, &p, version);
	}
	person_done(&p);
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

static int
note_ended(struct kconv *c, const struct k_slip *done)
{
	struct txn *t = NULL;
	char reason[80];
	int r;

	(void)snprintf(reason, sizeof(reason), "%u sessions ended",
	    (unsigned)done->sessions);
	if (!done->ended)
		(void)snprintf(
		    reason, sizeof(reason), "no session could be ended");
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (!done->ended || (r = drop_rows(c, t, done->login)) == KOSMO_OK) &&
	    (r = admin_audit(c, t, done->login, "sign-out", reason)) ==
		KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

/* The warden has ended them, or is not there. */
static void
ended(struct kconv *c, const struct p_sessions_is *is)
{
	bool good = is != NULL && is->ok != 0;
	int r;

	c->answer->ended = good;
	c->answer->sessions = good ? is->sessions : 0;
	c->answer->wardenless = !good;
	if ((r = note_ended(c, c->answer)) == KOSMO_OK)
		kconv_reply(c, &k_slip_layout, c->answer, 0);
	else
		kconv_trouble(c, "a sign-out can't be written", r);
	admin_forget(c);
}

void
admin_end(struct kconv *c, const struct person *p, const struct k_slip *answer)
{
	/* by a name without an account nobody is logged in */
	if (p->uid == NO_UID) {
		kconv_reply(c, &k_slip_layout, answer, 0);
		return;
	}
	if ((c->answer = malloc(sizeof(*c->answer))) == NULL) {
		kconv_trouble(c, "sessions can't be ended", KOSMO_ENOMEM);
		return;
	}
	*c->answer = *answer;
	warden_sessions(c, p, true, 0, ended);
}
