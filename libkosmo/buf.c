#include "config.h"

#include "buf.h"

#include <stdlib.h>
#include <string.h>

int
buf_reserve(struct buf *b, size_t more)
{
	uint8_t *p;
	size_t cap = b->cap > 0 ? b->cap : 256;

	if (more > BUF_MAX || b->len > BUF_MAX - more)
		return KOSMO_ETOOBIG;
	if (b->len + more <= b->cap)
		return KOSMO_OK;
	while (cap < b->len + more)
		cap *= 2;
	if ((p = malloc(cap)) == NULL)
		return KOSMO_ENOMEM;
	if (b->data != NULL) {
		memcpy(p, b->data, b->len);
		explicit_bzero(b->data, b->cap);
		free(b->data);
	}
	b->data = p;
	b->cap = cap;
	return KOSMO_OK;
}

int
buf_add(struct buf *b, const void *bytes, size_t n)
{
	int r;

	if (n == 0)
		return KOSMO_OK;
	if ((r = buf_reserve(b, n)) != KOSMO_OK)
		return r;
	memcpy(b->data + b->len, bytes, n);
	b->len += n;
	return KOSMO_OK;
}

static int
add_be(struct buf *b, uint64_t v, size_t n)
{
	uint8_t be[8];

	for (size_t i = 0; i < n; i++)
		be[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
	return buf_add(b, be, n);
}

int
buf_add_u8(struct buf *b, uint8_t v)
{
	return add_be(b, v, 1);
}

int
buf_add_u16(struct buf *b, uint16_t v)
{
	return add_be(b, v, 2);
}

int
buf_add_u32(struct buf *b, uint32_t v)
{
	return add_be(b, v, 4);
}

int
buf_add_u64(struct buf *b, uint64_t v)
{
	return add_be(b, v, 8);
}

void
buf_reset(struct buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->cap);
	b->len = 0;
}

void
buf_done(struct buf *b)
{
	if (b == NULL)
		return;
	buf_reset(b);
	free(b->data);
	b->data = NULL;
	b->cap = 0;
}

int
cursor_take(struct cursor *c, size_t n, const uint8_t **ret)
{
	if (n > c->left)
		return KOSMO_EFORMAT;
	*ret = c->p;
	c->p += n;
	c->left -= n;
	return KOSMO_OK;
}

static int
get_be(struct cursor *c, size_t n, uint64_t *ret)
{
	const uint8_t *p;
	uint64_t v = 0;
	int r;

	if ((r = cursor_take(c, n, &p)) != KOSMO_OK)
		return r;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	*ret = v;
	return KOSMO_OK;
}

int
cursor_u8(struct cursor *c, uint8_t *ret)
{
	uint64_t v;
	int r;

	if ((r = get_be(c, 1, &v)) == KOSMO_OK)
		*ret = (uint8_t)v;
	return r;
}

int
cursor_u16(struct cursor *c, uint16_t *ret)
{
	uint64_t v;
	int r;

	if ((r = get_be(c, 2, &v)) == KOSMO_OK)
		*ret = (uint16_t)v;
	return r;
}

int
cursor_u32(struct cursor *c, uint32_t *ret)
{
	uint64_t v;
	int r;

	if ((r = get_be(c, 4, &v)) == KOSMO_OK)
		*ret = (uint32_t)v;
	return r;
}

int
cursor_u64(struct cursor *c, uint64_t *ret)
{
	return get_be(c, 8, ret);
}
