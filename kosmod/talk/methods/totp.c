#include "config.h"

#include "methods.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/text.h"

#define NAME_COLUMNS 12 /* so that the ask stays within 46 */

int
totp_attempt(
    struct dialogue *d, const struct k_device *device, struct attempt *ret)
{
	char name[LABEL_LEN + 3];
	struct question question = {
		.prompt = N_("Code: "),
		.fills = FILL({ "device", name }),
		.words = WORD_FLAG(WORD_OTHER) | WORD_FLAG(WORD_RESEND),
	};
	struct answer answer = { 0 };
	struct k_code code = { 0 };
	int r;

	memset(ret, 0, sizeof(*ret));
	if (device != NULL) {
		text_shorten(device->name, NAME_COLUMNS, name, sizeof(name));
		question.prompt = N_("Code (\"{device}\", or other): ");
		question.words =
		    WORD_FLAG(WORD_OTHER) | WORD_FLAG(WORD_RECOVERY);
		code.device = device->id;
	}
	if ((r = ask(d, &question, &answer)) != 0)
		goto out;
	ret->word = answer.word;
	if (answer.word != WORD_NONE)
		goto out;
	answer_digits(&answer.text, code.digits);
	code.last = is_last(d);
	r = call_verdict(d, &k_code_layout, &code, &ret->verdict);
	d->t->ended = r == 0 && ret->verdict.ended != 0;
out:
	answer_done(&answer);
	explicit_bzero(&code, sizeof(code));
	return r;
}
