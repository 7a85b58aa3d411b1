/*
 * K_TOUCH and P_TOUCHED, with conversations that only note what they hear and
 * a passkey_job that says what the test wants: who has the floor, what is
 * kept, and that nothing waits for ever.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/passkey.h"
#include "kosmod/keeper/touch.h"

#define SECONDS 60
#define MINE 7 /* the device of the credential "mine" */

struct house {
	struct keeper k;
	struct kconv c[TOUCH_JOBS_MAX + 1];
	bool here; /* touch is */
	int64_t mono;
	uint32_t deadline;
	int job;    /* what passkey_job says */
	int person; /* what kconv_person says */
	/* what touch got */
	size_t n_jobs;
	struct p_touch last;
	/* what talk got */
	size_t n_words, n_troubles, n_drops;
	struct k_touched word;
	struct kconv *to;
};

static struct house *house; /* of the test that runs */

/* --- what touch.c calls ----------------------------------------------------
 */

int64_t
keeper_mono(const struct keeper *k)
{
	(void)k;
	return house->mono;
}

uint32_t
keeper_deadline(const struct kconv *c)
{
	(void)c;
	return house->deadline;
}

int
kconv_person(struct kconv *c, struct person *ret, uint64_t *ret_version)
{
	(void)c;
	memset(ret, 0, sizeof(*ret));
	*ret_version = 1;
	return house->person;
}

void
person_done(struct person *p)
{
	(void)p;
}

void
kconv_reply(struct kconv *c, const struct layout *l, const void *msg,
    int64_t not_before)
{
	assert_ptr_equal(l, &k_touched_layout);
	assert_int_equal(not_before, 0);
	house->word = *(const struct k_touched *)msg;
	house->to = c;
	house->n_words++;
}

void
kconv_trouble(struct kconv *c, const char *what, int err)
{
	(void)what;
	assert_int_not_equal(err, KOSMO_OK);
	house->to = c;
	house->n_troubles++;
}

int
passkey_job(struct kconv *c, const struct person *p, const struct k_touch *m,
    struct p_touch *ret)
{
	(void)c;
	(void)p;
	ret->act = m->act;
	ret->seconds = SECONDS;
	return house->job;
}

uint32_t
passkey_whose(const struct person *p, const uint8_t *credential, uint32_t len)
{
	(void)p;
	return len == 4 && memcmp(credential, "mine", 4) == 0 ? MINE : 0;
}

static int
priv(void *arg, enum priv_role role, const struct layout *l, const void *msg)
{
	(void)arg;
	assert_int_equal(role, PRIV_TOUCH);
	assert_ptr_equal(l, &p_touch_layout);
	if (!house->here)
		return KOSMO_ECLOSED;
	house->last = *(const struct p_touch *)msg;
	house->n_jobs++;
	return KOSMO_OK;
}

static void
drop(void *conn, const char *why)
{
	(void)conn;
	assert_non_null(why);
	house->n_drops++;
}

/* --- the test's side -------------------------------------------------------
 */

static int
set_up(void **state)
{
	struct house *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	house = h;
	h->here = true;
	h->mono = 1000000;
	h->deadline = 3600;
	h->k.ways.priv = priv;
	h->k.ways.drop = drop;
	TAILQ_INIT(&h->k.touching);
	for (size_t i = 0; i <= TOUCH_JOBS_MAX; i++)
		h->c[i].k = &h->k;
	*state = h;
	return 0;
}

static int
tear_down(void **state)
{
	struct house *h = *state;

	for (size_t i = 0; i <= TOUCH_JOBS_MAX; i++)
		touch_forget(&h->c[i]);
	assert_true(TAILQ_EMPTY(&h->k.touching));
	assert_int_equal(h->k.n_touching, 0);
	free(h);
	return 0;
}

/* K_TOUCH; the word that came at once, or -1. */
static int
talk(struct kconv *c, uint8_t act)
{
	union kmsg m = { .touch = { .act = act, .device = MINE } };
	size_t before = house->n_words;

	if (act == TOUCH_PIN)
		assert_int_equal(secret_set(&m.touch.pin, "1234", 4), KOSMO_OK);
	answer_touch(c, &m);
	if (house->n_words == before)
		return -1;
	assert_int_equal(house->n_words, before + 1);
	assert_ptr_equal(house->to, c);
	return house->word.word;
}

