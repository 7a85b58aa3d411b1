#include "config.h"

#include "post.h"

#include <stdlib.h>
#include <string.h>

#include "libkosmo/packet.h"

int
post_ask(struct keeper *k, const struct post_job *like, uint32_t seconds,
    struct p_mail *mail)
{
	struct post_job *j = calloc(1, sizeof(*j));
	int r;

	if (j == NULL)
		return KOSMO_ENOMEM;
	*j = *like;
	j->id = ++k->post_ids;
	j->until = keeper_mono(k) + (int64_t)seconds * 1000;
	mail->id = j->id;
	r = k->ways.priv(k->ways.arg, PRIV_POST, &p_mail_layout, mail);
	if (r == KOSMO_OK)
		TAILQ_INSERT_TAIL(&k->post_jobs, j, all);
	else
		free(j);
	return r;
}

static void
finish(struct keeper *k, struct post_job *j, enum sent_word word,
    const char *reason)
{
	TAILQ_REMOVE(&k->post_jobs, j, all);
	j->done(k, j, word, reason);
	free(j);
}

int
post_answered(struct keeper *k, const struct buf *packet)
{
	struct post_job *j;
	struct p_sent m;

	if (packet_get(packet, &p_sent_layout, &m) != KOSMO_OK ||
	    m.word > SENT_NEVER)
		return KOSMO_EFORMAT;
	TAILQ_FOREACH(j, &k->post_jobs, all)
	{
		if (j->id == m.id)
			break;
	}
	if (j != NULL) /* else it came too late, and is failed already */
		finish(k, j, (enum sent_word)m.word, m.reason);
	return KOSMO_OK;
}

void
post_gone(struct keeper *k)
{
	struct post_job *j;

	while ((j = TAILQ_FIRST(&k->post_jobs)) != NULL)
		finish(k, j, SENT_NO, "post went away");
}

void
post_tick(struct keeper *k)
{
	int64_t now = keeper_mono(k);
	struct post_job *j, *next;

	for (j = TAILQ_FIRST(&k->post_jobs); j != NULL; j = next) {
		next = TAILQ_NEXT(j, all);
		if (j->until <= now)
			finish(k, j, SENT_NO, "post did not answer in time");
	}
}

void
post_forget(struct kconv *c)
{
	struct post_job *j;

	TAILQ_FOREACH(j, &c->k->post_jobs, all)
	{
		if (j->c == c)
			j->c = NULL;
	}
}

void
post_free(struct keeper *k)
{
	struct post_job *j;

	while ((j = TAILQ_FIRST(&k->post_jobs)) != NULL) {
		TAILQ_REMOVE(&k->post_jobs, j, all);
		free(j);
	}
}
