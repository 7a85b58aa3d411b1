#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kosmod/keeper/store_in.h"

#define LINE_MAX_LEN ((size_t)12 * 1024)

enum txn_kind { TXN_PUT, TXN_DELETE, TXN_LINE };

struct txn_op {
	struct txn_op *next;
	enum txn_kind kind;
	enum rec_type type;
	char *name;
	uint8_t key[SEAL_KEY_LEN];
	struct buf value; /* or the line */
	uint64_t version; /* wanted */
	uint64_t before;  /* the version that it found */
	struct overlay_entry *entry;
};

struct txn {
	struct store *st;
	struct txn_op *first, **last;
};

int
store_begin(struct store *st, struct txn **ret)
{
	struct txn *t;

	if (st->failed)
		return KOSMO_EIO;
	if ((t = calloc(1, sizeof(*t))) == NULL)
		return KOSMO_ENOMEM;
	t->st = st;
	t->last = &t->first;
	*ret = t;
	return KOSMO_OK;
}

static void
op_free(struct txn_op *op)
{
	if (op == NULL)
		return;
	free(op->name);
	buf_done(&op->value);
	overlay_entry_free(op->entry);
	free(op);
}

void
store_abort(struct txn **t)
{
	struct txn_op *op;

	if (t == NULL || *t == NULL)
		return;
	while ((op = (*t)->first) != NULL) {
		(*t)->first = op->next;
		op_free(op);
	}
	free(*t);
	*t = NULL;
}

static int
add(struct txn *t, struct txn_op *op, const void *bytes, size_t len)
{
	int r;

	if ((r = buf_add(&op->value, bytes, len)) != KOSMO_OK) {
		op_free(op);
		return r;
	}
	*t->last = op;
	t->last = &op->next;
	return KOSMO_OK;
}

static int
add_record(struct txn *t, const struct txn_op *what, const char *name,
    const void *value, size_t len)
{
	struct txn_op *op;
	int r;

	if (len > SEAL_VALUE_MAX)
		return KOSMO_ETOOBIG;
	if ((op = malloc(sizeof(*op))) == NULL)
		return KOSMO_ENOMEM;
	*op = *what;
	r = seal_record_key(t->st->seal, op->type, name, op->key);
	if (r == KOSMO_OK && (op->name = strdup(name)) == NULL)
		r = KOSMO_ENOMEM;
	if (r != KOSMO_OK) {
		op_free(op);
		return r;
	}
	return add(t, op, value, len);
}

int
store_put(struct txn *t, enum rec_type type, const char *name,
    const void *value, size_t len, uint64_t version)
{
	const struct txn_op op = {
		.kind = TXN_PUT, .type = type, .version = version
	};

	return add_record(t, &op, name, value, len);
}

int
store_delete(
    struct txn *t, enum rec_type type, const char *name, uint64_t version)
{
	const struct txn_op op = {
		.kind = TXN_DELETE, .type = type, .version = version
	};

	return add_record(t, &op, name, NULL, 0);
}

int
store_append(struct txn *t, const char *line, size_t len)
{
	struct txn_op *op;

	if (len > LINE_MAX_LEN)
		return KOSMO_ETOOBIG;
	if ((op = calloc(1, sizeof(*op))) == NULL)
		return KOSMO_ENOMEM;
	op->kind = TXN_LINE;
	return add(t, op, line, len);
}

