#include "config.h"

#include "fake_post.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/keeper/mail.h"

int
fake_post_take(struct fake_post *f, const struct layout *l, const void *msg)
{
	if (l != &p_mail_layout || f->n == FAKE_MAILS_MAX)
		abort();
	f->mails[f->n++] = *(const struct p_mail *)msg;
	return KOSMO_OK;
}

size_t
fake_post_answer(struct fake_post *f, struct keeper *k)
{
	static const uint8_t words[] = { SENT_YES, SENT_NO, SENT_NEVER };
	struct buf packet = BUF_INIT;
	size_t n = 0;

	for (; f->mood != FAKE_SILENT && f->answered < f->n; n++) {
		struct p_sent m = { .id = f->mails[f->answered++].id,
			.word = words[f->mood] };

		if (codec_encode(&p_sent_layout, CODEC_MESSAGE, &m, &packet) !=
			KOSMO_OK ||
		    keeper_priv(k, PRIV_POST, &packet) != KOSMO_OK)
			abort();
		buf_reset(&packet);
	}
	buf_done(&packet);
	return n;
}

const struct p_mail *
fake_post_mail(const struct fake_post *f, const char *login, uint8_t kind)
{
	for (size_t i = f->n; i > 0; i--) {
		const struct p_mail *m = &f->mails[i - 1];

		if (strcmp(m->login, login) == 0 &&
		    (kind != 0 ? m->kind == kind : m->kind <= MK_LAST_CODE))
			return m;
	}
	return NULL;
}

char *
fake_post_news(const struct fake_post *f, size_t *seen)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		abort();
	for (; *seen < f->n; ++*seen)
		fprintf(out, "%s to %s\n", mail_word(f->mails[*seen].kind),
		    f->mails[*seen].to);
	fclose(out);
	return text;
}

enum fake_mood
fake_post_mood(const char *name)
{
	return strcmp(name, "fails") == 0 ? FAKE_FAILS
	    : strcmp(name, "silent") == 0 ? FAKE_SILENT
					  : FAKE_TAKES;
}
