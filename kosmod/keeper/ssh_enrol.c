/*
 * ssh_enrol.c: K_SSH_KEY and K_SSH_SEEN: a FIDO2 key of OpenSSH is named, and
 * becomes a device once sshd has let it in.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/device.h"
#include "kosmod/keeper/door.h"
#include "kosmod/keeper/key_rules.h"
#include "kosmod/keeper/signature.h"
#include "kosmod/keeper/ssh_key.h"

/* "ssh:", "ssh:work": OpenSSH makes no others, and agents want it so. */
static bool
application_good(const char *s)
{
	if (strncmp(s, "ssh:", 4) != 0)
		return false;
	for (; *s != '\0'; s++) {
		if (*s <= ' ' || *s > '~')
			return false;
	}
	return true;
}

static bool
key_good(const struct k_ssh_key *m)
{
	const struct public_key key = { m->alg, m->key, m->key_len };

	/* which has no room for a key of RSA */
	return application_good(m->application) &&
	    public_key_check(&key) == KOSMO_OK;
}

static bool
has_key(const struct person *p, const struct k_ssh_key *m)
{
	for (size_t i = 0; i < p->n_devices; i++) {
		const struct r_device *d = &p->devices[i];

		if (d->kind == KIND_SSH && d->alg == m->alg &&
		    d->key_len == m->key_len &&
		    memcmp(d->key, m->key, m->key_len) == 0)
			return true;
	}
	return false;
}

/* In place of the one that waited before. */
static int
keep(struct kconv *c, struct person *p, uint64_t version,
    const struct k_ssh_key *m)
{
	struct r_ssh_key *w = &p->waiting[0];
	struct txn *t = NULL;
	int r;

	if (store_full(c->k->store))
		return KOSMO_EFULL;
	ssh_key_forget(p);
	p->n_waiting = 1;
	w->alg = m->alg;
	w->key_len = m->key_len;
	memcpy(w->key, m->key, sizeof(w->key));
	memcpy(w->application, m->application, sizeof(w->application));
	memcpy(w->name, m->name, sizeof(w->name));
	w->since = (uint64_t)keeper_wall(c->k);
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "enroll", "passkey", "begun", "ssh key")) ==
		KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

void
answer_ssh_key(struct kconv *c, const union kmsg *msg)
{
	const struct k_ssh_key *m = &msg->ssh_key;
	enum verdict_word word = VERDICT_YES;
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r != KOSMO_OK)
		goto out;
	if (!key_may_add(c, &p) || (door_open(c, &p) & DOOR_SSH) == 0)
		word = VERDICT_NOT_NOW;
	else if (!key_good(m))
		word = VERDICT_NO;
	else if (has_key(&p, m))
		word = VERDICT_TAKEN;
	else
		r = keep(c, &p, version, m);
	if (r == KOSMO_OK && word == VERDICT_NO)
		r = key_note(c, "enroll", FAULT_KEY);
out:
	person_done(&p);
	if (r == KOSMO_OK)
		kconv_word(c, word);
	else
		kconv_trouble(c, "a key can't be stored", r);
}

int
ssh_key_enrol(
    struct kconv *c, struct person *p, uint64_t version, uint32_t counter)
{
	const struct r_ssh_key w = p->waiting[0];
	struct r_device d = { .method = METHOD_PASSKEY,
		.kind = KIND_SSH,
		.alg = w.alg,
		.key_len = w.key_len,
		.counter = counter };

	memcpy(d.key, w.key, sizeof(w.key));
	(void)snprintf(d.rp, sizeof(d.rp), "%s", w.application);
	ssh_key_forget(p);
	return device_store(c, p, version, &d, w.name, "passkey");
}

void
answer_ssh_seen(struct kconv *c, const union kmsg *msg)
{
	struct k_verdict v = { .word = VERDICT_NO };
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	(void)msg;
	if (r == KOSMO_OK && ssh_key_seen(c, &p)) {
		v.word = VERDICT_NOT_NOW;
		if (key_may_add(c, &p)) {
			v.word = VERDICT_YES;
			r = ssh_key_enrol(c, &p, version, 0);
			v.device = p.next_device;
		}
	}
	person_done(&p);
	if (r != KOSMO_OK) {
		kconv_trouble(c, "a key can't be stored", r);
		return;
	}
	if (v.word == VERDICT_YES)
		device_added(c, v.device);
	kconv_reply(c, &k_verdict_layout, &v, 0);
}
