/*
 * fake_post.h: post, as a test wants it: keeps what it gets and says what it
 * is told to say.
 */
#ifndef KOSMO_TESTS_FAKE_POST_H
#define KOSMO_TESTS_FAKE_POST_H

#include <stddef.h>

#include "kosmod/keeper/keeper.h"

#define FAKE_MAILS_MAX 256

enum fake_mood {
	FAKE_TAKES = 0, /* SENT_YES */
	FAKE_FAILS,	/* SENT_NO */
	FAKE_NEVER,	/* SENT_NEVER */
	FAKE_SILENT	/* no answer, until the mood is another */
};

struct fake_post {
	enum fake_mood mood;
	size_t n;			     /* mails that came in all */
	struct p_mail mails[FAKE_MAILS_MAX]; /* the first of them */
	size_t answered;
};

/* The part of keeper_ways.priv that is post's. */
int
fake_post_take(struct fake_post *f, const struct layout *l, const void *msg);

/* Answers what was not answered yet, unless it is silent; how many. */
size_t fake_post_answer(struct fake_post *f, struct keeper *k);

/* The newest mail to login of that kind (0: with a code), or NULL. */
const struct p_mail *
fake_post_mail(const struct fake_post *f, const char *login, uint8_t kind);

/* Its mails from *seen on as text, "KIND to ADDRESS" a line each. */
char *fake_post_news(const struct fake_post *f, size_t *seen);

/* A mood by its name: "takes", "fails", "silent". */
enum fake_mood fake_post_mood(const char *name);

#endif
