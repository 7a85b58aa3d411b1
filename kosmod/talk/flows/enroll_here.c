/*
 * enroll_here.c: a new authenticator at this host, proven by the signature
 * that it makes with its new key.
 */
#include "config.h"

#include <stdio.h>

#include "kosmod/talk/attestation.h"
#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/device_name.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/methods/methods.h"
#include "kosmod/talk/methods/touch.h"

static int
say_plug_in(struct dialogue *d)
{
	uint32_t verify = d->t->conf->passkey.verify;

	if (verify == VERIFY_BIOMETRIC)
		return say(d,
		    N_("Plug in your security key. It needs a fingerprint set "
		       "up on it."),
		    NULL);
	if (verify == VERIFY_REQUIRED)
		return say(d,
		    N_("Plug in your security key. It needs a fingerprint or "
		       "a PIN set up on it."),
		    NULL);
	return say(d, N_("Plug in your security key."), NULL);
}

/* To the keeper: *id becomes the device's, or *end says why it was not. */
static int
judge(struct dialogue *d, const struct touch_job *job, const char *name,
    struct k_touched *end, uint32_t *id)
{
	struct k_passkey_new new;
	struct k_verdict verdict;
	int r = attestation_read(end, &new);

	end->word = TOUCH_FAILED;
	if (r != 0)
		return say(d, touch_unread(r), NULL);
	snprintf(new.name, sizeof(new.name), "%s", name);
	r = call_verdict(d, &k_passkey_new_layout, &new, &verdict);
	if (r != 0)
		return r;
	switch (verdict.word) {
	case VERDICT_YES:
		*id = verdict.device;
		return 0;
	case VERDICT_TAKEN:
		end->word = TOUCH_KNOWN;
		return touch_say_end(d, job, end);
	case VERDICT_NO:
		return say(d, touch_doubt(d, new.auth_data[DIGEST_LEN]), NULL);
	default:
		return leave_verdict(d, &verdict);
	}
}

int
leave_not_here(struct dialogue *d, bool *other)
{
	const char *text = method_find(METHOD_PASSKEY)->not_here;

	if (other == NULL)
		return leave(d, RESULT_REFUSED, text, NULL);
	*other = true;
	return say(d, text, NULL);
}

/* Until a key is enrolled, or something else is wanted. */
static int
by_touch(struct dialogue *d, const char *name, bool *other, uint32_t *id)
{
	const struct touch_job job = { TOUCH_ENROL, NULL,
		other != NULL ? WORD_FLAG(WORD_OTHER) : 0 };
	const struct k_touched *before = NULL;
	struct k_touched end;
	enum word word;
	int r = say_plug_in(d);

	for (int i = 0; r == 0 && *id == 0 && i < TOUCH_ROUNDS; i++) {
		r = touch_ask_again(d, &job, before, &word);
		if (r == 0 && word == WORD_NONE)
			r = touch_run(d, &job, &end, &word);
		if (r != 0)
			return r;
		if (word != WORD_NONE) {
			*other = true;
			return 0;
		}
		if (end.word == TOUCH_AWAY)
			return leave_not_here(d, other);
		if (end.word == TOUCH_DONE)
			r = judge(d, &job, name, &end, id);
		else
			r = touch_say_end(d, &job, &end);
		before = &end;
	}
	return r != 0 || *id != 0 ? r : leave_saved(d);
}

int
enroll_here(struct dialogue *d, const struct enroll_how *how, bool *other)
{
	const struct vouch_how vouching = { NULL, other != NULL };
	const char *name =
	    how->name != NULL ? how->name : text_of(d, N_("passkey"));
	struct vouched vouched = { 0 };
	uint32_t id = 0;
	int r = 0;

	if (d->person.n_devices == 0)
		r = vouch(d, &vouching, &vouched);
	if (r == 0 && vouched.other) {
		*other = true;
		return 0;
	}
	if (r == 0)
		r = by_touch(d, name, other, &id);
	if (r != 0 || id == 0)
		return r;
	if ((r = call_profile(d)) == 0 && how->name == NULL)
		r = device_name_ask(d, id);
	return r;
}
