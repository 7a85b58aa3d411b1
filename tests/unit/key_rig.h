/*
 * key_rig.h: passkeys before the judge: what an honest talk makes of them, for
 * tests to spoil.
 */
#ifndef KOSMO_TESTS_KEY_RIG_H
#define KOSMO_TESTS_KEY_RIG_H

#include "judge_rig.h"
#include "kosmod/keeper/key_rules.h"
#include "kosmod/keeper/signature.h"
#include "soft_key.h"

#define HERE "192.0.2.1"
#define VERIFIED (KEY_UP | KEY_UV)

/* The methods that policy allows, and a kosmo-touch that is there. */
void rig_keys(struct rig *r, uint32_t methods);

/* The row of a service that there is. */
struct conf_service *rig_service(struct rig *r, const char *name);

/* Who connects, and how; what is NULL or 0 is the usual: root's program. */
struct caller {
	const char *service, *login, *source, *tty, *auth_info;
	uint32_t ruid; /* RIG_UID */
	uint32_t peer; /* uid of the peer; it is trusted if this is 0 */
	uint32_t steps;
	uint8_t phase; /* PHASE_AUTH */
};

/* Up to K_BOUND. */
struct line *line_as(struct rig *r, const struct caller *who);

/* ... and the right password. */
struct line *line_known(struct rig *r, const struct caller *who);

/* ... and the app's code. */
struct line *
line_all(struct rig *r, const struct caller *who, const struct secret *seed);

/* One request; the word of its verdict. */
enum verdict_word
line_say(struct line *l, const struct layout *layout, const void *msg);

/* What K_TOUCH would ask kosmo-touch for; the error of passkey_job. */
int
line_touch(struct line *l, uint8_t act, uint32_t device, struct p_touch *ret);

/* The public key, and a signature, as enum key_alg has them. */
void key_public(const struct soft_key *k, uint8_t *ret, uint32_t *ret_len);
void key_sign(EVP_PKEY *key, const struct part *parts, size_t n, uint8_t *ret,
    uint32_t *ret_len);

/* The answers to jobs. Without an attestation at first. */
void key_new(struct soft_key *k, const struct p_touch *job, uint8_t flags,
    struct k_passkey_new *ret);
void key_attest(struct k_passkey_new *m, enum attestation how, EVP_PKEY *signer,
    const uint8_t *hash);
void key_proof(struct soft_key *k, const struct p_touch *job, uint32_t device,
    uint8_t flags, struct k_passkey *ret);

/* Another passkey of the person of l, who may add one; its number. */
uint32_t line_enrol(struct line *l, struct soft_key *k);

/* One attempt with it, all of it right. */
enum verdict_word
line_prove(struct line *l, struct soft_key *k, uint32_t device);

/* An SSH key: its request, sshd's line about it, a signature for a challenge.
 */
void key_ssh(
    const struct soft_key *k, const char *application, struct k_ssh_key *ret);
const char *key_ssh_line(const struct soft_key *k, const char *application);
void key_ssh_sign(struct soft_key *k, const char *application,
    const struct k_challenge *ch, struct k_signed *ret);

/* How often the word of a fault stands in the audit log, as a reason. */
size_t rig_faults(struct rig *r, enum key_fault fault);

/* Changes the record of login behind the judge's back. */
void
rig_change(struct rig *r, const char *login, void (*change)(struct person *p));

#endif
