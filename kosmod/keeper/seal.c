#include "config.h"

#include "seal.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include "libkosmo/secret.h"

#define FORMAT 1
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define HEAD_BYTES (1 + 1 + 4 + NONCE_BYTES) /* format, type, key id, nonce */
#define OVERHEAD (HEAD_BYTES + TAG_BYTES)
#define FRAME_BYTES (8 + 2 + 4) /* version, sizes of name and value */
#define AAD_BYTES (1 + 1 + 4 + STORE_ID_LEN + SEAL_KEY_LEN)

struct seal {
	uint8_t master[STORE_KEY_LEN];
	uint8_t id[STORE_ID_LEN];
	uint32_t key_id;
	EVP_CIPHER_CTX *enc, *dec; /* under the subkey for values */
	EVP_MAC_CTX *names;
	EVP_MAC_CTX *macs[2]; /* by enum seal_mac */
};

int
seal_derive(const uint8_t master[static STORE_KEY_LEN], const char *purpose,
    uint8_t ret[static 32])
{
	/* OSSL_PARAM takes no const; nothing is written through these. */
	union {
		const void *in;
		void *out;
	} key = { master }, info = { purpose };
	static char digest[] = "SHA256", salt[] = "kosmo store 1";
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
	OSSL_PARAM params[5];
	int r = KOSMO_ECRYPTO;

	params[0] =
	    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
	params[1] = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_KEY, key.out, STORE_KEY_LEN);
	params[2] = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_SALT, salt, sizeof(salt) - 1);
	params[3] = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_INFO, info.out, strlen(purpose));
	params[4] = OSSL_PARAM_construct_end();
	if (ctx != NULL && EVP_KDF_derive(ctx, ret, 32, params) == 1)
		r = KOSMO_OK;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return r;
}

int
seal_subkey(const struct seal *s, const char *purpose, uint8_t ret[static 32])
{
	return seal_derive(s->master, purpose, ret);
}

/* An HMAC-SHA256 context under the subkey for purpose, or NULL. */
static EVP_MAC_CTX *
mac_new(const struct seal *s, const char *purpose)
{
	static char digest[] = "SHA256";
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
					  OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end() };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
	uint8_t key[32];

	if (ctx != NULL &&
	    (seal_subkey(s, purpose, key) != KOSMO_OK ||
		EVP_MAC_init(ctx, key, sizeof(key), params) != 1)) {
		EVP_MAC_CTX_free(ctx);
		ctx = NULL;
	}
	explicit_bzero(key, sizeof(key));
	EVP_MAC_free(mac);
	return ctx;
}

/* Both ways under their key: each use sets a nonce alone. */
static int
cipher_new(struct seal *s)
{
	uint8_t key[32];
	int r = seal_subkey(s, "values", key);

	s->enc = EVP_CIPHER_CTX_new();
	s->dec = EVP_CIPHER_CTX_new();
	if (s->enc == NULL || s->dec == NULL ||
	    EVP_EncryptInit_ex(s->enc, EVP_aes_256_gcm(), NULL, key, NULL) !=
		1 ||
	    EVP_DecryptInit_ex(s->dec, EVP_aes_256_gcm(), NULL, key, NULL) != 1)
		r = KOSMO_ECRYPTO;
	explicit_bzero(key, sizeof(key));
	return r;
}

int
seal_new(const uint8_t master[static STORE_KEY_LEN], struct seal **ret)
{
	struct seal *s = calloc(1, sizeof(*s));
	uint8_t id[32];
	int r = KOSMO_ECRYPTO;

	if (s == NULL)
		return KOSMO_ENOMEM;
	memcpy(s->master, master, sizeof(s->master));
	if (cipher_new(s) != KOSMO_OK ||
	    seal_subkey(s, "key id", id) != KOSMO_OK)
		goto out;
	memcpy(&s->key_id, id, sizeof(s->key_id));
	s->names = mac_new(s, "record keys");
	s->macs[SEAL_JOURNAL] = mac_new(s, "journal");
	s->macs[SEAL_META] = mac_new(s, "meta");
	if (s->names == NULL || s->macs[SEAL_JOURNAL] == NULL ||
	    s->macs[SEAL_META] == NULL)
		goto out;
	*ret = s;
	s = NULL;
	r = KOSMO_OK;
out:
	seal_free(&s);
	return r;
}

void
seal_bind(struct seal *s, const uint8_t id[static STORE_ID_LEN])
{
	memcpy(s->id, id, sizeof(s->id));
}

