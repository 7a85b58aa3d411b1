#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "kosmod/keeper/store_in.h"
#include "libkosmo/secret.h"

#define KEY "kosmo" /* shorter than any record key */
#define MAGIC "KOSMOSTO"
#define SCHEMA 1

static int
encode(struct seal *seal, const struct meta *m, struct buf *out)
{
	uint8_t mac[SEAL_MAC_LEN];
	struct seal_part part;
	int r;

	buf_reset(out);
	if ((r = buf_add(out, MAGIC, 8)) != KOSMO_OK ||
	    (r = buf_add_u32(out, SCHEMA)) != KOSMO_OK ||
	    (r = buf_add_u32(out, seal_key_id(seal))) != KOSMO_OK ||
	    (r = buf_add(out, m->id, STORE_ID_LEN)) != KOSMO_OK ||
	    (r = buf_add_u64(out, m->sequence)) != KOSMO_OK ||
	    (r = buf_add_u64(out, m->lines)) != KOSMO_OK ||
	    (r = buf_add_u64(out, m->records)) != KOSMO_OK ||
	    (r = buf_add_u64(out, m->time)) != KOSMO_OK ||
	    (r = buf_add_u64(out, m->size)) != KOSMO_OK)
		return r;
	part = (struct seal_part){ out->data, out->len };
	if ((r = seal_mac(seal, SEAL_META, &part, 1, mac)) != KOSMO_OK)
		return r;
	return buf_add(out, mac, sizeof(mac));
}

static int
decode(struct seal *seal, struct cursor *c, struct meta *ret)
{
	const uint8_t *id;
	uint32_t key_id;

	if (cursor_u32(c, &key_id) != KOSMO_OK ||
	    cursor_take(c, STORE_ID_LEN, &id) != KOSMO_OK ||
	    cursor_u64(c, &ret->sequence) != KOSMO_OK ||
	    cursor_u64(c, &ret->lines) != KOSMO_OK ||
	    cursor_u64(c, &ret->records) != KOSMO_OK ||
	    cursor_u64(c, &ret->time) != KOSMO_OK ||
	    cursor_u64(c, &ret->size) != KOSMO_OK || c->left != SEAL_MAC_LEN)
		return KOSMO_EFORMAT;
	memcpy(ret->id, id, STORE_ID_LEN);
	return key_id == seal_key_id(seal) ? KOSMO_OK : KOSMO_EPERM;
}

int
meta_read(struct table *t, struct seal *seal, struct meta *ret, struct buf *raw,
    const char **ret_why)
{
	struct stat sb;
	struct cursor c;
	const uint8_t *magic;
	uint8_t mac[SEAL_MAC_LEN];
	uint32_t schema;
	int r;

	buf_reset(raw);
	*ret_why = "store.gdbm is not a store of Kosmo, or is damaged";
	if ((r = table_get(t, KEY, sizeof(KEY) - 1, raw)) != KOSMO_OK)
		return r == KOSMO_ENOMEM ? r : KOSMO_ECORRUPT;
	c = (struct cursor){ raw->data, raw->len };
	if (cursor_take(&c, 8, &magic) != KOSMO_OK ||
	    memcmp(magic, MAGIC, 8) != 0 ||
	    cursor_u32(&c, &schema) != KOSMO_OK || schema == 0)
		return KOSMO_ECORRUPT;
	if (schema > SCHEMA) {
		*ret_why = "the store was made by a newer kosmod";
		return KOSMO_EVERSION;
	}
	r = decode(seal, &c, ret);
	if (r == KOSMO_EPERM)
		*ret_why = "the master key is not the one of this store";
	if (r != KOSMO_OK)
		return KOSMO_ECORRUPT;
	const struct seal_part part = { raw->data, raw->len - SEAL_MAC_LEN };
	if ((r = seal_mac(seal, SEAL_META, &part, 1, mac)) != KOSMO_OK)
		return r;
	if (!secret_bytes_equal(mac, c.p, sizeof(mac)) ||
	    fstat(table_fd(t), &sb) == -1 || ret->size != (uint64_t)sb.st_size)
		return KOSMO_ECORRUPT;
	return KOSMO_OK;
}

int
meta_write(struct table *t, struct seal *seal, struct meta *m, struct buf *raw)
{
	struct stat sb;
	int r = KOSMO_OK;

	/* The second time it is as long as the first, and stays in place. */
	for (int i = 0; r == KOSMO_OK && i < 2; i++) {
		if (fstat(table_fd(t), &sb) == -1)
			return KOSMO_EIO;
		m->size = (uint64_t)sb.st_size;
		if ((r = encode(seal, m, raw)) == KOSMO_OK)
			r = table_put(
			    t, KEY, sizeof(KEY) - 1, raw->data, raw->len);
	}
	if (r == KOSMO_OK &&
	    (fstat(table_fd(t), &sb) == -1 || m->size != (uint64_t)sb.st_size))
		r = KOSMO_EIO;
	return r;
}
