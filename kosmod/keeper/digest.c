#include "config.h"

#include "digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "libkosmo/buf.h"

struct digest_key {
	EVP_MAC_CTX *ctx;
};

void
digest_key_free(struct digest_key **key)
{
	if (*key == NULL)
		return;
	EVP_MAC_CTX_free((*key)->ctx);
	free(*key);
	*key = NULL;
}

int
digest_key_new(
    const uint8_t key[static DIGEST_KEY_LEN], struct digest_key **ret)
{
	static char sha256[] = "SHA256";
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
					  OSSL_MAC_PARAM_DIGEST, sha256, 0),
		OSSL_PARAM_construct_end() };
	struct digest_key *k = calloc(1, sizeof(*k));
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	if (k != NULL && mac != NULL)
		k->ctx = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (k == NULL || k->ctx == NULL ||
	    EVP_MAC_init(k->ctx, key, DIGEST_KEY_LEN, params) != 1) {
		digest_key_free(&k);
		return KOSMO_ECRYPTO;
	}
	*ret = k;
	return KOSMO_OK;
}

static bool
add_part(EVP_MAC_CTX *ctx, const void *p, size_t n)
{
	const uint8_t len[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n };

	return EVP_MAC_update(ctx, len, sizeof(len)) == 1 &&
	    (n == 0 || EVP_MAC_update(ctx, p, n) == 1);
}

int
digest_mac(struct digest_key *key, const char *purpose, const char *login,
    const void *data, size_t len, uint8_t ret[static DIGEST_LEN])
{
	size_t n = 0;

	/* Without a key it begins anew under the one it has. */
	if (EVP_MAC_init(key->ctx, NULL, 0, NULL) != 1 ||
	    !add_part(key->ctx, purpose, strlen(purpose)) ||
	    !add_part(key->ctx, login, strlen(login)) ||
	    !add_part(key->ctx, data, len) ||
	    EVP_MAC_final(key->ctx, ret, &n, DIGEST_LEN) != 1 ||
	    n != DIGEST_LEN)
		return KOSMO_ECRYPTO;
	return KOSMO_OK;
}

int
digest_typed(
    const char *purpose, const char *text, uint8_t ret[static DIGEST_LEN])
{
	struct buf b = BUF_INIT;
	int r;

	if ((r = buf_add(&b, purpose, strlen(purpose) + 1)) != KOSMO_OK ||
	    (r = buf_add(&b, text, strlen(text))) != KOSMO_OK)
		goto out;
	if (EVP_Digest(b.data, b.len, ret, NULL, EVP_sha256(), NULL) != 1)
		r = KOSMO_ECRYPTO;
out:
	buf_done(&b);
	return r;
}

int
digest_sha256(const void *data, size_t len, uint8_t ret[static DIGEST_LEN])
{
	return EVP_Digest(data, len, ret, NULL, EVP_sha256(), NULL) == 1
	    ? KOSMO_OK
	    : KOSMO_ECRYPTO;
}

bool
digest_none(const uint8_t mac[static DIGEST_LEN])
{
	static const uint8_t none[DIGEST_LEN];

	return memcmp(mac, none, DIGEST_LEN) == 0;
}

void
digest_random(void *ret, size_t n)
{
	if (getentropy(ret, n) == -1)
		abort(); /* nothing that follows could be kept secret */
}

/* Crockford: what looks like 0 or 1 is read as that (talk/answer.c) */
#define GROUPS_MAX 8
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

_Static_assert(sizeof(alphabet) == 33, "five bits a character");

void
digest_words(char *ret, size_t groups)
{
	uint8_t raw[4 * GROUPS_MAX];

	if (groups > GROUPS_MAX)
		abort();
	digest_random(raw, 4 * groups);
	for (size_t g = 0; g < groups; g++) {
		for (size_t i = 0; i < 4; i++)
			*ret++ = alphabet[raw[4 * g + i] & 31];
		*ret++ = g + 1 < groups ? '-' : '\0';
	}
	explicit_bzero(raw, sizeof(raw));
}

void
digest_plain(const char *words, char *ret, size_t size)
{
	size_t n = 0;

	for (; *words != '\0' && n + 1 < size; words++) {
		if (*words != '-')
			ret[n++] = *words;
	}
	ret[n] = '\0';
}

/* crypt(5): yescrypt takes 22 of these for a salt of 128 bits. */
static const char itoa64[] =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

int
digest_dummy(
    struct digest_key *key, const char *login, char ret[static HASH_LEN + 1])
{
	static const char prefix[] = "$y$j9T$";
	uint8_t mac[DIGEST_LEN];
	size_t n = sizeof(prefix) - 1;
	int r;

	r = digest_mac(key, "dummy-setting", login, "", 0, mac);
	if (r != KOSMO_OK)
		return r;
	memcpy(ret, prefix, n);
	for (size_t i = 0; i < 21; i++)
		ret[n++] = itoa64[mac[i] & 63];
	ret[n++] = itoa64[mac[21] & 3]; /* the last one holds two bits */
	ret[n] = '\0';
	return KOSMO_OK;
}
