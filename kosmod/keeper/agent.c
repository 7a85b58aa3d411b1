/*
 * agent.c: K_AGENT and K_SIGNED: the person's ssh-agent signs a challenge that
 * names host, person, service and terminal, so that no signature is good
 * anywhere else, nor twice.
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
#include "kosmod/keeper/ssh_text.h"

#define SIGN_MS (60 * 1000)
#define NONCE_BYTES 32

static size_t
enrolled(const struct person *p, struct k_challenge *ret)
{
	for (size_t i = 0; i < p->n_devices; i++) {
		const struct r_device *d = &p->devices[i];

		if (d->method == METHOD_PASSKEY && d->kind == KIND_SSH)
			ssh_key_of_device(d, &ret->keys[ret->n++]);
	}
	return ret->n;
}

/* The keys that may sign; none if it is not the time. */
static void
find_keys(struct kconv *c, const struct person *p, enum agent_purpose purpose,
    struct k_challenge *ret)
{
	const struct r_ssh_key *w = ssh_key_waiting(p, keeper_wall(c->k));

	if ((door_open(c, p) & DOOR_AGENT) == 0)
		return;
	if (purpose == AGENT_FACTOR && key_may_prove(c, p))
		(void)enrolled(p, ret);
	else if (purpose == AGENT_ENROL && w != NULL && key_may_add(c, p))
		ssh_key_of_waiting(w, &ret->keys[ret->n++]);
}

/* One word of the challenge: without spaces, so that no word is two. */
static void
add_word(char *text, size_t size, const char *name, const char *value)
{
	size_t n = strlen(text);

	(void)snprintf(text + n, size - n, " %s=%s", name, value);
	for (size_t i = n; text[i] != '\0'; i++) {
		if (i > n && ((unsigned char)text[i] <= ' ' || text[i] == 0x7f))
			text[i] = '?';
	}
}

static void
write_challenge(const struct kconv *c, const struct person *p,
    enum agent_purpose purpose, struct k_challenge *ret)
{
	uint8_t nonce[NONCE_BYTES];
	char hex[2 * NONCE_BYTES + 1];

	digest_random(nonce, sizeof(nonce));
	for (size_t i = 0; i < sizeof(nonce); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", nonce[i]);
	(void)snprintf(ret->namespace, sizeof(ret->namespace), "kosmo-%s@%s",
	    purpose == AGENT_FACTOR ? "sudo" : "enroll", c->k->host);
	(void)snprintf(ret->text, sizeof(ret->text), "kosmo");
	add_word(ret->text, sizeof(ret->text), "host", c->k->host);
	add_word(ret->text, sizeof(ret->text), "person", p->login);
	add_word(ret->text, sizeof(ret->text), "service", c->service);
	add_word(ret->text, sizeof(ret->text), "tty", c->tty);
	add_word(ret->text, sizeof(ret->text), "nonce", hex);
}

static void
forget(struct kconv *c)
{
	memset(&c->agent, 0, sizeof(c->agent));
}

void
answer_agent(struct kconv *c, const union kmsg *msg)
{
	enum agent_purpose purpose = (enum agent_purpose)msg->agent.purpose;
	struct k_challenge ch = { 0 };
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	forget(c);
	if (r == KOSMO_OK)
		find_keys(c, &p, purpose, &ch);
	if (ch.n > 0) {
		write_challenge(c, &p, purpose, &ch);
		c->agent.purpose = (uint8_t)purpose;
		c->agent.until = keeper_mono(c->k) + SIGN_MS;
		memcpy(c->agent.namespace, ch.namespace, sizeof(ch.namespace));
		memcpy(c->agent.text, ch.text, sizeof(ch.text));
	}
	person_done(&p);
	if (r != KOSMO_OK && r != KOSMO_ENOTFOUND)
		kconv_trouble(c, "a person can't be read", r);
	else if (ch.n > 0)
		kconv_reply(c, &k_challenge_layout, &ch, 0);
	else
		kconv_word(c, VERDICT_NOT_NOW);
}

/* OpenSSH PROTOCOL.sshsig: what the agent signs in place of text. */
static int
add_sshsig(const struct kconv *c, struct buf *out)
{
	static const char hash[] = "sha256";
	uint8_t digest[DIGEST_LEN];
	int r;

	r = digest_sha256(c->agent.text, strlen(c->agent.text), digest);
	if (r == KOSMO_OK && (r = buf_add(out, "SSHSIG", 6)) == KOSMO_OK &&
	    (r = ssh_text_add(out, c->agent.namespace,
		 strlen(c->agent.namespace))) == KOSMO_OK &&
	    (r = ssh_text_add(out, "", 0)) == KOSMO_OK &&
	    (r = ssh_text_add(out, hash, strlen(hash))) == KOSMO_OK)
		r = ssh_text_add(out, digest, sizeof(digest));
	return r;
}

/* OpenSSH PROTOCOL.u2f: what the key signs then. */
static int
verify(const struct kconv *c, const struct k_ssh_pub *pub,
    const struct k_signed *m)
{
	const struct public_key key = { pub->alg, pub->key, pub->key_len };
	uint8_t application[DIGEST_LEN], digest[DIGEST_LEN];
	struct buf blob = BUF_INIT, counter = BUF_INIT;
	int r;

	if ((r = digest_sha256(pub->application, strlen(pub->application),
		 application)) == KOSMO_OK &&
	    (r = add_sshsig(c, &blob)) == KOSMO_OK &&
	    (r = digest_sha256(blob.data, blob.len, digest)) == KOSMO_OK &&
	    (r = buf_add_u32(&counter, m->counter)) == KOSMO_OK) {
		const struct part parts[] = { { application, DIGEST_LEN },
			{ &m->flags, 1 }, { counter.data, counter.len },
			{ digest, DIGEST_LEN } };

		r = signature_verify(
		    &key, parts, 4, m->signature, sizeof(m->signature));
	}
	buf_done(&blob);
	buf_done(&counter);
	return r;
}

/* Only of a signature that is right it matters how it was made. */
static enum key_fault
check(const struct kconv *c, const struct k_ssh_pub *pub,
    const struct k_signed *m)
{
	if (verify(c, pub, m) != KOSMO_OK)
		return FAULT_SIGNATURE;
	return key_flags(c->k->conf, m->flags);
}

static bool
is_missing(enum key_fault fault)
{
	return fault == FAULT_TOUCH || fault == FAULT_VERIFY;
}

static int
judge_factor(struct kconv *c, struct person *p, const union kmsg *msg,
    struct txn *t, struct outcome *o)
{
	const struct k_signed *m = &msg->signed_;
	struct r_device *d =
	    m->device != 0 ? person_device(p, m->device) : NULL;
	enum key_fault fault = FAULT_NONE;
	struct k_ssh_pub pub;

