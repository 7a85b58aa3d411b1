/*
 * signature_in.h: what signature.c and public_key.c share.
 */
#ifndef KOSMO_KEEPER_SIGNATURE_IN_H
#define KOSMO_KEEPER_SIGNATURE_IN_H

#include <openssl/evp.h>
#include <stdbool.h>

#include "kosmod/keeper/signature.h"

/* The key for libcrypto, to be freed; NULL: there is no such key. */
EVP_PKEY *public_key_load(const struct public_key *key);

#endif
