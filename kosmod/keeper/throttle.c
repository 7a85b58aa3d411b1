#include "config.h"

#include "throttle.h"

#include <stdio.h>
#include <string.h>

#define MARKS_MAX FAILURES_MAX
#define COUNTER_NAME (NAME_LEN + ORIGIN_LEN + 2)
#define COUNTER_SCHEMA 1
#define CLOCK_SLACK 600 /* seconds that a clock may be set back by */

struct mark {
	uint64_t at;
};

/* Failures of one counter, newest last, and the wait they led to. */
struct counter {
	uint32_t schema;
	char name[COUNTER_NAME];
	uint64_t total; /* ever charged */
	uint64_t since; /* the charge that began the wait */
	uint64_t until; /* wait: nothing is evaluated before */
	uint32_t level; /* waits in a row */
	uint8_t n_marks;
	struct mark marks[MARKS_MAX];
};

static const struct field mark_fields[] = {
	CODEC_U64(1, mark, at),
};
static const struct layout mark_layout =
    CODEC_LAYOUT("mark", 1, mark, mark_fields);

static const struct field counter_fields[] = {
	CODEC_U32(1, counter, schema),
	CODEC_STR(2, counter, name),
	CODEC_U64(3, counter, total),
	CODEC_U64(4, counter, since),
	CODEC_U64(5, counter, until),
	CODEC_U32(6, counter, level),
	CODEC_LIST(7, counter, marks, n_marks, &mark_layout),
};
static const struct layout counter_layout =
    CODEC_LAYOUT("counter", REC_ORIGIN, counter, counter_fields);

/* What counts how: the three rows of SPEC's rule. */
struct rule {
	enum rec_type type;
	char name[COUNTER_NAME];
	uint32_t limit;	 /* failures */
	uint32_t window; /* seconds */
	bool doubling;	 /* base, 2 base, ... ceiling; else until one ages */
	bool exempt;	 /* counted, but does not make wait */
};

static size_t
rules_of(const struct attempt *a, struct rule ret[static 3])
{
	const char *o = a->origin->name;
	bool known = a->origin->console;
	size_t n = 0;

	memset(ret, 0, 3 * sizeof(*ret));
	if (a->person != NULL) {
		const char *login = a->person->login;

		known = known ||
		    person_knows(
			a->person, o, a->now, a->conf->throttle.known_for);
		(void)snprintf(ret[n].name, COUNTER_NAME, "%s %s", login, o);
		ret[n].type = REC_ORIGIN;
		ret[n].limit = a->conf->throttle.free;
		ret[n].window = a->conf->throttle.window;
		ret[n++].doubling = true;
		(void)snprintf(ret[n].name, COUNTER_NAME, "%s *", login);
		ret[n].type = REC_ORIGIN;
		ret[n].limit = a->conf->throttle.per_person;
		ret[n].window = a->conf->throttle.per_person_window;
		ret[n++].exempt = known;
	}
	if (a->origin->address) {
		(void)snprintf(ret[n].name, COUNTER_NAME, "%s", o);
		ret[n].type = REC_SOURCE;
		ret[n].limit = a->conf->throttle.per_source;
		ret[n].window = a->conf->throttle.per_source_window;
		ret[n++].exempt = known;
	}
	return n;
}

static int
load(struct store *st, const struct rule *r, struct counter *ret)
{
	struct buf value = BUF_INIT;
	uint64_t version;
	int e;

	e = store_get(st, r->type, r->name, &value, &version);
	if (e == KOSMO_OK)
		e = codec_decode(
		    &counter_layout, CODEC_RECORD, value.data, value.len, ret);
	if (e == KOSMO_ENOTFOUND) {
		memset(ret, 0, sizeof(*ret));
		ret->schema = COUNTER_SCHEMA;
		(void)snprintf(ret->name, COUNTER_NAME, "%s", r->name);
		e = KOSMO_OK;
	}
	buf_done(&value);
	return e;
}

static int
save(struct txn *t, const struct rule *r, const struct counter *c)
{
	struct buf value = BUF_INIT;
	int e;

	e = codec_encode(&counter_layout, CODEC_RECORD, c, &value);
	if (e == KOSMO_OK)
		e = store_put(
		    t, r->type, r->name, value.data, value.len, STORE_ANY);
	buf_done(&value);
	return e;
}

/*
 * What was noted in the future was noted by a wrong clock. Else a day that
 * was typed in wrongly would make people wait until it comes.
 */
static void
forget_future(struct counter *c, uint64_t now)
{
	uint8_t n = 0;

	for (size_t i = 0; i < c->n_marks; i++) {
		if (c->marks[i].at <= now + CLOCK_SLACK)
			c->marks[n++] = c->marks[i];
	}
	c->n_marks = n;
	if (c->since > now + CLOCK_SLACK) {
		c->since = 0;
		c->until = 0;
		c->level = 0;
	}
}

/* An unlock by an admin makes everything before it count no more. */
static void
forget_cleared(const struct attempt *a, const struct rule *r, struct counter *c)
{
	uint64_t newest = c->n_marks > 0 ? c->marks[c->n_marks - 1].at : 0;

	if (newest < c->since)
		newest = c->since;
	if (r->type != REC_ORIGIN || a->person->cleared == 0 ||
	    newest > a->person->cleared ||
	    a->person->cleared > (uint64_t)a->now + CLOCK_SLACK)
		return;
	c->n_marks = 0;
	c->until = 0;
	c->level = 0;
}

