#include "config.h"

#include "remember.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"

#define CROWD_SCHEMA 1
#define CROWD_MOST 3 /* people that may share an address */
#define CROWD_KEPT 8
#define CROWD_SECONDS 86400

struct passer {
	char login[NAME_LEN + 1];
	uint64_t at;
};

/* Who logged in from one address, newest last; each person once. */
struct crowd {
	uint32_t schema;
	char source[ORIGIN_LEN + 1];
	uint8_t n;
	struct passer list[CROWD_KEPT];
};

static const struct field passer_fields[] = {
	CODEC_STR(1, passer, login),
	CODEC_U64(2, passer, at),
};
static const struct layout passer_layout =
    CODEC_LAYOUT("passer", 1, passer, passer_fields);

static const struct field crowd_fields[] = {
	CODEC_U32(1, crowd, schema),
	CODEC_STR(2, crowd, source),
	CODEC_LIST(3, crowd, list, n, &passer_layout),
};
static const struct layout crowd_layout =
    CODEC_LAYOUT("crowd", REC_CROWD, crowd, crowd_fields);

/*
 * The place is what the host program said in OPEN: the keeper read that
 * itself, while the address in K_BIND went through a talk, and who takes one
 * over could name somebody else's. K_BIND only says that it is an address,
 * and not "unknown", which all broken callers share.
 */
static bool
has_place(const struct kconv *c)
{
	return c->open.from[0] != '\0' && c->origin.address &&
	    strcmp(c->origin.name, "unknown") != 0;
}

/* A service that conf_check.c lets have a time of its own. */
static uint32_t
time_of(const struct conf *conf, const struct conf_service *row)
{
	if (!row->login || row->console || !row->dialogue)
		return 0;
	return row->remember != REMEMBER_UNSET ? row->remember
					       : conf->login.remember;
}

/* True if any login here may be remembered; else nobody is counted. */
static bool
anywhere(const struct conf *conf)
{
	for (uint32_t i = 0; i < conf->n_services; i++) {
		if (time_of(conf, &conf->services[i]) != 0)
			return true;
	}
	return false;
}

static int
load(struct keeper *k, const char *source, struct crowd *ret)
{
	struct buf value = BUF_INIT;
	uint64_t version;
	int r;

	r = store_get(k->store, REC_CROWD, source, &value, &version);
	if (r == KOSMO_OK)
		r = codec_decode(
		    &crowd_layout, CODEC_RECORD, value.data, value.len, ret);
	if (r == KOSMO_ENOTFOUND) {
		memset(ret, 0, sizeof(*ret));
		ret->schema = CROWD_SCHEMA;
		(void)snprintf(ret->source, sizeof(ret->source), "%s", source);
		r = KOSMO_OK;
	}
	buf_done(&value);
	return r;
}

static int
save(struct txn *t, const struct crowd *crowd)
{
	struct buf value = BUF_INIT;
	int r;

	r = codec_encode(&crowd_layout, CODEC_RECORD, crowd, &value);
	if (r == KOSMO_OK)
		r = store_put(t, REC_CROWD, crowd->source, value.data,
		    value.len, STORE_ANY);
	buf_done(&value);
	return r;
}

static void
drop(struct crowd *crowd, size_t i)
{
	memmove(crowd->list + i, crowd->list + i + 1,
	    (crowd->n - i - 1) * sizeof(*crowd->list));
	crowd->n--;
}

int
remember_crowd(struct kconv *c, struct txn *t, const struct person *p)
{
	struct crowd crowd;
	struct passer *last;
	int r;

	if (!has_place(c) || !anywhere(c->k->conf))
		return KOSMO_OK;
	if ((r = load(c->k, c->open.from, &crowd)) != KOSMO_OK)
		return r;
	for (size_t i = crowd.n; i > 0; i--) {
		if (strcmp(crowd.list[i - 1].login, p->login) == 0)
			drop(&crowd, i - 1);
	}
	if (crowd.n == CROWD_KEPT)
		drop(&crowd, 0);
	last = &crowd.list[crowd.n++];
	(void)snprintf(last->login, sizeof(last->login), "%s", p->login);
	last->at = (uint64_t)keeper_wall(c->k);
	return save(t, &crowd);
}

