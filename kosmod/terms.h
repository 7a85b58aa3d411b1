/*
 * terms.h: the terms of use, a file for each language in [paths] terms.
 *
 * DIR/terms.en and DIR/terms.ja: UTF-8, a line "Version: TEXT", a line
 * "Date: YYYY-MM-DD", an empty line, then the text. Consent is given to what
 * stands there, so its hash is kept with it.
 */
#ifndef KOSMO_KOSMOD_TERMS_H
#define KOSMO_KOSMOD_TERMS_H

#include <stdint.h>
#include <stdio.h>

#include "kosmod/conf.h"
#include "libkosmo/buf.h"
#include "libkosmo/error.h"

#define TERMS_MAX ((size_t)256 * 1024) /* bytes of a file */

/*
 * Reads the terms of language ("en", "ja") in dir: its marks into *mark, and
 * the text, NUL-terminated, into text unless that is NULL. On KOSMO_EINVAL,
 * KOSMO_ENOTFOUND and others one sentence is on err (unless NULL).
 */
KOSMO_CHECK int terms_read(const char *dir, const char *language,
    struct conf_terms *mark, struct buf *text, FILE *err);

#endif
