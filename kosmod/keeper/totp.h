/*
 * totp.h: RFC 4226 (HOTP) and RFC 6238 (TOTP), nothing but the arithmetic.
 */
#ifndef KOSMO_KEEPER_TOTP_H
#define KOSMO_KEEPER_TOTP_H

#include <stdint.h>

#include "libkosmo/error.h"
#include "libkosmo/secret.h"

/* How codes are made from a seed. */
struct totp {
	const struct secret *seed;
	const char *algorithm; /* "SHA1", "SHA256" or "SHA512" */
	uint32_t digits;       /* 6 or 8 */
	uint32_t period;       /* seconds */
};

/* The code of counter, NUL-terminated. KOSMO_EINVAL for another algorithm. */
KOSMO_CHECK int
totp_code(const struct totp *t, uint64_t counter, char ret[static 9]);

/*
 * Looks for typed among the codes of the steps from - to, inclusive, without
 * telling by its time which it was. KOSMO_OK with the newest such step in
 * *ret_step, KOSMO_ENOTFOUND, or an error of the library.
 */
KOSMO_CHECK int totp_find(const struct totp *t, const char *typed,
    uint64_t from, uint64_t to, uint64_t *ret_step);

#endif
