#include "config.h"

#include "people.h"

#include <string.h>

#include "kosmod/keeper/remember.h"

#define COUNT "people"
#define SWEEP 400 /* records looked at in one go: under 2 ms */
#define SWEEP_REST_MS (10 * 60 * 1000) /* a walk keeps the table at rest */

int
people_load(struct keeper *k)
{
	struct buf b = BUF_INIT;
	uint64_t version;
	int r;

	r = store_get(k->store, REC_META, COUNT, &b, &version);
	if (r == KOSMO_OK) {
		struct cursor c = { b.data, b.len };

		r = cursor_u64(&c, &k->people);
	}
	buf_done(&b);
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

int
people_count(struct txn *t, uint64_t people)
{
	struct buf b = BUF_INIT;
	int r;

	if ((r = buf_add_u64(&b, people)) == KOSMO_OK)
		r = store_put(t, REC_META, COUNT, b.data, b.len, STORE_ANY);
	buf_done(&b);
	return r;
}

int
people_taken(struct keeper *k, const char *name, bool *ret_taken)
{
	static const enum rec_type types[] = { REC_PERSON, REC_ALIAS };
	struct buf b = BUF_INIT;
	uint64_t version;
	int r = KOSMO_OK;

	*ret_taken = false;
	for (size_t i = 0; i < 2 && !*ret_taken; i++) {
		r = store_get(k->store, types[i], name, &b, &version);
		if (r != KOSMO_OK && r != KOSMO_ENOTFOUND)
			break;
		*ret_taken = r == KOSMO_OK;
		r = KOSMO_OK;
	}
	buf_done(&b);
	return r;
}

static void
forget(struct keeper *k, const char *name, enum rec_type type)
{
	struct txn *t = NULL;

	if (store_begin(k->store, &t) == KOSMO_OK &&
	    store_delete(t, type, name, STORE_ANY) == KOSMO_OK)
		(void)!store_commit(k->store, &t, NULL, NULL);
	store_abort(&t);
}

static bool
stale(struct keeper *k, const struct buf *value, char *ret_name)
{
	if (k->sweep_type == REC_CROWD)
		return remember_stale(value, keeper_wall(k), ret_name);
	return throttle_stale(k->conf, value, keeper_wall(k), ret_name);
}

void
people_sweep(struct keeper *k)
{
	char name[NAME_LEN + ORIGIN_LEN + 2];
	struct buf b = BUF_INIT;
	int r = KOSMO_OK;

	if (keeper_mono(k) < k->sweep_after)
		return;
	for (size_t i = 0; i < SWEEP && r == KOSMO_OK; i++) {
		r = store_step(k->store, k->sweep_type, &k->sweep, &b);
		if (r == KOSMO_OK && b.len > 0 && stale(k, &b, name))
			forget(k, name, k->sweep_type);
	}
	if (r != KOSMO_OK) {
		store_walk_end(&k->sweep);
		if (k->sweep_type == REC_CROWD)
			k->sweep_after = keeper_mono(k) + SWEEP_REST_MS;
		k->sweep_type = k->sweep_type == REC_ORIGIN ? REC_SOURCE
		    : k->sweep_type == REC_SOURCE	    ? REC_CROWD
							    : REC_ORIGIN;
	}
	buf_done(&b);
}