static int
touch_says(const struct p_touched *m)
{
	struct buf packet = BUF_INIT;
	int r;

	assert_int_equal(
	    codec_encode(&p_touched_layout, CODEC_MESSAGE, m, &packet),
	    KOSMO_OK);
	r = touch_answered(&house->k, &packet);
	buf_done(&packet);
	return r;
}

/* P_TOUCHED for the job of c; the word that talk was told, or -1. */
static int
touch(const struct kconv *c, uint8_t word)
{
	const struct p_touched m = { .id = c->touch.id,
		.is = { .word = word, .retries = 3 } };
	size_t before = house->n_words;

	assert_int_equal(touch_says(&m), KOSMO_OK);
	return house->n_words == before ? -1 : house->word.word;
}

/* A job whose key blinks, which talk was told. */
static struct kconv *
blinking(struct house *h)
{
	assert_int_equal(talk(&h->c[0], TOUCH_PROVE), -1);
	assert_int_equal(h->last.act, TOUCH_PROVE);
	assert_int_equal(h->last.id, h->c[0].touch.id);
	assert_int_equal(touch(&h->c[0], TOUCH_WAITS), TOUCH_WAITS);
	return &h->c[0];
}

static void
a_word_waits_for_talk(void **state)
{
	struct house *h = *state;
	struct kconv *c = blinking(h);
	size_t jobs = h->n_jobs;

	assert_int_equal(touch(c, TOUCH_WAITS), -1);
	assert_int_equal(touch(c, TOUCH_DONE), -1);
	assert_int_equal(h->k.n_touching, 0);
	assert_int_equal(talk(c, TOUCH_NEXT), TOUCH_DONE);
	assert_int_equal(h->n_jobs, jobs);
	/* and then there is no job */
	assert_int_equal(talk(c, TOUCH_NEXT), -1);
	assert_int_equal(h->n_drops, 1);
}

static void
talk_waits_for_a_word(void **state)
{
	struct house *h = *state;
	struct kconv *c = blinking(h);
	size_t jobs = h->n_jobs;

	assert_int_equal(talk(c, TOUCH_NEXT), -1);
	assert_int_equal(h->n_jobs, jobs); /* the floor is touch's anyway */
	assert_int_equal(touch(c, TOUCH_TIMEOUT), TOUCH_TIMEOUT);
	assert_int_equal(h->k.n_touching, 0);
}

static void
a_pin_is_asked_for(void **state)
{
	struct house *h = *state;
	struct kconv *c = &h->c[0];

	assert_int_equal(talk(c, TOUCH_ENROL), -1);
	assert_int_equal(touch(c, TOUCH_WANTS_PIN), TOUCH_WANTS_PIN);
	assert_int_equal(talk(c, TOUCH_PIN), -1);
	assert_int_equal(h->last.act, TOUCH_PIN);
	assert_int_equal(h->last.id, c->touch.id);
	assert_string_equal(h->last.pin.bytes, "1234");
	assert_int_equal(touch(c, TOUCH_PIN_WRONG), TOUCH_PIN_WRONG);
	assert_int_equal(h->word.retries, 3);
	assert_int_equal(talk(c, TOUCH_PIN), -1);
	assert_int_equal(touch(c, TOUCH_UV_FAILED), TOUCH_UV_FAILED);
	assert_int_equal(talk(c, TOUCH_NEXT), -1);
	assert_int_equal(h->last.act, TOUCH_NEXT);
	assert_int_equal(touch(c, TOUCH_PIN_BLOCKED), TOUCH_PIN_BLOCKED);
	assert_int_equal(h->n_drops, 0);
}

/* What talk may say after each word, and that anything else is its end. */
static void
talk_out_of_turn(void **state)
{
	static const struct {
		uint8_t after, act;
	} legal[] = {
		{ TOUCH_WAITS, TOUCH_NEXT },
		{ TOUCH_WANTS_PIN, TOUCH_PIN },
		{ TOUCH_PIN_WRONG, TOUCH_PIN },
		{ TOUCH_UV_FAILED, TOUCH_NEXT },
		{ TOUCH_UV_FAILED, TOUCH_PIN },
	};
	struct house *h = *state;
	struct kconv *c = &h->c[0];

	for (uint8_t word = 0; word <= TOUCH_UV_FAILED; word++) {
		if (word >= TOUCH_ENDS && word <= TOUCH_ASKS)
			continue;
		for (uint8_t act = TOUCH_NEXT; act <= TOUCH_PIN; act++) {
			bool may = false;

			for (size_t i = 0; i < 5; i++)
				may = may ||
				    (legal[i].after == word &&
					legal[i].act == act);
			assert_int_equal(talk(c, TOUCH_PROVE), -1);
			assert_int_equal(touch(c, word), word);
			h->n_drops = 0;
			assert_int_equal(talk(c, act), -1);
			assert_int_equal(h->n_drops, !may);
		}
	}
	h->n_drops = 0;
	(void)talk(c, 0);
	(void)talk(c, TOUCH_STOP + 1);
	assert_int_equal(h->n_drops, 2);
}

