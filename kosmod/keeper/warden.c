#include "config.h"

#include "warden.h"

#include <stdio.h>
#include <string.h>

#include "libkosmo/packet.h"

#define WAIT_MS 10000

void
warden_job(
    const struct person *p, bool end, uint64_t keep, struct p_sessions *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->end = end;
	(void)snprintf(ret->login, sizeof(ret->login), "%s", p->login);
	ret->uid = p->uid;
	ret->keep = keep;
	ret->n = p->n_sessions;
	for (size_t i = 0; i < p->n_sessions; i++) {
		const struct r_session *s = &p->sessions[i];
		struct p_session *row = &ret->rows[i];

		row->pid = s->pid;
		row->opened = s->opened;
		memcpy(row->service, s->service, sizeof(row->service));
		memcpy(row->tty, s->tty, sizeof(row->tty));
	}
}

static int
ask(struct keeper *k, const struct layout *l, const void *job)
{
	return k->ways.priv(k->ways.arg, PRIV_WARDEN, l, job);
}

int
warden_end_all(struct keeper *k, const struct person *p)
{
	struct p_sessions job;

	if (p->uid == NO_UID)
		return KOSMO_OK; /* nobody has logged in by that name */
	warden_job(p, true, 0, &job);
	job.id = ++k->warden_ids;
	return ask(k, &p_sessions_layout, &job);
}

/* c waits no more; returns what it waited for. */
static struct warden_wait
stop_waiting(struct kconv *c)
{
	struct warden_wait w = c->warden;

	if (w.id != 0)
		TAILQ_REMOVE(&c->k->wardened, c, at_warden);
	memset(&c->warden, 0, sizeof(c->warden));
	return w;
}

static void
wait_for(struct kconv *c, const struct warden_wait *w)
{
	(void)stop_waiting(c);
	c->warden = *w;
	c->warden.since = keeper_mono(c->k);
	TAILQ_INSERT_TAIL(&c->k->wardened, c, at_warden);
}

void
warden_sessions(struct kconv *c, const struct person *p, bool end,
    uint64_t keep, warden_sessions_fn *done)
{
	const struct warden_wait w = { ++c->k->warden_ids, 0, done, NULL };
	struct p_sessions job;

	warden_job(p, end, keep, &job);
	job.id = w.id;
	if (p->uid == NO_UID || ask(c->k, &p_sessions_layout, &job) != KOSMO_OK)
		done(c, NULL);
	else
		wait_for(c, &w);
}

void
warden_account(struct kconv *c, const char *login, warden_account_fn *done)
{
	const struct warden_wait w = { ++c->k->warden_ids, 0, NULL, done };
	struct p_account job = { .id = w.id };

	(void)snprintf(job.login, sizeof(job.login), "%s", login);
	(void)snprintf(
	    job.groups, sizeof(job.groups), "%s", c->k->conf->admin.protect);
	if (ask(c->k, &p_account_layout, &job) != KOSMO_OK)
		done(c, NULL);
	else
		wait_for(c, &w);
}

/* It said nothing that could be used. */
static void
give_up(struct kconv *c)
{
	struct warden_wait w = stop_waiting(c);

	if (w.sessions != NULL)
		w.sessions(c, NULL);
	else if (w.account != NULL)
		w.account(c, NULL);
}

/* Who waits for the answer to job id; NULL: nobody, or nobody any more. */
static struct kconv *
who_waits(struct keeper *k, uint64_t id)
{
	struct kconv *c;

	TAILQ_FOREACH(c, &k->wardened, at_warden)
	{
		if (c->warden.id == id)
			return c;
	}
	return NULL;
}

static void
take_sessions(struct keeper *k, const struct p_sessions_is *is)
{
	struct kconv *c = who_waits(k, is->id);
	struct warden_wait w;

	if (c == NULL || c->warden.sessions == NULL)
		return;
	w = stop_waiting(c);
	w.sessions(c, is);
}

static void
take_account(struct keeper *k, const struct p_account_is *is)
{
	struct kconv *c = who_waits(k, is->id);
	struct warden_wait w;

	if (c == NULL || c->warden.account == NULL)
		return;
	w = stop_waiting(c);
	w.account(c, is);
}

int
warden_answered(struct keeper *k, const struct buf *packet)
{
	struct p_sessions_is sessions;
	struct p_account_is account;
	int r;

	switch (packet_type(packet)) {
	case P_SESSIONS_IS:
		r = packet_get(packet, &p_sessions_is_layout, &sessions);
		if (r == KOSMO_OK)
			take_sessions(k, &sessions);
		break;
	case P_ACCOUNT_IS:
		r = packet_get(packet, &p_account_is_layout, &account);
		if (r == KOSMO_OK)
			take_account(k, &account);
		break;
	default:
		r = KOSMO_EFORMAT;
		break;
	}
	return r == KOSMO_OK ? KOSMO_OK : KOSMO_EFORMAT;
}

/* Whoever is answered may ask again: those are not among who waited so far. */
void
warden_gone(struct keeper *k)
{
	uint64_t last = k->warden_ids;
	struct kconv *c;

	while ((c = TAILQ_FIRST(&k->wardened)) != NULL && c->warden.id <= last)
		give_up(c);
}

void
warden_tick(struct keeper *k)
{
	int64_t now = keeper_mono(k);
	struct kconv *c;

	while ((c = TAILQ_FIRST(&k->wardened)) != NULL &&
	    now - c->warden.since >= WAIT_MS)
		give_up(c);
}

void
warden_forget(struct kconv *c)
{
	(void)stop_waiting(c);
}
