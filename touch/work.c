#include "config.h"

#include <string.h>

#include "kosmod/conf.h"
#include "kosmod/log.h"
#include "libkosmo/packet.h"
#include "touch/ask.h"
#include "touch/job.h"
#include "touch/words.h"

#define PIN_MIN 4 /* CTAP2 6.5.1, bytes */
#define PIN_MAX 63

/* One key, and what the person has given for it so far. */
struct work {
	struct job *j;
	struct device *dev;
	enum way way;
	struct secret pin; /* WAY_PIN */
};

static bool
may_pin(const struct work *w)
{
	return w->j->ask->verify != VERIFY_BIOMETRIC &&
	    fido_dev_has_pin(w->dev->fido);
}

/* Has the key what policy asks for, once somebody sets it up? */
static bool
could_verify(const struct work *w)
{
	return fido_dev_supports_uv(w->dev->fido) ||
	    (w->j->ask->verify != VERIFY_BIOMETRIC &&
		fido_dev_supports_pin(w->dev->fido));
}

/* By policy and by what the key has; a finger before the PIN. */
static enum touch_word
first_way(struct work *w)
{
	uint8_t verify = w->j->ask->verify;

	w->way = WAY_TOUCH;
	if (verify == VERIFY_DISCOURAGED)
		return TOUCH_DONE;
	if (fido_dev_has_uv(w->dev->fido))
		w->way = WAY_UV;
	else if (may_pin(w))
		w->way = WAY_PIN;
	else if (verify != VERIFY_PREFERRED)
		return could_verify(w) ? TOUCH_UNSET : TOUCH_UNFIT;
	return TOUCH_DONE;
}

/* 0: none, or not known. */
static uint32_t
retries(const struct work *w)
{
	int n = 0;

	if (fido_dev_set_timeout(w->dev->fido, job_left(w->j)) != FIDO_OK ||
	    fido_dev_get_retry_count(w->dev->fido, &n) != FIDO_OK || n < 0)
		n = 0;
	return (uint32_t)n;
}

/* The person has the floor, and then their time anew. */
static enum touch_act
ask(struct work *w, enum touch_word word)
{
	struct k_touched m = { .word = (uint8_t)word };
	enum touch_act act;

	if (may_pin(w))
		m.retries = retries(w);
	secret_done(&w->pin);
	act = ask_person(&m, &w->pin);
	w->j->until = packet_now() + (int64_t)w->j->ask->seconds * 1000;
	return act;
}

/* A PIN that can't be one costs no try of the key. */
static int
try_pin(struct work *w)
{
	int r;

	if (w->pin.len < PIN_MIN || w->pin.len > PIN_MAX ||
	    strlen(w->pin.bytes) != w->pin.len)
		return FIDO_ERR_PIN_INVALID;
	r = fido_dev_set_timeout(w->dev->fido, job_left(w->j));
	return r != FIDO_OK ? r : job_look(w->j, w->dev, w->pin.bytes);
}

/*
 * libfido2 itself has failed: nobody touched the key, or it was pulled out, or
 * it sends what nobody can read.
 */
static enum touch_word
why_failed(struct work *w, int r)
{
	if (packet_now() >= w->j->until)
		return TOUCH_TIMEOUT;
	if (ask_stopped() || !device_there(w->dev))
		return TOUCH_GONE;
	return device_silent(r) ? TOUCH_SILENT : TOUCH_FAILED;
}

static enum touch_word
word_after(struct work *w, int r)
{
	enum touch_word word = r < 0 ? why_failed(w, r) : word_of(r);

	if ((word == TOUCH_FAILED || word == TOUCH_SILENT) && !ask_stopped())
		log_say(LOG_WARNING, "job %llu: %s: %s",
		    (unsigned long long)w->j->ask->id, w->dev->path,
		    fido_strerr(r));
	return word;
}

/*
 * The PIN is tried before anybody is told to touch the key. With it, a key
 * that would not say before which credentials it holds does.
 */
static enum touch_word
check_pin(struct work *w)
{
	int r = try_pin(w);
	enum touch_word word = r < 0 ? word_after(w, r) : word_of(r);

	if (word == TOUCH_PIN_WRONG || word == TOUCH_PIN_BLOCKED ||
	    word == TOUCH_PIN_OLD || r < 0)
		return word;
	if (r != FIDO_OK || !w->dev->unsure)
		return TOUCH_DONE;
	w->dev->unsure = false;
	if (w->j->ask->act == TOUCH_PROVE)
		return w->dev->holds != NULL ? TOUCH_DONE : TOUCH_NOT_YOURS;
	if (w->dev->holds == NULL)
		return TOUCH_DONE;
	memcpy(w->j->word.credential, w->dev->holds->id, w->dev->holds->len);
	w->j->word.credential_len = w->dev->holds->len;
	return TOUCH_KNOWN;
}

