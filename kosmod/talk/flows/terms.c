#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/step.h"
#include "kosmod/talk/terms_text.h"

/* The lines of page n, below what they are. */
static int
say_page(struct dialogue *d, const struct stage *step, unsigned n)
{
	const struct conf_terms *mark = terms_text_mark(d->lang);
	char number[STEP_TEXT], page[12], pages[12];
	struct buf text = BUF_INIT;
	int r;

	snprintf(page, sizeof(page), "%u", n);
	snprintf(pages, sizeof(pages), "%u", terms_text_pages(d->lang));
	if ((r = step_text(d, step, number)) != 0 ||
	    (r = say(d,
		 N_("{step}Terms of use, version {version} of {date} (page "
		    "{page} of {pages})"),
		 FILL({ "step", number }, { "version", mark->version },
		     { "date", mark->date }, { "page", page },
		     { "pages", pages }))) != 0 ||
	    (r = terms_text_page(d->lang, n, &text)) != 0 ||
	    (r = buf_add_u8(&text, 0)) != 0)
		goto out;
	r = say_lines(d, (const char *)text.data);
out:
	buf_done(&text);
	return r;
}

/* All pages but the last: whatever is typed turns the page. */
static int
read_pages(struct dialogue *d, const struct stage *step)
{
	const struct question question = {
		.prompt = N_("Enter for the next page: "),
		.enter = true,
		.page = true,
		.words = step_words(d, step),
	};
	unsigned pages = terms_text_pages(d->lang);
	struct answer answer = { 0 };
	int r = 0;

	for (unsigned n = 1; r == 0 && n < pages; n++) {
		if ((r = say_page(d, step, n)) == 0 &&
		    (r = ask(d, &question, &answer)) == 0 &&
		    answer.word != WORD_NONE)
			r = step_language(d, answer.word);
	}
	answer_done(&answer);
	return r != 0 ? r : say_page(d, step, pages);
}

/* Consent to exactly what was shown. */
static int
agree(struct dialogue *d)
{
	struct k_terms terms = { 0 };
	struct k_verdict verdict;
	int r;

	snprintf(
	    terms.language, sizeof(terms.language), "%s", lang_name(d->lang));
	memcpy(terms.hash, terms_text_mark(d->lang)->hash, sizeof(terms.hash));
	r = call_verdict(d, &k_terms_layout, &terms, &verdict);
	if (r == 0 && verdict.word != VERDICT_YES)
		r = leave_verdict(d, &verdict);
	return r;
}

static int
say_needed(struct dialogue *d)
{
	int r = say(d,
	    N_("You need to agree to go on. You can stop here and come back "
	       "later."),
	    NULL);

	return r != 0 ? r : say_contact(d);
}

int
step_terms(struct dialogue *d, const struct stage *step)
{
	const struct question question = {
		.prompt = N_("Type agree to accept the terms: "),
		.page = true,
		.words = WORD_FLAG(WORD_AGREE) | step_words(d, step),
	};
	struct answer answer = { 0 };
	int r = 0;

	if (terms_text_mark(d->lang) == NULL)
		return leave_verdict(d, NULL); /* the files went missing */
	if (d->person.terms[0] != '\0')
		r = say(
		    d, N_("The terms have changed. Please read them."), NULL);
	if (r == 0)
		r = read_pages(d, step);
	while (r == 0) {
		if ((r = ask(d, &question, &answer)) != 0)
			break;
		if (answer.word == WORD_AGREE) {
			r = agree(d);
			break;
		}
		r = answer.word != WORD_NONE ? step_language(d, answer.word)
					     : say_needed(d);
	}
	answer_done(&answer);
	return r;
}
