/*
 * passkey.c: a passkey as the factor: an authenticator at this host, or a key
 * of OpenSSH that the person's agent has.
 */
#include "config.h"

#include <string.h>

#include "kosmod/talk/attestation.h"
#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "methods.h"
#include "touch.h"

static int
judge(struct dialogue *d, struct k_passkey *proof, struct attempt *ret)
{
	int r;

	proof->last = is_last(d);
	r = call_verdict(d, &k_passkey_layout, proof, &ret->verdict);
	if (r != 0)
		return r;
	d->t->ended = ret->verdict.ended != 0;
	ret->said = true;
	switch (ret->verdict.word) {
	case VERDICT_NO:
		return say(d, touch_doubt(d, proof->flags), NULL);
	case VERDICT_USED:
		ret->away = true;
		return say(d,
		    N_("This key may have been copied, so it was refused."),
		    NULL);
	default:
		ret->said = false;
		return 0;
	}
}

/* Nothing that can be judged came: why, and whether it is tried again. */
static int
again(struct dialogue *d, const struct touch_job *job,
    const struct k_touched *end, bool last, struct attempt *ret)
{
	if (!d->full || last || end->word == TOUCH_AWAY) {
		ret->away = true;
		return 0;
	}
	return touch_ask_again(d, job, end, &ret->word);
}

static int
by_touch(struct dialogue *d, const struct k_device *device, struct attempt *ret)
{
	const struct touch_job job = { TOUCH_PROVE, device,
		WORD_FLAG(WORD_OTHER) | WORD_FLAG(WORD_RECOVERY) };
	struct k_passkey proof;
	struct k_touched end;
	int r = 0, read;

	for (int i = 1; r == 0 && ret->word == WORD_NONE && !ret->away; i++) {
		if ((r = touch_run(d, &job, &end, &ret->word)) != 0 ||
		    ret->word != WORD_NONE)
			return r;
		if (end.word != TOUCH_DONE || end.device == 0)
			r = touch_say_end(d, &job, &end);
		else if ((read = assertion_read(&end, &proof)) == 0) {
			proof.device = end.device;
			return judge(d, &proof, ret);
		} else {
			end.word = TOUCH_FAILED;
			r = say(d, touch_unread(read), NULL);
		}
		if (r == 0)
			r = again(d, &job, &end, i == TOUCH_ROUNDS, ret);
	}
	return r;
}

static int
by_agent(struct dialogue *d, struct attempt *ret)
{
	bool reached = false;
	int r = agent_attempt(d, ret, &reached);

	if (r == 0 && !reached)
		ret->away = true;
	return r;
}

int
passkey_attempt(
    struct dialogue *d, const struct k_device *device, struct attempt *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (device == NULL) { /* nobody's */
		ret->away = true;
		return 0;
	}
	return device->kind == KIND_SSH ? by_agent(d, ret)
					: by_touch(d, device, ret);
}
