#include "config.h"

#include "ssh.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kosmod/talk/ssh_blob.h"
#include "tests/unit/soft_key.h"

#define KEYS_MAX 20

struct ssh_soft {
	char name[16];
	struct soft_key soft;
	struct buf blob; /* as OpenSSH has it */
	bool in_agent;
	char line[512], info[512];
};

static struct ssh_soft keys[KEYS_MAX];
static size_t n_keys;
static struct {
	bool here;
	char how[16];
	uint32_t counter;
} agent = { .counter = 100 };

static void
must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "ssh: %s\n", what);
	exit(1);
}

static struct ssh_soft *
find(const char *name)
{
	for (size_t i = 0; i < n_keys; i++)
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

static void
public_of(const struct ssh_soft *k, struct k_ssh_pub *ret)
{
	uint8_t point[65];
	size_t len = sizeof(ret->key);

	memset(ret, 0, sizeof(*ret));
	ret->alg = (uint8_t)k->soft.alg;
	strcpy(ret->application, "ssh:");
	if (k->soft.alg == ALG_EDDSA) {
		must(EVP_PKEY_get_raw_public_key(k->soft.key, ret->key, &len) ==
			1,
		    "no public key");
	} else {
		must(EVP_PKEY_get_octet_string_param(k->soft.key,
			 OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point),
			 &len) == 1 &&
			len == sizeof(point),
		    "no point");
		memcpy(ret->key, point + 1, --len);
	}
	ret->key_len = (uint32_t)len;
}

bool
ssh_make(const char *name, const char *how)
{
	struct ssh_soft *k = &keys[n_keys];
	unsigned char base64[400];
	struct k_ssh_pub pub;

	if (n_keys == KEYS_MAX || find(name) != NULL)
		return false;
	if (strcmp(how, "ed25519") == 0)
		soft_key_new(&k->soft, ALG_EDDSA);
	else if (strcmp(how, "ecdsa") == 0)
		soft_key_new(&k->soft, ALG_ES256);
	else
		return false;
	snprintf(k->name, sizeof(k->name), "%s", name);
	public_of(k, &pub);
	must(ssh_key_write(&pub, &k->blob) == 0, "no blob");
	EVP_EncodeBlock(base64, k->blob.data, (int)k->blob.len);
	snprintf(k->line, sizeof(k->line), "%s %s %s",
	    ssh_type_name((uint8_t)k->soft.alg), (char *)base64, name);
	snprintf(k->info, sizeof(k->info), "publickey %s %s\n",
	    ssh_type_name((uint8_t)k->soft.alg), (char *)base64);
	n_keys++;
	return true;
}

const char *
ssh_line(const char *name)
{
	const struct ssh_soft *k = find(name);

	return k != NULL ? k->line : NULL;
}

const char *
ssh_auth_info(const char *name)
{
	const struct ssh_soft *k = find(name);

	return k != NULL ? k->info : NULL;
}

bool
ssh_agent(const char *how)
{
	char words[256], *word, *state = NULL;
	struct ssh_soft *k;
	bool has = false;

	snprintf(words, sizeof(words), "%s", how);
	agent.here = strcmp(how, "gone") != 0;
	agent.how[0] = '\0';
	for (size_t i = 0; i < n_keys; i++)
		keys[i].in_agent = false;
	for (word = strtok_r(words, " ", &state); agent.here && word != NULL;
	     word = strtok_r(NULL, " ", &state)) {
		if (strcmp(word, "has") == 0)
			has = true;
		else if (!has)
			snprintf(agent.how, sizeof(agent.how), "%s", word);
		else if ((k = find(word)) != NULL)
			k->in_agent = true;
		else
			return false;
	}
	return !agent.here || has;
}

bool
ssh_agent_here(void)
{
	return agent.here;
}

static bool
does(const char *how)
{
	return strcmp(agent.how, how) == 0;
}

/* --- in the child -------------------------------------------------------- */

static void
put_string(struct buf *b, const void *bytes, size_t len)
{
	must(ssh_add_string(b, bytes, len) == 0, "no memory");
}

static void
put_identities(struct buf *b)
{
	uint32_t n = 0;

	for (size_t i = 0; i < n_keys; i++)
		n += keys[i].in_agent;
	must(buf_add_u8(b, 12) == 0 && buf_add_u32(b, n) == 0, "no memory");
	for (size_t i = 0; i < n_keys; i++) {
		if (!keys[i].in_agent)
			continue;
		put_string(b, keys[i].blob.data, keys[i].blob.len);
		put_string(b, keys[i].name, strlen(keys[i].name));
	}
}

