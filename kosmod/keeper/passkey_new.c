/*
 * passkey_new.c: K_PASSKEY_NEW: a new credential, held against what was asked
 * for (WebAuthn 7.1). Talk has taken it apart; here each piece is looked for
 * at its place in the authenticator data (6.1, 6.5.1), which is what the
 * attestation signs.
 */
#include "config.h"

#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/device.h"
#include "kosmod/keeper/door.h"
#include "kosmod/keeper/key_rules.h"
#include "kosmod/keeper/passkey.h"
#include "kosmod/keeper/signature.h"

enum { AT_FLAGS = 32, AT_COUNTER = 33, AT_LENGTH = 53, AT_CREDENTIAL = 55 };

/* Credential, then key, then extensions if the flags say so. */
static enum key_fault
check_credential(const struct k_passkey_new *m)
{
	const uint8_t *data = m->auth_data;
	size_t len = m->credential_len;

	if ((data[AT_FLAGS] & KEY_AT) == 0)
		return FAULT_SHAPE;
	if (len == 0 || m->auth_data_len < AT_CREDENTIAL + len ||
	    (size_t)(data[AT_LENGTH] << 8 | data[AT_LENGTH + 1]) != len ||
	    memcmp(data + AT_CREDENTIAL, m->credential, len) != 0)
		return FAULT_CREDENTIAL;
	return FAULT_NONE;
}

static enum key_fault
check_key(const struct k_passkey_new *m, const struct public_key *key)
{
	size_t at = AT_CREDENTIAL + m->credential_len;
	bool more = (m->auth_data[AT_FLAGS] & KEY_ED) != 0;
	struct buf cose = BUF_INIT;
	enum key_fault fault = FAULT_KEY;

	if (public_key_check(key) != KOSMO_OK ||
	    public_key_cose(key, &cose) != KOSMO_OK ||
	    m->auth_data_len < at + cose.len ||
	    memcmp(m->auth_data + at, cose.data, cose.len) != 0)
		goto out;
	if ((m->auth_data_len > at + cose.len) == more)
		fault = FAULT_NONE;
	else
		fault = FAULT_SHAPE;
out:
	buf_done(&cose);
	return fault;
}

/* WebAuthn 8.6: 0, rp id hash, challenge, credential, the point. */
static int
verify_u2f(const struct k_passkey_new *m, const struct public_key *signer,
    const uint8_t *hash)
{
	const uint8_t zero = 0, four = 4;
	const struct part parts[] = { { &zero, 1 },
		{ m->auth_data, DIGEST_LEN }, { hash, DIGEST_LEN },
		{ m->credential, m->credential_len }, { &four, 1 },
		{ m->key, m->key_len } };

	if (m->alg != ALG_ES256 || signer->alg != ALG_ES256)
		return KOSMO_EINVAL;
	return signature_verify(signer, parts, sizeof(parts) / sizeof(*parts),
	    m->signature, m->signature_len);
}

/* WebAuthn 8.2: authenticator data, challenge. */
static int
verify_packed(const struct k_passkey_new *m, const struct public_key *signer,
    const uint8_t *hash)
{
	const struct part parts[] = { { m->auth_data, m->auth_data_len },
		{ hash, DIGEST_LEN } };

	return signature_verify(
	    signer, parts, 2, m->signature, m->signature_len);
}

static enum key_fault
check_attestation(const struct k_passkey_new *m, const struct public_key *key,
    const uint8_t *hash)
{
	const struct public_key signer = { m->signer_alg, m->signer,
		m->signer_len };
	int r = KOSMO_EINVAL;

	switch ((enum attestation)m->attestation) {
	case ATTEST_NONE:
		r = m->signature_len == 0 ? KOSMO_OK : KOSMO_EINVAL;
		break;
	case ATTEST_SELF:
		r = verify_packed(m, key, hash);
		break;
	case ATTEST_PACKED:
		r = verify_packed(m, &signer, hash);
		break;
	case ATTEST_U2F:
		r = verify_u2f(m, &signer, hash);
		break;
	}
	return r == KOSMO_OK ? FAULT_NONE : FAULT_ATTESTATION;
}

static enum key_fault
check(const struct kconv *c, const struct k_passkey_new *m)
{
	const struct public_key key = { m->alg, m->key, m->key_len };
	uint8_t rp_hash[DIGEST_LEN];
	enum key_fault fault;

	if (c->challenge.act != TOUCH_ENROL)
		return FAULT_CHALLENGE;
	if (m->auth_data_len < AT_CREDENTIAL)
		return FAULT_SHAPE;
	if (digest_sha256(c->challenge.rp_id, strlen(c->challenge.rp_id),
		rp_hash) != KOSMO_OK ||
	    memcmp(m->auth_data, rp_hash, DIGEST_LEN) != 0)
		return FAULT_RP;
	fault = key_flags(c->k->conf, m->auth_data[AT_FLAGS]);
	if (fault == FAULT_NONE)
		fault = check_credential(m);
	if (fault == FAULT_NONE)
		fault = check_key(m, &key);
	if (fault == FAULT_NONE)
		fault = check_attestation(m, &key, c->challenge.hash);
	return fault;
}

static int
store(struct kconv *c, struct person *p, uint64_t version,
    const struct k_passkey_new *m)
{
	struct cursor at = { m->auth_data + AT_COUNTER, 4 };
	struct r_device d = { .method = METHOD_PASSKEY, .kind = KIND_HERE };
	int r;

	d.alg = m->alg;
	d.key_len = m->key_len;
	memcpy(d.key, m->key, m->key_len);
	d.credential_len = m->credential_len;
	memcpy(d.credential, m->credential, m->credential_len);
	memcpy(d.rp, c->challenge.rp_id, sizeof(d.rp));
	if ((r = cursor_u32(&at, &d.counter)) == KOSMO_OK)
		r = device_store(c, p, version, &d, m->name, "passkey");
	return r;
}

static int
judge(struct kconv *c, struct person *p, uint64_t version,
    const struct k_passkey_new *m, struct k_verdict *v)
{
	enum key_fault fault;
	int r = KOSMO_OK;

	v->word = VERDICT_NOT_NOW;
	if (!key_may_add(c, p) || (door_open(c, p) & DOOR_HERE) == 0)
		return KOSMO_OK;
	fault = check(c, m);
	if (fault != FAULT_NONE) {
		v->word = VERDICT_NO;
		return key_note(c, "enroll", fault);
	}
	v->word = VERDICT_TAKEN;
	if (passkey_whose(p, m->credential, m->credential_len) != 0)
		return KOSMO_OK;
	if ((r = store(c, p, version, m)) == KOSMO_OK) {
		v->word = VERDICT_YES;
		v->device = p->next_device;
		device_added(c, v->device);
	}
	return r;
}

void
answer_passkey_new(struct kconv *c, const union kmsg *msg)
{
	struct k_verdict v = { 0 };
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK)
		r = judge(c, &p, version, &msg->passkey_new, &v);
	/* used, right or not */
	explicit_bzero(&c->challenge, sizeof(c->challenge));
	person_done(&p);
	if (r == KOSMO_OK)
		kconv_reply(c, &k_verdict_layout, &v, 0);
	else
		kconv_trouble(c, "a passkey can't be stored", r);
}
