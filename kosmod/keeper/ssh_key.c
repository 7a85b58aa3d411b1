/*
 * ssh_key.c: which keys sshd may let in, and which it has. sshd verifies
 * signatures itself; what it says of them is looked for here, never parsed.
 */
#include "config.h"

#include "ssh_key.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/door.h"
#include "kosmod/keeper/ssh_text.h"

#define WAITS_SECONDS (7 * 86400)

_Static_assert(SSH_KEYS_MAX == DEVICES_MAX + 1, "all, and one that waits");

const struct r_ssh_key *
ssh_key_waiting(const struct person *p, int64_t now)
{
	const struct r_ssh_key *w = &p->waiting[0];

	if (p->n_waiting == 0 || w->since + WAITS_SECONDS <= (uint64_t)now)
		return NULL;
	return w;
}

void
ssh_key_of_waiting(const struct r_ssh_key *w, struct k_ssh_pub *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->alg = w->alg;
	ret->key_len = w->key_len;
	memcpy(ret->key, w->key, sizeof(ret->key));
	(void)snprintf(
	    ret->application, sizeof(ret->application), "%s", w->application);
}

void
ssh_key_of_device(const struct r_device *d, struct k_ssh_pub *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->device = d->id;
	ret->alg = d->alg;
	if (d->key_len <= sizeof(ret->key))
		ret->key_len = d->key_len;
	memcpy(ret->key, d->key, sizeof(ret->key));
	(void)snprintf(
	    ret->application, sizeof(ret->application), "%.64s", d->rp);
}

void
ssh_key_forget(struct person *p)
{
	memset(p->waiting, 0, sizeof(p->waiting));
	p->n_waiting = 0;
}

static bool
is_ssh(const struct r_device *d)
{
	return d->method == METHOD_PASSKEY && d->kind == KIND_SSH;
}

static bool
verify_required(const struct conf *conf)
{
	return conf->passkey.verify == VERIFY_REQUIRED ||
	    conf->passkey.verify == VERIFY_BIOMETRIC;
}

static int
add_line(const struct k_ssh_pub *key, const struct conf *conf,
    struct msg_ssh_keys *ret)
{
	struct msg_ssh_key *line = &ret->keys[ret->n];
	int r = ssh_text(key, line);

	if (r != KOSMO_OK)
		return r;
	line->verify = verify_required(conf);
	ret->n++;
	return KOSMO_OK;
}

static bool
allowed_at_sshd(const struct conf *conf)
{
	uint32_t methods = conf_service(conf, "sshd")->methods;

	if (methods == 0)
		methods = conf->login.methods;
	return (methods & METHOD_BIT(METHOD_PASSKEY)) != 0;
}

int
ssh_key_lines(const struct person *p, const struct conf *conf, int64_t now,
    struct msg_ssh_keys *ret)
{
	enum person_state state = person_state(p, now);
	const struct r_ssh_key *w = ssh_key_waiting(p, now);
	struct k_ssh_pub key;
	int r = KOSMO_OK;

	memset(ret, 0, sizeof(*ret));
	if ((state != STATE_ACTIVE && state != STATE_REGISTERED) ||
	    !allowed_at_sshd(conf))
		return KOSMO_OK;
	for (size_t i = 0; i < p->n_devices && r == KOSMO_OK; i++) {
		if (!is_ssh(&p->devices[i]))
			continue;
		ssh_key_of_device(&p->devices[i], &key);
		r = add_line(&key, conf, ret);
	}
	if (r == KOSMO_OK && w != NULL) {
		ssh_key_of_waiting(w, &key);
		r = add_line(&key, conf, ret);
	}
	return r;
}

/* True if sshd says that key passed. */
static bool
let_in(const struct kconv *c, const struct k_ssh_pub *key)
{
	struct msg_ssh_key line;

	return door_is_sshd(c) && ssh_text(key, &line) == KOSMO_OK &&
	    ssh_text_names(c->open.auth_info, &line);
}

bool
ssh_key_seen(const struct kconv *c, const struct person *p)
{
	const struct r_ssh_key *w = ssh_key_waiting(p, keeper_wall(c->k));
	struct k_ssh_pub key;

	if (w == NULL)
		return false;
	ssh_key_of_waiting(w, &key);
	return let_in(c, &key);
}

uint32_t
ssh_key_used(const struct kconv *c, const struct person *p)
{
	struct k_ssh_pub key;

	if ((kconv_methods(c) & METHOD_BIT(METHOD_PASSKEY)) == 0)
		return 0;
	for (size_t i = 0; i < p->n_devices; i++) {
		if (!is_ssh(&p->devices[i]))
			continue;
		ssh_key_of_device(&p->devices[i], &key);
		if (let_in(c, &key))
			return key.device;
	}
	return 0;
}

int
ssh_key_note(struct kconv *c, struct txn *t, struct person *p)
{
	struct r_device *d = person_device(p, c->key_device);

	if (d != NULL)
		d->used = (uint64_t)keeper_wall(c->k);
	return kconv_audit(c, t, "login", "passkey", "pass", "by sshd");
}

void
ssh_key_bound(struct kconv *c)
{
	struct txn *t = NULL;
	struct person p;
	uint64_t version;
	int r = KOSMO_EPERM;

	if (c->required != STEP_FACTOR ||
	    kconv_person(c, &p, &version) != KOSMO_OK)
		return;
	if (person_state(&p, keeper_wall(c->k)) == STATE_ACTIVE)
		c->key_device = ssh_key_used(c, &p);
	if (c->key_device != 0 &&
	    (r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = ssh_key_note(c, t, &p)) == KOSMO_OK &&
	    (r = person_put(t, &p, STORE_ANY)) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	person_done(&p);
	if (r == KOSMO_OK)
		c->proven |= STEP_FACTOR;
	else
		c->key_device = 0;
}
