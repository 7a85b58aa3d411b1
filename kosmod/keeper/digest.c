#include "config.h"

#include "digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "libkosmo/buf.h"

static int
add_part(struct buf *b, const void *p, size_t n)
{
	int r = buf_add_u32(b, (uint32_t)n);

	return r == KOSMO_OK ? buf_add(b, p, n) : r;
}

int
digest_mac(const uint8_t key[static DIGEST_KEY_LEN], const char *purpose,
    const char *login, const void *data, size_t len,
    uint8_t ret[static DIGEST_LEN])
{
	struct buf b = BUF_INIT;
	unsigned int n = 0;
	int r;

	if ((r = add_part(&b, purpose, strlen(purpose))) != KOSMO_OK ||
	    (r = add_part(&b, login, strlen(login))) != KOSMO_OK ||
	    (r = add_part(&b, data, len)) != KOSMO_OK)
		goto out;
	if (HMAC(EVP_sha256(), key, DIGEST_KEY_LEN, b.data, b.len, ret, &n) ==
		NULL ||
	    n != DIGEST_LEN)
		r = KOSMO_ECRYPTO;
out:
	buf_done(&b);
	return r;
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
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

_Static_assert(sizeof(alphabet) == 33, "five bits a character");

void
digest_words(char *ret, size_t groups)
{
	uint8_t raw[4];

	for (size_t g = 0; g < groups; g++) {
		digest_random(raw, sizeof(raw));
		for (size_t i = 0; i < 4; i++)
			*ret++ = alphabet[raw[i] & 31];
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
digest_dummy(const uint8_t key[static DIGEST_KEY_LEN], const char *login,
    char ret[static HASH_LEN + 1])
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
