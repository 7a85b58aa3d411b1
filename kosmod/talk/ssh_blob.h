/*
 * ssh_blob.h: FIDO2 keys and signatures of OpenSSH on the wire (RFC 4251,
 * section 5; OpenSSH's PROTOCOL.u2f and PROTOCOL.sshsig). Pure: bytes in,
 * fixed fields out. Exact, or refused: no other length, curve or form of
 * point, nothing left over.
 */
#ifndef KOSMO_TALK_SSH_BLOB_H
#define KOSMO_TALK_SSH_BLOB_H

#include <stddef.h>
#include <stdint.h>

#include "kosmod/kmsg.h"
#include "libkosmo/buf.h"

/* A length in four bytes, and so many; *ret points under the cursor. */
KOSMO_CHECK int
ssh_string(struct cursor *c, const uint8_t **ret, uint32_t *ret_len);

/* Appends such a string. */
KOSMO_CHECK int ssh_add_string(struct buf *out, const void *bytes, size_t len);

/* The type of a key by alg: "sk-ssh-ed25519@openssh.com"; NULL: none. */
const char *ssh_type_name(uint8_t alg);

/* The alg of a type of len bytes; ALG_NONE for all but the two of FIDO2. */
uint8_t ssh_type_alg(const char *type, size_t len);

/*
 * A public key, all of it: alg, key and application; device becomes 0.
 * KOSMO_EFORMAT if it is none; KOSMO_EINVAL for an application that does not
 * begin "ssh:" or can't be carried. Whether the point is on its curve is not
 * looked at.
 */
KOSMO_CHECK int
ssh_key_read(const uint8_t *blob, size_t len, struct k_ssh_pub *ret);

/* Appends the blob of a key, as ssh_key_read takes it. */
KOSMO_CHECK int ssh_key_write(const struct k_ssh_pub *key, struct buf *out);

/*
 * A signature by a key of alg, all of it: fills flags, counter and signature
 * of ret (ES256: r and s, 32 bytes each). KOSMO_EFORMAT for anything else.
 */
KOSMO_CHECK int ssh_signature_read(
    uint8_t alg, const uint8_t *blob, size_t len, struct k_signed *ret);

/*
 * Appends what is signed for an SSHSIG over text: its namespace, no reserved
 * bytes, sha256. KOSMO_ECRYPTO.
 */
KOSMO_CHECK int
ssh_sig_write(const struct k_challenge *challenge, struct buf *out);

#endif
