#include "config.h"

#include "tests/authenticator/attest.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tests/authenticator/ask.h"
#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/key.h"

#define TEN_YEARS (10L * 365 * 24 * 60 * 60)

/* As packed attestation wants it (WebAuthn 8.2.1). */
static X509 *
new_certificate(EVP_PKEY *key)
{
	static const char *const subject[][2] = { { "C", "JP" },
		{ "O", "Kosmo" }, { "OU", "Authenticator Attestation" },
		{ "CN", "Software authenticator" } };
	X509 *x = X509_new();
	X509_NAME *name;
	X509_EXTENSION *ext;

	if (x == NULL)
		errx(1, "no certificate");
	name = X509_get_subject_name(x);
	for (size_t i = 0; i < 4; i++)
		X509_NAME_add_entry_by_txt(name, subject[i][0], MBSTRING_ASC,
		    (const unsigned char *)subject[i][1], -1, -1, 0);
	ext = X509V3_EXT_conf_nid(
	    NULL, NULL, NID_basic_constraints, "critical,CA:FALSE");
	if (ext == NULL || X509_set_version(x, X509_VERSION_3) != 1 ||
	    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) != 1 ||
	    X509_gmtime_adj(X509_getm_notBefore(x), 0) == NULL ||
	    X509_gmtime_adj(X509_getm_notAfter(x), TEN_YEARS) == NULL ||
	    X509_set_issuer_name(x, name) != 1 ||
	    X509_set_pubkey(x, key) != 1 || X509_add_ext(x, ext, -1) != 1 ||
	    X509_sign(x, key, EVP_sha256()) == 0)
		errx(1, "no certificate");
	X509_EXTENSION_free(ext);
	return x;
}

static void
make_files(const struct store *s)
{
	EVP_PKEY *key = key_new(COSE_ES256);
	X509 *x = new_certificate(key);
	int fd = openat(
	    s->dir, "make.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *f = fd == -1 ? NULL : fdopen(fd, "w");

	if (f == NULL ||
	    PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) != 1 ||
	    PEM_write_X509(f, x) != 1 || fclose(f) != 0 ||
	    renameat(s->dir, "make.new", s->dir, "make") == -1)
		err(1, "make");
	X509_free(x);
	EVP_PKEY_free(key);
}

EVP_PKEY *
attest_key(const struct store *s, uint8_t **certificate, size_t *len)
{
	EVP_PKEY *key = NULL;
	X509 *x = NULL;
	FILE *f;
	int fd, n;

	if (faccessat(s->dir, "make", F_OK, 0) == -1)
		make_files(s);
	fd = openat(s->dir, "make", O_RDONLY | O_CLOEXEC);
	*certificate = NULL;
	if (fd == -1 || (f = fdopen(fd, "r")) == NULL)
		err(1, "make");
	if ((key = PEM_read_PrivateKey(f, NULL, NULL, NULL)) == NULL ||
	    (x = PEM_read_X509(f, NULL, NULL, NULL)) == NULL ||
	    (n = i2d_X509(x, certificate)) <= 0)
		errx(1, "make is damaged");
	*len = (size_t)n;
	X509_free(x);
	fclose(f);
	return key;
}

const char *
attest_format(const struct authenticator *a)
{
	switch (a->sw.v[SW_ATTESTATION]) {
	case ATTEST_NONE:
		return "none";
	case ATTEST_U2F:
		return "fido-u2f";
	default:
		return "packed";
	}
}

static void
write_signature(const struct authenticator *a, struct out *out,
    uint8_t *signature, size_t len)
{
	if (a->sw.v[SW_SIGNATURE] == WRONG)
		signature[len - 1] ^= 1;
	out_text(out, "sig");
	out_bytes(out, signature, len);
}

static void
write_certificate(struct out *out, const uint8_t *certificate, size_t len)
{
	out_text(out, "x5c");
	out_array(out, 1);
	out_bytes(out, certificate, len);
}

static void
write_self(const struct authenticator *a, struct out *out,
    const struct credential *c, const struct out *data)
{
	uint8_t signature[512];
	size_t len;

	key_sign(c->key, c->alg, data->buf, data->len, signature, &len);
	out_map(out, 2);
	out_text(out, "alg");
	out_int(out, c->alg);
	write_signature(a, out, signature, len);
}

static void
write_x5c(
    const struct authenticator *a, struct out *out, const struct out *data)
{
	uint8_t signature[512], *certificate;
	size_t len, certificate_len;
	EVP_PKEY *key = attest_key(&a->store, &certificate, &certificate_len);

	key_sign(key, COSE_ES256, data->buf, data->len, signature, &len);
	out_map(out, 3);
	out_text(out, "alg");
	out_int(out, COSE_ES256);
	write_signature(a, out, signature, len);
	write_certificate(out, certificate, certificate_len);
	OPENSSL_free(certificate);
	EVP_PKEY_free(key);
}

size_t
attest_u2f(const struct authenticator *a, const struct credential *c,
    const uint8_t rp_hash[32], const uint8_t hash[32], uint8_t signature[512])
{
	struct out base = { .len = 0 };
	uint8_t point[65], *certificate;
	size_t len;
	EVP_PKEY *key = attest_key(&a->store, &certificate, &len);

	key_point(c->key, point);
	out_u8(&base, 0);
	out_raw(&base, rp_hash, 32);
	out_raw(&base, hash, 32);
	out_raw(&base, c->id, sizeof(c->id));
	out_raw(&base, point, sizeof(point));
	key_sign(key, COSE_ES256, base.buf, base.len, signature, &len);
	OPENSSL_free(certificate);
	EVP_PKEY_free(key);
	return len;
}

static void
write_u2f(const struct authenticator *a, struct out *out,
    const struct credential *c, const struct ask *ask)
{
	uint8_t signature[512], *certificate;
	size_t len, certificate_len;
	EVP_PKEY *key = attest_key(&a->store, &certificate, &certificate_len);

	len = attest_u2f(a, c, ask->rp_hash, ask->hash, signature);
	out_map(out, 2);
	write_signature(a, out, signature, len);
	write_certificate(out, certificate, certificate_len);
	OPENSSL_free(certificate);
	EVP_PKEY_free(key);
}

void
attest_write(const struct authenticator *a, struct out *out,
    const struct credential *c, const struct ask *ask, struct out *data)
{
	out_raw(data, ask->hash, 32);
	switch (a->sw.v[SW_ATTESTATION]) {
	case ATTEST_NONE:
		out_map(out, 0);
		break;
	case ATTEST_X5C:
		write_x5c(a, out, data);
		break;
	case ATTEST_U2F:
		write_u2f(a, out, c, ask);
		break;
	default:
		write_self(a, out, c, data);
	}
}
