/*
 * sign_out.c: K_SESSIONS. What else of a person is signed in: sessions and
 * sudo's tickets, which the warden sees and ends, and remembered logins.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/remember.h"
#include "kosmod/keeper/warden.h"

/*
 * The session that asks stays: kosmoctl and passwd run in one; a login has
 * none yet.
 */
static uint64_t
kept_pid(const struct kconv *c)
{
	return c->open.phase == PHASE_VERB || c->open.phase == PHASE_PASSWORD
	    ? (uint64_t)c->peer.pid
	    : 0;
}

/*
 * A change voids what is remembered before anybody asks about it; so what was
 * remembered when this conversation began counts as well.
 */
static uint32_t
remembered(const struct kconv *c, const struct person *p)
{
	uint32_t n = remember_count(p, keeper_wall(c->k));

	return n > c->remembered ? n : c->remembered;
}

static void
reply(struct kconv *c, const struct person *p, const struct p_sessions_is *is)
{
	struct k_sessions_is m = { 0 };

	m.known = is != NULL && is->ok != 0;
	m.sessions = m.known ? is->sessions : p->n_sessions;
	m.tickets = m.known ? is->tickets : 0;
	m.remembered = remembered(c, p);
	kconv_reply(c, &k_sessions_is_layout, &m, 0);
}

static void
on_count(struct kconv *c, const struct p_sessions_is *is)
{
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK)
		reply(c, &p, is);
	else
		kconv_trouble(c, "sessions can't be counted", r);
	person_done(&p);
}

/* Rows of sessions that are gone; those of a kept one can't be told apart. */
static int
drop_rows(const struct kconv *c, struct txn *t, struct person *p)
{
	int r = KOSMO_OK;

	if (kept_pid(c) != 0)
		return KOSMO_OK;
	for (size_t i = 0; i < p->n_sessions && r == KOSMO_OK; i++)
		r = store_delete(t, REC_SESSION, p->sessions[i].id, STORE_ANY);
	memset(p->sessions, 0, sizeof(p->sessions));
	p->n_sessions = 0;
	return r != KOSMO_OK ? r : person_put(t, p, STORE_ANY);
}

static int
note_end(struct kconv *c, struct person *p, const struct p_sessions_is *is)
{
	bool ok = is != NULL && is->ok != 0;
	struct txn *t = NULL;
	char reason[80];
	int r;

	(void)snprintf(reason, sizeof(reason), "the warden %s",
	    is == NULL ? "is not there" : "could not do it");
	if (ok)
		(void)snprintf(reason, sizeof(reason),
		    "%u sessions, %u sudo tickets ended",
		    (unsigned)is->sessions, (unsigned)is->tickets);
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (!ok || (r = drop_rows(c, t, p)) == KOSMO_OK) &&
	    (r = kconv_audit(c, t, "sign-out", "sessions",
		 ok ? "done" : "error", reason)) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

static void
on_ended(struct kconv *c, const struct p_sessions_is *is)
{
	struct k_sessions_is m = { 0 };
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK)
		r = note_end(c, &p, is);
	person_done(&p);
	if (r != KOSMO_OK) {
		kconv_trouble(c, "a sign-out can't be written", r);
		return;
	}
	m.known = is != NULL && is->ok != 0;
	m.sessions = m.known ? is->sessions : 0;
	m.tickets = m.known ? is->tickets : 0;
	m.remembered = c->remembered;
	c->remembered = 0;
	kconv_reply(c, &k_sessions_is_layout, &m, 0);
}

/* What needs no warden is done at once, and stays done if the line is cut. */
static int
forget_remembered(struct kconv *c, struct person *p)
{
	struct txn *t = NULL;
	int r;

	c->remembered = remembered(c, p);
	if (p->n_remembered == 0)
		return KOSMO_OK;
	remember_void(p);
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, p, STORE_ANY)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "sign-out", "remembered", "done", "")) ==
		KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

void
answer_sessions(struct kconv *c, const union kmsg *msg)
{
	bool end = msg->sessions.end != 0;
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK && end)
		r = forget_remembered(c, &p);
	if (r == KOSMO_OK)
		warden_sessions(
		    c, &p, end, kept_pid(c), end ? on_ended : on_count);
	else
		kconv_trouble(c, "sessions can't be looked up", r);
	person_done(&p);
}