int64_t
throttle_wait(const struct attempt *a)
{
	struct rule rules[3];
	struct counter c;
	size_t n = rules_of(a, rules);
	uint64_t until = 0;

	for (size_t i = 0; i < n; i++) {
		if (load(a->store, &rules[i], &c) != KOSMO_OK)
			return a->now + a->conf->throttle.ceiling;
		forget_future(&c, (uint64_t)a->now);
		forget_cleared(a, &rules[i], &c);
		if (!rules[i].exempt && c.until > until)
			until = c.until;
	}
	return until > (uint64_t)a->now ? (int64_t)until : 0;
}

static uint64_t
min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Drops marks that left the window, and the level after a quiet window. */
static void
age(struct counter *c, const struct rule *r, uint64_t now)
{
	uint8_t n = 0;

	for (size_t i = 0; i < c->n_marks; i++) {
		if (c->marks[i].at + r->window > now)
			c->marks[n++] = c->marks[i];
	}
	c->n_marks = n;
	if (c->until != 0 && c->until + r->window < now) {
		c->until = 0;
		c->level = 0;
	}
}

static void
begin_wait(const struct conf *conf, struct counter *c, const struct rule *r,
    uint64_t now)
{
	uint64_t wait = conf->throttle.base;
	size_t first = (size_t)(c->n_marks - r->limit);

	c->since = now;
	if (!r->doubling) {
		c->until = c->marks[first].at + r->window;
		return;
	}
	for (uint32_t i = 0; i < c->level && wait < conf->throttle.ceiling; i++)
		wait *= 2;
	c->until = now + min_u64(wait, conf->throttle.ceiling);
	c->level++;
}

/* True if it left a mark. */
static bool
charge(const struct attempt *a, struct counter *c, const struct rule *r)
{
	uint64_t now = (uint64_t)a->now;

	c->total++;
	if (c->until > now)
		return false; /* not evaluated: the wait gets no longer */
	age(c, r, now);
	if (c->n_marks == MARKS_MAX) {
		memmove(c->marks, c->marks + 1,
		    (MARKS_MAX - 1) * sizeof(*c->marks));
		c->n_marks--;
	}
	c->marks[c->n_marks++].at = now;
	if (c->n_marks >= r->limit)
		begin_wait(a->conf, c, r, now);
	return true;
}

int
throttle_charge(const struct attempt *a, struct txn *t, uint8_t *ret_marked)
{
	struct rule rules[3];
	struct counter c;
	size_t n = rules_of(a, rules);
	int r;

	*ret_marked = 0;
	for (size_t i = 0; i < n; i++) {
		if ((r = load(a->store, &rules[i], &c)) != KOSMO_OK)
			return r;
		forget_future(&c, (uint64_t)a->now);
		forget_cleared(a, &rules[i], &c);
		if (charge(a, &c, &rules[i]))
			*ret_marked |= (uint8_t)(1U << i);
		if ((r = save(t, &rules[i], &c)) != KOSMO_OK)
			return r;
	}
	return KOSMO_OK;
}

/* Takes one mark of that time away, and the wait that it led to. */
static void
refund(struct counter *c, const struct rule *r, uint64_t charged, uint64_t now)
{
	for (size_t i = c->n_marks; i > 0; i--) {
		if (c->marks[i - 1].at != charged)
			continue;
		memmove(c->marks + i - 1, c->marks + i,
		    (c->n_marks - i) * sizeof(*c->marks));
		c->n_marks--;
		c->total--;
		break;
	}
	if (c->until <= now || (c->n_marks >= r->limit && c->since != charged))
		return;
	c->until = now;
	if (c->level > 0)
		c->level--;
}

int
throttle_refund(
    const struct attempt *a, int64_t charged, uint8_t marked, struct txn *t)
{
	struct rule rules[3];
	struct counter c;
	size_t n = rules_of(a, rules);
	int r;

	for (size_t i = 0; i < n; i++) {
		if ((marked & 1U << i) == 0)
			continue;
		if ((r = load(a->store, &rules[i], &c)) != KOSMO_OK)
			return r;
		refund(&c, &rules[i], (uint64_t)charged, (uint64_t)a->now);
		if ((r = save(t, &rules[i], &c)) != KOSMO_OK)
			return r;
	}
	return KOSMO_OK;
}

int
throttle_reset(const struct attempt *a, struct txn *t)
{
	struct rule rules[3];
	struct counter c;
	int r;

	if (a->person == NULL || rules_of(a, rules) == 0)
		return KOSMO_OK;
	if ((r = load(a->store, &rules[0], &c)) != KOSMO_OK)
		return r;
	if (c.total == 0)
		return KOSMO_OK; /* the usual case writes nothing */
	return store_delete(t, rules[0].type, rules[0].name, STORE_ANY);
}

bool
throttle_stale(const struct conf *conf, const struct buf *value, int64_t now,
    char ret_name[static NAME_LEN + ORIGIN_LEN + 2])
{
	uint64_t newest, keep = conf->throttle.window;
	struct counter c;

	if (codec_decode(&counter_layout, CODEC_RECORD, value->data, value->len,
		&c) != KOSMO_OK)
		return false;
	(void)snprintf(ret_name, COUNTER_NAME, "%s", c.name);
	newest = c.n_marks > 0 ? c.marks[c.n_marks - 1].at : 0;
	if (keep < conf->throttle.per_source_window)
		keep = conf->throttle.per_source_window;
	if (keep < conf->throttle.per_person_window)
		keep = conf->throttle.per_person_window;
	return newest + keep < (uint64_t)now && c.until + keep < (uint64_t)now;
}