	o->step = "passkey";
	o->last = m->last != 0;
	if (!key_may_prove(c, p)) {
		fault = FAULT_METHOD;
	} else if (d == NULL || d->kind != KIND_SSH) {
		fault = FAULT_DEVICE;
	} else {
		ssh_key_of_device(d, &pub);
		fault = check(c, &pub, m);
	}
	if (fault == FAULT_NONE)
		fault = key_used(d, m->counter, true, keeper_wall(c->k));
	if (is_missing(fault))
		o->word = VERDICT_MISSING;
	return key_outcome(c, p, d, fault, t, o);
}

static int
enrol(struct kconv *c, struct person *p, uint64_t version,
    const struct k_signed *m, struct k_verdict *v)
{
	const struct r_ssh_key *w = ssh_key_waiting(p, keeper_wall(c->k));
	enum key_fault fault = FAULT_DEVICE;
	struct k_ssh_pub pub;
	int r;

	v->word = VERDICT_NOT_NOW;
	if (!key_may_add(c, p))
		return KOSMO_OK;
	if (w != NULL && m->device == 0) {
		ssh_key_of_waiting(w, &pub);
		fault = check(c, &pub, m);
	}
	if (fault != FAULT_NONE) {
		v->word = is_missing(fault) ? VERDICT_MISSING : VERDICT_NO;
		return key_note(c, "enroll", fault);
	}
	if ((r = ssh_key_enrol(c, p, version, m->counter)) == KOSMO_OK) {
		v->word = VERDICT_YES;
		v->device = p->next_device;
		device_added(c, v->device);
	}
	return r;
}

static void
answer_enrol(struct kconv *c, const struct k_signed *m)
{
	struct k_verdict v = { 0 };
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK)
		r = enrol(c, &p, version, m, &v);
	person_done(&p);
	if (r == KOSMO_OK)
		kconv_reply(c, &k_verdict_layout, &v, 0);
	else
		kconv_trouble(c, "a key can't be stored", r);
}

void
answer_signed(struct kconv *c, const union kmsg *msg)
{
	enum key_fault fault = FAULT_NONE;
	const char *event = "login";
	int r;

	if (c->agent.purpose == 0)
		fault = FAULT_CHALLENGE;
	else if (keeper_mono(c->k) > c->agent.until)
		fault = FAULT_OLD;
	if (c->agent.purpose == AGENT_ENROL)
		event = "enroll";
	if (fault != FAULT_NONE && (r = key_note(c, event, fault)) != KOSMO_OK)
		kconv_trouble(c, "a refusal can't be written", r);
	else if (fault != FAULT_NONE)
		kconv_word(c, VERDICT_NOT_NOW);
	else if (c->agent.purpose == AGENT_FACTOR)
		trial_run(c, msg, judge_factor, true);
	else
		answer_enrol(c, &msg->signed_);
	forget(c); /* used, right or not */
}
