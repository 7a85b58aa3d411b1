#include "config.h"

#include "warden.h"

#include <stdio.h>
#include <string.h>

void
warden_job(
    const struct person *p, bool end, uint64_t keep, struct p_sessions *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->end = end;
	(void)snprintf(ret->login, sizeof(ret->login), "%s", p->login);
	ret->uid = p->uid;
	ret->keep = keep;
	ret->n = p->n_sessions;
	for (size_t i = 0; i < p->n_sessions; i++) {
		const struct r_session *s = &p->sessions[i];
		struct p_session *row = &ret->rows[i];

		row->pid = s->pid;
		row->opened = s->opened;
		memcpy(row->service, s->service, sizeof(row->service));
		memcpy(row->tty, s->tty, sizeof(row->tty));
	}
}

int
warden_end_all(struct keeper *k, const struct person *p)
{
	struct p_sessions job;

	if (p->uid == NO_UID)
		return KOSMO_OK; /* nobody has logged in by that name */
	warden_job(p, true, 0, &job);
	return k->ways.priv(k->ways.arg, PRIV_WARDEN, &p_sessions_layout, &job);
}