/* Version of a record as op will find it; 0: there is none. */
static int
find_version(const struct txn *t, const struct txn_op *op, uint64_t *ret)
{
	const struct txn_op *before = NULL;
	struct sealed rec;
	int r;

	for (const struct txn_op *o = t->first; o != op; o = o->next) {
		if (o->kind != TXN_LINE &&
		    memcmp(o->key, op->key, SEAL_KEY_LEN) == 0)
			before = o;
	}
	if (before != NULL) {
		*ret = before->kind == TXN_PUT ? before->before + 1 : 0;
		return KOSMO_OK;
	}
	r = store_look(t->st, op->key, &rec);
	*ret = r == KOSMO_OK ? rec.version : 0;
	buf_reset(&t->st->plain);
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

/* Checks the version and seals; changes nothing outside of op. */
static int
prepare(const struct txn *t, struct txn_op *op)
{
	struct store *st = t->st;
	struct sealed rec = { .type = op->type,
		.name = op->name,
		.value = op->value.data,
		.len = op->value.len };
	int r;

	if (op->kind == TXN_LINE)
		return KOSMO_OK;
	if ((r = find_version(t, op, &op->before)) != KOSMO_OK)
		return r;
	if (op->version != STORE_ANY && op->version != op->before)
		return KOSMO_ECONFLICT;
	/* A full disk leaves room for what must be counted, only. */
	if (op->version != STORE_ANY && st->full)
		return KOSMO_EFULL;
	buf_reset(&st->sealed);
	if (op->kind == TXN_PUT) {
		rec.name_len = strlen(op->name);
		rec.version = op->before + 1;
		r = seal_value(st->seal, &rec, op->key, &st->sealed);
		if (r != KOSMO_OK)
			return r;
		op->entry =
		    overlay_entry_new(op->key, st->sealed.data, st->sealed.len);
	} else
		op->entry = overlay_entry_new(op->key, NULL, 0);
	return op->entry != NULL ? KOSMO_OK : KOSMO_ENOMEM;
}

/* Appends op to the open batch. */
static int
encode(struct store *st, const struct txn_op *op, uint64_t *lines)
{
	struct journal_op j = { .key = op->key };

	if (op->kind == TXN_LINE) {
		j.kind = OP_LINE;
		j.number = ++*lines;
		j.bytes = op->value.data;
		j.len = op->value.len;
	} else if (op->kind == TXN_PUT) {
		j.kind = op->before == 0 ? OP_NEW : OP_REPLACE;
		j.bytes = op->entry->value;
		j.len = op->entry->len;
	} else if (op->before == 0)
		return KOSMO_OK;
	else
		j.kind = OP_DELETE;
	return journal_encode(&st->batch, &j);
}

static int
reserve(struct store *st)
{
	int r;

	if (st->batch.len > BATCH_MAX ||
	    overlay_bytes(st->over) > OVERLAY_HARD ||
	    (st->no_room && overlay_bytes(st->over) > OVERLAY_BYTES))
		return KOSMO_EFULL;
	if (st->n_done == st->cap_done) {
		size_t cap = st->cap_done > 0 ? st->cap_done * 2 : 64;
		struct store_done *more =
		    realloc(st->done, cap * sizeof(*more));

		if (more == NULL)
			return KOSMO_ENOMEM;
		st->done = more;
		st->cap_done = cap;
	}
	r = journal_reserve(st->journal, st->batch.len);
	if (r == KOSMO_EFULL && store_drop_ballast(st))
		r = journal_reserve(st->journal, st->batch.len);
	return r;
}

/* From here on nothing fails. */
static void
take_in(struct store *st, struct txn *t)
{
	for (struct txn_op *op = t->first; op != NULL; op = op->next) {
		if (op->kind == TXN_LINE)
			continue;
		if (op->kind == TXN_PUT && op->before == 0)
			st->records++;
		if (op->kind == TXN_DELETE && op->before == 0)
			continue;
		if (op->kind == TXN_DELETE)
			st->records--;
		overlay_put(st->over, op->entry);
		op->entry = NULL;
	}
}

int
store_commit(
    struct store *st, struct txn **t, void (*done)(void *arg), void *arg)
{
	size_t before = st->batch.len;
	uint64_t lines = st->lines;
	int r = st->failed ? KOSMO_EIO : KOSMO_OK;

	for (struct txn_op *op = (*t)->first; r == KOSMO_OK && op != NULL;
	     op = op->next)
		r = prepare(*t, op);
	for (struct txn_op *op = (*t)->first; r == KOSMO_OK && op != NULL;
	     op = op->next)
		r = encode(st, op, &lines);
	if (r == KOSMO_OK)
		r = reserve(st);
	if (r == KOSMO_OK) {
		take_in(st, *t);
		st->lines = lines;
		if (done != NULL)
			st->done[st->n_done++] =
			    (struct store_done){ done, arg };
	} else
		st->batch.len = before;
	store_abort(t);
	return r;
}
