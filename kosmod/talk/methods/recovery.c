#include "config.h"

#include "methods.h"

#include <string.h>

#include "kosmod/talk/call.h"

int
vouch_attempt(struct dialogue *d, const struct question *q, struct attempt *ret)
{
	struct answer answer = { 0 };
	struct k_vouch vouch = { 0 };
	int r;

	memset(ret, 0, sizeof(*ret));
	if ((r = ask(d, q, &answer)) != 0)
		goto out;
	ret->word = answer.word;
	if (answer.word != WORD_NONE)
		goto out;
	if (!answer.control &&
	    ((r = code_digest(&answer.text, vouch.code)) != 0 ||
		(r = initial_digest(&answer.text, vouch.initial)) != 0))
		goto out;
	r = call_verdict(d, &k_vouch_layout, &vouch, &ret->verdict);
out:
	answer_done(&answer);
	explicit_bzero(&vouch, sizeof(vouch));
	return r;
}

int
recovery_attempt(
    struct dialogue *d, const struct k_device *device, struct attempt *ret)
{
	static const struct question question = {
		.prompt = N_("Recovery code: "),
		.words = WORD_FLAG(WORD_OTHER),
	};

	(void)device;
	return vouch_attempt(d, &question, ret);
}
