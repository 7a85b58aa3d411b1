#include "config.h"

#include "mail_limits.h"

#include <stdio.h>
#include <string.h>

#define HOUR 3600
#define SOURCE_TIMES 3 /* [email] per-hour, for one source */
#define MARK_SCHEMA 1

static const struct field mark_fields[] = {
	CODEC_U32(1, code_mark, schema),
	CODEC_U64(2, code_mark, number),
	CODEC_U64(3, code_mark, at),
	CODEC_STR(4, code_mark, source),
};
static const struct layout mark_layout =
    CODEC_LAYOUT("code mark", REC_CODE_MARK, code_mark, mark_fields);

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

/* The same for all from source together, or for everybody (NULL). */
static uint64_t
marks_after(
    const struct keeper *k, const char *source, uint32_t most, uint64_t now)
{
	uint32_t n = 0;

	for (uint64_t i = k->code_mails; i > 0; i--) { /* newest first */
		const struct code_mark *m = &k->code_marks[i % CODE_MARKS_MAX];

		if (m->number != i)
			break; /* CODE_MARKS_MAX were seen */
		if (of_late(m->at, now) &&
		    (source == NULL || strcmp(m->source, source) == 0) &&
		    ++n == most)
			return m->at + HOUR;
	}
	return 0;
}

bool
mail_limits_allow(
    const struct kconv *c, const struct person *p, struct k_mailed *ret)
{
	uint32_t per_source = SOURCE_TIMES * c->k->conf->email.per_hour;
	uint64_t now = (uint64_t)keeper_wall(c->k), after[3] = { 0, 0, 0 };

	after[0] = person_after(c, p, now);
	if (c->origin.address)
		after[1] = marks_after(c->k, c->origin.name, per_source, now);
	after[2] = marks_after(c->k, NULL, CODE_MARKS_MAX, now);
	for (size_t i = 0; i < 3; i++) {
		if (after[i] > ret->when)
			ret->when = after[i];
	}
	if (ret->when == 0)
		return true;
	ret->word = MAILED_MANY;
	return false;
}

static struct code_mark *
slot(struct keeper *k, uint64_t number, char ret_name[static 8])
{
	uint32_t at = (uint32_t)(number % CODE_MARKS_MAX);

	(void)snprintf(ret_name, 8, "%u", at);
	return &k->code_marks[at];
}

static int
count_for_all(struct kconv *c, struct txn *t, uint64_t now)
{
	struct code_mark mark = {
		.schema = MARK_SCHEMA, .number = ++c->k->code_mails, .at = now
	};
	struct buf value = BUF_INIT;
	char name[8];
	int r;

	(void)snprintf(mark.source, sizeof(mark.source), "%s",
	    c->origin.address ? c->origin.name : "");
	*slot(c->k, mark.number, name) = mark;
	r = codec_encode(&mark_layout, CODEC_RECORD, &mark, &value);
	if (r == KOSMO_OK)
		r = store_put(
		    t, REC_CODE_MARK, name, value.data, value.len, STORE_ANY);
	buf_done(&value);
	return r;
}

int
mail_limits_count(struct kconv *c, struct txn *t, struct person *p)
{
	uint64_t now = (uint64_t)keeper_wall(c->k);

	if (p->n_mails == MAILS_MAX) {
		memmove(p->mails, p->mails + 1,
		    (MAILS_MAX - 1) * sizeof(p->mails[0]));
		p->n_mails--;
	}
	p->mails[p->n_mails++].at = now;
	return count_for_all(c, t, now);
}

int
mail_limits_load(struct keeper *k)
{
	struct buf value = BUF_INIT;
	int r = KOSMO_OK;

	for (uint64_t i = 0; i < CODE_MARKS_MAX && r == KOSMO_OK; i++) {
		uint64_t version;
		char name[8];
		struct code_mark *m = slot(k, i, name);

		buf_reset(&value);
		r = store_get(k->store, REC_CODE_MARK, name, &value, &version);
		if (r == KOSMO_OK)
			r = codec_decode(&mark_layout, CODEC_RECORD, value.data,
			    value.len, m);
		else if (r == KOSMO_ENOTFOUND)
			r = KOSMO_OK;
		if (m->number > k->code_mails)
			k->code_mails = m->number;
	}
	buf_done(&value);
	return r;
}
