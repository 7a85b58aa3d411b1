/*
 * passkey.c: what K_TOUCH asks for, and K_PASSKEY that answers it. Talk has
 * taken apart what the authenticator sent; all of it is held here against what
 * was asked for (WebAuthn 7.2).
 */
#include "config.h"

#include "passkey.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/door.h"
#include "kosmod/keeper/key_rules.h"
#include "kosmod/keeper/rp.h"
#include "kosmod/keeper/signature.h"

static bool
is_here(const struct r_device *d)
{
	return d->method == METHOD_PASSKEY && d->kind == KIND_HERE;
}

uint32_t
passkey_whose(const struct person *p, const uint8_t *credential, uint32_t len)
{
	for (size_t i = 0; i < p->n_devices; i++) {
		const struct r_device *d = &p->devices[i];

		if (is_here(d) && len > 0 && d->credential_len == len &&
		    memcmp(d->credential, credential, len) == 0)
			return d->id;
	}
	return 0;
}

static void
add_credential(struct p_touch *t, const struct r_device *d)
{
	struct p_credential *c = &t->credentials[t->n++];

	c->len = d->credential_len;
	memcpy(c->id, d->credential, d->credential_len);
}

/* That of first before the others under the same rp id. */
static void
add_credentials(
    struct p_touch *t, const struct person *p, const struct r_device *first)
{
	if (first != NULL)
		add_credential(t, first);
	for (size_t i = 0; i < p->n_devices; i++) {
		const struct r_device *d = &p->devices[i];

		if (d != first && is_here(d) && strcmp(d->rp, t->rp_id) == 0)
			add_credential(t, d);
	}
}

/* WebAuthn 5.4.3: user.id says nothing of who it is, and stays the same. */
static int
name_user(const struct kconv *c, const struct person *p, struct p_touch *t)
{
	(void)snprintf(t->login, sizeof(t->login), "%s", p->login);
	return digest_mac(
	    c->k->mac_key, "passkey user", person_bound(p), "", 0, t->user);
}

/* The one with this number that an authenticator at this host holds. */
static const struct r_device *
find(const struct person *p, uint32_t id)
{
	for (size_t i = 0; i < p->n_devices; i++) {
		if (p->devices[i].id == id && is_here(&p->devices[i]))
			return &p->devices[i];
	}
	return NULL;
}

int
passkey_job(struct kconv *c, const struct person *p, const struct k_touch *m,
    struct p_touch *ret)
{
	bool enrol = m->act == TOUCH_ENROL;
	const struct r_device *d = enrol ? NULL : find(p, m->device);
	int r = KOSMO_OK;

	memset(ret, 0, sizeof(*ret));
	explicit_bzero(&c->challenge, sizeof(c->challenge)); /* one at a time */
	if ((!enrol && m->act != TOUCH_PROVE) ||
	    (door_open(c, p) & DOOR_HERE) == 0 ||
	    !(enrol ? key_may_add(c, p) : key_may_prove(c, p)))
		return KOSMO_EPERM;
	if (!enrol && d == NULL)
		return KOSMO_ENOTFOUND;
	ret->act = m->act;
	(void)snprintf(
	    ret->rp_id, sizeof(ret->rp_id), "%s", enrol ? rp_id(c->k) : d->rp);
	digest_random(ret->hash, sizeof(ret->hash));
	ret->verify = (uint8_t)c->k->conf->passkey.verify;
	ret->seconds = c->k->conf->passkey.timeout;
	add_credentials(ret, p, d);
	if (enrol)
		r = name_user(c, p, ret);
	if (r == KOSMO_OK) {
		c->challenge.act = m->act;
		memcpy(c->challenge.hash, ret->hash, sizeof(c->challenge.hash));
		memcpy(
		    c->challenge.rp_id, ret->rp_id, sizeof(c->challenge.rp_id));
	}
	return r;
}

/* WebAuthn 6.1, without what an assertion has no use for. */
static int
verify(
    const struct kconv *c, const struct r_device *d, const struct k_passkey *m)
{
	const struct public_key key = { d->alg, d->key, d->key_len };
	struct buf counter = BUF_INIT;
	int r = buf_add_u32(&counter, m->counter);

	if (r == KOSMO_OK) {
		const struct part parts[] = { { m->rp_hash, DIGEST_LEN },
			{ &m->flags, 1 }, { counter.data, counter.len },
			{ c->challenge.hash, DIGEST_LEN } };

		r = signature_verify(
		    &key, parts, 4, m->signature, m->signature_len);
	}
	buf_done(&counter);
	return r;
}

static enum key_fault
check(
    const struct kconv *c, const struct r_device *d, const struct k_passkey *m)
{
	uint8_t rp_hash[DIGEST_LEN];
	enum key_fault fault;

	if (c->challenge.act != TOUCH_PROVE)
		return FAULT_CHALLENGE;
	if (d == NULL)
		return FAULT_DEVICE;
	if ((kconv_methods(c) & METHOD_BIT(METHOD_PASSKEY)) == 0)
		return FAULT_METHOD;
	if (strcmp(d->rp, c->challenge.rp_id) != 0 ||
	    digest_sha256(d->rp, strlen(d->rp), rp_hash) != KOSMO_OK ||
	    memcmp(m->rp_hash, rp_hash, DIGEST_LEN) != 0)
		return FAULT_RP;
	if ((m->flags & (KEY_AT | KEY_ED)) != 0)
		return FAULT_SHAPE;
	fault = key_flags(c->k->conf, m->flags);
	if (fault == FAULT_NONE && verify(c, d, m) != KOSMO_OK)
		fault = FAULT_SIGNATURE;
	return fault;
}

static int
judge(struct kconv *c, struct person *p, const union kmsg *msg, struct txn *t,
    struct outcome *o)
{
	const struct k_passkey *m = &msg->passkey;
	struct r_device *d = NULL;
	enum key_fault fault;

	if (find(p, m->device) != NULL)
		d = person_device(p, m->device);
	fault = check(c, d, m);
	o->step = "passkey";
	o->last = m->last != 0;
	if (fault == FAULT_NONE)
		fault = key_used(d, m->counter, false, keeper_wall(c->k));
	return key_outcome(c, p, d, fault, t, o);
}

void
answer_passkey(struct kconv *c, const union kmsg *msg)
{
	trial_run(c, msg, judge, true);
	explicit_bzero(&c->challenge, sizeof(c->challenge));
}
