/*
 * overlay.h: records that are newer than the table beneath.
 *
 * Every committed change goes in here first and stays until it is applied to
 * live.gdbm; reads look here before the table. Kept in the order in which
 * the records came in, by their 32-byte record keys (HMACs: spread evenly, so
 * a bucket is four of their bytes).
 */
#ifndef KOSMO_KEEPER_OVERLAY_H
#define KOSMO_KEEPER_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kosmod/keeper/seal.h"

struct overlay;

struct overlay_entry {
	struct overlay_entry *chain;	   /* of the hash bucket */
	struct overlay_entry *prev, *next; /* in order of coming */
	uint8_t key[SEAL_KEY_LEN];
	uint8_t *value; /* sealed; NULL: the record was deleted */
	size_t len;
};

KOSMO_CHECK int overlay_new(struct overlay **ret);
void overlay_free(struct overlay **o);

/* The entry of key, or NULL: look into the table. */
struct overlay_entry *
overlay_find(const struct overlay *o, const uint8_t key[static SEAL_KEY_LEN]);

/* A copy of bytes as an entry of no overlay yet; NULL: no memory. */
struct overlay_entry *overlay_entry_new(
    const uint8_t key[static SEAL_KEY_LEN], const uint8_t *bytes, size_t len);
void overlay_entry_free(struct overlay_entry *e);

/*
 * Puts e in, which is owned by o now, and can't fail. An earlier entry of
 * its key takes e's value and keeps its place.
 */
void overlay_put(struct overlay *o, struct overlay_entry *e);

/* The oldest entry, or NULL if there is none. */
struct overlay_entry *overlay_first(const struct overlay *o);

/* Takes e out and frees it. */
void overlay_drop(struct overlay *o, struct overlay_entry *e);

/* Bytes that it holds. */
size_t overlay_bytes(const struct overlay *o);

#endif
