/*
 * passkey.c: K_PASSKEY_NEW and K_PASSKEY, for the challenge of the K_TOUCH
 * before. Talk has taken apart what the authenticator sent; all of it is held
 * here against what was asked for (WebAuthn 7.1, 7.2).
 */
#include "config.h"

#include "passkey.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/device.h"
#include "kosmod/keeper/door.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/rp.h"

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

static bool
may_add(const struct kconv *c, const struct person *p)
{
	return device_may_add(c, p) &&
	    (journey_methods(c->k->conf, p) & METHOD_BIT(METHOD_PASSKEY)) != 0;
}

static bool
may_prove(const struct kconv *c, const struct person *p)
{
	return (c->required & STEP_PASSWORD & ~c->proven) == 0 &&
	    person_state(p, keeper_wall(c->k)) != STATE_LOCKED &&
	    (kconv_methods(c) & METHOD_BIT(METHOD_PASSKEY)) != 0;
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
	explicit_bzero(&c->touch, sizeof(c->touch)); /* one at a time */
	if ((!enrol && m->act != TOUCH_PROVE) ||
	    (door_open(c, p) & DOOR_HERE) == 0 ||
	    !(enrol ? may_add(c, p) : may_prove(c, p)))
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
		c->touch.act = m->act;
		memcpy(c->touch.hash, ret->hash, sizeof(c->touch.hash));
		memcpy(c->touch.rp_id, ret->rp_id, sizeof(c->touch.rp_id));
	}
	return r;
}
