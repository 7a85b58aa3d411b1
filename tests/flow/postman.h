/*
 * postman.h: post for a real kosmod: a thread at priv.sock that takes mails.
 */
#ifndef KOSMO_TESTS_POSTMAN_H
#define KOSMO_TESTS_POSTMAN_H

#include "tests/unit/fake_post.h"

struct postman;

/* Connects to priv.sock at path, or ends the program. */
struct postman *postman_new(const char *path);

/* After a restart of kosmod: connects again. */
void postman_again(struct postman *p);

/* As it shall be: fake_post.h; or gone, until the next one. */
void postman_mood(struct postman *p, enum fake_mood mood);
void postman_gone(struct postman *p);

/* What came so far. */
void postman_mails(struct postman *p, struct fake_post *ret);

void postman_free(struct postman **p);

#endif
