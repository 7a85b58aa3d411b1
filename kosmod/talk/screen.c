#include "config.h"

#include "screen.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/text.h"

#define EMPTY_MAX 3
#define STEP_SECONDS 900 /* at a prompt while a registration step is open */

/* Linux draws no Japanese: tty1 to tty6, as login and sudo name them. */
static bool
linux_screen(const char *tty)
{
	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	return strncmp(tty, "tty", 3) == 0 && tty[3] >= '1' && tty[3] <= '6' &&
	    tty[4] == '\0';
}

void
dialogue_init(struct dialogue *d, struct talk *t)
{
	const struct conf_service *service =
	    conf_service(t->conf, t->hello.service);

	memset(d, 0, sizeof(*d));
	d->t = t;
	d->result = RESULT_DENY;
	d->full = t->bound.dialogue != 0;
	if (linux_screen(t->hello.tty) && service->language[0] == '\0') {
		d->lang_fixed = true;
		return;
	}
	dialogue_language(d, t->bound.language);
	if (t->phase == PHASE_VERB)
		dialogue_language(d, t->hello.language);
}

void
dialogue_done(struct dialogue *d)
{
	buf_done(&d->above);
	explicit_bzero(&d->person, sizeof(d->person));
}

void
dialogue_language(struct dialogue *d, const char *name)
{
	if (!d->lang_fixed && !d->lang_chosen)
		(void)lang_parse(name, &d->lang);
}

const char *
text_of(const struct dialogue *d, const char *msgid)
{
	return tr(d->lang, msgid);
}

/* The text of msgid, filled and wrapped, appended to out. */
static int
put(const struct dialogue *d, struct buf *out, const char *msgid,
    const struct fill *fills)
{
	struct buf filled = BUF_INIT;
	int r;

	if ((r = text_fill(&filled, text_of(d, msgid), fills)) != 0 ||
	    (r = buf_add_u8(&filled, 0)) != 0)
		goto out;
	r = text_wrap(out, (const char *)filled.data);
out:
	buf_done(&filled);
	return r;
}

static int
put_line(const struct dialogue *d, struct buf *out, const char *msgid,
    const struct fill *fills)
{
	int r = put(d, out, msgid, fills);

	return r != 0 ? r : buf_add(out, "\n", 1);
}

int
say(struct dialogue *d, const char *msgid, const struct fill *fills)
{
	return put_line(d, &d->above, msgid, fills);
}

int
say_lines(struct dialogue *d, const char *lines)
{
	int r = buf_add(&d->above, lines, strlen(lines));

	return r != 0 ? r : buf_add(&d->above, "\n", 1);
}

/* Text for the wire; KOSMO_ETOOBIG if the message has no room for it. */
static int
take_text(char *to, size_t size, const struct buf *from)
{
	if (from->len >= size)
		return KOSMO_ETOOBIG;
	if (from->len > 0)
		memcpy(to, from->data, from->len);
	to[from->len] = '\0';
	return 0;
}

/* Sends out as SHOW what is in text, without its last newline. */
static int
show(struct dialogue *d, struct buf *text, enum msg_show_kind kind)
{
	struct msg_show msg = { .kind = (uint8_t)kind };
	int r;

	if (text->len == 0)
		return 0;
	text->len--;
	if ((r = take_text(msg.text, sizeof(msg.text), text)) == 0)
		r = d->t->person->show(d->t->person->arg, &msg);
	explicit_bzero(&msg, sizeof(msg));
	buf_reset(text);
	return r;
}

int
show_said(struct dialogue *d)
{
	return show(d, &d->above, SHOW_TEXT);
}

int
tell(struct dialogue *d, const char *msgid, const struct fill *fills)
{
	int r = say(d, msgid, fills);

	return r != 0 ? r : show_said(d);
}

int
tell_now(struct dialogue *d, const char *msgid, const struct fill *fills)
{
	int r = say(d, msgid, fills);

	return r != 0 ? r : show(d, &d->above, SHOW_NOW);
}

