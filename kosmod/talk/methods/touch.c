#include "config.h"

#include "touch.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/device_name.h"

#define TURNS_MOST 10 /* of a job: whatever a key sends, it comes to an end */
#define WAIT_SLACK 60 /* seconds: looking for keys, and what they compute */
#define PIN_MIN 4     /* characters (CTAP2, 6.5.1) */
#define PIN_MAX 63    /* bytes */

/* One request to the job; the client is told how long it may take. */
static int
request(struct dialogue *d, const struct k_touch *m, struct k_touched *ret)
{
	union kmsg reply;
	int r = d->t->person->wait(
	    d->t->person->arg, d->t->conf->passkey.timeout + WAIT_SLACK);

	if (r != 0)
		return r;
	r = call(d, &k_touch_layout, m, K_TOUCHED, &reply);
	*ret = reply.touched;
	explicit_bzero(&reply, sizeof(reply));
	return r;
}

/* At once: while somebody looks for the key there is no ask. */
static int
show_waits(struct dialogue *d, const struct touch_job *job,
    const struct k_touched *waits)
{
	char n[12], seconds[12];

	snprintf(seconds, sizeof(seconds), "%u", waits->seconds);
	snprintf(n, sizeof(n), "%u", waits->keys);
	if (waits->keys > 1)
		return tell_now(d,
		    N_("{n} keys found. Touch the one you want to use."),
		    FILL({ "n", n }));
	if (job->device == NULL)
		return tell_now(d,
		    N_("Touch the key when it blinks (within {n} seconds)."),
		    FILL({ "n", seconds }));
	return tell_now(d,
	    N_("Touch the key \"{device}\" (within {n} seconds)."),
	    FILL({ "device", job->device->name }, { "n", seconds }));
}

/* What no key would take: it would only count it as a wrong one. */
static bool
can_be_pin(const struct answer *answer)
{
	size_t chars = 0;

	for (size_t i = 0; i < answer->text.len; i++)
		chars += ((uint8_t)answer->text.bytes[i] & 0xc0) != 0x80;
	return !answer->control && chars >= PIN_MIN &&
	    answer->text.len <= PIN_MAX;
}

/* touch: the finger may be tried again by Enter alone. */
static int
ask_pin(struct dialogue *d, const struct touch_job *job, bool touch,
    struct k_touch *next, enum word *ret_word)
{
	const struct question question = {
		.prompt = touch ? N_("PIN of the key (Enter: touch again): ")
				: N_("PIN of the key: "),
		.hidden = true,
		.enter = touch,
		.words = job->words,
	};
	struct answer answer = { 0 };
	int r;

	for (;;) {
		if ((r = ask(d, &question, &answer)) != 0 ||
		    answer.word != WORD_NONE || answer.empty)
			break;
		if (can_be_pin(&answer)) {
			next->act = TOUCH_PIN;
			r = secret_set(
			    &next->pin, answer.text.bytes, answer.text.len);
			break;
		}
		if ((r = say(d, N_("A PIN has at least {n} characters."),
			 FILL({ "n", "4" }))) != 0)
			break;
	}
	if (r == 0 && answer.word != WORD_NONE)
		next->act = TOUCH_STOP;
	*ret_word = answer.word;
	answer_done(&answer);
	return r;
}

static int
say_pin_wrong(struct dialogue *d, uint32_t left)
{
	char n[12];

	snprintf(n, sizeof(n), "%u", left);
	if (left == 0)
		return say(d, N_("Wrong PIN. Please try again."), NULL);
	return say(d, N_("Wrong PIN. After {n} more the key blocks itself."),
	    FILL({ "n", n }));
}

/* What is done about a word that asks: *next goes to the job. */
static int
follow(struct dialogue *d, const struct touch_job *job,
    const struct k_touched *asks, struct k_touch *next, enum word *ret_word)
{
	int r;

	*next = (struct k_touch){ .act = TOUCH_NEXT };
	switch (asks->word) {
	case TOUCH_WAITS:
		return show_waits(d, job, asks);
	case TOUCH_WANTS_PIN:
		return ask_pin(d, job, false, next, ret_word);
	case TOUCH_PIN_WRONG:
		r = say_pin_wrong(d, asks->retries);
		return r == 0 ? ask_pin(d, job, false, next, ret_word) : r;
	case TOUCH_UV_FAILED:
		if (asks->retries == 0)
			return say(
			    d, N_("Fingerprint not read. Touch again."), NULL);
		r = say(d,
		    N_("Fingerprint not read. Touch again, or enter the PIN "
		       "next."),
		    NULL);
		return r == 0 ? ask_pin(d, job, true, next, ret_word) : r;
	default:
		return KOSMO_EFORMAT;
	}
}

int
touch_run(struct dialogue *d, const struct touch_job *job,
    struct k_touched *ret, enum word *ret_word)
{
	static const struct k_touch stop = { .act = TOUCH_STOP };
	struct k_touch next = { .act = job->act };
	int r;

