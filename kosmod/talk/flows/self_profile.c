/*
 * self_profile.c: what people change of themselves with kosmoctl: address,
 * language; and the terms that they agreed to.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/email.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/verb.h"
#include "kosmod/talk/terms_text.h"
#include "libkosmo/mail_address.h"

static int
refuse_address(struct dialogue *d, enum email_fate fate)
{
	char domains[DOMAINS_TEXT];

	email_domains(d, domains);
	return verb_refuse(
	    d, RESULT_REFUSED, email_words(fate), FILL({ "domains", domains }));
}

/* It counts once a code mailed to it was typed. */
int
verb_email(struct dialogue *d)
{
	static const struct stage stage = { false, 0, 0 };
	const char *address = verb_word(d, 0);
	enum email_fate fate = EMAIL_BAD;
	int r;

	if (strlen(address) > MAIL_LEN || !mail_address_valid(address))
		return refuse_address(d, fate);
	if ((r = verb_confirm(d)) != KOSMO_OK ||
	    (r = email_give(d, address, &fate)) != KOSMO_OK)
		return r;
	if (fate != EMAIL_TAKEN)
		return refuse_address(d, fate);
	if ((r = call_profile(d)) != KOSMO_OK)
		return r;
	if (!email_waits(&d->person))
		return verb_done(d, N_("That is your address already."), NULL);
	if ((r = step_confirm(d, &stage)) != KOSMO_OK)
		return r;
	return verb_done(d, N_("Changed."), NULL);
}

int
verb_language(struct dialogue *d)
{
	const char *word = verb_word(d, 0);
	enum lang lang;
	int r;

	if (!lang_parse(word, &lang) || strcmp(word, lang_name(lang)) != 0)
		return verb_refuse(
		    d, RESULT_USAGE, N_("The languages are en and ja."), NULL);
	if ((r = verb_confirm(d)) != KOSMO_OK)
		return r;
	r = step_language(d, lang == LANG_JA ? WORD_JA : WORD_EN);
	if (r != FLOW_AGAIN)
		return r;
	return verb_done(d, N_("Changed."), NULL);
}

static int
show_page(struct dialogue *d, unsigned n)
{
	struct buf text = BUF_INIT;
	int r = terms_text_page(d->lang, n, &text);

	if (r == KOSMO_OK)
		r = buf_add_u8(&text, 0);
	if (r == KOSMO_OK)
		r = say_lines(d, (const char *)text.data);
	buf_done(&text);
	return r;
}

/* All of it, for whoever wants to read it again: nobody is asked anything. */
int
verb_terms(struct dialogue *d)
{
	const struct conf_terms *mark;
	int r = call_profile(d); /* in the person's language */

	if (r != KOSMO_OK)
		return r;
	if ((mark = terms_text_mark(d->lang)) == NULL)
		return verb_refuse(d, RESULT_REFUSED,
		    N_("There are no terms of use here."), NULL);
	r = tell(d, N_("Terms of use, version {version} of {date}"),
	    FILL({ "version", mark->version }, { "date", mark->date }));
	for (unsigned n = 1; r == KOSMO_OK && n <= terms_text_pages(d->lang);
	     n++) {
		if ((r = show_page(d, n)) == KOSMO_OK)
			r = show_said(d);
	}
	return r == KOSMO_OK ? verb_done(d, NULL, NULL) : r;
}
