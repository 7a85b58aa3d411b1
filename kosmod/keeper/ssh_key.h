/*
 * ssh_key.h: FIDO2 keys of OpenSSH: those that are enrolled, the one that
 * waits to be proven, and which of them sshd has let in.
 */
#ifndef KOSMO_KEEPER_SSH_KEY_H
#define KOSMO_KEEPER_SSH_KEY_H

#include "kosmod/keeper/conv.h"
#include "libkosmo/msg_key.h"

/*
 * What kosmo-ssh-keys prints for p: the keys of who is active or registered,
 * and the one that waits; none of anybody else, or where policy has no
 * passkeys at sshd.
 */
KOSMO_CHECK int ssh_key_lines(const struct person *p, const struct conf *conf,
    int64_t now, struct msg_ssh_keys *ret);

/* The key that waits to be proven, or NULL: none, or it waited too long. */
const struct r_ssh_key *ssh_key_waiting(const struct person *p, int64_t now);

/* The same as k_ssh_pub has it; device 0. */
void ssh_key_of_waiting(const struct r_ssh_key *w, struct k_ssh_pub *ret);

/* An enrolled one, of KIND_SSH. */
void ssh_key_of_device(const struct r_device *d, struct k_ssh_pub *ret);

/* No key waits any more. */
void ssh_key_forget(struct person *p);

/* True if sshd has let the waiting key in here. */
bool ssh_key_seen(const struct kconv *c, const struct person *p);

/*
 * The number of the enrolled device that sshd has let in here, if it may be
 * used here; 0: none.
 */
uint32_t ssh_key_used(const struct kconv *c, const struct person *p);

/*
 * c->key_device stands for the factor: its use into p, which the caller puts,
 * and a line into t.
 */
KOSMO_CHECK int ssh_key_note(struct kconv *c, struct txn *t, struct person *p);

/*
 * After K_BIND: where the factor alone is asked, a key that sshd has let in
 * proves it; durable before it counts.
 */
void ssh_key_bound(struct kconv *c);

/*
 * Makes the waiting key a device of p and stores it, as device_store does; its
 * number is p->next_device then. counter: of its signature, or 0.
 */
KOSMO_CHECK int ssh_key_enrol(
    struct kconv *c, struct person *p, uint64_t version, uint32_t counter);

#endif
