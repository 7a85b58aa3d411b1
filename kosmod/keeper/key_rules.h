/*
 * key_rules.h: what any passkey has to keep to, wherever it is, and the words
 * by which the log says that it did not.
 */
#ifndef KOSMO_KEEPER_KEY_RULES_H
#define KOSMO_KEEPER_KEY_RULES_H

#include "kosmod/conf.h"
#include "kosmod/keeper/trial.h"
#include "kosmod/reason.h"

/* What does not fit of a credential or a signature. */
enum key_fault {
	FAULT_NONE = 0,
	FAULT_CHALLENGE,  /* none was given, or for something else */
	FAULT_OLD,	  /* longer ago than it counts */
	FAULT_DEVICE,	  /* the person has no such passkey */
	FAULT_METHOD,	  /* policy has none here */
	FAULT_RP,	  /* made or used for another rp id */
	FAULT_SHAPE,	  /* authenticator data holds too much, or too little */
	FAULT_TOUCH,	  /* nobody touched it */
	FAULT_VERIFY,	  /* no PIN or finger, and policy wants one */
	FAULT_CREDENTIAL, /* is not the one in the authenticator data */
	FAULT_KEY,	  /* the same; or a key that there is not */
	FAULT_ATTESTATION, /* its signature is wrong, or of no known kind */
	FAULT_SIGNATURE,
	FAULT_COUNTER, /* went back: there may be a copy of the key */
	KEY_FAULTS
};

/* A fault as the log and the record have it. */
enum reason key_reason(enum key_fault fault);

/* FAULT_TOUCH, FAULT_VERIFY: flags (enum key_flag) lack what policy asks. */
enum key_fault key_flags(const struct conf *conf, uint8_t flags);

/*
 * A right signature by d with this counter: takes it over, notes the use; or
 * FAULT_COUNTER, and d stays. WebAuthn 6.1.1: a counter of zero that stays
 * zero is none. Those of OpenSSH may stay the same (ssh), since some tokens
 * never count.
 */
enum key_fault
key_used(struct r_device *d, uint32_t counter, bool ssh, int64_t now);

/*
 * True if p may have a passkey added now, in this conversation; or may prove
 * the factor by one. The doors are another matter.
 */
bool key_may_add(const struct kconv *c, const struct person *p);
bool key_may_prove(const struct kconv *c, const struct person *p);

/* A line in the log: event was refused for that. */
KOSMO_CHECK int
key_note(struct kconv *c, const char *event, enum key_fault fault);

/* The notice that d may have been copied goes into t. */
KOSMO_CHECK int key_tell_copied(struct kconv *c, const struct person *p,
    const struct r_device *d, struct txn *t);

/*
 * What a fault of the factor means for the person who tries: into o, and a
 * notice into t. d may be NULL.
 */
KOSMO_CHECK int
key_outcome(struct kconv *c, const struct person *p, const struct r_device *d,
    enum key_fault fault, struct txn *t, struct outcome *o);

#endif