/* An mpint of n bytes, which are positive. */
static void
put_number(struct buf *b, const BIGNUM *number)
{
	uint8_t bytes[33] = { 0 };
	int len = BN_bn2bin(number, bytes + 1);

	if ((bytes[1] & 0x80) != 0)
		put_string(b, bytes, (size_t)len + 1);
	else
		put_string(b, bytes + 1, (size_t)len);
}

/* The signature itself: 64 bytes, or DER, which becomes two mpints. */
static void
put_raw(struct buf *b, const struct k_touched *proof)
{
	const uint8_t *p = proof->signature;
	struct buf both = BUF_INIT;
	ECDSA_SIG *sig;

	if (proof->signature_len == 64) {
		put_string(b, proof->signature, proof->signature_len);
		return;
	}
	sig = d2i_ECDSA_SIG(NULL, &p, (long)proof->signature_len);
	must(sig != NULL, "no DER");
	put_number(&both, ECDSA_SIG_get0_r(sig));
	put_number(&both, ECDSA_SIG_get0_s(sig));
	ECDSA_SIG_free(sig);
	put_string(b, both.data, both.len);
	buf_done(&both);
}

/*
 * PROTOCOL.u2f: what is signed is as in WebAuthn, with the application in the
 * place of the rp id; flags and counter follow the signature.
 */
static void
put_signature(
    struct buf *b, struct ssh_soft *k, const uint8_t *data, size_t len)
{
	uint8_t hash[32],
	    flags = does("untouched") ? 0
	    : does("unverified")      ? KEY_UP
				      : KEY_UP | KEY_UV;
	const struct soft_job job = { "ssh:", hash, flags, "none" };
	const char *type = ssh_type_name((uint8_t)k->soft.alg);
	struct k_touched proof = { 0 };
	struct buf sig = BUF_INIT;

	SHA256(data, does("lying") ? len - 1 : len, hash);
	k->soft.counter = does("old") ? 1 : agent.counter;
	soft_key_prove(&k->soft, &job, &proof);
	put_string(&sig, type, strlen(type));
	put_raw(&sig, &proof);
	must(buf_add(&sig, proof.auth_data + 32, 5) == 0 &&
		buf_add_u8(b, 14) == 0,
	    "no memory");
	put_string(b, sig.data, sig.len);
	buf_done(&sig);
}

static void
sign(struct buf *b, struct cursor c)
{
	const uint8_t *blob, *data;
	uint32_t blob_len, data_len;

	must(ssh_string(&c, &blob, &blob_len) == 0 &&
		ssh_string(&c, &data, &data_len) == 0,
	    "a bad request");
	for (size_t i = 0; !does("refusing") && i < n_keys; i++) {
		struct ssh_soft *k = &keys[i];

		if (!k->in_agent || k->blob.len != blob_len ||
		    memcmp(k->blob.data, blob, blob_len) != 0)
			continue;
		put_signature(b, k, data, data_len);
		return;
	}
	must(buf_add_u8(b, 5) == 0, "no memory");
}

static void
serve(int fd)
{
	uint8_t head[4], body[4096];
	struct buf reply = BUF_INIT, whole = BUF_INIT;
	size_t len;

	while (recv(fd, head, 4, MSG_WAITALL) == 4) {
		len = (size_t)head[2] << 8 | head[3];
		must(len > 0 && len <= sizeof(body) &&
			recv(fd, body, len, MSG_WAITALL) == (ssize_t)len,
		    "a bad request");
		if (body[0] == 11)
			put_identities(&reply);
		else
			sign(&reply, (struct cursor){ body + 1, len - 1 });
		put_string(&whole, reply.data, reply.len);
		must(send(fd, whole.data, whole.len, MSG_NOSIGNAL) ==
			(ssize_t)whole.len,
		    "nobody reads");
		buf_reset(&reply);
		buf_reset(&whole);
	}
}

int
ssh_agent_connect(void)
{
	int fds[2];
	pid_t pid;

	if (!agent.here)
		return -1;
	agent.counter++;
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0, "no sockets");
	/* a grandchild, so that nobody else finds a child to wait for */
	if ((pid = fork()) == 0) {
		close(fds[0]);
		if (fork() == 0)
			serve(fds[1]);
		_exit(0);
	}
	must(pid != -1 && waitpid(pid, NULL, 0) == pid, "no child");
	close(fds[1]);
	return fds[0];
}
