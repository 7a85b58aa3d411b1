#include "config.h"

#include <stdbool.h>
#include <stdlib.h>

#include "kosmod/keeper/store_in.h"

/*
 * GDBM moves records about when others are written. So while a walk goes on
 * live.gdbm rests and the overlay takes what comes, as in a checkpoint; the
 * walk takes the table first, then what is new in the overlay.
 */
struct store_walk {
	struct store *st;
	uint64_t thaws;
	struct buf key;
	bool table_done;
	struct overlay_entry *at; /* handed out last */
};

void
store_walk_end(struct store_walk **cursor)
{
	struct store_walk *w = *cursor;

	if (w == NULL)
		return;
	if (w->thaws == w->st->thaws)
		w->st->walks--;
	buf_done(&w->key);
	free(w);
	*cursor = NULL;
}

void
walk_break(struct store *st)
{
	if (st->walks == 0)
		return;
	st->walks = 0;
	st->thaws++;
}

static int
walk_begin(struct store *st, struct store_walk **ret)
{
	struct store_walk *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return KOSMO_ENOMEM;
	w->st = st;
	w->thaws = st->thaws;
	st->walks++;
	*ret = w;
	return KOSMO_OK;
}

/* The sealed value that a key of the table has now, into st->sealed. */
static int
current(struct store *st, const uint8_t *key)
{
	const struct overlay_entry *e = overlay_find(st->over, key);

	buf_reset(&st->sealed);
	if (e == NULL)
		return table_get(st->base, key, SEAL_KEY_LEN, &st->sealed);
	if (e->value == NULL)
		return KOSMO_ENOTFOUND;
	return buf_add(&st->sealed, e->value, e->len);
}

/*
 * The next record of the table; w->key has its key. With one, only one record
 * is looked at: st->sealed is empty if it is of another type.
 */
static int
next_in_table(struct store_walk *w, enum rec_type type, bool one)
{
	struct store *st = w->st;
	int r;

	while ((r = table_next(st->base, &w->key)) == KOSMO_OK) {
		if (w->key.len != SEAL_KEY_LEN)
			continue;
		r = current(st, w->key.data);
		if (r == KOSMO_ENOTFOUND)
			continue;
		if (r != KOSMO_OK ||
		    seal_type(st->sealed.data, st->sealed.len) == type)
			return r;
		buf_reset(&st->sealed);
		if (one)
			return KOSMO_OK;
	}
	return r;
}

/* The next record that is in the overlay alone. */
static int
next_in_overlay(struct store_walk *w, enum rec_type type)
{
	struct overlay_entry *e =
	    w->at != NULL ? w->at->next : overlay_first(w->st->over);

	while (e != NULL &&
	    (e->value == NULL || seal_type(e->value, e->len) != type ||
		table_has(w->st->base, e->key, SEAL_KEY_LEN)))
		e = e->next;
	if (e == NULL)
		return KOSMO_ENOTFOUND;
	w->at = e;
	buf_reset(&w->key);
	buf_reset(&w->st->sealed);
	if (buf_add(&w->key, e->key, SEAL_KEY_LEN) != KOSMO_OK)
		return KOSMO_ENOMEM;
	return buf_add(&w->st->sealed, e->value, e->len);
}

static int
next_sealed(struct store_walk *w, enum rec_type type, bool one)
{
	int r;

	if (w->thaws != w->st->thaws)
		return KOSMO_ECONFLICT;
	if (!w->table_done) {
		r = next_in_table(w, type, one);
		if (r != KOSMO_ENOTFOUND)
			return r;
		w->table_done = true;
	}
	return next_in_overlay(w, type);
}

static int
walk_on(struct store *st, enum rec_type type, bool one,
    struct store_walk **cursor, struct buf *ret)
{
	struct sealed rec;
	int r = st->failed ? KOSMO_EIO : KOSMO_OK;

	buf_reset(ret);
	if (r == KOSMO_OK && *cursor == NULL)
		r = walk_begin(st, cursor);
	if (r == KOSMO_OK)
		r = next_sealed(*cursor, type, one);
	if (r == KOSMO_OK && st->sealed.len == 0)
		return KOSMO_OK;
	if (r == KOSMO_OK)
		r = seal_open(st->seal, st->sealed.data, st->sealed.len,
		    (*cursor)->key.data, &st->plain, &rec);
	if (r == KOSMO_OK)
		r = buf_add(ret, rec.value, rec.len);
	buf_reset(&st->plain);
	if (r != KOSMO_OK)
		store_walk_end(cursor);
	return r;
}

int
store_next(struct store *st, enum rec_type type, struct store_walk **cursor,
    struct buf *ret)
{
	return walk_on(st, type, false, cursor, ret);
}

int
store_step(struct store *st, enum rec_type type, struct store_walk **cursor,
    struct buf *ret)
{
	return walk_on(st, type, true, cursor, ret);
}
