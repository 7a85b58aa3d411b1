/* log.h: what happened, a line each, for tests to wait for. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_LOG_H
#define KOSMO_TESTS_AUTHENTICATOR_LOG_H

#include "tests/authenticator/store.h"

/* Appends to the file "log" in the store's folder. */
void log_open(const struct store *);
void note(const char *, ...) __attribute__((format(printf, 1, 2)));

#endif
