#include "config.h"

#include "codec.h"

#include <stdbool.h>
#include <string.h>

#include "secret.h"
#include "utf8.h"

static int encode_struct(
    const struct layout *, enum codec_form, const void *, struct buf *);
static int
decode_struct(const struct layout *, enum codec_form, struct cursor *, void *);

static bool
is_zero(const struct field *f, const uint8_t *p)
{
	size_t n = f->max;

	if (f->kind == F_STR || f->kind == F_TEXT)
		return p[0] == 0;
	if (f->kind == F_SECRET)
		return ((const struct secret *)(const void *)p)->len == 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] != 0)
			return false;
	}
	return true;
}

static int
encode_text(const struct field *f, const char *s, struct buf *out)
{
	size_t n = strnlen(s, f->max + 1);
	int r;

	if (n > f->max)
		return KOSMO_ETOOBIG;
	if (!utf8_clean(s, n, f->kind == F_TEXT))
		return KOSMO_EINVAL;
	if ((r = buf_add_u32(out, (uint32_t)n)) != KOSMO_OK)
		return r;
	return buf_add(out, s, n);
}

static int
encode_secret(const struct field *f, const struct secret *s, struct buf *out)
{
	int r;

	if (s->len > f->max)
		return KOSMO_ETOOBIG;
	if ((r = buf_add_u32(out, (uint32_t)s->len)) != KOSMO_OK)
		return r;
	return buf_add(out, s->bytes, s->len);
}

static void
put_u32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static int
encode_list(const struct field *f, enum codec_form form, const uint8_t *from,
    uint8_t count, struct buf *out)
{
	size_t start = out->len;
	int r;

	if (count > f->max)
		return KOSMO_ETOOBIG;
	if ((r = buf_add_u32(out, 0)) != KOSMO_OK ||
	    (r = buf_add_u8(out, count)) != KOSMO_OK)
		return r;
	for (size_t i = 0; i < count; i++) {
		r = encode_struct(f->sub, form, from + i * f->sub->size, out);
		if (r != KOSMO_OK)
			return r;
	}
	put_u32(out->data + start, (uint32_t)(out->len - start - 4));
	return KOSMO_OK;
}

static uint32_t
blob_len(const struct field *f, const uint8_t *base)
{
	uint32_t len;

	memcpy(&len, base + f->count_off, sizeof(len));
	return len;
}

static int
encode_blob(const struct field *f, const uint8_t *base, struct buf *out)
{
	uint32_t len = blob_len(f, base);
	int r;

	if (len > f->max)
		return KOSMO_ETOOBIG;
	if ((r = buf_add_u32(out, len)) != KOSMO_OK)
		return r;
	return buf_add(out, base + f->off, len);
}

static int
encode_number(const void *p, size_t size, struct buf *out)
{
	uint64_t u64;
	uint32_t u32;
	int r;

	if ((r = buf_add_u32(out, (uint32_t)size)) != KOSMO_OK)
		return r;
	switch (size) {
	case 1:
		return buf_add(out, p, 1);
	case 4:
		memcpy(&u32, p, sizeof(u32));
		return buf_add_u32(out, u32);
	default:
		memcpy(&u64, p, sizeof(u64));
		return buf_add_u64(out, u64);
	}
}

static int
encode_field(const struct field *f, enum codec_form form, const uint8_t *base,
    struct buf *out)
{
	const void *p = base + f->off;
	int r;

	if ((r = buf_add_u8(out, f->tag)) != KOSMO_OK)
		return r;
	switch (f->kind) {
	case F_U8:
	case F_U32:
	case F_U64:
		return encode_number(p, f->max, out);
	case F_STR:
	case F_TEXT:
		return encode_text(f, p, out);
	case F_BYTES:
		if ((r = buf_add_u32(out, (uint32_t)f->max)) != KOSMO_OK)
			return r;
		return buf_add(out, p, f->max);
	case F_SECRET:
		return encode_secret(f, p, out);
	case F_BLOB:
		return encode_blob(f, base, out);
	case F_LIST:
		return encode_list(f, form, p, base[f->count_off], out);
	}
	return KOSMO_EINVAL;
}

static bool
left_out(const struct field *f, enum codec_form form, const uint8_t *base)
{
	if (form == CODEC_MESSAGE)
		return false;
	if (f->kind == F_LIST)
		return base[f->count_off] == 0;
	if (f->kind == F_BLOB)
		return blob_len(f, base) == 0;
	return is_zero(f, base + f->off);
}

static int
encode_struct(const struct layout *l, enum codec_form form, const void *from,
    struct buf *out)
{
	size_t at = out->len + 1;
	uint8_t n = 0;
	int r;

	if ((r = buf_add_u8(out, l->type)) != KOSMO_OK ||
	    (r = buf_add_u8(out, 0)) != KOSMO_OK)
		return r;
	for (size_t i = 0; i < l->n; i++) {
		if (left_out(&l->fields[i], form, from))
			continue;
		r = encode_field(&l->fields[i], form, from, out);
		if (r != KOSMO_OK)
			return r;
		n++;
	}
	out->data[at] = n;
	return KOSMO_OK;
}