/* An address that can't be looked up is one of many people. */
static bool
crowded(struct kconv *c)
{
	uint64_t now = (uint64_t)keeper_wall(c->k);
	struct crowd crowd;
	unsigned n = 0;

	if (load(c->k, c->open.from, &crowd) != KOSMO_OK)
		return true;
	for (size_t i = 0; i < crowd.n; i++) {
		if (crowd.list[i].at + CROWD_SECONDS > now)
			n++;
	}
	return n > CROWD_MOST;
}

bool
remember_stale(
    const struct buf *value, int64_t now, char ret_name[static ORIGIN_LEN + 1])
{
	struct crowd crowd;

	if (codec_decode(&crowd_layout, CODEC_RECORD, value->data, value->len,
		&crowd) != KOSMO_OK)
		return false;
	(void)snprintf(ret_name, ORIGIN_LEN + 1, "%s", crowd.source);
	return crowd.n == 0 ||
	    crowd.list[crowd.n - 1].at + CROWD_SECONDS < (uint64_t)now;
}

/* Where the PAM line names the steps, they are root's word. */
uint32_t
remember_time(struct kconv *c)
{
	if (c->open.phase != PHASE_AUTH || !c->peer.trusted || !has_place(c) ||
	    (c->open.options & OPT_STEPS) != 0 ||
	    c->required != (STEP_PASSWORD | STEP_FACTOR))
		return 0;
	return crowded(c) ? 0 : time_of(c->k->conf, &c->row);
}

static bool
same_place(const struct kconv *c, const struct r_remembered *r)
{
	return strcmp(r->source, c->open.from) == 0 &&
	    strcmp(r->service, c->row.name) == 0;
}

/*
 * What policy gives now also holds for what was remembered before. Who has
 * something to do proves everything first.
 */
bool
remember_holds(struct kconv *c, const struct person *p)
{
	uint64_t now = (uint64_t)keeper_wall(c->k);
	uint32_t most = remember_time(c);

	if (most == 0 || person_todo(p, c->k->conf) != 0)
		return false;
	for (size_t i = 0; i < p->n_remembered; i++) {
		const struct r_remembered *r = &p->remembered[i];

		if (same_place(c, r) && r->until > now &&
		    r->until - now <= most)
			return true;
	}
	return false;
}

void
remember_void(struct person *p)
{
	memset(p->remembered, 0, sizeof(p->remembered));
	p->n_remembered = 0;
}

uint32_t
remember_count(const struct person *p, int64_t now)
{
	uint32_t n = 0;

	for (size_t i = 0; i < p->n_remembered; i++) {
		if (p->remembered[i].until > (uint64_t)now)
			n++;
	}
	return n;
}

/* The row for this place, or the one that ends soonest. */
static struct r_remembered *
row_for(const struct kconv *c, struct person *p)
{
	struct r_remembered *row = &p->remembered[0];

	for (size_t i = 0; i < p->n_remembered; i++) {
		if (same_place(c, &p->remembered[i]))
			return &p->remembered[i];
		if (p->remembered[i].until < row->until)
			row = &p->remembered[i];
	}
	if (p->n_remembered < REMEMBERED_MAX)
		row = &p->remembered[p->n_remembered++];
	return row;
}

static int
note(struct kconv *c, struct person *p, uint64_t version, uint32_t seconds)
{
	struct r_remembered *row = row_for(c, p);
	struct txn *t = NULL;
	int r;

	(void)snprintf(row->source, sizeof(row->source), "%s", c->open.from);
	(void)snprintf(row->service, sizeof(row->service), "%s", c->row.name);
	row->until = (uint64_t)keeper_wall(c->k) + seconds;
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "remember", "", "done", "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

/* permits.c: password and factor were both proven here. */
void
answer_remember(struct kconv *c, const union kmsg *msg)
{
	uint32_t seconds = remember_time(c);
	struct person p;
	uint64_t version;
	int r;

	(void)msg;
	if (seconds == 0) {
		kconv_word(c, VERDICT_NOT_NOW);
		return;
	}
	r = kconv_person(c, &p, &version);
	if (r == KOSMO_OK &&
	    person_state(&p, keeper_wall(c->k)) == STATE_ACTIVE)
		r = note(c, &p, version, seconds);
	else if (r == KOSMO_OK)
		r = KOSMO_EPERM;
	person_done(&p);
	if (r == KOSMO_OK)
		kconv_word(c, VERDICT_YES);
	else if (r == KOSMO_EPERM)
		kconv_word(c, VERDICT_NOT_NOW);
	else
		kconv_trouble(c, "a login can't be remembered", r);
}