	*ret_word = WORD_NONE;
	if (job->device != NULL)
		next.device = job->device->id;
	r = request(d, &next, ret);
	for (int i = 0; r == 0 && ret->word > TOUCH_ASKS; i++) {
		if (i == TURNS_MOST) {
			r = request(d, &stop, ret);
			break;
		}
		if ((r = follow(d, job, ret, &next, ret_word)) == 0)
			r = request(d, &next, ret);
		secret_done(&next.pin);
	}
	return r;
}

/* Until it is plugged in anew, or for good. */
static int
say_blocked(struct dialogue *d, const struct touch_job *job, uint32_t left)
{
	bool other = d->full && (job->words & WORD_FLAG(WORD_OTHER)) != 0;
	int r;

	if (left > 0)
		return say(d,
		    N_("Too many wrong PINs. Pull the key out and plug it in "
		       "again."),
		    NULL);
	r = say(d,
	    other ? N_("The key is blocked. Type other for another method.")
		  : N_("The key is blocked."),
	    NULL);

	return r != 0 ? r : say_contact(d);
}

static int
say_unset(struct dialogue *d)
{
	return say(d,
	    d->t->conf->passkey.verify == VERIFY_BIOMETRIC
		? N_("This key has no fingerprint yet. Set one up first.")
		: N_("This key has no PIN and no fingerprint yet. Set one up "
		     "first."),
	    NULL);
}

static int
say_known(struct dialogue *d, uint32_t device)
{
	const char *name = device_name_of(&d->person, device);

	if (name[0] == '\0')
		return say(d,
		    N_("This key is enrolled already. Plug in another one."),
		    NULL);
	return say(d,
	    N_("This key is already yours as \"{device}\". Plug in another "
	       "one."),
	    FILL({ "device", name }));
}

int
touch_say_end(struct dialogue *d, const struct touch_job *job,
    const struct k_touched *end)
{
	char seconds[12];

	snprintf(seconds, sizeof(seconds), "%u", end->seconds);
	switch (end->word) {
	case TOUCH_AWAY:
		return say(d, N_("Keys can't be used here just now."), NULL);
	case TOUCH_NO_KEY:
		return say(d,
		    d->full ? N_("No key found. Please plug it in again.")
			    : N_("No key is plugged in."),
		    NULL);
	case TOUCH_NOT_YOURS:
	case TOUCH_DONE:
		return say(d,
		    N_("None of the keys plugged in is enrolled for you."),
		    NULL);
	case TOUCH_KNOWN:
		return say_known(d, end->device);
	case TOUCH_UNSET:
		return say_unset(d);
	case TOUCH_PIN_BLOCKED:
		return say_blocked(d, job, end->retries);
	case TOUCH_TIMEOUT:
		return say(d, N_("No touch within {n} seconds."),
		    FILL({ "n", seconds }));
	case TOUCH_GONE:
		return say(d,
		    d->full ? N_("The key was pulled out. Please plug it in "
				 "again.")
			    : N_("The key was pulled out."),
		    NULL);
	case TOUCH_BUSY:
		return say(d,
		    N_("The key is busy with another login. Please wait a "
		       "moment."),
		    NULL);
	default:
		return say(d, N_("That did not work with this key."), NULL);
	}
}

/* After these nothing has to be plugged in. */
static bool
may_just_repeat(const struct k_touched *end)
{
	return end != NULL &&
	    (end->word == TOUCH_TIMEOUT || end->word == TOUCH_BUSY ||
		end->word == TOUCH_FAILED);
}

int
touch_ask_again(struct dialogue *d, const struct touch_job *job,
    const struct k_touched *end, enum word *ret_word)
{
	static const char *const prompts[2][2] = {
		{ N_("Press Enter when ready: "),
		    N_("Press Enter when ready (or type other): ") },
		{ N_("Press Enter to try again: "),
		    N_("Press Enter to try again (or type other): ") },
	};
	bool other = (job->words & WORD_FLAG(WORD_OTHER)) != 0;
	const struct question question = {
		.prompt = prompts[may_just_repeat(end)][other],
		.enter = true,
		.words = job->words,
	};
	struct answer answer = { 0 };
	int r = ask(d, &question, &answer);

	*ret_word = answer.word;
	answer_done(&answer);
	return r;
}

const char *
touch_doubt(const struct dialogue *d, uint8_t flags)
{
	uint32_t verify = d->t->conf->passkey.verify;

	if ((flags & KEY_UP) == 0)
		return N_("The key says that nobody touched it.");
	if ((flags & KEY_UV) == 0 &&
	    (verify == VERIFY_REQUIRED || verify == VERIFY_BIOMETRIC))
		return N_("The key did not check who you are (PIN or "
			  "fingerprint).");
	return N_("The key's answer was not right.");
}

const char *
touch_unread(int r)
{
	if (r == KOSMO_EINVAL)
		return N_("This kind of key is not known here. Please use "
			  "another one.");
	return N_("The key sent something that can't be read.");
}
