/*
 * base32.h: RFC 4648 without padding, as authenticator apps want a key.
 */
#ifndef KOSMO_TALK_BASE32_H
#define KOSMO_TALK_BASE32_H

#include <stdint.h>

#include "libkosmo/secret.h"

/* KOSMO_ETOOBIG if ret has no room for it. */
KOSMO_CHECK int
base32_encode(const void *bytes, size_t len, struct secret *ret);

/* The same in groups of four, apart by spaces: for typing it. */
KOSMO_CHECK int
base32_groups(const void *bytes, size_t len, struct secret *ret);

#endif
