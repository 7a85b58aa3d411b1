/*
 * rp_id.h: the relying party that passkeys are made for (WebAuthn 4, "RP ID").
 */
#ifndef KOSMO_KOSMOD_RP_ID_H
#define KOSMO_KOSMOD_RP_ID_H

#include <stdbool.h>

#include "kosmod/kmsg_size.h"

/* True for a domain name in lower case that fits RP_ID_LEN. */
bool rp_id_valid(const char *value);

/* The domain of this host as it is named now, made valid. */
void rp_id_of_host(char ret[static RP_ID_LEN + 1]);

#endif
