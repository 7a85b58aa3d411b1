/* in.h: what a request says, out of a tree of libcbor. NULL is never there. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_IN_H
#define KOSMO_TESTS_AUTHENTICATOR_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cbor.h>

/* The value under a number, or a name; NULL if there is none. */
const cbor_item_t *in_at(const cbor_item_t *map, uint64_t key);
const cbor_item_t *in_named(const cbor_item_t *map, const char *name);

/* False if it is of another kind. The bytes live as long as the item. */
bool in_bytes(const cbor_item_t *, const uint8_t **, size_t *len);
bool in_text(const cbor_item_t *, char *to, size_t size);
bool in_int(const cbor_item_t *, int64_t *);
bool in_bool(const cbor_item_t *, bool *);

/* Items of an array; 0 of anything else. */
size_t in_count(const cbor_item_t *);
const cbor_item_t *in_item(const cbor_item_t *, size_t);

/* The public key of a COSE_Key of P-256, as 04 | x | y. */
bool in_point(const cbor_item_t *, uint8_t point[65]);

#endif
