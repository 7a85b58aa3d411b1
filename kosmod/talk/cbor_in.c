#include "config.h"

#include "cbor_in.h"

#include <cbor.h>
#include <string.h>

#define DEPTH 4 /* CTAP2, message encoding */

/* Callbacks have had lengths of 64 bits since 0.9. */
#if CBOR_MAJOR_VERSION == 0 && CBOR_MINOR_VERSION < 9
typedef size_t cbor_length;
#else
typedef uint64_t cbor_length;
#endif

/* What the callbacks were told. */
struct head {
	struct item item;
	uint64_t value; /* number or length, as it was written */
};

static void
set_number(struct head *h, uint64_t value, bool negative)
{
	h->value = value;
	if (value > INT64_MAX)
		return;
	h->item.kind = ITEM_INT;
	h->item.number = negative ? -1 - (int64_t)value : (int64_t)value;
}

static void
on_uint8(void *arg, uint8_t value)
{
	set_number(arg, value, false);
}

static void
on_uint16(void *arg, uint16_t value)
{
	set_number(arg, value, false);
}

static void
on_uint32(void *arg, uint32_t value)
{
	set_number(arg, value, false);
}

static void
on_uint64(void *arg, uint64_t value)
{
	set_number(arg, value, false);
}

static void
on_negint8(void *arg, uint8_t value)
{
	set_number(arg, value, true);
}

static void
on_negint16(void *arg, uint16_t value)
{
	set_number(arg, value, true);
}

static void
on_negint32(void *arg, uint32_t value)
{
	set_number(arg, value, true);
}

static void
on_negint64(void *arg, uint64_t value)
{
	set_number(arg, value, true);
}

static void
set_length(struct head *h, enum item_kind kind, cbor_data data, uint64_t n)
{
	h->value = n;
	h->item.kind = kind;
	h->item.data = data;
	h->item.n = (size_t)n;
}

static void
on_bytes(void *arg, cbor_data data, cbor_length n)
{
	set_length(arg, ITEM_BYTES, data, n);
}

static void
on_text(void *arg, cbor_data data, cbor_length n)
{
	set_length(arg, ITEM_TEXT, data, n);
}

static void
on_array(void *arg, cbor_length n)
{
	set_length(arg, ITEM_ARRAY, NULL, n);
}

static void
on_map(void *arg, cbor_length n)
{
	set_length(arg, ITEM_MAP, NULL, n);
}

static void
on_simple(void *arg)
{
	((struct head *)arg)->item.kind = ITEM_SIMPLE;
}

static void
on_boolean(void *arg, bool value)
{
	(void)value;
	on_simple(arg);
}

/* Everything else leaves the head as it is: ITEM_NONE. */
static struct cbor_callbacks
listeners(void)
{
	struct cbor_callbacks c = cbor_empty_callbacks;

	c.uint8 = on_uint8;
	c.uint16 = on_uint16;
	c.uint32 = on_uint32;
	c.uint64 = on_uint64;
	c.negint8 = on_negint8;
	c.negint16 = on_negint16;
	c.negint32 = on_negint32;
	c.negint64 = on_negint64;
	c.byte_string = on_bytes;
	c.string = on_text;
	c.array_start = on_array;
	c.map_start = on_map;
	c.boolean = on_boolean;
	c.null = on_simple;
	return c;
}

/* How many bytes after the first one a number takes in the shortest form. */
static unsigned
shortest(uint64_t value)
{
	if (value < 24)
		return 0;
	if (value <= UINT8_MAX)
		return 1;
	if (value <= UINT16_MAX)
		return 2;
	return value <= UINT32_MAX ? 4 : 8;
}

/* The first byte: major type, and how the number behind it is written. */
static bool
is_shortest(uint8_t first, uint64_t value)
{
	unsigned how = first & 0x1f;

	return shortest(value) == (how < 24 ? 0 : 1U << (how - 24));
}

int
cbor_next(struct cbor_in *in, struct item *ret)
{
	const struct cbor_callbacks callbacks = listeners();
	struct cbor_decoder_result result;
	struct head head = { 0 };
	uint8_t first;

	memset(ret, 0, sizeof(*ret));
	if (in->left == 0)
		return KOSMO_EFORMAT;
	first = in->at[0];
	/* strings, arrays, maps: no length of 4 or 8 bytes */
	if (first >= 0x40 && first < 0xc0 && (first & 0x1f) > 25)
		return KOSMO_EFORMAT;
	result = cbor_stream_decode(in->at, in->left, &callbacks, &head);
	if (result.status != CBOR_DECODER_FINISHED || result.read == 0 ||
	    result.read > in->left || head.item.kind == ITEM_NONE)
		return KOSMO_EFORMAT;
	if (head.item.kind != ITEM_SIMPLE && !is_shortest(first, head.value))
		return KOSMO_EFORMAT;
	in->at += result.read;
	in->left -= result.read;
	*ret = head.item;
	return KOSMO_OK;
}

int
cbor_take(struct cbor_in *in, enum item_kind kind, struct item *ret)
{
	int r = cbor_next(in, ret);

	return r == KOSMO_OK && ret->kind != kind ? KOSMO_EFORMAT : r;
}

static int
skip(struct cbor_in *in, unsigned depth)
{
	struct item item;
	size_t n = 0;
	int r = cbor_next(in, &item);

	if (r == KOSMO_OK && item.kind == ITEM_ARRAY)
		n = item.n;
	if (r == KOSMO_OK && item.kind == ITEM_MAP)
		n = item.n * 2;
	if (n > 0 && depth == 0)
		return KOSMO_EFORMAT;
	/* each takes a byte at least, so a claimed number ends with them */
	while (r == KOSMO_OK && n-- > 0)
		r = skip(in, depth - 1);
	return r;
}

int
cbor_skip(struct cbor_in *in)
{
	return skip(in, DEPTH);
}
