/*
 * otpauth.h: the key-URI that authenticator apps read from a QR code.
 */
#ifndef KOSMO_TALK_OTPAUTH_H
#define KOSMO_TALK_OTPAUTH_H

#include "kosmod/kmsg.h"
#include "libkosmo/secret.h"

#define OTPAUTH_MAX 106 /* bytes: what QR version 5 holds at level L */

/*
 * otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=ISSUER, with algorithm,
 * digits and period where they are not the default. So that it fits into
 * OTPAUTH_MAX the issuer is shortened, then left out, then the account
 * shortened. KOSMO_ETOOBIG if even that is too long.
 */
KOSMO_CHECK int otpauth_uri(const struct k_seed_is *seed, struct secret *ret);

#endif
