/*
 * lang.h: texts in the person's language.
 *
 * msgids are English and stand in the sources; catalogues are what msgfmt
 * makes of po/LANGUAGE.po. They are read here and not by gettext(3): that one
 * looks at the environment and at generated locales, and since glibc 2.39 it
 * translates nothing at all where only C.UTF-8 exists.
 */
#ifndef KOSMO_TALK_LANG_H
#define KOSMO_TALK_LANG_H

#include <stdbool.h>

#include "libkosmo/error.h"

enum lang { LANG_EN = 0, LANG_JA, LANG_COUNT };

/* Marks a msgid for xgettext; the text comes out of tr() or screen.h. */
#define N_(msgid) msgid

/*
 * Reads dir/LANGUAGE/LC_MESSAGES/kosmo.mo of every language into memory; no
 * file is touched afterwards. KOSMO_ENOTFOUND if one is missing and
 * KOSMO_EFORMAT if it is damaged: that language is then shown in English.
 */
KOSMO_CHECK int lang_open(const char *dir);

/* Frees what lang_open read; translations got before are gone. */
void lang_close(void);

/* The text of msgid in a language; msgid itself if there is none. */
const char *tr(enum lang lang, const char *msgid);

/* "ja", "ja_JP.UTF-8", "en": true and *ret; false for any other. */
bool lang_parse(const char *name, enum lang *ret);

/* "en" or "ja". */
const char *lang_name(enum lang lang);

#endif
