/*
 * touch.c: K_TOUCH. Touch and talk have the floor in turn: after a word that
 * asks, talk; then touch, until its next word. TOUCH_WAITS alone leaves it
 * with touch, whose next word may come before talk asks for it, and is kept.
 */
#include "config.h"

#include "touch.h"

#include <stdlib.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/passkey.h"

static int
send(struct keeper *k, const struct p_touch *job)
{
	return k->ways.priv(k->ways.arg, PRIV_TOUCH, &p_touch_layout, job);
}

static struct kconv *
who_has(struct keeper *k, uint64_t id)
{
	struct kconv *c;

	TAILQ_FOREACH(c, &k->touching, at_touch)
	{
		if (c->touch.id == id)
			return c;
	}
	return NULL;
}

/* Touch has no job of c any more; what it said last may still be kept. */
static void
leave_touch(struct kconv *c)
{
	if (c->touch.id == 0)
		return;
	TAILQ_REMOVE(&c->k->touching, c, at_touch);
	c->k->n_touching--;
	c->touch.id = 0;
	c->touch.until = 0;
}

void
touch_forget(struct kconv *c)
{
	const struct p_touch stop = { .id = c->touch.id, .act = TOUCH_STOP };

	if (c->touch.id != 0)
		(void)!send(c->k, &stop);
	leave_touch(c);
	free(c->touch.word);
	memset(&c->touch, 0, sizeof(c->touch));
}

static void
reply(struct kconv *c, const struct k_touched *word)
{
	c->touch.asked = false;
	c->touch.said = word->word;
	c->touch.pin_left = word->retries != 0;
	kconv_reply(c, &k_touched_layout, word, 0);
}

static void
reply_word(struct kconv *c, enum touch_word word)
{
	const struct k_touched m = { .word = (uint8_t)word };

	reply(c, &m);
}

/* To talk, or kept until it asks: the newest says how things stand. */
static void
say(struct kconv *c, const struct k_touched *word)
{
	if (c->touch.asked) {
		reply(c, word);
		return;
	}
	*c->touch.word = *word;
	c->touch.kept = true;
}

static void
end_job(struct kconv *c, enum touch_word word)
{
	const struct k_touched m = { .word = (uint8_t)word,
		.seconds = c->touch.told };

	leave_touch(c);
	say(c, &m);
}

/* For somebody who has to touch a key now: so many seconds, not more. */
static uint32_t
seconds_left(const struct kconv *c)
{
	int64_t left = (c->touch.until - keeper_mono(c->k)) / 1000;

	if (left < 1)
		return 1;
	return left < c->touch.seconds ? (uint32_t)left : c->touch.seconds;
}

/* Touch has the floor, for as long as somebody may take, or may sit there. */
static void
give_floor(struct kconv *c)
{
	int64_t end = c->opened +
	    ((int64_t)keeper_deadline(c) - SECONDS_TO_SAY_WHY) * 1000;

	c->touch.until = keeper_mono(c->k) +
	    ((int64_t)c->touch.seconds + TOUCH_SLACK) * 1000;
	c->touch.cut = end < c->touch.until;
	if (c->touch.cut)
		c->touch.until = end > 0 ? end : 1;
	c->touch.told = seconds_left(c);
}

/* Whose credential it is; KOSMO_ECONFLICT: c's person is another by now. */
static int
find_device(struct kconv *c, struct k_touched *m)
{
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK)
		m->device = passkey_whose(&p, m->credential, m->credential_len);
	person_done(&p);
	return r;
}

/* A job may end at any time; touch asks only when it has the floor. */
static bool
is_its_turn(const struct kconv *c, uint8_t word)
{
	return word < TOUCH_ENDS ||
	    (word > TOUCH_ASKS && word <= TOUCH_UV_FAILED &&
		c->touch.until != 0);
}

static void
take(struct kconv *c, struct k_touched *m)
{
	bool found = m->word == TOUCH_DONE || m->word == TOUCH_KNOWN;

	if (m->word == TOUCH_WAITS)
		c->touch.told = seconds_left(c);
	m->seconds = c->touch.told;
	if (m->word < TOUCH_ASKS)
		leave_touch(c);
	else if (m->word != TOUCH_WAITS)
		c->touch.until = 0;
	if (found && find_device(c, m) != KOSMO_OK)
		end_job(c, TOUCH_FAILED);
	else
		say(c, m);
}

