#include "config.h"

#include "warden.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/session.h"
#include "libkosmo/packet.h"

#define WAIT_MS 10000

/* The rows that pam_kosmo registered are hints. */
static uint8_t
fill_rows(const struct keeper *k, const struct person *p,
    struct p_session rows[static SESSIONS_MAX])
{
	for (size_t i = 0; i < p->n_sessions; i++) {
		const struct r_session *s = &p->sessions[i];

		rows[i].pid = s->pid;
		rows[i].opened = s->opened;
		memcpy(rows[i].service, s->service, sizeof(rows[i].service));
		memcpy(rows[i].tty, s->tty, sizeof(rows[i].tty));
		rows[i].remote = session_is_remote(k, s);
	}
	return p->n_sessions;
}

static void
fill_sessions(const struct keeper *k, const struct person *p, bool end,
    struct p_sessions *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->end = end;
	(void)snprintf(ret->login, sizeof(ret->login), "%s", p->login);
	ret->uid = p->uid;
	ret->n = fill_rows(k, p, ret->rows);
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
	fill_sessions(k, p, true, &job);
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
	const struct warden_wait w = { .id = ++c->k->warden_ids,
		.sessions = done };
	struct p_sessions job;

	fill_sessions(c->k, p, end, &job);
	job.keep = keep;
	job.id = w.id;
	if (p->uid == NO_UID || ask(c->k, &p_sessions_layout, &job) != KOSMO_OK)
		done(c, NULL);
	else
		wait_for(c, &w);
}

void
warden_account(struct kconv *c, const char *login, warden_account_fn *done)
{
	const struct warden_wait w = { .id = ++c->k->warden_ids,
		.account = done };
	struct p_account job = { .id = w.id };

	(void)snprintf(job.login, sizeof(job.login), "%s", login);
	(void)snprintf(
	    job.groups, sizeof(job.groups), "%s", c->k->conf->admin.protect);
	if (ask(c->k, &p_account_layout, &job) != KOSMO_OK)
		done(c, NULL);
	else
		wait_for(c, &w);
}

void
warden_where(struct kconv *c, const struct person *p, warden_where_fn *done)
{
	const struct warden_wait w = { .id = ++c->k->warden_ids,
		.where = done };
	struct p_where job = { .id = w.id };

	job.uid = c->open.phase == PHASE_VERB ? c->peer.uid : p->uid;
	job.pid = c->peer.pid > 0 ? (uint64_t)c->peer.pid : 0;
	if (job.uid == p->uid) /* root's terminal is in no session of p */
		job.n = fill_rows(c->k, p, job.rows);
	if (ask(c->k, &p_where_layout, &job) != KOSMO_OK)
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
	else if (w.where != NULL)
		w.where(c, NULL);
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

static void
take_where(struct keeper *k, const struct p_where_is *is)
{
	struct kconv *c = who_waits(k, is->id);
	struct warden_wait w;

	if (c == NULL || c->warden.where == NULL)
		return;
	w = stop_waiting(c);
	w.where(c, is);
}

int
warden_answered(struct keeper *k, const struct buf *packet)
{
	struct p_sessions_is sessions;
	struct p_account_is account;
	struct p_where_is where;
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
	case P_WHERE_IS:
		r = packet_get(packet, &p_where_is_layout, &where);
		if (r == KOSMO_OK)
			take_where(k, &where);
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
