/*
 * der.h: the little DER that comes from authenticators (X.690): signatures of
 * ECDSA, and certificates, of which the public key alone is taken.
 */
#ifndef KOSMO_TALK_DER_H
#define KOSMO_TALK_DER_H

#include <stddef.h>
#include <stdint.h>

#include "kosmod/kmsg.h"

/*
 * ECDSA-Sig-Value (RFC 3279, 2.2.3) on P-256 as r, s, 32 bytes each.
 * KOSMO_EFORMAT: not in DER, negative, too large, or something behind it.
 */
KOSMO_CHECK int
der_signature(const uint8_t *der, size_t len, uint8_t ret[static 64]);

/*
 * The public key of a certificate (RFC 5280, 4.1), as enum key_alg has it:
 * P-256, Ed25519 or RSA of 2048 bits. Nothing else of it is looked at, and
 * whether it is a point or a good modulus neither. KOSMO_EFORMAT.
 */
KOSMO_CHECK int der_certificate_key(const uint8_t *der, size_t len,
    uint8_t *ret_alg, uint8_t ret[static KEY_LEN], uint32_t *ret_len);

#endif
