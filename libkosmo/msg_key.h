/*
 * msg_key.h: SSH keys on their way across kosmod.sock and keys.sock: the
 * person's agent, and the keys that sshd may let in (PROTOCOL.md, part 1).
 */
#ifndef KOSMO_LIBKOSMO_MSG_KEY_H
#define KOSMO_LIBKOSMO_MSG_KEY_H

#include <stdint.h>

#include "codec.h"

#define SSH_KEYS_MAX 17 /* devices of a person, and one that waits */

/*
 * Talk to client: connect to the person's ssh-agent (SSH_AUTH_SOCK), for a
 * signature. AGENT_IS comes back, once. pam_kosmo does it for sudo alone, whose
 * real uid is PAM_USER's.
 */
struct msg_agent {
	uint8_t unused; /* 0 */
};

/*
 * Client to talk. here 1: a descriptor came along, a connected AF_UNIX stream
 * socket whose peer was seen to run as the person.
 */
struct msg_agent_is {
	uint8_t here;
};

/* One key that may log in by ssh. */
struct msg_ssh_key {
	uint8_t verify; /* 1: with verify-required */
	char type[64];	/* sk-ssh-ed25519@openssh.com, sk-ecdsa-... */
	char blob[512]; /* base64, as in authorized_keys */
};

/*
 * Keeper to kosmo-ssh-keys, in answer to OPEN of PHASE_KEYS: the keys of an
 * active person, and the one that waits to be proven; none of whoever is
 * locked, not known, or has another uid than was recorded. Then END: NOTED.
 */
struct msg_ssh_keys {
	uint8_t n;
	struct msg_ssh_key keys[SSH_KEYS_MAX];
};

extern const struct layout msg_agent_layout, msg_agent_is_layout,
    msg_ssh_keys_layout;

/* All of them, for the reader of PROTOCOL.md; ends with NULL. */
extern const struct layout *const msg_key_layouts[];

#endif
