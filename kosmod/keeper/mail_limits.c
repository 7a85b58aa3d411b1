#include "config.h"

#include "mail_limits.h"

#include <stdio.h>
#include <string.h>

#define HOUR 3600
#define SOURCE_TIMES 3 /* [email] per-hour, for one source */

/* Of the last hour; what a wrong clock noted in the future is none. */
static bool
of_late(uint64_t at, uint64_t now)
{
	return at <= now && at + HOUR > now;
}

/* When the person may have one more; 0: at once. */
static uint64_t
person_after(const struct kconv *c, const struct person *p, uint64_t now)
{
	uint32_t most = c->k->conf->email.per_hour, n = 0;

	for (size_t i = p->n_mails; i > 0; i--) { /* newest first */
		if (of_late(p->mails[i - 1].at, now) && ++n == most)
			return p->mails[i - 1].at + HOUR;
	}
	return 0;
}

/*
 * The same for all from source together, or for everybody (NULL). The oldest
 * of the newest `most` has to be an hour old.
 */
static uint64_t
marks_after(const struct keeper *k, const char *source, uint32_t most)
{
	int64_t now = keeper_mono(k), hour = (int64_t)HOUR * 1000;
	uint32_t n = 0;

	for (size_t i = 0; i < CODE_MARKS_MAX; i++) {
		size_t at =
		    (k->next_mark + CODE_MARKS_MAX - 1 - i) % CODE_MARKS_MAX;
		const struct code_mark *m = &k->code_marks[at];

		if (m->at == 0 || m->at + hour <= now)
			break;
		if (source != NULL && strcmp(m->source, source) != 0)
			continue;
		if (++n == most)
			return (uint64_t)keeper_wall(k) +
			    (uint64_t)(m->at + hour - now + 999) / 1000;
	}
	return 0;
}

bool
mail_limits_allow(
    const struct kconv *c, const struct person *p, struct k_mailed *ret)
{
	uint32_t per_source = SOURCE_TIMES * c->k->conf->email.per_hour;
	uint64_t after[3] = { 0, 0, 0 };

	after[0] = person_after(c, p, (uint64_t)keeper_wall(c->k));
	if (c->origin.address)
		after[1] = marks_after(c->k, c->origin.name, per_source);
	after[2] = marks_after(c->k, NULL, CODE_MARKS_MAX);
	for (size_t i = 0; i < 3; i++) {
		if (after[i] > ret->when)
			ret->when = after[i];
	}
	if (ret->when == 0)
		return true;
	ret->word = MAILED_MANY;
	return false;
}

void
mail_limits_count(struct kconv *c, struct person *p)
{
	struct keeper *k = c->k;
	struct code_mark *m = &k->code_marks[k->next_mark];

	k->next_mark = (k->next_mark + 1) % CODE_MARKS_MAX;
	m->at = keeper_mono(k);
	(void)snprintf(m->source, sizeof(m->source), "%s",
	    c->origin.address ? c->origin.name : "");
	if (p->n_mails == MAILS_MAX) {
		memmove(p->mails, p->mails + 1,
		    (MAILS_MAX - 1) * sizeof(p->mails[0]));
		p->n_mails--;
	}
	p->mails[p->n_mails++].at = (uint64_t)keeper_wall(k);
}
