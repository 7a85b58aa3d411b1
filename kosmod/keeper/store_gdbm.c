#include "config.h"

#include "table.h"

#include <gdbm.h>
#include <limits.h>
#include <setjmp.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#define BLOCK 4096   /* said aloud: GDBM would take the file system's */
#define BUCKETS 1024 /* of the cache: 4 MiB */

struct table {
	GDBM_FILE db;
	bool dead; /* GDBM gave up in the middle of something */
};

/*
 * GDBM ends the process over some errors, once this returns. So it jumps out
 * of GDBM, which takes no argument for its callback: hence a variable.
 */
static _Thread_local jmp_buf *way_out;

static void
fatal(const char *what)
{
	if (way_out != NULL)
		longjmp(*way_out, 1);
	syslog(LOG_CRIT, "the store: GDBM gave up: %s", what);
	_exit(70);
}

static int
table_error(gdbm_error e)
{
	switch (e) {
	case GDBM_ITEM_NOT_FOUND:
		return KOSMO_ENOTFOUND;
	case GDBM_MALLOC_ERROR:
		return KOSMO_ENOMEM;
	case GDBM_FILE_WRITE_ERROR:
		return KOSMO_EFULL;
	case GDBM_FILE_OPEN_ERROR:
	case GDBM_FILE_SEEK_ERROR:
	case GDBM_FILE_READ_ERROR:
	case GDBM_FILE_STAT_ERROR:
	case GDBM_FILE_CLOSE_ERROR:
	case GDBM_FILE_SYNC_ERROR:
	case GDBM_FILE_TRUNCATE_ERROR:
		return KOSMO_EIO;
	default:
		return KOSMO_ECORRUPT;
	}
}

/* After a jump: the file is not touched again. */
static int
give_up(struct table *t)
{
	int r = t->db != NULL ? table_error(gdbm_last_errno(t->db))
			      : table_error(gdbm_errno);

	t->dead = true;
	return r == KOSMO_OK || r == KOSMO_ENOTFOUND ? KOSMO_ECORRUPT : r;
}

/* Runs what with a way out of GDBM. */
#define GUARDED(t, r, what)                                   \
	do {                                                  \
		jmp_buf here;                                 \
                                                              \
		way_out = &here;                              \
		if (setjmp(here) == 0)                        \
			(r) = (t)->dead ? KOSMO_EIO : (what); \
		else                                          \
			(r) = give_up(t);                     \
		way_out = NULL;                               \
	} while (0)

/* GDBM wants char pointers that it does not write through. */
static datum
datum_of(const void *bytes, size_t len)
{
	union {
		const void *in;
		char *out;
	} p = { bytes };
	datum d = { p.out, (int)len };

	return d;
}

static int
open_db(struct table *t, int fd, const char *name, enum table_mode mode)
{
	static const int flags[] = { GDBM_READER, GDBM_WRITER, GDBM_NEWDB };
	size_t cache = BUCKETS;

	/* The folder's own lock keeps others out; files here are replaced. */
	t->db = gdbm_fd_open(fd, name, BLOCK,
	    flags[mode] | GDBM_NOLOCK | GDBM_NOMMAP | GDBM_CLOEXEC |
		GDBM_CLOERROR | GDBM_XVERIFY,
	    fatal);
	if (t->db == NULL)
		return table_error(gdbm_errno);
	if (gdbm_setopt(t->db, GDBM_SETCACHESIZE, &cache, sizeof(cache)) != 0)
		return table_error(gdbm_last_errno(t->db));
	return KOSMO_OK;
}

int
table_open(int fd, const char *name, enum table_mode mode, struct table **ret,
    const char **ret_why)
{
	struct table *t = calloc(1, sizeof(*t));
	int r;

	*ret_why = "out of memory";
	if (t == NULL) {
		close(fd);
		return KOSMO_ENOMEM;
	}
	GUARDED(t, r, open_db(t, fd, name, mode));
	if (r == KOSMO_OK) {
		*ret = t;
		return KOSMO_OK;
	}
	*ret_why = gdbm_strerror(gdbm_errno);
	(void)table_close(&t);
	return r;
}

static int
close_db(struct table *t)
{
	GDBM_FILE db = t->db;

	t->db = NULL;
	return gdbm_close(db) == 0 ? KOSMO_OK : table_error(gdbm_errno);
}

int
table_close(struct table **t)
{
	int r = KOSMO_OK;

	if (t == NULL || *t == NULL)
		return KOSMO_OK;
	(*t)->dead = false;
	if ((*t)->db != NULL)
		GUARDED(*t, r, close_db(*t));
	free(*t);
	*t = NULL;
	return r;
}

int
table_fd(const struct table *t)
{
	return gdbm_fdesc(t->db);
}

static int
get(struct table *t, const void *key, size_t len, struct buf *out)
{
	datum v = gdbm_fetch(t->db, datum_of(key, len));
	int r;

	if (v.dptr == NULL)
		return table_error(gdbm_last_errno(t->db));
	r = buf_add(out, v.dptr, (size_t)v.dsize);
	free(v.dptr);
	return r;
}

int
table_get(struct table *t, const void *key, size_t len, struct buf *out)
{
	int r;

	GUARDED(t, r, get(t, key, len, out));
	return r;
}

bool
table_has(struct table *t, const void *key, size_t len)
{
	int r;

	GUARDED(t, r, gdbm_exists(t->db, datum_of(key, len)));
	return r == 1;
}

static int
put(struct table *t, const void *key, size_t key_len, const void *value,
    size_t len)
{
	if (gdbm_store(t->db, datum_of(key, key_len), datum_of(value, len),
		GDBM_REPLACE) != 0)
		return table_error(gdbm_last_errno(t->db));
	return KOSMO_OK;
}

int
table_put(struct table *t, const void *key, size_t key_len, const void *value,
    size_t len)
{
	int r;

	if (len > INT_MAX)
		return KOSMO_ETOOBIG;
	GUARDED(t, r, put(t, key, key_len, value, len));
	return r;
}

static int delete (struct table *t, const void *key, size_t len)
{
	if (gdbm_delete(t->db, datum_of(key, len)) != 0)
		return table_error(gdbm_last_errno(t->db));
	return KOSMO_OK;
}

int
table_delete(struct table *t, const void *key, size_t len)
{
	int r;

	GUARDED(t, r, delete (t, key, len));
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

static int
next(struct table *t, struct buf *key)
{
	datum k = key->len == 0
	    ? gdbm_firstkey(t->db)
	    : gdbm_nextkey(t->db, datum_of(key->data, key->len));
	int r;

	if (k.dptr == NULL)
		return table_error(gdbm_last_errno(t->db));
	buf_reset(key);
	r = buf_add(key, k.dptr, (size_t)k.dsize);
	free(k.dptr);
	return r;
}

int
table_next(struct table *t, struct buf *key)
{
	int r;

	GUARDED(t, r, next(t, key));
	return r;
}