/* Without a PIN left, none may be tried. */
static void
no_pin_after_a_finger(void **state)
{
	struct house *h = *state;
	struct kconv *c = &h->c[0];
	struct p_touched m = { .is.word = TOUCH_UV_FAILED };

	assert_int_equal(talk(c, TOUCH_PROVE), -1);
	m.id = c->touch.id;
	assert_int_equal(touch_says(&m), KOSMO_OK);
	assert_int_equal(talk(c, TOUCH_PIN), -1);
	assert_int_equal(h->n_drops, 1);
}

static void
touch_out_of_turn(void **state)
{
	struct house *h = *state;
	struct kconv *c = &h->c[0];
	struct p_touched m = { .id = 4711, .is.word = TOUCH_DONE };
	struct buf packet = BUF_INIT;

	assert_int_equal(talk(c, TOUCH_PROVE), -1);
	/* of nobody, or of somebody before */
	assert_int_equal(touch_says(&m), KOSMO_OK);
	m.id = 0;
	assert_int_equal(touch_says(&m), KOSMO_OK);
	assert_int_equal(h->n_words, 0);
	/* words that there are not */
	m.id = c->touch.id;
	for (unsigned word = TOUCH_ENDS; word < 256; word++) {
		m.is.word = (uint8_t)word;
		if (word <= TOUCH_ASKS || word > TOUCH_UV_FAILED)
			assert_int_equal(touch_says(&m), KOSMO_EFORMAT);
	}
	assert_int_equal(touch_answered(&h->k, &packet), KOSMO_EFORMAT);
	/* an ask while talk has the floor; but the end may come */
	m.is.word = TOUCH_WANTS_PIN;
	assert_int_equal(touch_says(&m), KOSMO_OK);
	for (m.is.word = TOUCH_WAITS; m.is.word <= TOUCH_UV_FAILED; m.is.word++)
		assert_int_equal(touch_says(&m), KOSMO_EFORMAT);
	assert_int_equal(touch(c, TOUCH_GONE), -1);
	assert_int_equal(talk(c, TOUCH_PIN), TOUCH_GONE);
}

static void
whose_it_is(void **state)
{
	struct house *h = *state;
	struct kconv *c = &h->c[0];
	struct p_touched m = { .is.credential_len = 4 };

	for (int i = 0; i < 4; i++) {
		assert_int_equal(talk(c, TOUCH_PROVE), -1);
		m.id = c->touch.id;
		m.is.word = i < 2 ? TOUCH_DONE : TOUCH_KNOWN;
		memcpy(m.is.credential, i % 2 == 0 ? "mine" : "else", 4);
		m.is.auth_data_len = 37;
		m.is.auth_data[36] = 9;
		m.is.signature_len = 70;
		m.is.signature[69] = 8;
		m.is.statement_len = 1;
		m.is.statement[0] = 0xa0;
		(void)strcpy(m.is.format, "packed");
		assert_int_equal(touch_says(&m), KOSMO_OK);
		assert_int_equal(h->word.word, m.is.word);
		assert_int_equal(h->word.device, i % 2 == 0 ? MINE : 0);
		assert_int_equal(h->word.auth_data_len, 37);
		assert_int_equal(h->word.auth_data[36], 9);
		assert_int_equal(h->word.signature_len, 70);
		assert_int_equal(h->word.signature[69], 8);
		assert_int_equal(h->word.statement_len, 1);
		assert_int_equal(h->word.statement[0], 0xa0);
		assert_string_equal(h->word.format, "packed");
	}
	/* the person was removed meanwhile */
	assert_int_equal(talk(c, TOUCH_PROVE), -1);
	h->person = KOSMO_ECONFLICT;
	m.id = c->touch.id;
	assert_int_equal(touch_says(&m), KOSMO_OK);
	assert_int_equal(h->word.word, TOUCH_FAILED);
	assert_int_equal(h->word.auth_data_len, 0);
}

