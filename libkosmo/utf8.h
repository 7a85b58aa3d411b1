/*
 * utf8.h: what text is allowed to cross a process or rest in the store.
 */
#ifndef KOSMO_LIBKOSMO_UTF8_H
#define KOSMO_LIBKOSMO_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes one code point of the len bytes at s (RFC 3629: no surrogates, no
 * overlong forms). Returns its size in bytes, 0 if there is none.
 */
size_t utf8_next(const char *s, size_t len, uint32_t *ret);

/*
 * True if the len bytes are UTF-8 without NUL, C0 and C1 control characters,
 * DEL, or line and paragraph separators and bidi overrides. newline allows LF.
 */
bool utf8_clean(const char *s, size_t len, bool newline);

#endif