int
codec_encode(const struct layout *l, enum codec_form form, const void *from,
    struct buf *out)
{
	size_t start = out->len;
	int r = encode_struct(l, form, from, out);

	if (r != KOSMO_OK && out->data != NULL) {
		explicit_bzero(out->data + start, out->len - start);
		out->len = start;
	}
	return r;
}

static int
decode_number(struct cursor *c, size_t size, void *to)
{
	uint64_t u64;
	uint32_t u32;
	int r;

	switch (size) {
	case 1:
		return cursor_u8(c, to);
	case 4:
		if ((r = cursor_u32(c, &u32)) == KOSMO_OK)
			memcpy(to, &u32, sizeof(u32));
		return r;
	default:
		if ((r = cursor_u64(c, &u64)) == KOSMO_OK)
			memcpy(to, &u64, sizeof(u64));
		return r;
	}
}

static int
decode_list(const struct field *f, enum codec_form form, struct cursor *c,
    uint8_t *base)
{
	uint8_t count;
	int r;

	if ((r = cursor_u8(c, &count)) != KOSMO_OK)
		return r;
	if (count > f->max)
		return KOSMO_EFORMAT;
	for (size_t i = 0; i < count; i++) {
		r = decode_struct(
		    f->sub, form, c, base + f->off + i * f->sub->size);
		if (r != KOSMO_OK)
			return r;
	}
	base[f->count_off] = count;
	return KOSMO_OK;
}

static int
decode_secret(const struct field *f, const struct cursor *c, void *to)
{
	if (c->left > f->max)
		return KOSMO_EFORMAT;
	return secret_set(to, (const char *)c->p, c->left);
}

static int
decode_blob(const struct field *f, const struct cursor *c, uint8_t *base)
{
	uint32_t len = (uint32_t)c->left;

	if (c->left > f->max)
		return KOSMO_EFORMAT;
	memcpy(base + f->off, c->p, c->left);
	memcpy(base + f->count_off, &len, sizeof(len));
	return KOSMO_OK;
}

static int
decode_field(
    const struct field *f, enum codec_form form, struct cursor c, uint8_t *base)
{
	void *to = base + f->off;
	int r;

	switch (f->kind) {
	case F_U8:
	case F_U32:
	case F_U64:
		if (c.left != f->max)
			return KOSMO_EFORMAT;
		return decode_number(&c, f->max, to);
	case F_STR:
	case F_TEXT:
		if (c.left > f->max ||
		    !utf8_clean((const char *)c.p, c.left, f->kind == F_TEXT))
			return KOSMO_EFORMAT;
		memcpy(to, c.p, c.left);
		return KOSMO_OK;
	case F_BYTES:
		if (c.left != f->max)
			return KOSMO_EFORMAT;
		memcpy(to, c.p, c.left);
		return KOSMO_OK;
	case F_SECRET:
		return decode_secret(f, &c, to);
	case F_BLOB:
		return decode_blob(f, &c, base);
	case F_LIST:
		r = decode_list(f, form, &c, base);
		return r == KOSMO_OK && c.left != 0 ? KOSMO_EFORMAT : r;
	}
	return KOSMO_EFORMAT;
}

/* Takes the next field's tag and body; the tag must be above last. */
static int
next_field(const struct layout *l, struct cursor *c, uint8_t last,
    const struct field **ret_field, struct cursor *ret_body)
{
	uint32_t len;
	uint8_t tag;
	int r;

	if ((r = cursor_u8(c, &tag)) != KOSMO_OK ||
	    (r = cursor_u32(c, &len)) != KOSMO_OK ||
	    (r = cursor_take(c, len, &ret_body->p)) != KOSMO_OK)
		return r;
	ret_body->left = len;
	if (tag <= last)
		return KOSMO_EFORMAT;
	for (size_t i = 0; i < l->n; i++) {
		if (l->fields[i].tag == tag) {
			*ret_field = &l->fields[i];
			return KOSMO_OK;
		}
	}
	return KOSMO_EFORMAT;
}

static int
decode_struct(
    const struct layout *l, enum codec_form form, struct cursor *c, void *to)
{
	const struct field *f = NULL;
	struct cursor body = { NULL, 0 };
	uint8_t type, n, last = 0;
	int r;

	if ((r = cursor_u8(c, &type)) != KOSMO_OK ||
	    (r = cursor_u8(c, &n)) != KOSMO_OK)
		return r;
	if (type != l->type || n > l->n || (form == CODEC_MESSAGE && n != l->n))
		return KOSMO_EFORMAT;
	for (uint8_t i = 0; i < n; i++) {
		if ((r = next_field(l, c, last, &f, &body)) != KOSMO_OK ||
		    (r = decode_field(f, form, body, to)) != KOSMO_OK)
			return r;
		last = f->tag;
	}
	return KOSMO_OK;
}

int
codec_decode(const struct layout *l, enum codec_form form, const uint8_t *bytes,
    size_t len, void *to)
{
	struct cursor c = { bytes, len };
	int r;

	memset(to, 0, l->size);
	r = decode_struct(l, form, &c, to);
	if (r == KOSMO_OK && c.left != 0)
		r = KOSMO_EFORMAT;
	if (r != KOSMO_OK)
		explicit_bzero(to, l->size);
	return r;
}
