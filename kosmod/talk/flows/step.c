#include "config.h"

#include "kosmod/talk/flows/step.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/text.h"

/* Each in the language that it offers, so no catalogue has them. */
static const char *const offers[LANG_COUNT] = {
	[LANG_EN] = "日本語は ja と入力してください。",
	[LANG_JA] = "For English, type en.",
};

int
step_text(const struct dialogue *d, const struct stage *step,
    char ret[static STEP_TEXT])
{
	struct buf text = BUF_INIT;
	char n[12], total[12];
	int r;

	ret[0] = '\0';
	if (step->n == 0)
		return 0;
	snprintf(n, sizeof(n), "%u", step->n);
	snprintf(total, sizeof(total), "%u", step->total);
	r = text_fill(&text, text_of(d, N_("(step {n} of {total}) ")),
	    FILL({ "n", n }, { "total", total }));
	if (r == 0 && text.len >= STEP_TEXT)
		r = KOSMO_ETOOBIG;
	if (r == 0) {
		memcpy(ret, text.data, text.len);
		ret[text.len] = '\0';
	}
	buf_done(&text);
	return r;
}

/* In the other language, and not where only one can be drawn. */
uint32_t
step_words(const struct dialogue *d, const struct stage *step)
{
	if (!step->first || d->lang_fixed)
		return 0;
	return WORD_FLAG(WORD_EN) | WORD_FLAG(WORD_JA);
}

int
step_language(struct dialogue *d, enum word word)
{
	struct k_language request = { 0 };
	struct k_verdict verdict;
	int r;

	d->lang_chosen = true;
	d->lang = word == WORD_JA ? LANG_JA : LANG_EN;
	snprintf(request.language, sizeof(request.language), "%s",
	    lang_name(d->lang));
	r = call_verdict(d, &k_language_layout, &request, &verdict);
	if (r == 0 && verdict.word != VERDICT_YES)
		r = leave_verdict(d, &verdict);
	return r == 0 ? FLOW_AGAIN : r;
}

int
step_intro(struct dialogue *d)
{
	int r = say(d,
	    N_("Let us set up your account (about 10 minutes). If cut "
	       "off, just log in again."),
	    NULL);

	return r != 0 || d->lang_fixed ? r : say(d, offers[d->lang], NULL);
}
