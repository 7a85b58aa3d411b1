/*
 * facts.h: what a mail knows, as words: ready to be put into its text.
 *
 * Every value is clean: what is not UTF-8, and every control character, comes
 * out as \xHH, so that no name makes a line of its own.
 */
#ifndef KOSMO_POST_FACTS_H
#define KOSMO_POST_FACTS_H

#include <stdbool.h>

#include "kosmod/conf.h"
#include "kosmod/priv.h"
#include "kosmod/talk/lang.h"
#include "kosmod/talk/screen.h"

#define FACTS_MAX 20

struct facts {
	enum lang lang;
	bool has_contact;
	char name[4 * LABEL_LEN * 2 + 1];
	char login[4 * NAME_LEN + 1];
	char id[4 * NAME_LEN + 1];
	char device[4 * LABEL_LEN + 1];
	char mail[4 * MAIL_LEN + 1];
	char source[4 * 64];
	char host[4 * 64 + 1];
	char contact[4 * CONF_TEXT_LEN + 1];
	char code[32]; /* in groups, or "" if it is none */
	char time[64]; /* how long a code works */
	char when[64];
	char until[64];
	char n[16];
	struct fill fills[FACTS_MAX]; /* point into this struct */
};

/* The language of a mail: the person's, or else the host's. */
enum lang facts_lang(const struct p_mail *mail, const struct conf *conf);

/* Fills f; it must not be moved afterwards. */
void facts_of(struct facts *f, const struct p_mail *mail,
    const struct conf *conf, const char *host);

/* Wipes f. */
void facts_done(struct facts *f);

/*
 * Copies text; what must not stand in a line comes out as \xHH. Cut between
 * characters where size is too small.
 */
void facts_clean(const char *text, char *ret, size_t size);

#endif
