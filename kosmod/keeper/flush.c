#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kosmod/keeper/folder.h"
#include "kosmod/keeper/store_in.h"

#define UNSENT_MAX ((size_t)4 * 1024 * 1024)
#define BATCH_KEPT ((size_t)1024 * 1024) /* of memory, from turn to turn */
#define ROOM ((off_t)2 * 1024 * 1024)	 /* that live.gdbm has ahead of it */
#define BALLAST_MS 10000		 /* between two tries to have it back */

bool
store_frozen(const struct store *st)
{
	return st->cp.pid != 0 || st->walks > 0 || st->reader;
}

/*
 * Sees to it that live.gdbm can take the overlay: a write that fails in the
 * middle would leave GDBM's file unusable.
 */
static bool
have_room(struct store *st)
{
	off_t need = ROOM + 2 * (off_t)overlay_bytes(st->over);
	int fd = table_fd(st->base);
	struct stat sb;

	if (fstat(fd, &sb) == -1)
		return false;
	if (sb.st_size + need / 2 <= st->live_room)
		return true;
	while (fallocate(fd, FALLOC_FL_KEEP_SIZE, sb.st_size, need) == -1) {
		if (errno == EOPNOTSUPP)
			return true;
		if (folder_error(errno) != KOSMO_EFULL ||
		    !store_drop_ballast(st))
			return false;
	}
	st->live_room = sb.st_size + need;
	return true;
}

static int
apply_one(struct store *st, struct overlay_entry *e)
{
	int r;

	if (e->value != NULL)
		r = table_put(
		    st->base, e->key, sizeof(e->key), e->value, e->len);
	else
		r = table_delete(st->base, e->key, sizeof(e->key));
	if (r == KOSMO_OK)
		overlay_drop(st->over, e);
	return r;
}

int
store_apply(struct store *st, bool all)
{
	int64_t until = store_now() + APPLY_MS;
	struct overlay_entry *e;
	int r = KOSMO_OK;

	if (overlay_first(st->over) == NULL)
		return KOSMO_OK;
	st->no_room = !have_room(st);
	if (st->no_room)
		return all ? KOSMO_EFULL : KOSMO_OK;
	for (unsigned n = 1;
	     r == KOSMO_OK && (e = overlay_first(st->over)) != NULL; n++) {
		r = apply_one(st, e);
		if (!all && n % 16 == 0 && store_now() >= until &&
		    overlay_bytes(st->over) < OVERLAY_BYTES)
			break;
	}
	return r;
}

int
store_queue_lines(struct store *st, const uint8_t *payload, size_t len)
{
	struct cursor c = { payload, len };
	struct journal_op op;
	int r = KOSMO_OK;

	if (st->events.append == NULL)
		return KOSMO_OK;
	while (r == KOSMO_OK && (r = journal_decode(&c, &op)) == KOSMO_OK) {
		if (op.kind == OP_LINE)
			r = journal_encode(&st->unsent, &op);
	}
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

/* Hands on as many as are taken; returns the bytes that were. */
static size_t
send_some(struct store *st)
{
	struct cursor c = { st->unsent.data, st->unsent.len };
	struct journal_op op;
	size_t sent = 0;

	while (journal_decode(&c, &op) == KOSMO_OK) {
		union {
			const uint8_t *in;
			const char *out;
		} line = { op.bytes };

		if (st->events.append(
			st->events.arg, op.number, line.out, op.len) != 0)
			break;
		sent = st->unsent.len - c.left;
	}
	return sent;
}

void
store_send_lines(struct store *st)
{
	size_t sent, left;

	if (st->unsent.len == 0)
		return;
	sent = send_some(st);
	if (sent == 0 && store_drop_ballast(st))
		sent = send_some(st);
	left = st->unsent.len - sent;
	memmove(st->unsent.data, st->unsent.data + sent, left);
	st->unsent.len = left;
	if (left > UNSENT_MAX)
		store_fail(st, "the audit log can't be written");
}

/* One batch: durable, then applied. False: there is nothing to go on with. */
static bool
flush_batch(struct store *st)
{
	int r;

	r = journal_write(st->journal, st->meta.sequence + 1, &st->batch);
	if (r == KOSMO_EFULL && store_drop_ballast(st))
		r = journal_write(
		    st->journal, st->meta.sequence + 1, &st->batch);
	if (r != KOSMO_OK) {
		store_fail(st,
		    r == KOSMO_EFULL ? "no room for the journal"
				     : "the journal could not be made durable");
		return false;
	}
	st->meta.sequence++;
	st->meta.lines = st->lines;
	st->meta.records = st->records;
	r = store_queue_lines(st, st->batch.data, st->batch.len);
	if (r != KOSMO_OK) {
		store_fail(st, "out of memory");
		return false;
	}
	if (st->batch.cap > BATCH_KEPT)
		buf_done(&st->batch);
	buf_reset(&st->batch);
	store_send_lines(st);
	return !st->failed;
}

/* Brings what is durable into live.gdbm. */
static bool
catch_up(struct store *st)
{
	int r;

	if (overlay_bytes(st->over) > OVERLAY_BYTES) {
		checkpoint_abort(st);
		walk_break(st);
	}
	if (store_frozen(st))
		return true;
	/*
	 * One batch goes in at once. More has been held back by a checkpoint
	 * or a walk, and goes in bit by bit.
	 */
	r = store_apply(st, false);
	if (r != KOSMO_OK)
		store_fail(st, "live.gdbm could not be written");
	return r == KOSMO_OK;
}

static void
call_done(struct store *st)
{
	struct store_done *done = st->done;
	size_t n = st->n_done;

	/* They may commit again. */
	st->done = NULL;
	st->n_done = st->cap_done = 0;
	for (size_t i = 0; i < n; i++)
		done[i].call(done[i].arg);
	if (st->done == NULL) {
		st->done = done;
		st->cap_done = n;
	} else
		free(done);
}

/* Room again: the ballast comes back, and with it the right to enrol. */
static void
regain(struct store *st)
{
	int64_t now;

	if (!st->full || st->reader || st->no_room)
		return;
	now = store_now();
	if (now < st->ballast_at)
		return;
	st->ballast_at = now + BALLAST_MS;
	st->full = folder_ballast(st->dirfd) != KOSMO_OK;
}

void
store_flush(struct store *st)
{
	if (st->failed || st->flushing)
		return;
	st->flushing = true;
	while (st->batch.len > 0 || st->n_done > 0) {
		if (st->batch.len > 0 && (!flush_batch(st) || !catch_up(st)))
			goto out;
		call_done(st);
	}
	if (st->unsent.len > 0)
		store_send_lines(st);
	if (!st->failed && catch_up(st))
		checkpoint_step(st);
	regain(st);
out:
	st->flushing = false;
}
