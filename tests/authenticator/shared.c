#include "config.h"

#include "tests/authenticator/shared.h"

#include <err.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#define BLOCK 16

static EVP_PKEY *
peer_key(const uint8_t point[65])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;
	char group[] = "P-256";
	uint8_t copy[65];
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
				    OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof(copy)),
		OSSL_PARAM_construct_end() };

	memcpy(copy, point, sizeof(copy));
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL; /* not a point of the curve */
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool
agree(EVP_PKEY *own, EVP_PKEY *peer, uint8_t z[32])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
	size_t len = 32;
	bool done;

	done = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
	    EVP_PKEY_derive(ctx, z, &len) == 1 && len == 32;
	EVP_PKEY_CTX_free(ctx);
	return done;
}

/* HKDF-SHA-256 with a salt of 32 zeros. */
static void
hkdf(const uint8_t z[32], const char *what, uint8_t key[32])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	uint8_t salt[32] = { 0 }, secret[32];
	char digest[] = "SHA256", info[32];
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
				    OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_KEY, secret, sizeof(secret)),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_SALT, salt, sizeof(salt)),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_INFO, info, strlen(what)),
		OSSL_PARAM_construct_end() };

	memcpy(secret, z, sizeof(secret));
	memcpy(info, what, strlen(what));
	if (ctx == NULL || EVP_KDF_derive(ctx, key, 32, params) != 1)
		errx(1, "HKDF");
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
}

bool
shared_make(
    struct shared *s, int protocol, EVP_PKEY *own, const uint8_t point[65])
{
	EVP_PKEY *peer = peer_key(point);
	uint8_t z[32];
	bool agreed;

	if (peer == NULL)
		return false;
	agreed = agree(own, peer, z);
	EVP_PKEY_free(peer);
	if (!agreed)
		return false;
	s->protocol = protocol;
	if (protocol == 1) {
		SHA256(z, sizeof(z), s->aes);
		memcpy(s->hmac, s->aes, sizeof(s->hmac));
	} else {
		hkdf(z, "CTAP2 HMAC key", s->hmac);
		hkdf(z, "CTAP2 AES key", s->aes);
	}
	return true;
}

static void
aes(const struct shared *s, int encrypt, const uint8_t iv[BLOCK],
    const uint8_t *data, size_t len, uint8_t *to)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	if (ctx == NULL ||
	    EVP_CipherInit_ex(
		ctx, EVP_aes_256_cbc(), NULL, s->aes, iv, encrypt) != 1 ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1 ||
	    EVP_CipherUpdate(ctx, to, &n, data, (int)len) != 1 ||
	    (size_t)n != len)
		errx(1, "AES-256-CBC");
	EVP_CIPHER_CTX_free(ctx);
}

size_t
shared_encrypt(
    const struct shared *s, const uint8_t *data, size_t len, uint8_t *to)
{
	uint8_t iv[BLOCK] = { 0 };

	if (s->protocol == 1) {
		aes(s, 1, iv, data, len, to);
		return len;
	}
	if (RAND_bytes(iv, sizeof(iv)) != 1)
		errx(1, "no random bytes");
	memcpy(to, iv, sizeof(iv));
	aes(s, 1, iv, data, len, to + sizeof(iv));
	return len + sizeof(iv);
}

bool
shared_decrypt(const struct shared *s, const uint8_t *data, size_t len,
    uint8_t *to, size_t *to_len)
{
	uint8_t iv[BLOCK] = { 0 };

	if (s->protocol == 2) {
		if (len < BLOCK)
			return false;
		memcpy(iv, data, BLOCK);
		data += BLOCK;
		len -= BLOCK;
	}
	if (len == 0 || len % BLOCK != 0 || len > SHARED_MAX)
		return false;
	aes(s, 0, iv, data, len, to);
	*to_len = len;
	return true;
}

bool
auth_fits(int protocol, const uint8_t key[32], const uint8_t *data,
    size_t data_len, const uint8_t *auth, size_t auth_len)
{
	uint8_t mac[32];

	if (HMAC(EVP_sha256(), key, 32, data, data_len, mac, NULL) == NULL)
		errx(1, "HMAC");
	return auth_len == (protocol == 1 ? 16 : 32) &&
	    CRYPTO_memcmp(mac, auth, auth_len) == 0;
}
