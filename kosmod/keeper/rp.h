/*
 * rp.h: under which rp id passkeys are enrolled, and what this host is called.
 * Both must not change under people's keys: the first is stored, the second is
 * seen once at the start.
 */
#ifndef KOSMO_KEEPER_RP_H
#define KOSMO_KEEPER_RP_H

#include "kosmod/keeper/conv.h"

/* `kosmod --init`: a new store in dir (store_init) that knows rp_id. */
KOSMO_CHECK int rp_init(const char *dir,
    const uint8_t master[static STORE_KEY_LEN], const char *rp_id);

/*
 * At the start: what --init stored, and the host's name. A store that was made
 * before there were passkeys gets the host's domain, for good.
 */
KOSMO_CHECK int rp_load(struct keeper *k);

/* Of new passkeys: the configuration's, or else the stored one. */
const char *rp_id(const struct keeper *k);

#endif
