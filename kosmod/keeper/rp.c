#include "config.h"

#include "rp.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "kosmod/rp_id.h"

#define RECORD "rp-id"

/* Letters, digits, dots and hyphens: it becomes one word of a challenge. */
static void
see_host(struct keeper *k)
{
	struct utsname host;

	if (uname(&host) == -1 || host.nodename[0] == '\0')
		(void)snprintf(k->host, sizeof(k->host), "localhost");
	else
		(void)snprintf(k->host, sizeof(k->host), "%s", host.nodename);
	for (char *p = k->host; *p != '\0'; p++) {
		if (!isalnum((unsigned char)*p) && *p != '.')
			*p = '-';
	}
}

static int
put(struct store *st, const char *rp_id)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(st, &t)) == KOSMO_OK &&
	    (r = store_put(t, REC_META, RECORD, rp_id, strlen(rp_id),
		 STORE_ANY)) == KOSMO_OK)
		r = store_commit(st, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

int
rp_init(const char *dir, const uint8_t master[static STORE_KEY_LEN],
    const char *rp_id)
{
	const struct store_first first = { REC_META, RECORD, rp_id,
		strlen(rp_id) };

	return store_init(dir, master, &first);
}

int
rp_load(struct keeper *k)
{
	struct buf b = BUF_INIT;
	uint64_t version;
	int r;

	see_host(k);
	r = store_get(k->store, REC_META, RECORD, &b, &version);
	if (r == KOSMO_OK && b.len <= RP_ID_LEN) {
		memcpy(k->rp_first, b.data, b.len);
		k->rp_first[b.len] = '\0';
	} else if (r == KOSMO_OK) {
		r = KOSMO_ECORRUPT;
	} else if (r == KOSMO_ENOTFOUND) {
		rp_id_of_host(k->rp_first);
		r = put(k->store, k->rp_first);
	}
	buf_done(&b);
	return r;
}

const char *
rp_id(const struct keeper *k)
{
	const char *named = k->conf->passkey.rp_id;

	return named[0] != '\0' ? named : k->rp_first;
}
