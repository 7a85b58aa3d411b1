/*
 * conf_values.h: one parser per kind of value in kosmod.conf.
 *
 * Each reads the whole of value into *out, or leaves *out alone, puts one
 * sentence that quotes the value into c and returns KOSMO_EINVAL.
 */
#ifndef KOSMO_KOSMOD_CONF_VALUES_H
#define KOSMO_KOSMOD_CONF_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libkosmo/error.h"

struct complaint {
	char text[512];
};

/* Both ends belong to the range. */
struct range {
	uint32_t min, max;
};

KOSMO_CHECK int parse_number(uint32_t *out, const char *value,
    const struct range *r, struct complaint *c);

/* 6 or 8 */
KOSMO_CHECK int
parse_digits(uint32_t *out, const char *value, struct complaint *c);

/* 90, 60s, 10m, 12h, 30d; r in seconds. */
KOSMO_CHECK int parse_seconds(uint32_t *out, const char *value,
    const struct range *r, struct complaint *c);

/* 50/1h: a count, and the time it is counted in. */
KOSMO_CHECK int parse_rate(
    uint32_t *count, uint32_t *window, const char *value, struct complaint *c);

/* One of two words, the second of which means true. */
KOSMO_CHECK int parse_either(bool *out, const char *value,
    const char *const words[2], struct complaint *c);

/* One of words (up to NULL), copied to out of size bytes. */
KOSMO_CHECK int parse_word(char *out, size_t size, const char *value,
    const char *const *words, struct complaint *c);

/* The number of value in words. */
KOSMO_CHECK int parse_choice(uint32_t *out, const char *value,
    const char *const *words, struct complaint *c);

/* "address" or "Name <address>", as a From: line has it before encoding. */
KOSMO_CHECK int
parse_from(char *out, size_t size, const char *value, struct complaint *c);

/* Names of domains apart by spaces or commas, without "@". */
KOSMO_CHECK int
parse_domains(char *out, size_t size, const char *value, struct complaint *c);

/* A domain name in lower case that WebAuthn takes as an RP ID. */
KOSMO_CHECK int
parse_rp_id(char *out, size_t size, const char *value, struct complaint *c);

/* An absolute path and its arguments, apart by spaces; no quotes, no shell. */
KOSMO_CHECK int
parse_command(char *out, size_t size, const char *value, struct complaint *c);

/* Text of less than size bytes, which may be empty. */
KOSMO_CHECK int
parse_text(char *out, size_t size, const char *value, struct complaint *c);

/* A name for authenticator apps: 1 to 64 bytes, no colon. */
KOSMO_CHECK int
parse_issuer(char *out, size_t size, const char *value, struct complaint *c);

/* An absolute path without "..". */
KOSMO_CHECK int
parse_path(char *out, size_t size, const char *value, struct complaint *c);

/* Words apart by spaces or commas; out has single spaces. */
KOSMO_CHECK int
parse_words(char *out, size_t size, const char *value, struct complaint *c);

/* Printable ASCII, no letters, digits or spaces, each at most once. */
KOSMO_CHECK int
parse_symbols(char *out, size_t size, const char *value, struct complaint *c);

/* upper lower digit symbol: bits of enum conf_classes. */
KOSMO_CHECK int
parse_classes(uint32_t *out, const char *value, struct complaint *c);

/* password factor: bits of enum step. */
KOSMO_CHECK int
parse_steps(uint8_t *out, const char *value, struct complaint *c);

/* passkey totp email: METHOD_BITs, and their order unless order is NULL. */
KOSMO_CHECK int parse_methods(
    uint32_t *out, uint8_t order[4], const char *value, struct complaint *c);

#endif
