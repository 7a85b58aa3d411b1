/*
 * Batches of the journal and sealed values, as found on a disk. The first
 * byte chooses: 0 a payload, 1 a sealed value as it is, 2 the inside of one,
 * sealed here so that the decoder behind the seal is reached.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kosmod/keeper/journal.h"
#include "kosmod/keeper/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
batch(const uint8_t *data, size_t len)
{
	struct cursor c = { data, len };
	struct buf again = BUF_INIT;
	struct journal_op op;
	int r;

	while ((r = journal_decode(&c, &op)) == KOSMO_OK) {
		if (journal_encode(&again, &op) != KOSMO_OK)
			abort();
	}
	/* What was decoded is what was there, byte for byte. */
	if (again.len > len || (r == KOSMO_ENOTFOUND && again.len != len) ||
	    (again.len > 0 && memcmp(again.data, data, again.len) != 0))
		abort();
	buf_done(&again);
}

static void
value(struct seal *s, const uint8_t *data, size_t len)
{
	uint8_t key[SEAL_KEY_LEN];
	struct buf plain = BUF_INIT;
	struct sealed rec;

	if (seal_record_key(s, REC_PERSON, "alice", key) == KOSMO_OK &&
	    seal_open(s, data, len, key, &plain, &rec) == KOSMO_OK &&
	    (rec.name_len != 5 || rec.len > plain.len))
		abort();
	buf_done(&plain);
}

static void
inside(struct seal *s, const uint8_t *data, size_t len)
{
	struct buf sealed = BUF_INIT;
	uint8_t key[SEAL_KEY_LEN];

	if (seal_record_key(s, REC_PERSON, "alice", key) == KOSMO_OK &&
	    seal_plain(s, REC_PERSON, key, data, len, &sealed) == KOSMO_OK)
		value(s, sealed.data, sealed.len);
	buf_done(&sealed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t master[STORE_KEY_LEN] = { 1 };
	struct seal *s = NULL;

	if (len == 0 || seal_new(master, &s) != KOSMO_OK)
		return 0;
	if (data[0] == 0)
		batch(data + 1, len - 1);
	else if (data[0] == 1)
		value(s, data + 1, len - 1);
	else
		inside(s, data + 1, len - 1);
	seal_free(&s);
	return 0;
}
