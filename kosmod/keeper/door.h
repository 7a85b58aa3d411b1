/*
 * door.h: by which ways a passkey may come in this conversation.
 */
#ifndef KOSMO_KEEPER_DOOR_H
#define KOSMO_KEEPER_DOOR_H

#include "kosmod/keeper/conv.h"

/*
 * Bits of enum door. An authenticator at this host is never offered to who
 * comes from another one: the key would be in the wrong machine. sudo and
 * kosmoctl say no address: the warden looks where they are run from, once a
 * conversation; until it was asked, that door is closed.
 */
uint8_t door_open(const struct kconv *c, const struct person *p);

/* True if the warden (warden_where) is to be asked before door_open. */
bool door_unsure(const struct kconv *c, const struct person *p);

/* What it said; NULL: nothing. */
void door_found(struct kconv *c, const struct p_where_is *is);

/* True if c is a login by sshd, whose word about keys counts. */
bool door_is_sshd(const struct kconv *c);

#endif
