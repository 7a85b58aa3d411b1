#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kosmod/keeper/folder.h"
#include "kosmod/keeper/store_in.h"

#define REPLAY_BYTES ((size_t)1024 * 1024) /* applied at once */

/* The folder, alone, and with a store in it. */
static int
enter(struct store *st, const char *dir, const char **why)
{
	struct stat sb;
	int r;

	*why = "the state folder must be kosmod's own, with mode 0700";
	if ((r = folder_open(dir, &st->dirfd)) != KOSMO_OK) {
		if (r == KOSMO_ENOTFOUND)
			*why = "there is no state folder";
		return r;
	}
	if (fstatat(st->dirfd, STORE_FILE, &sb, AT_SYMLINK_NOFOLLOW) == -1) {
		*why = "there is no store: kosmod --init makes one, once";
		return errno == ENOENT ? KOSMO_ENOTFOUND : KOSMO_EIO;
	}
	*why = "another kosmod has the store open";
	return folder_lock(st->dirfd, &st->lockfd);
}

/* Opens a table of the folder and reads what it says of itself. */
static int
open_table(struct store *st, const char *name, enum table_mode mode,
    struct table **ret, struct buf *raw, const char **why)
{
	struct meta m;
	int fd, r;

	*why = "store.gdbm must be a plain file of kosmod's own";
	r = folder_file(
	    st->dirfd, name, mode == TABLE_READ ? O_RDONLY : O_RDWR, &fd);
	if (r != KOSMO_OK)
		return r;
	if ((r = table_open(fd, name, mode, ret, why)) != KOSMO_OK ||
	    (r = meta_read(*ret, st->seal, &m, raw, why)) != KOSMO_OK) {
		(void)table_close(ret);
		return r;
	}
	st->meta = m;
	return KOSMO_OK;
}

/* True if the last stop was clean: live.gdbm is what store.gdbm is. */
static bool
was_clean(struct store *st, const struct buf *raw)
{
	uint8_t mark[256];
	size_t got = 0;
	int fd;

	if (folder_file(st->dirfd, CLEAN_FILE, O_RDONLY, &fd) != KOSMO_OK)
		return false;
	if (folder_read(fd, mark, sizeof(mark), 0, &got) != KOSMO_OK)
		got = 0;
	close(fd);
	return got == raw->len && memcmp(mark, raw->data, got) == 0;
}

/* Makes live.gdbm anew from the checkpoint; gives up the ballast for it. */
static int
copy_live(struct store *st, struct table *from)
{
	int fd, r;

	r = folder_file(st->dirfd, LIVE_FILE, O_RDWR | O_CREAT, &fd);
	if (r != KOSMO_OK)
		return r;
	r = folder_copy(table_fd(from), fd);
	if (r == KOSMO_EFULL && store_drop_ballast(st))
		r = folder_copy(table_fd(from), fd);
	close(fd);
	return r;
}

/*
 * Opens live.gdbm: as it is after a clean stop, else as a new copy; where
 * there is no room for one, store.gdbm itself to read from.
 */
static int
open_base(struct store *st, bool reader, const char **why)
{
	struct table *from = NULL, *live = NULL;
	struct buf raw = BUF_INIT, live_raw = BUF_INIT;
	bool clean;
	int r;

	r = open_table(st, STORE_FILE, TABLE_READ, &from, &raw, why);
	if (r != KOSMO_OK)
		goto out;
	seal_bind(st->seal, st->meta.id);
	st->checkpoint_time = st->meta.time;
	st->cp.sequence = st->meta.sequence;
	clean = !reader && was_clean(st, &raw);
	/* The mark must be gone for good before live.gdbm is written. */
	folder_remove(st->dirfd, CLEAN_FILE);
	*why = "the state folder can't be synced";
	if ((r = folder_sync(st->dirfd)) != KOSMO_OK)
		goto out;
	if (clean &&
	    open_table(st, LIVE_FILE, TABLE_WRITE, &live, &live_raw, why) ==
		KOSMO_OK &&
	    (live_raw.len != raw.len ||
		memcmp(live_raw.data, raw.data, raw.len) != 0))
		(void)table_close(&live);
	*why = "live.gdbm can't be made";
	if (live == NULL && !reader && (r = copy_live(st, from)) == KOSMO_OK)
		r = open_table(
		    st, LIVE_FILE, TABLE_WRITE, &live, &live_raw, why);
	if (reader || r == KOSMO_EFULL) {
		st->reader = st->full = true;
		folder_remove(st->dirfd, LIVE_FILE);
		(void)table_close(&live);
		live = from;
		from = NULL;
		r = KOSMO_OK;
	}
	st->base = live;
	live = NULL;
out:
	(void)table_close(&from);
	(void)table_close(&live);
	buf_done(&raw);
	buf_done(&live_raw);
	return r;
}

