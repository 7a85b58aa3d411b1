/*
 * table.h: one GDBM file as a table of sealed records (store_gdbm.c).
 *
 * The only place that knows GDBM and its errors. Nothing here is durable:
 * the journal is.
 */
#ifndef KOSMO_KEEPER_TABLE_H
#define KOSMO_KEEPER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libkosmo/buf.h"
#include "libkosmo/error.h"

struct table;

enum table_mode { TABLE_READ, TABLE_WRITE, TABLE_NEW };

/*
 * Takes fd, of the file name, also on error. *ret_why tells errors in words.
 * KOSMO_ECORRUPT for what is no GDBM file, KOSMO_EFULL, KOSMO_EIO.
 */
KOSMO_CHECK int table_open(int fd, const char *name, enum table_mode mode,
    struct table **ret, const char **ret_why);

/* Closes and frees; accepts NULL. KOSMO_EIO or KOSMO_EFULL: not all written. */
int table_close(struct table **t);

/* The descriptor of the file; it stays the table's. */
int table_fd(const struct table *t);

/* Appends the value to out. KOSMO_ENOTFOUND. */
KOSMO_CHECK int
table_get(struct table *t, const void *key, size_t len, struct buf *out);
bool table_has(struct table *t, const void *key, size_t len);

KOSMO_CHECK int table_put(struct table *t, const void *key, size_t key_len,
    const void *value, size_t len);

/* No error if there is none. */
KOSMO_CHECK int table_delete(struct table *t, const void *key, size_t len);

/*
 * The key after the one in key, or the first if key is empty, in no order;
 * KOSMO_ENOTFOUND after the last. Nothing may be written meanwhile.
 */
KOSMO_CHECK int table_next(struct table *t, struct buf *key);

#endif
