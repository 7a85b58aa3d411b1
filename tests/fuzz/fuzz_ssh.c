/*
 * FIDO2 keys of OpenSSH as lines and blobs, and signatures by them. What is
 * taken is written again as it was: nothing is passed over.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/ssh_blob.h"
#include "kosmod/talk/ssh_line.h"
#include "libkosmo/utf8.h"

#define MUST(what)               \
	do {                     \
		if (!(what))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check(const struct k_ssh_pub *key)
{
	MUST(key->alg == ALG_EDDSA || key->alg == ALG_ES256);
	MUST(key->key_len == (key->alg == ALG_EDDSA ? 32 : 64));
	MUST(key->device == 0);
	MUST(memcmp(key->application, "ssh:", 4) == 0);
	MUST(utf8_clean(key->application, strlen(key->application), false));
}

static void
blob(const uint8_t *data, size_t len)
{
	struct k_ssh_pub key;
	struct buf b = BUF_INIT;

	if (ssh_key_read(data, len, &key) != KOSMO_OK)
		return;
	check(&key);
	MUST(ssh_key_write(&key, &b) == KOSMO_OK);
	MUST(b.len == len && memcmp(b.data, data, len) == 0);
	buf_done(&b);
}

static void
line(const uint8_t *data, size_t len)
{
	static const struct k_ssh_pub none;
	struct k_ssh_pub key;

	if (ssh_line_read((const char *)data, len, &key) == SSH_LINE_KEY)
		check(&key);
	else
		MUST(memcmp(&key, &none, sizeof(key)) == 0);
}

static void
signature(const uint8_t *data, size_t len)
{
	struct k_signed s = { 0 };

	if (ssh_signature_read(ALG_EDDSA, data, len, &s) == KOSMO_OK)
		MUST(ssh_signature_read(ALG_ES256, data, len, &s) != KOSMO_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	line(data, len);
	blob(data, len);
	signature(data, len);
	(void)!ssh_signature_read(
	    ALG_ES256, data, len, &(struct k_signed){ 0 });
	return 0;
}