/* Some keys take a PIN once, and then only a new one (CTAP2.1, 6.4). */
static bool
pin_is_old(const struct work *w)
{
	fido_cbor_info_t *info = fido_cbor_info_new();
	bool old = info != NULL &&
	    fido_dev_get_cbor_info(w->dev->fido, info) == FIDO_OK &&
	    fido_cbor_info_new_pin_required(info);

	fido_cbor_info_free(&info);
	return old;
}

/* Nobody is asked for a PIN that the key won't take: TOUCH_DONE: it will. */
static enum touch_word
takes_pin(const struct work *w)
{
	int n;

	if (fido_dev_set_timeout(w->dev->fido, job_left(w->j)) != FIDO_OK)
		return TOUCH_FAILED;
	if (pin_is_old(w))
		return TOUCH_PIN_OLD;
	return fido_dev_get_retry_count(w->dev->fido, &n) == FIDO_OK && n == 0
	    ? TOUCH_PIN_BLOCKED
	    : TOUCH_DONE;
}

/* Asks by word, until a PIN is right: TOUCH_DONE. */
static enum touch_word
get_pin(struct work *w, enum touch_word word)
{
	enum touch_word may = takes_pin(w);

	w->way = WAY_PIN;
	if (may != TOUCH_DONE)
		return may;
	for (;;) {
		if (ask(w, word) != TOUCH_PIN)
			return TOUCH_FAILED;
		if ((word = check_pin(w)) != TOUCH_PIN_WRONG)
			return word;
	}
}

/* The finger was not read: once more, or the PIN. */
static enum touch_word
after_finger(struct work *w)
{
	enum touch_act act = ask(w, TOUCH_UV_FAILED);
	enum touch_word word;

	if (act == TOUCH_NEXT)
		return TOUCH_DONE;
	if (act != TOUCH_PIN || !may_pin(w))
		return TOUCH_FAILED;
	w->way = WAY_PIN;
	word = check_pin(w);
	return word == TOUCH_PIN_WRONG ? get_pin(w, word) : word;
}

/* The key wants more than it was given, or does not read fingers any more. */
static enum touch_word
more(struct work *w)
{
	enum way before = w->way;

	if (before == WAY_PIN)
		return TOUCH_FAILED;
	if (before == WAY_TOUCH && fido_dev_has_uv(w->dev->fido)) {
		w->way = WAY_UV;
		return TOUCH_DONE;
	}
	if (may_pin(w))
		return get_pin(w, TOUCH_WANTS_PIN);
	return before == WAY_UV ? TOUCH_UV_BLOCKED : TOUCH_UNSET;
}

/* One operation, and again as long as the key alone gives up waiting. */
static enum touch_word
operate(struct work *w)
{
	const char *pin = w->way == WAY_PIN ? w->pin.bytes : NULL;
	enum touch_word word;
	int r;

	do {
		if (ask_stopped())
			return TOUCH_FAILED;
		memset(&w->j->word, 0, sizeof(w->j->word));
		r = w->j->ask->act == TOUCH_ENROL
		    ? job_enrol(w->j, w->way, pin)
		    : job_prove(w->j, w->way, pin);
		word = word_after(w, r);
	} while (word == TOUCH_TIMEOUT && packet_now() < w->j->until);
	/* somebody said no at the key itself */
	return word == TOUCH_UV_FAILED && w->way != WAY_UV ? TOUCH_FAILED
							   : word;
}

static enum touch_word
blink(struct work *w)
{
	const struct k_touched m = { .word = TOUCH_WAITS, .keys = 1 };

	return ask_say(&m) == KOSMO_OK ? operate(w) : TOUCH_FAILED;
}

/* What has to come before another operation; TOUCH_DONE: it has. */
static enum touch_word
mend(struct work *w, enum touch_word word)
{
	switch (word) {
	case TOUCH_UV_FAILED:
		return after_finger(w);
	case TOUCH_WANTS_PIN:
		return more(w);
	case TOUCH_PIN_WRONG:
		return get_pin(w, TOUCH_PIN_WRONG);
	default:
		return word;
	}
}

enum touch_word
job_work(struct job *j)
{
	struct work w = { .j = j, .dev = &j->devices.list[0] };
	enum touch_word word = first_way(&w);

	if (word == TOUCH_DONE && w.way == WAY_PIN)
		word = get_pin(&w, TOUCH_WANTS_PIN);
	while (word == TOUCH_DONE) {
		word = blink(&w);
		if (word < TOUCH_ASKS)
			break;
		word = mend(&w, word);
	}
	if (word == TOUCH_PIN_BLOCKED)
		j->word.retries = retries(&w);
	secret_done(&w.pin);
	return word;
}
