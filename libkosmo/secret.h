/*
 * secret.h: a password, code or key in memory.
 *
 * A type of its own with a fixed capacity, so that it can't be printed,
 * strdup'ed or realloc'ed by accident: no stale copies. Whoever declares one
 * calls secret_done on every way out.
 */
#ifndef KOSMO_LIBKOSMO_SECRET_H
#define KOSMO_LIBKOSMO_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

#define SECRET_MAX 512 /* bytes; PAM_MAX_RESP_SIZE */

struct secret {
	size_t len;		    /* bytes used */
	char bytes[SECRET_MAX + 1]; /* always NUL-terminated */
};

/* Copies len bytes. KOSMO_ETOOBIG beyond SECRET_MAX, *s is empty then. */
KOSMO_CHECK int secret_set(struct secret *s, const char *bytes, size_t len);

/* True if both are equal; time depends on the lengths only. */
bool secret_equal(const struct secret *a, const struct secret *b);

/* True if len bytes at a and b are equal; time depends on len only. */
bool secret_bytes_equal(const void *a, const void *b, size_t len);

/* Wipes s; accepts NULL and may be called twice. */
void secret_done(struct secret *s);

#endif
