/*
 * cbor_in.h: the CBOR that authenticators send (RFC 8949, in the canonical
 * form of CTAP2), item by item and without any memory of its own.
 *
 * libcbor's cbor_load allocates what a head claims, and its cbor_stream_decode
 * has truncated lengths of 8 bytes; so it is given one head at a time, and
 * none whose length takes more than two bytes: nothing here is as long.
 */
#ifndef KOSMO_TALK_CBOR_IN_H
#define KOSMO_TALK_CBOR_IN_H

#include <stddef.h>
#include <stdint.h>

#include "libkosmo/error.h"

/* What is left of the input. */
struct cbor_in {
	const uint8_t *at;
	size_t left;
};

enum item_kind {
	ITEM_NONE = 0,
	ITEM_INT,
	ITEM_BYTES,
	ITEM_TEXT,
	ITEM_ARRAY, /* the items follow */
	ITEM_MAP,   /* the pairs follow */
	ITEM_SIMPLE /* true, false, null */
};

struct item {
	enum item_kind kind;
	int64_t number;	     /* ITEM_INT */
	const uint8_t *data; /* ITEM_BYTES, ITEM_TEXT: within the input */
	size_t n;	     /* how many bytes, items or pairs */
};

/*
 * Takes one item off in; of arrays and maps the head. KOSMO_EFORMAT: cut off,
 * not canonical (lengths longer than needed or not given), tags, floats.
 */
KOSMO_CHECK int cbor_next(struct cbor_in *in, struct item *ret);

/* The same, for one of that kind. */
KOSMO_CHECK int
cbor_take(struct cbor_in *in, enum item_kind kind, struct item *ret);

/* Takes a whole item with all that is in it; nested four deep at most. */
KOSMO_CHECK int cbor_skip(struct cbor_in *in);

#endif