static void
what_can_not_begin(void **state)
{
	struct house *h = *state;
	struct kconv *c = &h->c[0];

	h->job = KOSMO_EPERM;
	assert_int_equal(talk(c, TOUCH_ENROL), TOUCH_AWAY);
	h->job = KOSMO_ENOTFOUND;
	assert_int_equal(talk(c, TOUCH_PROVE), TOUCH_NOT_YOURS);
	h->job = KOSMO_EIO;
	assert_int_equal(talk(c, TOUCH_PROVE), -1);
	assert_int_equal(h->n_troubles, 1);
	h->job = KOSMO_OK;
	h->person = KOSMO_ECONFLICT;
	assert_int_equal(talk(c, TOUCH_PROVE), -1);
	assert_int_equal(h->n_troubles, 2);
	h->person = KOSMO_OK;
	h->here = false;
	assert_int_equal(talk(c, TOUCH_PROVE), TOUCH_AWAY);
	assert_int_equal(h->n_jobs, 0);
	assert_int_equal(h->k.n_touching, 0);
}

static void
only_so_many_at_once(void **state)
{
	struct house *h = *state;

	for (size_t i = 0; i < TOUCH_JOBS_MAX; i++)
		assert_int_equal(talk(&h->c[i], TOUCH_PROVE), -1);
	assert_int_equal(talk(&h->c[TOUCH_JOBS_MAX], TOUCH_PROVE), TOUCH_BUSY);
	/* one a conversation: a new job ends the one before */
	assert_int_equal(talk(&h->c[0], TOUCH_ENROL), -1);
	assert_int_equal(h->k.n_touching, TOUCH_JOBS_MAX);
	touch_forget(&h->c[1]);
	assert_int_equal(h->last.act, TOUCH_STOP);
	assert_int_equal(talk(&h->c[TOUCH_JOBS_MAX], TOUCH_PROVE), -1);
}

static void
the_key_stops_blinking(void **state)
{
	struct house *h = *state;
	struct kconv *c = blinking(h);
	uint64_t id = c->touch.id;
	const struct p_touched late = { .id = id, .is.word = TOUCH_DONE };

	/* a new job */
	assert_int_equal(talk(c, TOUCH_PROVE), -1);
	assert_int_equal(h->n_jobs, 3);
	assert_int_not_equal(c->touch.id, id);
	assert_int_equal(touch_says(&late), KOSMO_OK);
	assert_int_equal(h->n_words, 1);
	/* a stop */
	id = c->touch.id;
	assert_int_equal(talk(c, TOUCH_STOP), TOUCH_FAILED);
	assert_int_equal(h->last.act, TOUCH_STOP);
	assert_int_equal(h->last.id, id);
	/* the end of the conversation, with a word that nobody asked for */
	c = blinking(h);
	id = c->touch.id;
	touch_forget(c);
	assert_int_equal(h->last.act, TOUCH_STOP);
	assert_int_equal(h->last.id, id);
	/* and nothing is said of a job that is over */
	c = blinking(h);
	assert_int_equal(touch(c, TOUCH_DONE), -1);
	h->n_jobs = 0;
	touch_forget(c);
	assert_int_equal(h->n_jobs, 0);
}

static void
touch_goes_away(void **state)
{
	struct house *h = *state;
	size_t words;

	for (size_t i = 0; i < 3; i++)
		assert_int_equal(talk(&h->c[i], TOUCH_PROVE), -1);
	assert_int_equal(touch(&h->c[1], TOUCH_WAITS), TOUCH_WAITS);
	assert_int_equal(touch(&h->c[2], TOUCH_WANTS_PIN), TOUCH_WANTS_PIN);
	h->here = false;
	words = h->n_words;
	touch_gone(&h->k);
	assert_int_equal(h->n_words, words + 1); /* who waited was told */
	assert_ptr_equal(h->to, &h->c[0]);
	assert_int_equal(h->word.word, TOUCH_AWAY);
	assert_int_equal(talk(&h->c[1], TOUCH_NEXT), TOUCH_AWAY);
	assert_int_equal(talk(&h->c[2], TOUCH_PIN), TOUCH_AWAY);
	assert_int_equal(h->k.n_touching, 0);
	assert_int_equal(h->n_drops, 0);
}

/* The PIN can't be handed on: it went between the ask and the answer. */
static void
touch_goes_with_the_pin(void **state)
{
	struct house *h = *state;
	struct kconv *c = &h->c[0];

	assert_int_equal(talk(c, TOUCH_PROVE), -1);
	assert_int_equal(touch(c, TOUCH_WANTS_PIN), TOUCH_WANTS_PIN);
	h->here = false;
	assert_int_equal(talk(c, TOUCH_PIN), TOUCH_AWAY);
}

