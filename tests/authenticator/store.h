/*
 * store.h: what an authenticator keeps when it is pulled out: a folder with
 * its counter, PIN and tries left (state), a file for each credential, and
 * the key and certificate of its make. Whatever changes is on disk before it
 * is told.
 */
#ifndef KOSMO_TESTS_AUTHENTICATOR_STORE_H
#define KOSMO_TESTS_AUTHENTICATOR_STORE_H

#include <stdbool.h>
#include <stdint.h>

#define PIN_HASH_LEN 16
#define PIN_RETRIES 8
#define UV_RETRIES 3

struct store {
	int dir;
	uint32_t counter;
	unsigned int pin_retries;
	unsigned int uv_retries;
	bool has_pin;
	uint8_t pin[PIN_HASH_LEN]; /* SHA-256 of the PIN, its first half */
};

/* Makes the folder if it is new. Exits with a message if that fails. */
void store_open(struct store *, const char *folder);
void store_save(const struct store *);

/* As Reset leaves it: no credential, no PIN. */
void store_wipe(struct store *);

/* NULL: none. */
void store_set_pin(struct store *, const uint8_t hash[PIN_HASH_LEN]);

#endif
