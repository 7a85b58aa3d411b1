#include "config.h"

#include "key_rules.h"

#include <stdio.h>

#include "kosmod/keeper/device.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/mail.h"

enum reason
key_reason(enum key_fault fault)
{
	static const enum reason reasons[] = {
		[FAULT_NONE] = REASON_NONE,
		[FAULT_CHALLENGE] = REASON_NO_CHALLENGE,
		[FAULT_OLD] = REASON_OLD_CHALLENGE,
		[FAULT_DEVICE] = REASON_NO_PASSKEY,
		[FAULT_METHOD] = REASON_NO_METHOD,
		[FAULT_RP] = REASON_OTHER_RP,
		[FAULT_SHAPE] = REASON_SHAPE,
		[FAULT_TOUCH] = REASON_UNTOUCHED,
		[FAULT_VERIFY] = REASON_UNVERIFIED,
		[FAULT_CREDENTIAL] = REASON_OTHER_CREDENTIAL,
		[FAULT_KEY] = REASON_OTHER_KEY,
		[FAULT_ATTESTATION] = REASON_ATTESTATION,
		[FAULT_SIGNATURE] = REASON_SIGNATURE,
		[FAULT_COUNTER] = REASON_COUNTER,
	};

	_Static_assert(
	    sizeof(reasons) / sizeof(reasons[0]) == KEY_FAULTS, "all");
	return fault < KEY_FAULTS ? reasons[fault] : REASON_NONE;
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
	o->reason = key_reason(fault);
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
		 reason_token(key_reason(fault)))) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}
