#include "config.h"

#include "keys.h"

#include <string.h>

#include "kosmod/keeper/person.h"
#include "kosmod/keeper/ssh_key.h"
#include "libkosmo/msg_key.h"

/*
 * Of whoever has that name and the uid that was recorded; nothing is said of
 * why there is none.
 */
static int
find(struct keeper *k, const struct msg_open *open, struct msg_ssh_keys *ret)
{
	struct person p;
	uint64_t version;
	int r = person_get(k->store, open->user, &p, &version);

	if (r == KOSMO_ENOTFOUND)
		return KOSMO_OK;
	if (r == KOSMO_OK && (p.uid == open->uid || p.uid == NO_UID))
		r = ssh_key_lines(&p, k->conf, keeper_wall(k), ret);
	person_done(&p);
	return r;
}

void
keys_answer(struct keeper *k, void *conn, const struct msg_open *open)
{
	struct msg_end e = { .result = RESULT_NOTED };
	struct msg_ssh_keys keys;
	int r;

	memset(&keys, 0, sizeof(keys));
	memcpy(e.nonce, open->nonce, NONCE_LEN);
	if ((r = find(k, open, &keys)) == KOSMO_OK)
		k->ways.tell(conn, &msg_ssh_keys_layout, &keys);
	else
		e.result = RESULT_ERROR;
	k->ways.end(conn, &e, 0);
}
