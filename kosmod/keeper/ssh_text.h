/*
 * ssh_text.h: FIDO2 keys as OpenSSH writes them (PROTOCOL.u2f), and what sshd
 * says of the keys that it let in (SSH_AUTH_INFO_0).
 *
 * Nothing is parsed here: what is known is written the way sshd writes it, and
 * compared.
 */
#ifndef KOSMO_KEEPER_SSH_TEXT_H
#define KOSMO_KEEPER_SSH_TEXT_H

#include <stdbool.h>

#include "kosmod/kmsg.h"
#include "libkosmo/msg_key.h"

/*
 * Type and base64 of a key (ALG_EDDSA, ALG_ES256), as a line of
 * authorized_keys has them; ret->verify stays 0. KOSMO_EINVAL: no such key.
 */
KOSMO_CHECK int ssh_text(const struct k_ssh_pub *key, struct msg_ssh_key *ret);

/*
 * True if a line of info is "publickey", key's type and base64, and then
 * nothing, or a space and what newer versions of sshd add.
 */
bool ssh_text_names(const char *info, const struct msg_ssh_key *key);

/* The bytes before base64, appended to out. */
KOSMO_CHECK int ssh_text_wire(const struct k_ssh_pub *key, struct buf *out);

/* An SSH string (RFC 4251 5): its length and the n bytes. */
KOSMO_CHECK int ssh_text_add(struct buf *out, const void *bytes, size_t n);

#endif
