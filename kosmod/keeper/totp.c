#include "config.h"

#include "totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

static const EVP_MD *
digest_of(const char *algorithm)
{
	if (strcmp(algorithm, "SHA1") == 0)
		return EVP_sha1();
	if (strcmp(algorithm, "SHA256") == 0)
		return EVP_sha256();
	if (strcmp(algorithm, "SHA512") == 0)
		return EVP_sha512();
	return NULL;
}

int
totp_code(const struct totp *t, uint64_t counter, char ret[static 9])
{
	const EVP_MD *md = digest_of(t->algorithm);
	uint8_t be[8], mac[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	uint32_t bin;
	size_t o;

	if (md == NULL || (t->digits != 6 && t->digits != 8))
		return KOSMO_EINVAL;
	for (int i = 0; i < 8; i++)
		be[i] = (uint8_t)(counter >> (56 - 8 * i));
	if (HMAC(md, t->seed->bytes, (int)t->seed->len, be, sizeof(be), mac,
		&n) == NULL ||
	    n < 20)
		return KOSMO_ECRYPTO;
	o = mac[n - 1] & 0x0f; /* dynamic truncation, RFC 4226 5.3 */
	bin = (mac[o] & 0x7fU) << 24 | (uint32_t)mac[o + 1] << 16 |
	    (uint32_t)mac[o + 2] << 8 | mac[o + 3];
	if (t->digits == 6)
		(void)snprintf(ret, 9, "%06u", bin % 1000000U);
	else
		(void)snprintf(ret, 9, "%08u", bin % 100000000U);
	explicit_bzero(mac, sizeof(mac));
	return KOSMO_OK;
}

int
totp_find(const struct totp *t, const char *typed, uint64_t from, uint64_t to,
    uint64_t *ret_step)
{
	char want[9] = "", got[9] = "";
	uint64_t found = 0;
	int r = KOSMO_OK;

	if (strlen(typed) != t->digits || t->digits >= sizeof(got))
		return KOSMO_ENOTFOUND;
	memcpy(got, typed, t->digits);
	for (uint64_t step = from; step <= to; step++) {
		if ((r = totp_code(t, step, want)) != KOSMO_OK)
			break;
		if (secret_bytes_equal(want, got, sizeof(want)))
			found = step;
	}
	explicit_bzero(want, sizeof(want));
	explicit_bzero(got, sizeof(got));
	if (r != KOSMO_OK)
		return r;
	if (found == 0)
		return KOSMO_ENOTFOUND;
	*ret_step = found;
	return KOSMO_OK;
}
