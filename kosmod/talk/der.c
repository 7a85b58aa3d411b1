#include "config.h"

#include "der.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <stdbool.h>
#include <string.h>

#define SEQUENCE (V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED)
/* [0], where the version stands */
#define EXPLICIT_0 (V_ASN1_CONTEXT_SPECIFIC | V_ASN1_CONSTRUCTED)
#define MODULUS 256 /* bytes of RSA of 2048 bits */

struct der {
	const uint8_t *at;
	size_t left;
};

/* Takes one element of that tag (class and form in it) off in. */
static bool
take(struct der *in, int tag, struct der *ret)
{
	const uint8_t *content = in->at;
	long len = 0;
	int number = 0, class = 0, form;

	if (in->left == 0)
		return false;
	form = ASN1_get_object(&content, &len, &number, &class, (long)in->left);
	/* nothing in error, nor of a length that is not given */
	if ((form & ~V_ASN1_CONSTRUCTED) != 0 || len < 0 ||
	    number >= V_ASN1_CONSTRUCTED || (form | number | class) != tag) {
		ERR_clear_error();
		return false;
	}
	*ret = (struct der){ content, (size_t)len };
	in->left -= (size_t)(content - in->at) + (size_t)len;
	in->at = content + len;
	return true;
}

/* An INTEGER above zero, in the shortest form, without its sign. */
static bool
take_positive(struct der *in, struct der *ret)
{
	if (!take(in, V_ASN1_INTEGER, ret) || ret->left == 0)
		return false;
	if (ret->at[0] >= 0x80)
		return false;
	if (ret->at[0] != 0)
		return true;
	ret->at++;
	ret->left--;
	return ret->left > 0 && ret->at[0] >= 0x80;
}

static bool
put_half(const struct der *number, uint8_t ret[static 32])
{
	if (number->left > 32)
		return false;
	memcpy(ret + 32 - number->left, number->at, number->left);
	return true;
}

int
der_signature(const uint8_t *der, size_t len, uint8_t ret[static 64])
{
	struct der in = { der, len }, both, r, s;

	memset(ret, 0, 64);
	if (!take(&in, SEQUENCE, &both) || in.left != 0 ||
	    !take_positive(&both, &r) || !take_positive(&both, &s) ||
	    both.left != 0 || !put_half(&r, ret) || !put_half(&s, ret + 32))
		return KOSMO_EFORMAT;
	return KOSMO_OK;
}

/* Goes to the key in a TBSCertificate. */
static bool
find_key(struct der *in, struct der *algorithm, struct der *key)
{
	struct der certificate, fields, skipped, info;

	if (!take(in, SEQUENCE, &certificate) || in->left != 0 ||
	    !take(&certificate, SEQUENCE, &fields))
		return false;
	(void)take(&fields, EXPLICIT_0, &skipped);
	if (!take(&fields, V_ASN1_INTEGER, &skipped) || /* serial number */
	    !take(&fields, SEQUENCE, &skipped) ||	/* signature */
	    !take(&fields, SEQUENCE, &skipped) ||	/* issuer */
	    !take(&fields, SEQUENCE, &skipped) ||	/* validity */
	    !take(&fields, SEQUENCE, &skipped) ||	/* subject */
	    !take(&fields, SEQUENCE, &info))
		return false;
	if (!take(&info, SEQUENCE, algorithm) ||
	    !take(&info, V_ASN1_BIT_STRING, key) || info.left != 0)
		return false;
	/* no unused bits */
	if (key->left < 1 || key->at[0] != 0)
		return false;
	key->at++;
	key->left--;
	return true;
}

static uint32_t
read_p256(struct der *in, uint8_t ret[static KEY_LEN])
{
	if (in->left != 65 || in->at[0] != 4) /* uncompressed */
		return 0;
	memcpy(ret, in->at + 1, 64);
	return 64;
}

static uint32_t
read_ed25519(struct der *in, uint8_t ret[static KEY_LEN])
{
	if (in->left != 32)
		return 0;
	memcpy(ret, in->at, 32);
	return 32;
}

/* RSAPublicKey (RFC 8017, A.1.1) */
static uint32_t
read_rsa(struct der *in, uint8_t ret[static KEY_LEN])
{
	struct der both, n, e;

	if (!take(in, SEQUENCE, &both) || in->left != 0 ||
	    !take_positive(&both, &n) || !take_positive(&both, &e) ||
	    both.left != 0 || n.left != MODULUS || e.left > KEY_LEN - MODULUS)
		return 0;
	memcpy(ret, n.at, MODULUS);
	memcpy(ret + MODULUS, e.at, e.left);
	return (uint32_t)(MODULUS + e.left);
}

/* AlgorithmIdentifiers (RFC 5480, 8410, 3279), and the key behind each. */
static const struct {
	uint8_t len;
	uint8_t der[20];
	enum key_alg alg;
	uint32_t (*read)(struct der *in, uint8_t ret[static KEY_LEN]);
} kinds[] = {
	{ 19,
	    { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
		0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 },
	    ALG_ES256, read_p256 },
	{ 5, { 0x06, 0x03, 0x2b, 0x65, 0x70 }, ALG_EDDSA, read_ed25519 },
	{ 13,
	    { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
		0x05, 0x00 },
	    ALG_RS256, read_rsa },
};

int
der_certificate_key(const uint8_t *der, size_t len, uint8_t *ret_alg,
    uint8_t ret[static KEY_LEN], uint32_t *ret_len)
{
	struct der in = { der, len }, algorithm, key;

	memset(ret, 0, KEY_LEN);
	*ret_alg = ALG_NONE;
	*ret_len = 0;
	if (!find_key(&in, &algorithm, &key))
		return KOSMO_EFORMAT;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (algorithm.left != kinds[i].len ||
		    memcmp(algorithm.at, kinds[i].der, kinds[i].len) != 0)
			continue;
		*ret_len = kinds[i].read(&key, ret);
		*ret_alg = (uint8_t)kinds[i].alg;
	}
	return *ret_len > 0 ? KOSMO_OK : KOSMO_EFORMAT;
}
