#include "config.h"

#include "ssh_blob.h"

#include <openssl/evp.h>
#include <string.h>

#include "libkosmo/utf8.h"

#define NUMBER_LEN 32		       /* x, y, r, s; an Ed25519 key */
#define POINT_LEN (1 + 2 * NUMBER_LEN) /* uncompressed: 4, x, y */

static const char curve[] = "nistp256";

static const struct {
	uint8_t alg;
	const char *name;
} types[] = {
	{ ALG_EDDSA, "sk-ssh-ed25519@openssh.com" },
	{ ALG_ES256, "sk-ecdsa-sha2-nistp256@openssh.com" },
};

#define N_TYPES (sizeof(types) / sizeof(types[0]))

int
ssh_string(struct cursor *c, const uint8_t **ret, uint32_t *ret_len)
{
	struct cursor at = *c;
	int r;

	if ((r = cursor_u32(&at, ret_len)) != 0 ||
	    (r = cursor_take(&at, *ret_len, ret)) != 0)
		return r;
	*c = at;
	return 0;
}

int
ssh_add_string(struct buf *out, const void *bytes, size_t len)
{
	int r;

	if (len > UINT32_MAX)
		return KOSMO_ETOOBIG;
	if ((r = buf_add_u32(out, (uint32_t)len)) != 0)
		return r;
	return buf_add(out, bytes, len);
}

const char *
ssh_type_name(uint8_t alg)
{
	for (size_t i = 0; i < N_TYPES; i++)
		if (types[i].alg == alg)
			return types[i].name;
	return NULL;
}

uint8_t
ssh_type_alg(const char *type, size_t len)
{
	for (size_t i = 0; i < N_TYPES; i++)
		if (strlen(types[i].name) == len &&
		    memcmp(types[i].name, type, len) == 0)
			return types[i].alg;
	return ALG_NONE;
}

/* A string that is just this one. */
static int
expect_text(struct cursor *c, const char *text)
{
	const uint8_t *s;
	uint32_t len;

	if (ssh_string(c, &s, &len) != 0 || len != strlen(text) ||
	    memcmp(s, text, len) != 0)
		return KOSMO_EFORMAT;
	return 0;
}

/* Ed25519 as it is; a point without the 4 that says how it is written. */
static int
read_public(struct cursor *c, struct k_ssh_pub *ret)
{
	const uint8_t *s;
	uint32_t len;

	if (ssh_string(c, &s, &len) != 0)
		return KOSMO_EFORMAT;
	if (ret->alg == ALG_ES256) {
		if (len != POINT_LEN || s[0] != 4)
			return KOSMO_EFORMAT;
		s++;
		len--;
	} else if (len != NUMBER_LEN)
		return KOSMO_EFORMAT;
	memcpy(ret->key, s, len);
	ret->key_len = len;
	return 0;
}

/* The last of it: nothing is left over. */
static int
read_application(struct cursor *c, struct k_ssh_pub *ret)
{
	const uint8_t *s;
	uint32_t len;

	if (ssh_string(c, &s, &len) != 0 || c->left != 0)
		return KOSMO_EFORMAT;
	if (len < 4 || len >= sizeof(ret->application) ||
	    memcmp(s, "ssh:", 4) != 0 ||
	    !utf8_clean((const char *)s, len, false))
		return KOSMO_EINVAL;
	memcpy(ret->application, s, len);
	return 0;
}

int
ssh_key_read(const uint8_t *blob, size_t len, struct k_ssh_pub *ret)
{
	struct cursor c = { blob, len };
	const uint8_t *type;
	uint32_t n;
	int r;

	memset(ret, 0, sizeof(*ret));
	if ((r = ssh_string(&c, &type, &n)) != 0)
		return r;
	ret->alg = ssh_type_alg((const char *)type, n);
	if (ret->alg == ALG_NONE)
		return KOSMO_EFORMAT;
	if (ret->alg == ALG_ES256 && (r = expect_text(&c, curve)) != 0)
		return r;
	r = read_public(&c, ret);
	return r != 0 ? r : read_application(&c, ret);
}

