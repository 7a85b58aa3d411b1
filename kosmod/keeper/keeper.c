#include "config.h"

#include "keeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kosmod/keeper/admin.h"
#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/conv.h"
#include "kosmod/keeper/judge.h"
#include "kosmod/keeper/keys.h"
#include "kosmod/keeper/mail_limits.h"
#include "kosmod/keeper/member.h"
#include "kosmod/keeper/notices.h"
#include "kosmod/keeper/people.h"
#include "kosmod/keeper/permits.h"
#include "kosmod/keeper/post.h"
#include "kosmod/keeper/rp.h"
#include "kosmod/keeper/session.h"
#include "kosmod/keeper/time.h"
#include "kosmod/keeper/touch.h"
#include "kosmod/keeper/warden.h"

#define CONSOLE_KEEPS 8	   /* of [limits] conversations */
#define REQUESTS_MAX 20000 /* of one conversation; `user list` is longest */

int64_t
keeper_wall(const struct keeper *k)
{
	return k->clock.wall(k->clock.arg);
}

int64_t
keeper_mono(const struct keeper *k)
{
	return k->clock.mono(k->clock.arg);
}

static int
load_key(struct keeper *k)
{
	uint8_t key[DIGEST_KEY_LEN];
	int r = store_subkey(k->store, "proof", key);

	if (r == KOSMO_OK)
		r = digest_key_new(key, &k->mac_key);
	explicit_bzero(key, sizeof(key));
	return r;
}

int
keeper_new(struct store *st, struct audit *audit, const struct conf *conf,
    const struct clock *clock, const struct keeper_ways *ways,
    struct keeper **ret)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct keeper *k = calloc(1, sizeof(*k));
	int r;

	if (k == NULL)
		return KOSMO_ENOMEM;
	k->store = st;
	k->audit = audit;
	k->conf = conf;
	k->clock = *clock;
	k->ways = *ways;
	k->hash_permits = cpus > 1 ? (uint32_t)cpus : 1;
	TAILQ_INIT(&k->hashing);
	TAILQ_INIT(&k->waiting);
	TAILQ_INIT(&k->post_jobs);
	TAILQ_INIT(&k->wardened);
	TAILQ_INIT(&k->touching);
	k->started = keeper_wall(k);
	k->sweep_type = REC_ORIGIN;
	if ((r = load_key(k)) != KOSMO_OK || (r = time_load(k)) != KOSMO_OK ||
	    (r = rp_load(k)) != KOSMO_OK || (r = people_load(k)) != KOSMO_OK ||
	    (r = mail_limits_load(k)) != KOSMO_OK ||
	    (r = notices_load(k)) != KOSMO_OK) {
		keeper_free(&k);
		return r;
	}
	*ret = k;
	return KOSMO_OK;
}

void
keeper_reload(struct keeper *k, const struct conf *conf)
{
	k->conf = conf;
}

void
keeper_free(struct keeper **k)
{
	if (*k == NULL)
		return;
	store_walk_end(&(*k)->sweep);
	post_free(*k);
	notices_free(*k);
	digest_key_free(&(*k)->mac_key);
	explicit_bzero(*k, sizeof(**k));
	free(*k);
	*k = NULL;
}

/*
 * The last conversations are the console's: root can always come in there,
 * whoever holds the others.
 */
static bool
has_room(const struct keeper *k, const struct kpeer *peer,
    const struct msg_open *open)
{
	if (k->n_convs + CONSOLE_KEEPS < k->conf->limits.conversations)
		return true;
	return peer->uid == 0 && open->remote == 0 &&
	    conf_service(k->conf, open->service)->console;
}

/* keys.sock has a phase of its own, and admin.sock takes verbs alone. */
static bool
is_its_phase(const struct kpeer *peer, uint8_t phase)
{
	if (peer->keys || phase == PHASE_KEYS)
		return peer->keys && phase == PHASE_KEYS;
	if (peer->admin)
		return phase == PHASE_VERB;
	return phase >= PHASE_AUTH && phase <= PHASE_VERB;
}

int
keeper_accept(struct keeper *k, void *conn, const struct kpeer *peer,
    const struct msg_open *open, struct kconv **ret)
{
	struct msg_end e;
	struct kconv *c;

	*ret = NULL;
	if (open->version != MSG_VERSION || !is_its_phase(peer, open->phase)) {
		judge_refuse(k, conn, open);
		return KOSMO_OK;
	}
	if (open->phase == PHASE_KEYS) {
		keys_answer(k, conn, open);
		return KOSMO_OK;
	}
	if (open->phase == PHASE_SESSION || open->phase == PHASE_SESSION_END) {
		session_answer(k, peer, open, &e);
		k->ways.end(conn, &e, 0);
		return KOSMO_OK;
	}
	if (!has_room(k, peer, open)) {
		judge_refuse(k, conn, open);
		return KOSMO_OK;
	}
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return KOSMO_ENOMEM;
	c->k = k;
	c->conn = conn;
	c->peer = *peer;
	c->open = *open;
	c->opened = keeper_mono(k);
	k->n_convs++;
	*ret = c;
	return KOSMO_OK;
}

