/*
 * keyring.h: a real kosmo-touch beside a real kosmod, and the software
 * authenticators of tests/authenticator as its security keys.
 */
#ifndef KOSMO_TESTS_KEYRING_H
#define KOSMO_TESTS_KEYRING_H

#include <stdbool.h>
#include <sys/types.h>

#include "server.h"

#define KEYS_MAX 4

struct keyring {
	pid_t touch; /* 0: none */
	size_t n;
	struct {
		char name[16];
		pid_t pid;
	} keys[KEYS_MAX];
};

/* Starts kosmo-touch, and ends it. */
void keyring_touch(struct keyring *k, const struct server *s);
void keyring_no_touch(struct keyring *k);

/*
 * One line for the key of that name, which is made at the first: with the PIN
 * 1234, and not plugged in. False: this kind has no such switch.
 */
bool keyring_do(struct keyring *k, const struct server *s, const char *name,
    const char *how);

void keyring_end(struct keyring *k);

#endif
