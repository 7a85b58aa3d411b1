/*
 * passkey.h: credentials of authenticators at this host: what kosmo-touch is
 * asked for, and whose what it brings is.
 */
#ifndef KOSMO_KEEPER_PASSKEY_H
#define KOSMO_KEEPER_PASSKEY_H

#include "kosmod/keeper/conv.h"

/*
 * Fills a job for m (TOUCH_ENROL or TOUCH_PROVE) but its id: rp id, a fresh
 * challenge, which stays in c for the one K_PASSKEY or K_PASSKEY_NEW that
 * answers it, policy, the person, credentials. KOSMO_EPERM: not now, not here
 * (doors) or not by policy. KOSMO_ENOTFOUND: p has no such device.
 */
KOSMO_CHECK int passkey_job(struct kconv *c, const struct person *p,
    const struct k_touch *m, struct p_touch *ret);

/* The device of p with that credential id; 0: none. */
uint32_t passkey_whose(
    const struct person *p, const uint8_t *credential, uint32_t len);

#endif
