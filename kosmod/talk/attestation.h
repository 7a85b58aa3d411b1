/*
 * attestation.h: what kosmo-touch brought, taken apart for the keeper.
 */
#ifndef KOSMO_TALK_ATTESTATION_H
#define KOSMO_TALK_ATTESTATION_H

#include "kosmod/kmsg.h"

/*
 * A new credential (TOUCH_DONE of an enrolment): authenticator data and the
 * attestation statement (WebAuthn, 8: none, packed, fido-u2f). Of an x5c the
 * leaf's public key alone is taken: nobody here says whose keys are good.
 * Fills all of ret but its name. KOSMO_EINVAL: another format or algorithm.
 * KOSMO_EFORMAT: cut off, something left over, or about another credential.
 */
KOSMO_CHECK int
attestation_read(const struct k_touched *done, struct k_passkey_new *ret);

/*
 * A proof (TOUCH_DONE): authenticator data of 37 bytes, and a signature by a
 * key of any algorithm here; its own says which form that signature has.
 * Fills all of ret but device and last. KOSMO_EFORMAT.
 */
KOSMO_CHECK int
assertion_read(const struct k_touched *done, struct k_passkey *ret);

#endif