int
touch_answered(struct keeper *k, const struct buf *packet)
{
	struct p_touched m;
	struct kconv *c;

	if (packet_get(packet, &p_touched_layout, &m) != KOSMO_OK ||
	    (m.is.word >= TOUCH_ENDS &&
		(m.is.word <= TOUCH_ASKS || m.is.word > TOUCH_UV_FAILED)))
		return KOSMO_EFORMAT;
	if ((c = who_has(k, m.id)) == NULL)
		return KOSMO_OK;
	if (!is_its_turn(c, m.is.word))
		return KOSMO_EFORMAT;
	take(c, &m.is);
	return KOSMO_OK;
}

void
touch_gone(struct keeper *k)
{
	struct kconv *c;

	while ((c = TAILQ_FIRST(&k->touching)) != NULL)
		end_job(c, TOUCH_AWAY);
}

void
touch_tick(struct keeper *k)
{
	int64_t now = keeper_mono(k);
	struct kconv *c, *next;

	for (c = TAILQ_FIRST(&k->touching); c != NULL; c = next) {
		const struct p_touch stop = { .id = c->touch.id,
			.act = TOUCH_STOP };

		next = TAILQ_NEXT(c, at_touch);
		if (c->touch.until == 0 || now < c->touch.until)
			continue;
		(void)!send(k, &stop);
		end_job(c, c->touch.cut ? TOUCH_TIMEOUT : TOUCH_FAILED);
	}
}

/* Hands the job to touch; what can't be is answered at once. */
static void
begin(struct kconv *c, struct p_touch *job)
{
	struct keeper *k = c->k;

	if (k->n_touching >= TOUCH_JOBS_MAX) {
		reply_word(c, TOUCH_BUSY);
		return;
	}
	job->id = ++k->touch_ids;
	if (send(k, job) != KOSMO_OK) {
		reply_word(c, TOUCH_AWAY);
		return;
	}
	c->touch.id = job->id;
	c->touch.seconds = job->seconds;
	c->touch.asked = true;
	TAILQ_INSERT_TAIL(&k->touching, c, at_touch);
	k->n_touching++;
	give_floor(c);
}

/* A new job ends the one before. */
static void
open_job(struct kconv *c, const struct k_touch *m)
{
	struct p_touch job = { 0 };
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	touch_forget(c);
	if (r == KOSMO_OK)
		r = passkey_job(c, &p, m, &job);
	person_done(&p);
	if (r == KOSMO_OK &&
	    (c->touch.word = malloc(sizeof(*c->touch.word))) == NULL)
		r = KOSMO_ENOMEM;
	if (r == KOSMO_OK)
		begin(c, &job);
	else if (r == KOSMO_EPERM)
		reply_word(c, TOUCH_AWAY);
	else if (r == KOSMO_ENOTFOUND)
		reply_word(c, TOUCH_NOT_YOURS);
	else
		kconv_trouble(c, "a key can't be asked for", r);
	explicit_bzero(&job, sizeof(job));
}

static bool
may_go_on(const struct kconv *c, const struct k_touch *m)
{
	switch (c->touch.said) {
	case TOUCH_WAITS:
		return m->act == TOUCH_NEXT;
	case TOUCH_WANTS_PIN:
	case TOUCH_PIN_WRONG:
		return m->act == TOUCH_PIN;
	case TOUCH_UV_FAILED:
		return m->act == TOUCH_NEXT ||
		    (m->act == TOUCH_PIN && c->touch.pin_left);
	default:
		return false;
	}
}

/*
 * After TOUCH_WAITS touch has the floor already, and is told nothing: it might
 * take that for the answer to what it has asked meanwhile.
 */
static void
go_on(struct kconv *c, const struct k_touch *m)
{
	struct p_touch job = { .id = c->touch.id, .act = m->act };

	c->touch.asked = true;
	if (c->touch.kept) {
		c->touch.kept = false;
		reply(c, c->touch.word);
	} else if (c->touch.said != TOUCH_WAITS) {
		job.pin = m->pin;
		give_floor(c);
		if (send(c->k, &job) != KOSMO_OK)
			end_job(c, TOUCH_AWAY);
		secret_done(&job.pin);
	}
}

void
answer_touch(struct kconv *c, const union kmsg *msg)
{
	const struct k_touch *m = &msg->touch;

	if (m->act == TOUCH_ENROL || m->act == TOUCH_PROVE) {
		open_job(c, m);
	} else if (m->act == TOUCH_STOP) {
		touch_forget(c);
		reply_word(c, TOUCH_FAILED);
	} else if (may_go_on(c, m)) {
		go_on(c, m);
	} else {
		c->k->ways.drop(c->conn, "K_TOUCH out of turn");
	}
}
