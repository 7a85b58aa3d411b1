#include "config.h"

#include "key_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/sha.h>

#include "kosmod/keeper/passkey.h"

struct conf_service *
rig_service(struct rig *r, const char *name)
{
	for (uint32_t i = 0; i < r->conf.n_services; i++) {
		if (strcmp(r->conf.services[i].name, name) == 0)
			return &r->conf.services[i];
	}
	fail_msg("no service %s", name);
	abort();
}

void
rig_keys(struct rig *r, uint32_t methods)
{
	r->conf.login.methods = methods;
	r->k->touch = true;
}

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from != NULL ? from : "");
}

struct line *
line_as(struct rig *r, const struct caller *who)
{
	struct kpeer peer = { .uid = who->peer, .pid = RIG_PID };
	struct msg_open open = { .version = MSG_VERSION, .uid = RIG_UID };
	struct k_bind b = { .uid = RIG_UID };
	struct line *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->rig = r;
	peer.trusted = who->peer == 0;
	open.phase = who->phase != 0 ? who->phase : PHASE_AUTH;
	open.ruid = who->ruid != 0 ? who->ruid : RIG_UID;
	open.options = who->steps;
	copy(open.from, sizeof(open.from), who->source);
	open.remote = open.from[0] != '\0';
	copy(open.user, sizeof(open.user),
	    who->login != NULL ? who->login : "taro");
	copy(open.service, sizeof(open.service), who->service);
	copy(open.auth_info, sizeof(open.auth_info), who->auth_info);
	assert_int_equal(keeper_accept(r->k, l, &peer, &open, &l->c), KOSMO_OK);
	b.phase = open.phase;
	b.options = open.options;
	b.console = !open.remote && open.phase == PHASE_AUTH;
	copy(b.user, sizeof(b.user), open.user);
	copy(b.service, sizeof(b.service), open.service);
	copy(b.source, sizeof(b.source), who->source);
	copy(b.tty, sizeof(b.tty), who->tty);
	line_ask(l, &k_bind_layout, &b);
	assert_int_equal(l->type, K_BOUND);
	return l;
}

struct line *
line_known(struct rig *r, const struct caller *who)
{
	struct line *l = line_as(r, who);

	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	return l;
}

struct line *
line_all(struct rig *r, const struct caller *who, const struct secret *seed)
{
	struct line *l = line_known(r, who);

	rig_pass(r, 60);
	assert_int_equal(line_code(l, rig_code(r, seed, 0)), VERDICT_YES);
	return l;
}

enum verdict_word
line_say(struct line *l, const struct layout *layout, const void *msg)
{
	line_ask(l, layout, msg);
	assert_false(l->dropped);
	assert_int_equal(l->type, K_VERDICT);
	return (enum verdict_word)l->reply.verdict.word;
}

int
line_touch(struct line *l, uint8_t act, uint32_t device, struct p_touch *ret)
{
	struct k_touch m = { .act = act, .device = device };
	struct person p;
	uint64_t version;
	int r = kconv_person(l->c, &p, &version);

	if (r == KOSMO_OK)
		r = passkey_job(l->c, &p, &m, ret);
	person_done(&p);
	return r;
}

static void
number(EVP_PKEY *key, const char *name, uint8_t *to, int len)
{
	BIGNUM *n = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &n), 1);
	assert_int_equal(BN_bn2binpad(n, to, len), len);
	BN_free(n);
}

void
key_public(const struct soft_key *k, uint8_t *ret, uint32_t *ret_len)
{
	size_t raw = 32;

	if (k->alg == ALG_EDDSA) {
		assert_int_equal(
		    EVP_PKEY_get_raw_public_key(k->key, ret, &raw), 1);
		*ret_len = 32;
	} else if (k->alg == ALG_ES256) {
		number(k->key, OSSL_PKEY_PARAM_EC_PUB_X, ret, 32);
		number(k->key, OSSL_PKEY_PARAM_EC_PUB_Y, ret + 32, 32);
		*ret_len = 64;
	} else {
		number(k->key, OSSL_PKEY_PARAM_RSA_N, ret, 256);
		number(k->key, OSSL_PKEY_PARAM_RSA_E, ret + 256, 3);
		*ret_len = 259;
	}
}

