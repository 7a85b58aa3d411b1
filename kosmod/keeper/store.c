#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kosmod/keeper/folder.h"
#include "kosmod/keeper/store_in.h"

int64_t
store_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
store_fail(struct store *st, const char *what)
{
	if (st->failed)
		return;
	st->failed = true;
	if (st->events.failed != NULL)
		st->events.failed(st->events.arg, what);
}

bool
store_drop_ballast(struct store *st)
{
	struct stat sb;
	bool was =
	    fstatat(st->dirfd, FOLDER_BALLAST, &sb, AT_SYMLINK_NOFOLLOW) == 0;

	st->full = true;
	if (was)
		folder_remove(st->dirfd, FOLDER_BALLAST);
	return was;
}

void
store_free(struct store **st)
{
	struct store *s = *st;

	if (s == NULL)
		return;
	journal_free(&s->journal);
	(void)table_close(&s->base);
	overlay_free(&s->over);
	seal_free(&s->seal);
	buf_done(&s->batch);
	buf_done(&s->unsent);
	buf_done(&s->cp.meta);
	buf_done(&s->sealed);
	buf_done(&s->plain);
	free(s->done);
	if (s->lockfd != -1)
		close(s->lockfd);
	if (s->dirfd != -1)
		close(s->dirfd);
	free(s);
	*st = NULL;
}

void
store_close(struct store **st)
{
	if (st == NULL || *st == NULL)
		return;
	store_flush(*st);
	if (!(*st)->failed)
		checkpoint_close(*st);
	else
		checkpoint_abort(*st);
	store_free(st);
}

int
store_derive(const uint8_t master[static STORE_KEY_LEN], const char *purpose,
    uint8_t ret[static 32])
{
	return seal_derive(master, purpose, ret);
}

int
store_subkey(
    const struct store *st, const char *purpose, uint8_t ret[static 32])
{
	return seal_subkey(st->seal, purpose, ret);
}

int
store_look(struct store *st, const uint8_t key[static SEAL_KEY_LEN],
    struct sealed *ret)
{
	const struct overlay_entry *e = overlay_find(st->over, key);
	int r;

	if (e != NULL)
		return e->value == NULL ? KOSMO_ENOTFOUND
					: seal_open(st->seal, e->value, e->len,
					      key, &st->plain, ret);
	buf_reset(&st->sealed);
	r = table_get(st->base, key, SEAL_KEY_LEN, &st->sealed);
	if (r != KOSMO_OK)
		return r;
	return seal_open(
	    st->seal, st->sealed.data, st->sealed.len, key, &st->plain, ret);
}

int
store_get(struct store *st, enum rec_type type, const char *name,
    struct buf *ret, uint64_t *ret_version)
{
	uint8_t key[SEAL_KEY_LEN];
	struct sealed rec;
	int r;

	buf_reset(ret);
	if (st->failed)
		return KOSMO_EIO;
	if ((r = seal_record_key(st->seal, type, name, key)) != KOSMO_OK ||
	    (r = store_look(st, key, &rec)) != KOSMO_OK)
		return r;
	r = buf_add(ret, rec.value, rec.len);
	if (r == KOSMO_OK && ret_version != NULL)
		*ret_version = rec.version;
	buf_reset(&st->plain);
	return r;
}

bool
store_busy(const struct store *st)
{
	return !st->failed &&
	    (st->batch.len > 0 || st->n_done > 0 || st->cp.pid != 0 ||
		checkpoint_due(st) ||
		(!store_frozen(st) && overlay_first(st->over) != NULL));
}

bool
store_full(const struct store *st)
{
	return st->full;
}

void
store_facts(const struct store *st, struct store_facts *ret)
{
	ret->sequence = st->meta.sequence;
	ret->journal_bytes = store_journal_bytes(st);
	ret->checkpoint = st->checkpoint_time;
	ret->records = st->records;
	memcpy(ret->id, st->meta.id, STORE_ID_LEN);
}