static void
touch_is_silent(void **state)
{
	struct house *h = *state;
	struct kconv *c = blinking(h);

	assert_int_equal(talk(c, TOUCH_NEXT), -1);
	h->mono += (SECONDS + TOUCH_SLACK) * 1000 - 1;
	/* words that leave the floor with touch win it no time */
	assert_int_equal(touch(c, TOUCH_WAITS), TOUCH_WAITS);
	assert_int_equal(talk(c, TOUCH_NEXT), -1);
	touch_tick(&h->k);
	assert_int_equal(h->k.n_touching, 1);
	h->mono += 1;
	touch_tick(&h->k);
	assert_int_equal(h->word.word, TOUCH_FAILED);
	assert_int_equal(h->last.act, TOUCH_STOP);
	assert_int_equal(h->k.n_touching, 0);
	/* a person may take their time with the PIN, and then it counts anew */
	assert_int_equal(talk(c, TOUCH_PROVE), -1);
	assert_int_equal(touch(c, TOUCH_WANTS_PIN), TOUCH_WANTS_PIN);
	h->mono += 10 * (SECONDS + TOUCH_SLACK) * 1000;
	touch_tick(&h->k);
	assert_int_equal(h->k.n_touching, 1);
	assert_int_equal(talk(c, TOUCH_PIN), -1);
	h->mono += (SECONDS + TOUCH_SLACK) * 1000;
	touch_tick(&h->k);
	assert_int_equal(h->word.word, TOUCH_FAILED);
}

/* The words are there in time to be read, and say how long it was. */
static void
a_conversation_ends_first(void **state)
{
	struct house *h = *state;
	struct kconv *c = &h->c[0];

	h->deadline = SECONDS;
	c->opened = h->mono;
	h->mono += 20 * 1000;
	assert_int_equal(talk(c, TOUCH_PROVE), -1);
	h->mono += 3 * 1000;
	assert_int_equal(touch(c, TOUCH_WAITS), TOUCH_WAITS);
	assert_int_equal(h->word.seconds, SECONDS - 23 - SECONDS_TO_SAY_WHY);
	assert_int_equal(talk(c, TOUCH_NEXT), -1);
	h->mono = c->opened + (SECONDS - SECONDS_TO_SAY_WHY) * 1000 - 1;
	touch_tick(&h->k);
	assert_int_equal(h->k.n_touching, 1);
	h->mono += 1;
	touch_tick(&h->k);
	assert_int_equal(h->word.word, TOUCH_TIMEOUT);
	assert_int_equal(h->word.seconds, SECONDS - 23 - SECONDS_TO_SAY_WHY);
	assert_int_equal(h->last.act, TOUCH_STOP);
	/* after the PIN as well, and when it is over already */
	assert_int_equal(talk(c, TOUCH_PROVE), -1);
	assert_int_equal(touch(c, TOUCH_WANTS_PIN), TOUCH_WANTS_PIN);
	assert_int_equal(talk(c, TOUCH_PIN), -1);
	assert_int_equal(touch(c, TOUCH_WAITS), TOUCH_WAITS);
	assert_int_equal(h->word.seconds, 1);
	assert_int_equal(talk(c, TOUCH_NEXT), -1);
	touch_tick(&h->k);
	assert_int_equal(h->word.word, TOUCH_TIMEOUT);
}

/* What touch says itself has the same number. */
static void
how_long_it_was(void **state)
{
	struct house *h = *state;
	struct kconv *c = blinking(h);

	assert_int_equal(h->word.seconds, SECONDS);
	assert_int_equal(talk(c, TOUCH_NEXT), -1);
	h->mono += 30 * 1000;
	assert_int_equal(touch(c, TOUCH_TIMEOUT), TOUCH_TIMEOUT);
	assert_int_equal(h->word.seconds, SECONDS);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_word_waits_for_talk),
		TEST(talk_waits_for_a_word),
		TEST(a_pin_is_asked_for),
		TEST(talk_out_of_turn),
		TEST(no_pin_after_a_finger),
		TEST(touch_out_of_turn),
		TEST(whose_it_is),
		TEST(what_can_not_begin),
		TEST(only_so_many_at_once),
		TEST(the_key_stops_blinking),
		TEST(touch_goes_away),
		TEST(touch_goes_with_the_pin),
		TEST(touch_is_silent),
		TEST(a_conversation_ends_first),
		TEST(how_long_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