static void
from_der(const uint8_t *der, size_t len, uint8_t *ret)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);

	assert_non_null(sig);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, 32), 32);
	assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + 32, 32), 32);
	ECDSA_SIG_free(sig);
}

void
key_sign(EVP_PKEY *key, const struct part *parts, size_t n, uint8_t *ret,
    uint32_t *ret_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ed = EVP_PKEY_is_a(key, "ED25519"), ec = EVP_PKEY_is_a(key, "EC");
	struct buf all = BUF_INIT;
	uint8_t out[512];
	size_t len = sizeof(out);

	for (size_t i = 0; i < n; i++)
		assert_int_equal(
		    buf_add(&all, parts[i].bytes, parts[i].len), KOSMO_OK);
	assert_int_equal(
	    EVP_DigestSignInit(ctx, NULL, ed ? NULL : EVP_sha256(), NULL, key),
	    1);
	assert_int_equal(EVP_DigestSign(ctx, out, &len, all.data, all.len), 1);
	if (ec) {
		from_der(out, len, ret);
		len = 64;
	} else {
		memcpy(ret, out, len);
	}
	*ret_len = (uint32_t)len;
	EVP_MD_CTX_free(ctx);
	buf_done(&all);
}

void
key_new(struct soft_key *k, const struct p_touch *job, uint8_t flags,
    struct k_passkey_new *ret)
{
	const struct soft_job how = { job->rp_id, job->hash, flags, "none" };
	static struct k_touched t;

	soft_key_enrol(k, &how, &t);
	memset(ret, 0, sizeof(*ret));
	ret->credential_len = t.credential_len;
	memcpy(ret->credential, t.credential, t.credential_len);
	ret->auth_data_len = t.auth_data_len;
	memcpy(ret->auth_data, t.auth_data, t.auth_data_len);
	ret->alg = (uint8_t)k->alg;
	key_public(k, ret->key, &ret->key_len);
}

void
key_attest(struct k_passkey_new *m, enum attestation how, EVP_PKEY *signer,
    const uint8_t *hash)
{
	const struct part packed[] = { { m->auth_data, m->auth_data_len },
		{ hash, DIGEST_LEN } };
	const struct part u2f[] = { { "", 1 }, { m->auth_data, DIGEST_LEN },
		{ hash, DIGEST_LEN }, { m->credential, m->credential_len },
		{ "\x04", 1 }, { m->key, m->key_len } };
	struct soft_key s = { .key = signer };

	m->attestation = (uint8_t)how;
	if (how == ATTEST_PACKED || how == ATTEST_U2F) {
		s.alg = EVP_PKEY_is_a(signer, "EC") ? ALG_ES256
		    : EVP_PKEY_is_a(signer, "RSA")  ? ALG_RS256
						    : ALG_EDDSA;
		m->signer_alg = (uint8_t)s.alg;
		key_public(&s, m->signer, &m->signer_len);
	}
	if (how == ATTEST_U2F)
		key_sign(signer, u2f, 6, m->signature, &m->signature_len);
	else
		key_sign(signer, packed, 2, m->signature, &m->signature_len);
}

static void
big_endian(uint32_t n, uint8_t ret[static 4])
{
	for (int i = 0; i < 4; i++)
		ret[i] = (uint8_t)(n >> (24 - 8 * i));
}

void
key_proof(struct soft_key *k, const struct p_touch *job, uint32_t device,
    uint8_t flags, struct k_passkey *ret)
{
	uint8_t counter[4];
	const struct part parts[] = { { ret->rp_hash, DIGEST_LEN },
		{ &ret->flags, 1 }, { counter, 4 }, { job->hash, DIGEST_LEN } };

	memset(ret, 0, sizeof(*ret));
	ret->device = device;
	ret->flags = flags;
	ret->counter = k->counter++;
	big_endian(ret->counter, counter);
	SHA256((const uint8_t *)job->rp_id, strlen(job->rp_id), ret->rp_hash);
	key_sign(k->key, parts, 4, ret->signature, &ret->signature_len);
}

uint32_t
line_enrol(struct line *l, struct soft_key *k)
{
	struct k_passkey_new m;
	struct p_touch job;

	assert_int_equal(line_touch(l, TOUCH_ENROL, 0, &job), KOSMO_OK);
	key_new(k, &job, VERIFIED, &m);
	key_attest(&m, ATTEST_SELF, k->key, job.hash);
	assert_int_equal(line_say(l, &k_passkey_new_layout, &m), VERDICT_YES);
	return l->reply.verdict.device;
}

