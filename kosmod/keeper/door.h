/*
 * door.h: by which ways a passkey may come in this conversation.
 */
#ifndef KOSMO_KEEPER_DOOR_H
#define KOSMO_KEEPER_DOOR_H

#include "kosmod/keeper/conv.h"

/*
 * Bits of enum door. An authenticator at this host is never offered to who
 * comes from another one: the key would be in the wrong machine.
 */
uint8_t door_open(const struct kconv *c, const struct person *p);

/* True if c is a login by sshd, whose word about keys counts. */
bool door_is_sshd(const struct kconv *c);

#endif
