/*
 * master_key.h: the one key from which all others are derived: 32 bytes in a
 * file of mode 0400, or a systemd credential named kosmo-master-key.
 */
#ifndef KOSMO_KOSMOD_MASTER_KEY_H
#define KOSMO_KOSMOD_MASTER_KEY_H

#include <stdint.h>
#include <sys/types.h>

#include "kosmod/keeper/store.h"
#include "libkosmo/error.h"

#define MASTER_KEY_CREDENTIAL "kosmo-master-key"

/*
 * Reads the key at path. If credentials (a folder) is not NULL and holds the
 * credential, that is read instead. *ret_why: a sentence for the log.
 * KOSMO_ENOTFOUND, KOSMO_EPERM, KOSMO_ECORRUPT, KOSMO_EIO.
 */
KOSMO_CHECK int master_key_read(const char *path, const char *credentials,
    uint8_t ret[static STORE_KEY_LEN], const char **ret_why);

/*
 * Makes a new key at path, durable, 0400, belonging to uid and gid. Never
 * replaces one: KOSMO_EEXIST.
 */
KOSMO_CHECK int master_key_make(const char *path, uid_t uid, gid_t gid,
    uint8_t ret[static STORE_KEY_LEN], const char **ret_why);

#endif
