/*
 * digest.h: what the keeper keeps of codes, dates and initial passwords, and
 * the random things that it makes up.
 */
#ifndef KOSMO_KEEPER_DIGEST_H
#define KOSMO_KEEPER_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kosmod/kmsg.h"
#include "libkosmo/error.h"

#define DIGEST_KEY_LEN 32

/* A key that is ready for use; freed, and wiped, by digest_key_free. */
struct digest_key;
KOSMO_CHECK int digest_key_new(
    const uint8_t key[static DIGEST_KEY_LEN], struct digest_key **ret);

/* Accepts NULL, sets *key to NULL. */
void digest_key_free(struct digest_key **key);

/*
 * HMAC-SHA256 (RFC 2104) of purpose, login and the len bytes at data, each
 * with its length, so that no two of them can be read as another two.
 */
KOSMO_CHECK int
digest_mac(struct digest_key *key, const char *purpose, const char *login,
    const void *data, size_t len, uint8_t ret[static DIGEST_LEN]);

/* SHA-256("kosmo-initial" or "kosmo-code", NUL, text): see K_PASSWORD. */
KOSMO_CHECK int digest_typed(
    const char *purpose, const char *text, uint8_t ret[static DIGEST_LEN]);

/* SHA-256 of len bytes. */
KOSMO_CHECK int
digest_sha256(const void *data, size_t len, uint8_t ret[static DIGEST_LEN]);

/* True if the DIGEST_LEN bytes are all zero: nothing is kept there. */
bool digest_none(const uint8_t mac[static DIGEST_LEN]);

/* Fills n bytes from the kernel; ends the process if it can't. */
void digest_random(void *ret, size_t n);

/*
 * groups of four characters from an alphabet of 32 without look-alikes, 5
 * bits each, with hyphens between them, into ret (5 * groups bytes). At most
 * 8 groups.
 */
void digest_words(char *ret, size_t groups);

/* The same text without its hyphens, into ret. */
void digest_plain(const char *words, char *ret, size_t size);

/*
 * A yescrypt setting for a name without a password: always the same for the
 * same name, and in form like any other.
 */
KOSMO_CHECK int digest_dummy(
    struct digest_key *key, const char *login, char ret[static HASH_LEN + 1]);

#endif
