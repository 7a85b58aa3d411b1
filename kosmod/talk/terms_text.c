#include "config.h"

#include "terms_text.h"

#include <string.h>

#include "kosmod/talk/text.h"
#include "kosmod/terms.h"

struct terms_text {
	struct conf_terms mark;
	struct buf lines; /* NUL-terminated, none wider than a screen */
	unsigned pages;	  /* 0: there is nothing */
};

/* Read once, before any talk process is forked. */
static struct terms_text texts[LANG_COUNT];

/* The first line that is not empty; a page does not begin with such. */
static const char *
skip_empty(const char *at)
{
	return at + strspn(at, "\n");
}

/*
 * The end of the page that begins at `at`: its last line that is not empty.
 * *next is where the next one begins, at the NUL if there is none.
 */
static const char *
page_end(const char *at, const char **next)
{
	const char *end = at, *stop;

	for (unsigned n = 0; n < TERMS_PAGE && *at != '\0'; n++) {
		stop = strchrnul(at, '\n');
		if (stop != at)
			end = stop;
		at = *stop == '\0' ? stop : stop + 1;
	}
	*next = skip_empty(at);
	return end;
}

static unsigned
count_pages(const char *text)
{
	unsigned n = 0;

	for (text = skip_empty(text); *text != '\0'; n++)
		(void)page_end(text, &text);
	return n;
}

static int
open_one(const struct conf *conf, enum lang lang, FILE *err)
{
	struct terms_text *t = &texts[lang];
	struct buf text = BUF_INIT;
	int r = terms_read(
	    conf->paths.terms, lang_name(lang), &t->mark, &text, err);

	if (r == 0 &&
	    (r = text_wrap(&t->lines, (const char *)text.data)) == 0 &&
	    (r = buf_add_u8(&t->lines, 0)) == 0)
		t->pages = count_pages((const char *)t->lines.data);
	buf_done(&text);
	return r;
}

int
terms_text_open(const struct conf *conf, FILE *err)
{
	int r = 0, one;

	terms_text_close();
	for (int lang = 0; lang < LANG_COUNT && conf->registration.terms;
	     lang++) {
		one = open_one(conf, (enum lang)lang, err);
		if (r == 0)
			r = one;
	}
	return r;
}

void
terms_text_close(void)
{
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		buf_done(&texts[lang].lines);
		memset(&texts[lang], 0, sizeof(texts[lang]));
	}
}

const struct conf_terms *
terms_text_mark(enum lang lang)
{
	return texts[lang].pages > 0 ? &texts[lang].mark : NULL;
}

unsigned
terms_text_pages(enum lang lang)
{
	return texts[lang].pages;
}

int
terms_text_page(enum lang lang, unsigned n, struct buf *out)
{
	const char *at, *end, *next;

	if (n < 1 || n > texts[lang].pages)
		return KOSMO_EINVAL;
	next = skip_empty((const char *)texts[lang].lines.data);
	do {
		at = next;
		end = page_end(at, &next);
	} while (--n > 0);
	return buf_add(out, at, (size_t)(end - at));
}
