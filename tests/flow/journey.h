/*
 * journey.h: how much of the journey a script plays.
 */
#ifndef KOSMO_TESTS_JOURNEY_H
#define KOSMO_TESTS_JOURNEY_H

#include <string.h>

/*
 * A registration that asks for no more than a password and an app: what a
 * script gets that names no terms.
 */
#define SHORT_JOURNEY                                                 \
	"\n[registration]\nbirth-date = no\nterms = no\nemail = no\n" \
	"user-id = no\nrelogin = no\n[recovery]\ncount = 0\n"         \
	"[login]\nmethods = totp email\n"

/* conf holds terms of use: the whole journey is played. */
#define WHOLE_JOURNEY(conf) (strstr(conf, "terms = ") != NULL)

#endif