/* sudo puts its own words in the place of this one, if it is exact. */
static bool
is_sudo_first(const struct dialogue *d, const struct question *q)
{
	const char *service = d->t->hello.service;

	return !d->asked && q->kind == ASK_PASSWORD &&
	    (strcmp(service, "sudo") == 0 || strcmp(service, "sudo-i") == 0);
}

static int
put_prompt(const struct dialogue *d, struct buf *out, const struct question *q)
{
	if (is_sudo_first(d, q))
		return buf_add(out, q->prompt, strlen(q->prompt));
	return text_fill(out, text_of(d, q->prompt), q->fills);
}

/*
 * What stands in the ask: an ask of several lines begins with a newline, so
 * that ssh's prefix has a line of its own.
 */
static int
put_ask(struct dialogue *d, struct buf *out, const struct question *q,
    bool with_text)
{
	int r;

	if (with_text && q->text != NULL &&
	    (r = put_line(d, &d->above, q->text, q->fills)) != 0)
		return r;
	if (!d->full && (r = show(d, &d->above, SHOW_NOW)) != 0)
		return r;
	if (d->above.len > 0) {
		if ((r = buf_add(out, "\n", 1)) != 0 ||
		    (r = buf_add(out, d->above.data, d->above.len)) != 0)
			return r;
		buf_reset(&d->above);
	}
	if ((r = put_prompt(d, out, q)) != 0)
		return r;
	if (!q->page && out->len > SCREEN_MESSAGE)
		return KOSMO_ETOOBIG;
	return 0;
}

static uint32_t
ask_seconds(const struct dialogue *d)
{
	uint32_t seconds = d->t->conf->limits.idle;

	if (d->open_step && seconds < STEP_SECONDS)
		seconds = STEP_SECONDS;
	if (d->t->bound.deadline != 0 && seconds > d->t->bound.deadline)
		seconds = d->t->bound.deadline;
	return seconds;
}

static int
ask_once(struct dialogue *d, const struct question *q, bool with_text,
    struct answer *ret)
{
	struct msg_ask msg = { 0 };
	struct buf text = BUF_INIT;
	int r;

	answer_done(ret);
	msg.echo = !q->hidden;
	msg.kind = q->kind;
	msg.seconds = ask_seconds(d);
	if ((r = put_ask(d, &text, q, with_text)) != 0 ||
	    (r = take_text(msg.text, sizeof(msg.text), &text)) != 0)
		goto out;
	d->asked = true;
	r = d->t->person->ask(d->t->person->arg, &msg, &ret->text);
	if (r == 0)
		answer_read(ret, q->words);
out:
	explicit_bzero(&msg, sizeof(msg));
	buf_done(&text);
	return r;
}

int
ask(struct dialogue *d, const struct question *q, struct answer *ret)
{
	bool with_text = true;
	int r;

	for (;;) {
		if ((r = ask_once(d, q, with_text, ret)) != 0)
			return r;
		if (!ret->empty) {
			d->empty = 0;
			return 0;
		}
		if (q->enter)
			return 0;
		if (++d->empty >= EMPTY_MAX)
			return leave_saved(d);
		with_text = d->full && !q->page;
	}
}

int
ask_yes(struct dialogue *d, const struct question *q, bool *ret)
{
	struct question question = *q;
	struct answer answer = { 0 };
	int r;

	question.enter = true;
	question.words |= WORD_FLAG(WORD_YES) | WORD_FLAG(WORD_NO);
	do {
		r = ask(d, &question, &answer);
	} while (r == 0 && !answer.empty && answer.word != WORD_YES &&
	    answer.word != WORD_NO);
	if (r == 0 && !answer.empty)
		*ret = answer.word == WORD_YES;
	answer_done(&answer);
	return r;
}

int
enter_said(struct dialogue *d)
{
	static const struct question question = {
		.prompt = N_("Press Enter: "),
		.enter = true,
	};
	struct answer answer = { 0 };
	int r;

	if (!d->full)
		return show_said(d);
	r = ask(d, &question, &answer);
	answer_done(&answer);
	return r;
}

int
enter(struct dialogue *d, const char *msgid, const struct fill *fills)
{
	int r = say(d, msgid, fills);

	return r != 0 ? r : enter_said(d);
}