static int
write_public(const struct k_ssh_pub *key, struct buf *out)
{
	int r;

	if (key->alg != ALG_ES256)
		return ssh_add_string(out, key->key, key->key_len);
	if ((r = ssh_add_string(out, curve, strlen(curve))) != 0 ||
	    (r = buf_add_u32(out, key->key_len + 1)) != 0 ||
	    (r = buf_add_u8(out, 4)) != 0)
		return r;
	return buf_add(out, key->key, key->key_len);
}

int
ssh_key_write(const struct k_ssh_pub *key, struct buf *out)
{
	const char *type = ssh_type_name(key->alg);
	int r;

	if (type == NULL)
		return KOSMO_EINVAL;
	if ((r = ssh_add_string(out, type, strlen(type))) != 0 ||
	    (r = write_public(key, out)) != 0)
		return r;
	return ssh_add_string(out, key->application, strlen(key->application));
}

/* An mpint (RFC 4251) that is positive, in its shortest form, to 32 bytes. */
static int
read_number(struct cursor *c, uint8_t ret[static NUMBER_LEN])
{
	const uint8_t *s;
	uint32_t len;

	if (ssh_string(c, &s, &len) != 0 || len == 0 || (s[0] & 0x80) != 0)
		return KOSMO_EFORMAT;
	if (s[0] == 0) {
		if (len == 1 || (s[1] & 0x80) == 0)
			return KOSMO_EFORMAT;
		s++;
		len--;
	}
	if (len > NUMBER_LEN)
		return KOSMO_EFORMAT;
	memset(ret, 0, NUMBER_LEN - len);
	memcpy(ret + NUMBER_LEN - len, s, len);
	return 0;
}

static int
read_signature(uint8_t alg, const uint8_t *s, uint32_t len, uint8_t *ret)
{
	struct cursor c = { s, len };
	int r;

	if (alg == ALG_EDDSA) {
		if (len != NUMBER_LEN * 2)
			return KOSMO_EFORMAT;
		memcpy(ret, s, len);
		return 0;
	}
	if ((r = read_number(&c, ret)) != 0 ||
	    (r = read_number(&c, ret + NUMBER_LEN)) != 0)
		return r;
	return c.left == 0 ? 0 : KOSMO_EFORMAT;
}

int
ssh_signature_read(
    uint8_t alg, const uint8_t *blob, size_t len, struct k_signed *ret)
{
	struct cursor c = { blob, len };
	const char *type = ssh_type_name(alg);
	const uint8_t *s;
	uint32_t n;
	int r;

	if (type == NULL)
		return KOSMO_EINVAL;
	if ((r = expect_text(&c, type)) != 0 ||
	    (r = ssh_string(&c, &s, &n)) != 0 ||
	    (r = read_signature(alg, s, n, ret->signature)) != 0 ||
	    (r = cursor_u8(&c, &ret->flags)) != 0 ||
	    (r = cursor_u32(&c, &ret->counter)) != 0)
		return r;
	return c.left == 0 ? 0 : KOSMO_EFORMAT;
}

int
ssh_sig_write(const struct k_challenge *challenge, struct buf *out)
{
	static const char magic[] = "SSHSIG", hash[] = "sha256";
	uint8_t digest[DIGEST_LEN];
	int r;

	if (EVP_Digest(challenge->text, strlen(challenge->text), digest, NULL,
		EVP_sha256(), NULL) != 1)
		return KOSMO_ECRYPTO;
	if ((r = buf_add(out, magic, strlen(magic))) != 0 ||
	    (r = ssh_add_string(out, challenge->namespace,
		 strlen(challenge->namespace))) != 0 ||
	    (r = ssh_add_string(out, "", 0)) != 0 ||
	    (r = ssh_add_string(out, hash, strlen(hash))) != 0)
		return r;
	return ssh_add_string(out, digest, sizeof(digest));
}