void
seal_free(struct seal **s)
{
	if (s == NULL || *s == NULL)
		return;
	EVP_CIPHER_CTX_free((*s)->enc);
	EVP_CIPHER_CTX_free((*s)->dec);
	EVP_MAC_CTX_free((*s)->names);
	EVP_MAC_CTX_free((*s)->macs[0]);
	EVP_MAC_CTX_free((*s)->macs[1]);
	explicit_bzero(*s, sizeof(**s));
	free(*s);
	*s = NULL;
}

uint32_t
seal_key_id(const struct seal *s)
{
	return s->key_id;
}

static int
mac_parts(EVP_MAC_CTX *ctx, const struct seal_part *parts, size_t n,
    uint8_t ret[static SEAL_MAC_LEN])
{
	size_t len = 0;

	/* Without a key it begins anew under the one it has. */
	if (EVP_MAC_init(ctx, NULL, 0, NULL) != 1)
		return KOSMO_ECRYPTO;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].len > 0 &&
		    EVP_MAC_update(ctx, parts[i].data, parts[i].len) != 1)
			return KOSMO_ECRYPTO;
	}
	if (EVP_MAC_final(ctx, ret, &len, SEAL_MAC_LEN) != 1 ||
	    len != SEAL_MAC_LEN)
		return KOSMO_ECRYPTO;
	return KOSMO_OK;
}

int
seal_mac(struct seal *s, enum seal_mac which, const struct seal_part *parts,
    size_t n, uint8_t ret[static SEAL_MAC_LEN])
{
	return mac_parts(s->macs[which], parts, n, ret);
}

static int
record_key(struct seal *s, uint8_t type, const char *name, size_t len,
    uint8_t ret[static SEAL_KEY_LEN])
{
	const struct seal_part parts[] = { { &type, 1 }, { name, len } };

	if (len == 0 || len > SEAL_NAME_MAX)
		return KOSMO_EINVAL;
	return mac_parts(s->names, parts, 2, ret);
}

int
seal_record_key(struct seal *s, enum rec_type type, const char *name,
    uint8_t ret[static SEAL_KEY_LEN])
{
	return record_key(s, (uint8_t)type, name, strlen(name), ret);
}

static void
make_aad(const struct seal *s, uint8_t type,
    const uint8_t key[static SEAL_KEY_LEN], uint8_t aad[static AAD_BYTES])
{
	uint8_t *p = aad;

	*p++ = FORMAT;
	*p++ = type;
	memcpy(p, &s->key_id, 4);
	memcpy(p + 4, s->id, STORE_ID_LEN);
	memcpy(p + 4 + STORE_ID_LEN, key, SEAL_KEY_LEN);
}

/* version, name, value and zeros up to the class, appended to plain. */
static int
frame(const struct sealed *rec, struct buf *plain)
{
	static const uint8_t zeros[SEAL_CLASS];
	size_t total = OVERHEAD + FRAME_BYTES + rec->name_len + rec->len;
	size_t pad = (SEAL_CLASS - total % SEAL_CLASS) % SEAL_CLASS;
	int r;

	if ((r = buf_reserve(plain, total + pad)) != KOSMO_OK ||
	    (r = buf_add_u64(plain, rec->version)) != KOSMO_OK ||
	    (r = buf_add_u16(plain, (uint16_t)rec->name_len)) != KOSMO_OK ||
	    (r = buf_add(plain, rec->name, rec->name_len)) != KOSMO_OK ||
	    (r = buf_add_u32(plain, (uint32_t)rec->len)) != KOSMO_OK ||
	    (r = buf_add(plain, rec->value, rec->len)) != KOSMO_OK)
		return r;
	return buf_add(plain, zeros, pad);
}

/* Encrypts plain behind the head, which has the nonce, and adds the tag. */
static int
encrypt(struct seal *s, const uint8_t aad[static AAD_BYTES],
    const uint8_t *plain, size_t len, uint8_t *head)
{
	const uint8_t *nonce = head + 6;
	uint8_t *out = head + HEAD_BYTES;
	int n;

	if (EVP_EncryptInit_ex(s->enc, NULL, NULL, NULL, nonce) != 1 ||
	    EVP_EncryptUpdate(s->enc, NULL, &n, aad, AAD_BYTES) != 1 ||
	    EVP_EncryptUpdate(s->enc, out, &n, plain, (int)len) != 1 ||
	    EVP_EncryptFinal_ex(s->enc, out + n, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		s->enc, EVP_CTRL_AEAD_GET_TAG, TAG_BYTES, out + len) != 1)
		return KOSMO_ECRYPTO;
	return KOSMO_OK;
}

int
seal_plain(struct seal *s, enum rec_type type,
    const uint8_t key[static SEAL_KEY_LEN], const uint8_t *plain, size_t len,
    struct buf *out)
{
	uint8_t aad[AAD_BYTES];
	uint8_t *head;
	int r;