enum verdict_word
line_prove(struct line *l, struct soft_key *k, uint32_t device)
{
	struct p_touch job;
	struct k_passkey m;

	assert_int_equal(line_touch(l, TOUCH_PROVE, device, &job), KOSMO_OK);
	key_proof(k, &job, device, VERIFIED, &m);
	return line_say(l, &k_passkey_layout, &m);
}

void
key_ssh(
    const struct soft_key *k, const char *application, struct k_ssh_key *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->alg = (uint8_t)k->alg;
	key_public(k, ret->key, &ret->key_len);
	copy(ret->application, sizeof(ret->application), application);
}

/* As sshkey_to_base64 of OpenSSH writes it, by hand. */
const char *
key_ssh_line(const struct soft_key *k, const char *application)
{
	static char line[1024];
	bool ed = k->alg == ALG_EDDSA;
	uint8_t wire[512], key[KEY_LEN];
	char base64[700];
	uint32_t len;
	size_t n = 0, a = strlen(application);
	const char *type = ed ? "sk-ssh-ed25519@openssh.com"
			      : "sk-ecdsa-sha2-nistp256@openssh.com";

	key_public(k, key, &len);
	n += (size_t)snprintf((char *)wire, sizeof(wire), "%c%c%c%c%s", 0, 0, 0,
	    (int)strlen(type), type);
	if (ed) {
		memcpy(wire + n, "\0\0\0\x20", 4);
		n += 4;
	} else {
		memcpy(wire + n, "\0\0\0\x08nistp256\0\0\0\x41\x04", 17);
		n += 17;
	}
	memcpy(wire + n, key, len);
	n += len;
	big_endian((uint32_t)a, wire + n);
	memcpy(wire + n + 4, application, a);
	n += 4 + a;
	EVP_EncodeBlock((uint8_t *)base64, wire, (int)n);
	(void)snprintf(line, sizeof(line), "publickey %s %s\n", type, base64);
	return line;
}

/* OpenSSH: PROTOCOL.sshsig and PROTOCOL.u2f. */
void
key_ssh_sign(struct soft_key *k, const char *application,
    const struct k_challenge *ch, struct k_signed *ret)
{
	uint8_t blob[512] = "SSHSIG", digest[32], app[32], counter[4];
	const struct part parts[] = { { app, 32 }, { &ret->flags, 1 },
		{ counter, 4 }, { digest, 32 } };
	size_t n = 6, ns = strlen(ch->namespace);
	uint8_t sig[RAW_SIGNATURE_LEN];
	uint32_t len;

	big_endian((uint32_t)ns, blob + n);
	memcpy(blob + n + 4, ch->namespace, ns);
	n += 4 + ns;
	memcpy(blob + n, "\0\0\0\0\0\0\0\x06sha256\0\0\0\x20", 18);
	n += 18;
	SHA256((const uint8_t *)ch->text, strlen(ch->text), blob + n);
	SHA256(blob, n + 32, digest);
	SHA256((const uint8_t *)application, strlen(application), app);
	ret->counter = k->counter++;
	big_endian(ret->counter, counter);
	key_sign(k->key, parts, 4, sig, &len);
	assert_int_equal(len, 64);
	memcpy(ret->signature, sig, 64);
}

size_t
rig_faults(struct rig *r, enum key_fault fault)
{
	char words[80];

	assert_true(reason_token(key_reason(fault))[0] != '\0');
	(void)snprintf(
	    words, sizeof(words), "\"%s\"", reason_token(key_reason(fault)));
	return rig_in_log(r, words);
}

void
rig_change(struct rig *r, const char *login, void (*change)(struct person *p))
{
	struct person *p = calloc(1, sizeof(*p));
	struct txn *t = NULL;
	uint64_t version;

	assert_non_null(p);
	assert_int_equal(person_get(r->store, login, p, &version), KOSMO_OK);
	change(p);
	assert_int_equal(store_begin(r->store, &t), KOSMO_OK);
	assert_int_equal(person_put(t, p, version), KOSMO_OK);
	assert_int_equal(store_commit(r->store, &t, NULL, NULL), KOSMO_OK);
	store_flush(r->store);
	free(p);
}
