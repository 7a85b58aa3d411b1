#include "config.h"

#include "key_rules.h"

#include <stdio.h>

#include "kosmod/keeper/device.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/mail.h"

const char *
key_fault_word(enum key_fault fault)
{
	static const char *const words[] = {
		[FAULT_NONE] = "",
		[FAULT_CHALLENGE] = "no challenge for it",
		[FAULT_OLD] = "the challenge is too old",
		[FAULT_DEVICE] = "no such passkey",
		[FAULT_METHOD] = "method not allowed here",
		[FAULT_RP] = "made for another rp id",
		[FAULT_SHAPE] = "authenticator data of another shape",
		[FAULT_TOUCH] = "not touched",
		[FAULT_VERIFY] = "without PIN or finger",
		[FAULT_CREDENTIAL] = "another credential",
		[FAULT_KEY] = "another key, or none",
		[FAULT_ATTESTATION] = "wrong attestation",
		[FAULT_SIGNATURE] = "wrong signature",
		[FAULT_COUNTER] = "counter went back",
	};

	_Static_assert(sizeof(words) / sizeof(words[0]) == KEY_FAULTS, "all");
	return fault < KEY_FAULTS ? words[fault] : "";
}

enum key_fault
key_flags(const struct conf *conf, uint8_t flags)
{
	bool verify = conf->passkey.verify == VERIFY_REQUIRED ||
	    conf->passkey.verify == VERIFY_BIOMETRIC;

	if ((flags & KEY_UP) == 0)
		return FAULT_TOUCH;
	if (verify && (flags & KEY_UV) == 0)
		return FAULT_VERIFY;
	return FAULT_NONE;
}

enum key_fault
key_used(struct r_device *d, uint32_t counter, bool ssh, int64_t now)
{
	bool none = counter == 0 && d->counter == 0;
	bool same = ssh && counter == d->counter;

	if (!none && !same && counter <= d->counter)
		return FAULT_COUNTER;
	d->counter = counter;
	d->used = (uint64_t)now;
	return FAULT_NONE;
}

int
key_tell_copied(struct kconv *c, const struct person *p,
    const struct r_device *d, struct txn *t)
{
	struct p_mail mail;

	mail_about(c->k, c, p, MK_COUNTER, &mail);
	mail.method = METHOD_PASSKEY;
	(void)snprintf(mail.device, sizeof(mail.device), "%s", d->name);
	return mail_notice(c->k, t, &mail);
}

int
key_outcome(struct kconv *c, const struct person *p, const struct r_device *d,
    enum key_fault fault, struct txn *t, struct outcome *o)
{
	o->reason = key_fault_word(fault);
	if (fault == FAULT_NONE) {
		o->word = VERDICT_YES;
		o->proves = STEP_FACTOR;
	} else if (fault == FAULT_COUNTER) {
		o->word = VERDICT_USED;
		return key_tell_copied(c, p, d, t);
	}
	return KOSMO_OK;
}

bool
key_may_add(const struct kconv *c, const struct person *p)
{
	return device_may_add(c, p) &&
	    (journey_methods(c->k->conf, p) & METHOD_BIT(METHOD_PASSKEY)) != 0;
}

bool
key_may_prove(const struct kconv *c, const struct person *p)
{
	return (c->required & STEP_PASSWORD & ~c->proven) == 0 &&
	    person_state(p, keeper_wall(c->k)) != STATE_LOCKED &&
	    (kconv_methods(c) & METHOD_BIT(METHOD_PASSKEY)) != 0;
}

int
key_note(struct kconv *c, const char *event, enum key_fault fault)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, event, "passkey", "deny",
		 key_fault_word(fault))) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}
