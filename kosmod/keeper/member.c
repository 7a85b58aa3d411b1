#include "config.h"

#include "member.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/warden.h"

#define CONFIRMED_MS (5 * 60 * 1000)
#define ALL_STEPS (STEP_PASSWORD | STEP_FACTOR)
#define NEVER \
	(ACCOUNT_SYSTEM | ACCOUNT_ADMIN | ACCOUNT_PROTECTED | ACCOUNT_UNSURE)

/* A request that waits for what the warden says of its subjects. */
struct member_job {
	void *msg;
	size_t size;
	struct subject of[INVITEES_MAX];
	bool may[INVITEES_MAX];
	uint8_t n, i;
	bool each;
	member_go *go;
};

bool
member_is(const struct kconv *c)
{
	return c->admin && !c->peer.trusted;
}

static struct confirmed *
find(struct keeper *k, uid_t uid, const char *tty)
{
	for (size_t i = 0; i < CONFIRMED_MAX; i++) {
		struct confirmed *f = &k->confirmed[i];

		if (f->until > keeper_mono(k) && f->uid == uid &&
		    strcmp(f->tty, tty) == 0)
			return f;
	}
	return NULL;
}

/* Still who confirmed: not locked, not removed, nothing to be done. */
static bool
is_active(const struct kconv *c, int64_t since)
{
	struct person p = { 0 };
	uint64_t version;
	bool yes;

	yes = c->exists &&
	    person_get(c->k->store, c->login, &p, &version) == KOSMO_OK &&
	    person_state(&p, keeper_wall(c->k)) == STATE_ACTIVE &&
	    person_todo(&p, c->k->conf) == 0 && p.uid == c->peer.uid &&
	    (int64_t)p.password_set <= since;
	person_done(&p);
	return yes;
}

bool
member_may(const struct kconv *c)
{
	const struct confirmed *f;

	if (!c->admin || c->peer.trusted)
		return c->admin;
	if ((c->proven & ALL_STEPS) == ALL_STEPS)
		return is_active(c, INT64_MAX);
	f = find(c->k, c->peer.uid, c->tty);
	return f != NULL && c->tty[0] != '\0' && is_active(c, f->at);
}

/* In place of what ends first. */
static struct confirmed *
room(struct keeper *k)
{
	struct confirmed *f = &k->confirmed[0];

	for (size_t i = 1; i < CONFIRMED_MAX; i++) {
		if (k->confirmed[i].until < f->until)
			f = &k->confirmed[i];
	}
	return f;
}

void
member_note(struct kconv *c)
{
	struct keeper *k = c->k;
	struct confirmed *f;

	if (!member_is(c) || c->noted || c->tty[0] == '\0' ||
	    (c->proven & ALL_STEPS) != ALL_STEPS)
		return;
	c->noted = true;
	f = find(k, c->peer.uid, c->tty);
	if (f == NULL)
		f = room(k);
	f->uid = c->peer.uid;
	(void)snprintf(f->tty, sizeof(f->tty), "%s", c->tty);
	f->at = keeper_wall(k);
	f->until = keeper_mono(k) + CONFIRMED_MS;
}

/* The account that is recorded, or will be, is the one looked up. */
static bool
uid_fits(const struct kconv *c, const struct subject *s, uint32_t uid)
{
	struct person p = { 0 };
	uint64_t version;
	bool fits;
	int r = person_get(c->k->store, s->login, &p, &version);

	if (s->uid != NO_UID)
		fits = s->uid == uid;
	else
		fits = r == KOSMO_ENOTFOUND || p.uid == NO_UID || p.uid == uid;
	person_done(&p);
	return fits && (r == KOSMO_OK || r == KOSMO_ENOTFOUND);
}

static bool
may_touch(const struct kconv *c, const struct subject *s,
    const struct p_account_is *is)
{
	return is != NULL && (is->flags & ACCOUNT_EXISTS) != 0 &&
	    (is->flags & NEVER) == 0 && is->uid != 0 &&
	    is->uid != c->peer.uid && strcmp(s->login, c->login) != 0 &&
	    uid_fits(c, s, is->uid);
}

static void
job_free(struct member_job **j)
{
	if (*j == NULL)
		return;
	if ((*j)->msg != NULL)
		explicit_bzero((*j)->msg, (*j)->size);
	free((*j)->msg);
	free(*j);
	*j = NULL;
}

static int
note_refused(struct kconv *c, const char *login)
{
	struct txn *t = NULL;
	char reason[NAME_LEN + 32];
	int r;

	(void)snprintf(reason, sizeof(reason), "may not touch %s", login);
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "admin", "right", "deny", reason)) ==
		KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

/* All were looked up. */
static void
decided(struct kconv *c)
{
	struct member_job *j = c->job;
	bool all = true;
	int r = KOSMO_OK;

	for (uint8_t i = 0; i < j->n && r == KOSMO_OK; i++) {
		if (!j->may[i])
			r = note_refused(c, j->of[i].login);
		all = all && j->may[i];
	}
	if (r != KOSMO_OK)
		kconv_trouble(c, "a refusal can't be written", r);
	else if (!all && !j->each)
		kconv_word(c, VERDICT_NO_RIGHT);
	else
		j->go(c, j->msg);
	job_free(&c->job);
}

static void
looked_up(struct kconv *c, const struct p_account_is *is)
{
	struct member_job *j = c->job;

	j->may[j->i] = may_touch(c, &j->of[j->i], is);
	if (++j->i < j->n)
		warden_account(c, j->of[j->i].login, looked_up);
	else
		decided(c);
}

/* A subject's login lies in msg: in the copy it lies as far from its start. */
static void
keep_subjects(struct member_job *j, const void *msg, const struct subject *of)
{
	for (uint8_t i = 0; i < j->n; i++) {
		ptrdiff_t at = of[i].login - (const char *)msg;

		j->of[i].login = (const char *)j->msg + at;
		j->of[i].uid = of[i].uid;
	}
}

void
member_guard(struct kconv *c, const struct guarded *what, member_go *go)
{
	struct member_job *j = NULL;

	if (!member_is(c) || what->n == 0) {
		go(c, what->msg);
		return;
	}
	if (what->n > INVITEES_MAX || (j = calloc(1, sizeof(*j))) == NULL ||
	    (j->msg = malloc(what->size)) == NULL) {
		job_free(&j);
		kconv_trouble(c, "an account can't be looked up", KOSMO_ENOMEM);
		return;
	}
	memcpy(j->msg, what->msg, what->size);
	j->size = what->size;
	j->n = what->n;
	j->each = what->each;
	j->go = go;
	keep_subjects(j, what->msg, what->of);
	job_free(&c->job);
	c->job = j;
	warden_account(c, j->of[0].login, looked_up);
}

bool
member_allowed(const struct kconv *c, uint8_t i)
{
	if (!member_is(c))
		return true;
	return c->job != NULL && i < c->job->n && c->job->may[i];
}

void
member_forget(struct kconv *c)
{
	job_free(&c->job);
}