	if (len > SEAL_VALUE_MAX * 2)
		return KOSMO_ETOOBIG;
	if ((r = buf_reserve(out, len + OVERHEAD)) != KOSMO_OK)
		return r;
	make_aad(s, (uint8_t)type, key, aad);
	head = out->data + out->len;
	memcpy(head, aad, 6); /* format, type, key id */
	if (RAND_bytes(head + 6, NONCE_BYTES) != 1)
		return KOSMO_ECRYPTO;
	r = encrypt(s, aad, plain, len, head);
	if (r == KOSMO_OK)
		out->len += len + OVERHEAD;
	return r;
}

int
seal_value(struct seal *s, const struct sealed *rec,
    const uint8_t key[static SEAL_KEY_LEN], struct buf *out)
{
	struct buf plain = BUF_INIT;
	int r;

	if (rec->name_len > SEAL_NAME_MAX || rec->len > SEAL_VALUE_MAX)
		return KOSMO_ETOOBIG;
	if ((r = frame(rec, &plain)) == KOSMO_OK)
		r = seal_plain(s, rec->type, key, plain.data, plain.len, out);
	buf_done(&plain);
	return r;
}

static int
decrypt(struct seal *s, const uint8_t *bytes, size_t len,
    const uint8_t aad[static AAD_BYTES], struct buf *plain)
{
	size_t inner = len - OVERHEAD;
	uint8_t tag[TAG_BYTES];
	int n, r;

	buf_reset(plain);
	if ((r = buf_reserve(plain, inner)) != KOSMO_OK)
		return r;
	memcpy(tag, bytes + len - TAG_BYTES, TAG_BYTES);
	if (EVP_DecryptInit_ex(s->dec, NULL, NULL, NULL, bytes + 6) != 1 ||
	    EVP_DecryptUpdate(s->dec, NULL, &n, aad, AAD_BYTES) != 1 ||
	    EVP_DecryptUpdate(
		s->dec, plain->data, &n, bytes + HEAD_BYTES, (int)inner) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		s->dec, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag) != 1)
		return KOSMO_ECRYPTO;
	if (EVP_DecryptFinal_ex(s->dec, plain->data + n, &n) != 1)
		return KOSMO_ECORRUPT;
	plain->len = inner;
	return KOSMO_OK;
}

/* Takes the frame apart and holds its name against the record key. */
static int
unframe(struct seal *s, const struct buf *plain,
    const uint8_t key[static SEAL_KEY_LEN], struct sealed *ret)
{
	struct cursor c = { plain->data, plain->len };
	uint8_t want[SEAL_KEY_LEN];
	const uint8_t *name, *value;
	uint16_t name_len;
	uint32_t len;

	if (cursor_u64(&c, &ret->version) != KOSMO_OK ||
	    cursor_u16(&c, &name_len) != KOSMO_OK ||
	    cursor_take(&c, name_len, &name) != KOSMO_OK ||
	    cursor_u32(&c, &len) != KOSMO_OK ||
	    cursor_take(&c, len, &value) != KOSMO_OK || c.left >= SEAL_CLASS)
		return KOSMO_ECORRUPT;
	ret->name = (const char *)name;
	ret->name_len = name_len;
	ret->value = value;
	ret->len = len;
	if (record_key(s, (uint8_t)ret->type, ret->name, name_len, want) !=
		KOSMO_OK ||
	    !secret_bytes_equal(want, key, sizeof(want)))
		return KOSMO_ECORRUPT;
	return KOSMO_OK;
}

int
seal_open(struct seal *s, const uint8_t *bytes, size_t len,
    const uint8_t key[static SEAL_KEY_LEN], struct buf *plain,
    struct sealed *ret)
{
	uint8_t aad[AAD_BYTES];
	int r;

	if (len < OVERHEAD + FRAME_BYTES || len % SEAL_CLASS != 0 ||
	    len > SEAL_VALUE_MAX * 2)
		return KOSMO_ECORRUPT;
	make_aad(s, bytes[1], key, aad);
	if (memcmp(bytes, aad, 6) != 0)
		return KOSMO_ECORRUPT; /* newer format, or unknown key id */
	ret->type = (enum rec_type)bytes[1];
	if ((r = decrypt(s, bytes, len, aad, plain)) == KOSMO_OK)
		r = unframe(s, plain, key, ret);
	if (r != KOSMO_OK)
		buf_reset(plain);
	return r;
}

uint8_t
seal_type(const uint8_t *bytes, size_t len)
{
	return len >= OVERHEAD ? bytes[1] : 0;
}
