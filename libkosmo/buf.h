/*
 * buf.h: bytes that grow up to a stated end, and are wiped.
 *
 * Growing allocates anew and wipes the old place, so no copy of a secret is
 * left behind. Not for strings: it holds packets, records and batches.
 */
#ifndef KOSMO_LIBKOSMO_BUF_H
#define KOSMO_LIBKOSMO_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct buf {
	uint8_t *data;
	size_t len; /* bytes used */
	size_t cap; /* bytes allocated */
};

#define BUF_INIT           \
	{                  \
		NULL, 0, 0 \
	}
#define BUF_MAX ((size_t)64 * 1024 * 1024) /* no buf grows beyond */

/* Makes room for more bytes beyond len. KOSMO_ENOMEM, KOSMO_ETOOBIG. */
KOSMO_CHECK int buf_reserve(struct buf *b, size_t more);

/* Appends n bytes; on error b is as it was. */
KOSMO_CHECK int buf_add(struct buf *b, const void *bytes, size_t n);

/* Appends a number in big endian. */
KOSMO_CHECK int buf_add_u8(struct buf *b, uint8_t v);
KOSMO_CHECK int buf_add_u16(struct buf *b, uint16_t v);
KOSMO_CHECK int buf_add_u32(struct buf *b, uint32_t v);
KOSMO_CHECK int buf_add_u64(struct buf *b, uint64_t v);

/* Wipes the content and keeps the room. */
void buf_reset(struct buf *b);

/* Wipes and frees; accepts an empty one and may be called twice. */
void buf_done(struct buf *b);

/*
 * A cursor over bytes that somebody else owns. Each get fails with
 * KOSMO_EFORMAT and takes nothing if too few bytes are left.
 */
struct cursor {
	const uint8_t *p;
	size_t left;
};

KOSMO_CHECK int cursor_u8(struct cursor *c, uint8_t *ret);
KOSMO_CHECK int cursor_u16(struct cursor *c, uint16_t *ret);
KOSMO_CHECK int cursor_u32(struct cursor *c, uint32_t *ret);
KOSMO_CHECK int cursor_u64(struct cursor *c, uint64_t *ret);

/* *ret points into the bytes under the cursor. */
KOSMO_CHECK int cursor_take(struct cursor *c, size_t n, const uint8_t **ret);

#endif