/* One op of a batch that is durable already. */
static int
replay_op(struct store *st, const struct journal_op *op)
{
	struct overlay_entry *e;

	if (op->kind == OP_LINE) {
		st->meta.lines = op->number;
		return KOSMO_OK;
	}
	if (op->kind == OP_NEW)
		st->meta.records++;
	if (op->kind == OP_DELETE)
		st->meta.records--;
	e = overlay_entry_new(op->key, op->bytes, op->len);
	if (e == NULL)
		return KOSMO_ENOMEM;
	overlay_put(st->over, e);
	return KOSMO_OK;
}

static int
replay_batch(void *arg, uint64_t sequence, const uint8_t *payload, size_t len)
{
	struct store *st = arg;
	struct cursor c = { payload, len };
	struct journal_op op;
	int r;

	while ((r = journal_decode(&c, &op)) == KOSMO_OK) {
		if ((r = replay_op(st, &op)) != KOSMO_OK)
			return r;
	}
	if (r != KOSMO_ENOTFOUND)
		return r;
	st->meta.sequence = sequence;
	if ((r = store_queue_lines(st, payload, len)) != KOSMO_OK)
		return r;
	store_send_lines(st);
	if (!st->reader && overlay_bytes(st->over) > REPLAY_BYTES)
		return store_apply(st, true);
	return KOSMO_OK;
}

/* From the checkpoint to the last durable batch, and a new journal. */
static int
catch_up(struct store *st, const char **why)
{
	struct journal_replay rp = { .dirfd = st->dirfd,
		.seal = st->seal,
		.id = st->meta.id,
		.sequence = st->meta.sequence,
		.each = replay_batch,
		.arg = st };
	int r;

	if ((r = journal_replay(&rp)) != KOSMO_OK) {
		*why = rp.why;
		return r;
	}
	if (!st->reader && (r = store_apply(st, true)) != KOSMO_OK) {
		*why = "live.gdbm can't be written";
		return r;
	}
	st->old_bytes = rp.bytes;
	st->lines = st->meta.lines;
	st->records = st->meta.records;
	*why = "a new journal can't be begun";
	r = journal_begin(st->dirfd, st->seal, st->meta.id,
	    st->meta.sequence + 1, &st->journal);
	if (r == KOSMO_EFULL && store_drop_ballast(st))
		r = journal_begin(st->dirfd, st->seal, st->meta.id,
		    st->meta.sequence + 1, &st->journal);
	return r;
}

static int
start(struct store *st, const char *dir, bool reader, const char **why)
{
	int r;

	if ((r = enter(st, dir, why)) != KOSMO_OK)
		return r;
	folder_remove(st->dirfd, TMP_FILE);
	if ((r = open_base(st, reader, why)) != KOSMO_OK ||
	    (r = catch_up(st, why)) != KOSMO_OK)
		return r;
	if (!st->full && folder_ballast(st->dirfd) == KOSMO_EFULL)
		(void)store_drop_ballast(st);
	return KOSMO_OK;
}

static int
try_open(const char *dir, const uint8_t master[static STORE_KEY_LEN],
    const struct store_events *events, bool reader, struct store **ret,
    const char **why)
{
	struct store *st = calloc(1, sizeof(*st));
	int r;

	*why = "out of memory";
	if (st == NULL)
		return KOSMO_ENOMEM;
	st->dirfd = st->lockfd = -1;
	st->cp.at = CHECKPOINT_BYTES;
	if (events != NULL)
		st->events = *events;
	if ((r = seal_new(master, &st->seal)) != KOSMO_OK ||
	    (r = overlay_new(&st->over)) != KOSMO_OK ||
	    (r = start(st, dir, reader, why)) != KOSMO_OK) {
		store_free(&st);
		return r;
	}
	/* Left over if the last checkpoint was cut off at its end. */
	journal_prune(st->dirfd, st->cp.sequence);
	*ret = st;
	return KOSMO_OK;
}

int
store_open(const char *dir, const uint8_t master[static STORE_KEY_LEN],
    const struct store_events *events, struct store **ret, const char **ret_why)
{
	const char *why;
	int r = try_open(dir, master, events, false, ret, &why);

	/* A full disk never stops a start: then without live.gdbm. */
	if (r == KOSMO_EFULL)
		r = try_open(dir, master, events, true, ret, &why);
	if (ret_why != NULL)
		*ret_why = r == KOSMO_OK ? NULL : why;
	return r;
}
