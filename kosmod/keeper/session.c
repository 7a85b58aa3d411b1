#include "config.h"

#include "session.h"

#include <stdio.h>
#include <string.h>

#define TICKET_MS (120 * 1000)
#define BOOT_SLACK 60 /* seconds that the clock may have been mended by */

static void
hex(const uint8_t id[static TICKET_LEN], char ret[static 2 * TICKET_LEN + 1])
{
	for (size_t i = 0; i < TICKET_LEN; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", id[i]);
}

void
ticket_make(struct kconv *c, uint8_t ret[static TICKET_LEN])
{
	struct keeper *k = c->k;
	int64_t now = keeper_mono(k);

	memset(ret, 0, TICKET_LEN);
	if (!c->row.login)
		return;
	for (size_t i = 0; i < TICKETS_MAX; i++) {
		struct ticket *t = &k->tickets[i];

		if (t->until > now)
			continue;
		digest_random(t->id, sizeof(t->id));
		(void)snprintf(t->login, sizeof(t->login), "%s", c->login);
		(void)snprintf(
		    t->service, sizeof(t->service), "%s", c->service);
		t->remote = c->open.remote != 0;
		t->until = now + TICKET_MS;
		memcpy(ret, t->id, TICKET_LEN);
		return;
	}
}

bool
session_is_remote(const struct keeper *k, const struct r_session *s)
{
	const struct conf_service *row = conf_service(k->conf, s->service);

	return s->remote != 0 || (row->login && !row->console);
}

static struct ticket *
redeem(struct keeper *k, const uint8_t id[static TICKET_LEN])
{
	int64_t now = keeper_mono(k);

	for (size_t i = 0; i < TICKETS_MAX; i++) {
		struct ticket *t = &k->tickets[i];

		if (t->until > now &&
		    secret_bytes_equal(t->id, id, TICKET_LEN)) {
			t->until = 0;
			return t;
		}
	}
	return NULL;
}

/* Drops row i, or those that a boot or a crash of the host left behind. */
static void
drop_row(struct person *p, size_t i)
{
	memmove(p->sessions + i, p->sessions + i + 1,
	    (p->n_sessions - i - 1) * sizeof(*p->sessions));
	p->n_sessions--;
	memset(&p->sessions[p->n_sessions], 0, sizeof(*p->sessions));
}

static void
drop_old(struct keeper *k, struct person *p)
{
	int64_t boot = keeper_wall(k) - keeper_mono(k) / 1000 - BOOT_SLACK;

	for (size_t i = p->n_sessions; i > 0; i--) {
		if ((int64_t)p->sessions[i - 1].opened < boot)
			drop_row(p, i - 1);
	}
	if (p->n_sessions == SESSIONS_MAX)
		drop_row(p, 0);
}

static int
add_row(
    struct keeper *k, const struct ticket *ticket, const struct r_session *s)
{
	struct txn *t = NULL;
	struct person p;
	uint64_t version;
	int r;

	if ((r = person_get(k->store, ticket->login, &p, &version)) != KOSMO_OK)
		return r;
	drop_old(k, &p);
	p.sessions[p.n_sessions++] = *s;
	if ((r = store_begin(k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, &p, STORE_ANY)) == KOSMO_OK &&
	    (r = store_put(t, REC_SESSION, s->id, p.login, strlen(p.login),
		 STORE_ANY)) == KOSMO_OK)
		r = store_commit(k->store, &t, NULL, NULL);
	store_abort(&t);
	person_done(&p);
	return r;
}

static void
open_session(struct keeper *k, const struct kpeer *peer,
    const struct msg_open *open, struct msg_end *ret)
{
	struct ticket *t = redeem(k, open->ticket);
	struct r_session s = { 0 };
	uint8_t id[TICKET_LEN];

	if (t == NULL) {
		ret->result = RESULT_NOT_MINE;
		return;
	}
	digest_random(id, sizeof(id));
	hex(id, s.id);
	(void)snprintf(s.service, sizeof(s.service), "%s", t->service);
	(void)snprintf(s.tty, sizeof(s.tty), "%s", open->tty);
	s.remote = t->remote;
	s.pid = (uint64_t)peer->pid;
	s.opened = (uint64_t)keeper_wall(k);
	if (add_row(k, t, &s) != KOSMO_OK) {
		ret->result = RESULT_ERROR;
		return;
	}
	memcpy(ret->ticket, id, TICKET_LEN);
	ret->result = RESULT_NOTED;
}

static int
remove_row(struct keeper *k, const char *id)
{
	struct buf login = BUF_INIT;
	struct txn *t = NULL;
	struct person p = { 0 };
	uint64_t version;
	int r;

	r = store_get(k->store, REC_SESSION, id, &login, &version);
	if (r == KOSMO_OK && (r = buf_add_u8(&login, 0)) == KOSMO_OK)
		r = person_get(k->store, (char *)login.data, &p, &version);
	if (r != KOSMO_OK)
		goto out;
	for (size_t i = p.n_sessions; i > 0; i--) {
		if (strcmp(p.sessions[i - 1].id, id) == 0)
			drop_row(&p, i - 1);
	}
	if ((r = store_begin(k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, &p, STORE_ANY)) == KOSMO_OK &&
	    (r = store_delete(t, REC_SESSION, id, STORE_ANY)) == KOSMO_OK)
		r = store_commit(k->store, &t, NULL, NULL);
out:
	store_abort(&t);
	person_done(&p);
	buf_done(&login);
	return r;
}

void
session_answer(struct keeper *k, const struct kpeer *peer,
    const struct msg_open *open, struct msg_end *ret)
{
	char id[2 * TICKET_LEN + 1];

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->nonce, open->nonce, NONCE_LEN);
	ret->result = RESULT_NOT_MINE;
	if (!peer->trusted)
		return;
	if (open->phase == PHASE_SESSION) {
		open_session(k, peer, open, ret);
		return;
	}
	hex(open->ticket, id);
	switch (remove_row(k, id)) {
	case KOSMO_OK:
		ret->result = RESULT_NOTED;
		break;
	case KOSMO_ENOTFOUND:
		break;
	default:
		ret->result = RESULT_ERROR;
	}
}
