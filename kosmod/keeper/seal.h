/*
 * seal.h: what the store's keys do: record keys, sealed values, MACs.
 *
 * All keys are HKDF subkeys of the master key. A record's key in the table is
 * HMAC-SHA256 of type and name: nobody who chooses names chooses places in
 * GDBM's hash, and the file tells no names. A sealed value is AES-256-GCM
 * over version, name and value, bound to key id, store id, type and record
 * key; so a value that was moved, or comes from another store, is refused.
 */
#ifndef KOSMO_KEEPER_SEAL_H
#define KOSMO_KEEPER_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "kosmod/keeper/store.h"

#define SEAL_KEY_LEN 32 /* of a record key */
#define SEAL_MAC_LEN 32
#define SEAL_CLASS 128	   /* sealed sizes are multiples of it */
#define SEAL_NAME_MAX 1023 /* bytes of a record's name */
#define SEAL_VALUE_MAX ((size_t)256 * 1024) /* bytes of a record's value */

struct seal;

enum seal_mac { SEAL_JOURNAL, SEAL_META };

/* KOSMO_ENOMEM, KOSMO_ECRYPTO. */
KOSMO_CHECK int
seal_new(const uint8_t master[static STORE_KEY_LEN], struct seal **ret);

/* From now on values belong to the store with this id. */
void seal_bind(struct seal *s, const uint8_t id[static STORE_ID_LEN]);

/* Wipes and frees; accepts NULL. */
void seal_free(struct seal **s);

/* Tells one master key from another without showing it. */
uint32_t seal_key_id(const struct seal *s);

/* HKDF-SHA256 of master, or of the master key in s. */
KOSMO_CHECK int seal_derive(const uint8_t master[static STORE_KEY_LEN],
    const char *purpose, uint8_t ret[static 32]);
KOSMO_CHECK int
seal_subkey(const struct seal *s, const char *purpose, uint8_t ret[static 32]);

/* The record key of type and name. KOSMO_EINVAL: no name, or too long. */
KOSMO_CHECK int seal_record_key(struct seal *s, enum rec_type type,
    const char *name, uint8_t ret[static SEAL_KEY_LEN]);

/* A piece of what a MAC covers. */
struct seal_part {
	const void *data;
	size_t len;
};

KOSMO_CHECK int seal_mac(struct seal *s, enum seal_mac which,
    const struct seal_part *parts, size_t n, uint8_t ret[static SEAL_MAC_LEN]);

/* A record in the clear. name and value point into the buf it came in. */
struct sealed {
	enum rec_type type;
	uint64_t version;
	const char *name;
	size_t name_len;
	const void *value;
	size_t len;
};

/* Appends the sealed form of rec to out. */
KOSMO_CHECK int seal_value(struct seal *s, const struct sealed *rec,
    const uint8_t key[static SEAL_KEY_LEN], struct buf *out);

/*
 * Appends the sealed form of a frame that was made already, of any bytes;
 * the one below it, for tests of the reader too.
 */
KOSMO_CHECK int seal_plain(struct seal *s, enum rec_type type,
    const uint8_t key[static SEAL_KEY_LEN], const uint8_t *plain, size_t len,
    struct buf *out);

/*
 * Opens bytes, stored under key. plain (reset first) holds what *ret points
 * to; the caller wipes it. KOSMO_ECORRUPT, also for another master key.
 */
KOSMO_CHECK int seal_open(struct seal *s, const uint8_t *bytes, size_t len,
    const uint8_t key[static SEAL_KEY_LEN], struct buf *plain,
    struct sealed *ret);

/* The type that sealed bytes claim, to pass others by; 0 if none. */
uint8_t seal_type(const uint8_t *bytes, size_t len);

#endif
