#include "config.h"

#include "tests/authenticator/out.h"

#include <string.h>

#include <cbor.h>

void
out_raw(struct out *o, const void *data, size_t len)
{
	if (len > sizeof(o->buf) - o->len) {
		o->overfull = true;
		return;
	}
	if (len != 0)
		memcpy(o->buf + o->len, data, len);
	o->len += len;
}

void
out_u8(struct out *o, uint8_t v)
{
	out_raw(o, &v, 1);
}

void
out_u16(struct out *o, uint16_t v)
{
	out_u8(o, (uint8_t)(v >> 8));
	out_u8(o, (uint8_t)v);
}

void
out_u32(struct out *o, uint32_t v)
{
	out_u16(o, (uint16_t)(v >> 16));
	out_u16(o, (uint16_t)v);
}

/* A head of CBOR: the functions that write one are all alike. */
static void
head(struct out *o, size_t (*encode)(size_t, unsigned char *, size_t), size_t n)
{
	uint8_t b[9];

	out_raw(o, b, encode(n, b, sizeof(b)));
}

void
out_int(struct out *o, int64_t v)
{
	uint8_t b[9];
	size_t n;

	if (v >= 0)
		n = cbor_encode_uint((uint64_t)v, b, sizeof(b));
	else
		n = cbor_encode_negint((uint64_t)(-1 - v), b, sizeof(b));
	out_raw(o, b, n);
}

void
out_bool(struct out *o, bool v)
{
	uint8_t b[1];

	out_raw(o, b, cbor_encode_bool(v, b, sizeof(b)));
}

void
out_bytes(struct out *o, const void *data, size_t len)
{
	head(o, cbor_encode_bytestring_start, len);
	out_raw(o, data, len);
}

void
out_text(struct out *o, const char *text)
{
	head(o, cbor_encode_string_start, strlen(text));
	out_raw(o, text, strlen(text));
}

void
out_array(struct out *o, size_t n)
{
	head(o, cbor_encode_array_start, n);
}

void
out_map(struct out *o, size_t n)
{
	head(o, cbor_encode_map_start, n);
}
