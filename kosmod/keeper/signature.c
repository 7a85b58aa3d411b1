#include "config.h"

#include "signature.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <string.h>

#include "kosmod/keeper/signature_in.h"

#define ES256_LEN 64
#define EDDSA_LEN 64
#define RS256_LEN 256

/* Ed25519 takes all at once, so all of it in a row. */
static int
join(const struct part *parts, size_t n, struct buf *out)
{
	int r = KOSMO_OK;

	for (size_t i = 0; i < n && r == KOSMO_OK; i++)
		r = buf_add(out, parts[i].bytes, parts[i].len);
	return r;
}

/* r and s, 32 bytes each, become a SEQUENCE of two INTEGERs. */
static int
to_der(const uint8_t *raw, struct buf *out)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, 32, NULL),
	       *s = BN_bin2bn(raw + 32, 32, NULL);
	uint8_t *der = NULL;
	int len = -1, ret = KOSMO_ENOMEM;

	if (sig != NULL && r != NULL && s != NULL &&
	    ECDSA_SIG_set0(sig, r, s) == 1) {
		r = s = NULL;
		len = i2d_ECDSA_SIG(sig, &der);
	}
	if (len > 0)
		ret = buf_add(out, der, (size_t)len);
	OPENSSL_free(der);
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(sig);
	return ret;
}

static int
verify(EVP_PKEY *pkey, const EVP_MD *md, const struct buf *data,
    const struct buf *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int r = KOSMO_ECRYPTO;

	if (ctx == NULL)
		return KOSMO_ENOMEM;
	if (EVP_DigestVerifyInit(ctx, NULL, md, NULL, pkey) == 1)
		r = EVP_DigestVerify(ctx, signature->data, signature->len,
			data->data, data->len) == 1
		    ? KOSMO_OK
		    : KOSMO_EPERM;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return r;
}

static size_t
length_of(uint8_t alg)
{
	return alg == ALG_ES256 ? ES256_LEN
	    : alg == ALG_EDDSA	? EDDSA_LEN
				: RS256_LEN;
}

int
signature_verify(const struct public_key *key, const struct part *parts,
    size_t n, const uint8_t *signature, size_t len)
{
	EVP_PKEY *pkey = public_key_load(key);
	const EVP_MD *md = key->alg == ALG_EDDSA ? NULL : EVP_sha256();
	struct buf data = BUF_INIT, sig = BUF_INIT;
	int r = KOSMO_EINVAL;

	if (pkey == NULL)
		goto out;
	r = KOSMO_EPERM;
	if (len != length_of(key->alg))
		goto out;
	r = key->alg == ALG_ES256 ? to_der(signature, &sig)
				  : buf_add(&sig, signature, len);
	if (r == KOSMO_OK && (r = join(parts, n, &data)) == KOSMO_OK)
		r = verify(pkey, md, &data, &sig);
out:
	EVP_PKEY_free(pkey);
	buf_done(&data);
	buf_done(&sig);
	ERR_clear_error();
	return r;
}
