#include "config.h"

#include "overlay.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096 /* 8 MiB of entries are some four in each */

struct overlay {
	struct overlay_entry *buckets[BUCKETS];
	struct overlay_entry *first, *last;
	size_t bytes;
};

int
overlay_new(struct overlay **ret)
{
	*ret = calloc(1, sizeof(**ret));
	return *ret != NULL ? KOSMO_OK : KOSMO_ENOMEM;
}

void
overlay_free(struct overlay **o)
{
	if (o == NULL || *o == NULL)
		return;
	while ((*o)->first != NULL)
		overlay_drop(*o, (*o)->first);
	free(*o);
	*o = NULL;
}

static size_t
bucket_of(const uint8_t *key)
{
	return ((size_t)key[0] << 8 | key[1]) % BUCKETS;
}

static size_t
weight(const struct overlay_entry *e)
{
	return sizeof(*e) + e->len;
}

struct overlay_entry *
overlay_find(const struct overlay *o, const uint8_t key[static SEAL_KEY_LEN])
{
	struct overlay_entry *e = o->buckets[bucket_of(key)];

	while (e != NULL && memcmp(e->key, key, SEAL_KEY_LEN) != 0)
		e = e->chain;
	return e;
}

struct overlay_entry *
overlay_entry_new(
    const uint8_t key[static SEAL_KEY_LEN], const uint8_t *bytes, size_t len)
{
	struct overlay_entry *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	memcpy(e->key, key, SEAL_KEY_LEN);
	if (bytes == NULL)
		return e;
	if ((e->value = malloc(len > 0 ? len : 1)) == NULL) {
		free(e);
		return NULL;
	}
	memcpy(e->value, bytes, len);
	e->len = len;
	return e;
}

void
overlay_entry_free(struct overlay_entry *e)
{
	if (e != NULL)
		free(e->value);
	free(e);
}

void
overlay_put(struct overlay *o, struct overlay_entry *e)
{
	struct overlay_entry *old = overlay_find(o, e->key);
	size_t b = bucket_of(e->key);

	if (old != NULL) {
		o->bytes -= old->len;
		free(old->value);
		old->value = e->value;
		old->len = e->len;
		o->bytes += old->len;
		free(e);
		return;
	}
	e->chain = o->buckets[b];
	o->buckets[b] = e;
	e->prev = o->last;
	e->next = NULL;
	if (o->last != NULL)
		o->last->next = e;
	else
		o->first = e;
	o->last = e;
	o->bytes += weight(e);
}

struct overlay_entry *
overlay_first(const struct overlay *o)
{
	return o->first;
}

void
overlay_drop(struct overlay *o, struct overlay_entry *e)
{
	struct overlay_entry **at = &o->buckets[bucket_of(e->key)];

	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	if (e->prev != NULL)
		e->prev->next = e->next;
	else
		o->first = e->next;
	if (e->next != NULL)
		e->next->prev = e->prev;
	else
		o->last = e->prev;
	o->bytes -= weight(e);
	overlay_entry_free(e);
}

size_t
overlay_bytes(const struct overlay *o)
{
	return o->bytes;
}
