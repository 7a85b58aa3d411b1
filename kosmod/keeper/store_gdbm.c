#include "config.h"

#include "table.h"

#include <gdbm.h>
#include <limits.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#define BLOCK 4096   /* said aloud: GDBM would take the file system's */
#define BUCKETS 1024 /* of the cache: 4 MiB */

struct table {
	GDBM_FILE db;
};

/* GDBM ends the process when this returns; so it says why, and ends it. */
static void
fatal(const char *what)
{
	syslog(LOG_CRIT, "the store: GDBM gave up: %s", what);
	_exit(TABLE_GAVE_UP);
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

int
table_open(int fd, const char *name, enum table_mode mode, struct table **ret,
    const char **ret_why)
{
	static const int flags[] = { GDBM_READER, GDBM_WRITER, GDBM_NEWDB };
	struct table *t = calloc(1, sizeof(*t));
	size_t cache = BUCKETS;
	int r = KOSMO_ENOMEM;

	*ret_why = "out of memory";
	if (t == NULL) {
		close(fd);
		return KOSMO_ENOMEM;
	}
	/* The folder's own lock keeps others out; files here are replaced. */
	t->db = gdbm_fd_open(fd, name, BLOCK,
	    flags[mode] | GDBM_NOLOCK | GDBM_NOMMAP | GDBM_CLOEXEC |
		GDBM_CLOERROR | GDBM_XVERIFY,
	    fatal);
	if (t->db == NULL) {
		*ret_why = gdbm_strerror(gdbm_errno);
		r = table_error(gdbm_errno);
		goto out;
	}
	if (gdbm_setopt(t->db, GDBM_SETCACHESIZE, &cache, sizeof(cache)) != 0)
		goto out;
	*ret = t;
	return KOSMO_OK;
out:
	(void)table_close(&t);
	return r;
}

int
table_close(struct table **t)
{
	int r = KOSMO_OK;

	if (t == NULL || *t == NULL)
		return KOSMO_OK;
	if ((*t)->db != NULL && gdbm_close((*t)->db) != 0)
		r = table_error(gdbm_errno);
	free(*t);
	*t = NULL;
	return r;
}

int
table_fd(const struct table *t)
{
	return gdbm_fdesc(t->db);
}

int
table_get(struct table *t, const void *key, size_t len, struct buf *out)
{
	datum v = gdbm_fetch(t->db, datum_of(key, len));
	int r;

	if (v.dptr == NULL)
		return table_error(gdbm_last_errno(t->db));
	r = buf_add(out, v.dptr, (size_t)v.dsize);
	free(v.dptr);
	return r;
}

bool
table_has(struct table *t, const void *key, size_t len)
{
	return gdbm_exists(t->db, datum_of(key, len)) != 0;
}

int
table_put(struct table *t, const void *key, size_t key_len, const void *value,
    size_t len)
{
	if (len > INT_MAX)
		return KOSMO_ETOOBIG;
	if (gdbm_store(t->db, datum_of(key, key_len), datum_of(value, len),
		GDBM_REPLACE) != 0)
		return table_error(gdbm_last_errno(t->db));
	return KOSMO_OK;
}

int
table_delete(struct table *t, const void *key, size_t len)
{
	int r = KOSMO_OK;

	if (gdbm_delete(t->db, datum_of(key, len)) != 0)
		r = table_error(gdbm_last_errno(t->db));
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

int
table_next(struct table *t, struct buf *key)
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