void
keeper_request(struct kconv *c, const struct buf *packet)
{
	const struct permit *p = permit_find(packet_type(packet));
	union kmsg *msg = NULL;
	size_t size = sizeof(*msg);

	if (p == NULL || !permit_met(p, c)) {
		c->k->ways.drop(c->conn, "a request out of turn");
		return;
	}
	c->times[p->type - K_BIND]++;
	if (++c->requests > REQUESTS_MAX && !c->admin) {
		c->k->ways.drop(c->conn, "too many requests");
		return;
	}
	if (kmsg_layout(p->type)->size > size)
		size = kmsg_layout(p->type)->size; /* K_USER_IMPORT */
	if ((msg = malloc(size)) == NULL ||
	    packet_get(packet, kmsg_layout(p->type), msg) != KOSMO_OK) {
		c->k->ways.drop(c->conn, "a malformed request");
	} else {
		if ((p->needs & NEED_ADMIN) != 0)
			member_note(c);
		p->answer(c, msg);
	}
	if (msg != NULL)
		explicit_bzero(msg, size);
	free(msg);
}

void
keeper_account(struct kconv *c)
{
	judge_account(c);
}

void
keeper_closed(struct kconv **c)
{
	if (*c == NULL)
		return;
	password_let_go(*c);
	member_forget(*c);
	admin_forget(*c);
	post_forget(*c);
	warden_forget(*c);
	touch_forget(*c);
	store_walk_end(&(*c)->walk);
	(*c)->k->n_convs--;
	explicit_bzero(*c, sizeof(**c));
	free(*c);
	*c = NULL;
}

uint32_t
keeper_deadline(const struct kconv *c)
{
	if (c->bound)
		return c->row.deadline;
	return conf_service(c->k->conf, "sshd")->deadline;
}

void
kconv_reply(struct kconv *c, const struct layout *l, const void *msg,
    int64_t not_before)
{
	c->k->ways.reply(c->conn, l, msg, not_before);
}

/*
 * It is counted from the attempt's own beginning, so that neither the hash's
 * time nor the store's shows.
 */
int64_t
kconv_boundary(const struct kconv *c)
{
	int64_t n = (keeper_mono(c->k) - c->tried) / BOUNDARY_MS + 1;

	return c->tried + n * BOUNDARY_MS;
}

void
kconv_verdict(struct kconv *c, const struct k_verdict *v)
{
	int64_t at = v->word != VERDICT_YES ? kconv_boundary(c) : 0;

	kconv_reply(c, &k_verdict_layout, v, at);
}

void
kconv_word(struct kconv *c, enum verdict_word word)
{
	struct k_verdict v = { 0 };

	v.word = (uint8_t)word;
	kconv_reply(c, &k_verdict_layout, &v, 0);
}

void
kconv_trouble(struct kconv *c, const char *what, int err)
{
	struct k_verdict v = { 0 };
	struct txn *t = NULL;
	char words[5], reason[160];

	digest_words(words, 1);
	(void)snprintf(
	    reason, sizeof(reason), "%s: %s", what, kosmo_strerror(err));
	if (err != KOSMO_EFULL) /* that has words of its own */
		(void)snprintf(v.ref, sizeof(v.ref), "%s", words);
	(void)snprintf(c->ref, sizeof(c->ref), "%s", words);
	v.word = VERDICT_BUSY;
	if (store_begin(c->k->store, &t) == KOSMO_OK &&
	    kconv_audit(c, t, "trouble", "", "error", reason) == KOSMO_OK)
		(void)!store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	kconv_reply(c, &k_verdict_layout, &v, 0);
}

int
kconv_person(struct kconv *c, struct person *ret, uint64_t *ret_version)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	*ret_version = 0;
	if (!c->exists)
		return KOSMO_ENOTFOUND;
	r = person_get(c->k->store, c->login, ret, ret_version);
	if (r == KOSMO_ENOTFOUND ||
	    (r == KOSMO_OK &&
		(memcmp(ret->initial, c->slip, DIGEST_LEN) != 0 ||
		    (c->initial && ret->state != STATE_INVITED))))
		r = KOSMO_ECONFLICT;
	return r;
}

uint32_t
kconv_methods(const struct kconv *c)
{
	return c->row.methods != 0 ? c->row.methods : c->k->conf->login.methods;
}

struct attempt
kconv_attempt(struct kconv *c, const struct person *p)
{
	struct attempt a = { c->k->store, c->k->conf, p, &c->origin,
		keeper_wall(c->k) };

	return a;
}

int
kconv_audit(struct kconv *c, struct txn *t, const char *event, const char *step,
    const char *outcome, const char *reason)
{
	struct audit_event ev = { 0 };

	ev.event = event;
	/* people type passwords where a name is asked: no unknown names */
	ev.login = c->exists ? c->login : "";
	ev.uid = (uint32_t)c->peer.uid;
	ev.service = c->service;
	ev.source = c->origin.name;
	ev.step = step;
	ev.outcome = outcome;
	ev.reason = reason;
	ev.ref = c->ref;
	ev.time = keeper_wall(c->k);
	return audit_add(t, &ev);
}

void
keeper_tick(struct keeper *k)
{
	password_tick(k);
	people_sweep(k);
	warden_tick(k);
	touch_tick(k);
	post_tick(k);
	notices_tick(k);
}

int
keeper_priv(struct keeper *k, enum priv_role role, const struct buf *packet)
{
	switch (role) {
	case PRIV_POST:
		return post_answered(k, packet);
	case PRIV_WARDEN:
		return warden_answered(k, packet);
	case PRIV_TOUCH:
		return touch_answered(k, packet);
	}
	return KOSMO_EFORMAT;
}

void
keeper_priv_here(struct keeper *k, enum priv_role role, bool here)
{
	switch (role) {
	case PRIV_POST:
		k->post = here;
		if (here)
			notices_now(k);
		else
			post_gone(k);
		break;
	case PRIV_WARDEN:
		k->warden = here;
		if (!here)
			warden_gone(k);
		break;
	case PRIV_TOUCH:
		k->touch = here;
		if (!here)
			touch_gone(k);
		break;
	}
}
