#include "config.h"

#include "time.h"

#include <string.h>

#define BEHIND (10 * 60)
#define RECORD "newest-time"

uint64_t
time_is_behind(const struct keeper *k, int64_t now)
{
	if (now < 0 || k->newest <= (uint64_t)now + BEHIND)
		return 0;
	return k->newest - (uint64_t)now;
}

int
time_note(struct keeper *k, struct txn *t, int64_t now)
{
	struct buf b = BUF_INIT;
	int r;

	if (now < 0 || (uint64_t)now < k->newest + 60)
		return KOSMO_OK;
	if ((r = buf_add_u64(&b, (uint64_t)now)) == KOSMO_OK)
		r = store_put(t, REC_META, RECORD, b.data, b.len, STORE_ANY);
	if (r == KOSMO_OK)
		k->newest = (uint64_t)now;
	buf_done(&b);
	return r;
}

int
time_load(struct keeper *k)
{
	struct buf b = BUF_INIT;
	uint64_t version;
	int r;

	r = store_get(k->store, REC_META, RECORD, &b, &version);
	if (r == KOSMO_OK) {
		struct cursor c = { b.data, b.len };

		r = cursor_u64(&c, &k->newest);
	}
	buf_done(&b);
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}
