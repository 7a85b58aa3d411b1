#include "config.h"

#include "tests/authenticator/credential.h"

#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/rand.h>

#include "tests/authenticator/key.h"

#define NAME_LEN (11 + 2 * CREDENTIAL_ID_LEN)

static void
to_hex(char *to, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		snprintf(to + 2 * i, 3, "%02x", data[i]);
}

static FILE *
open_one(const struct store *s, const uint8_t *id, int flags, const char *mode)
{
	char name[NAME_LEN + 1] = "credential-";
	int fd;

	to_hex(name + strlen(name), id, CREDENTIAL_ID_LEN);
	fd = openat(s->dir, name, flags | O_CLOEXEC, 0600);
	return fd == -1 ? NULL : fdopen(fd, mode);
}

void
credential_new(struct credential *c, const struct store *s,
    const uint8_t rp_hash[32], int alg, int protect)
{
	FILE *f;

	memset(c, 0, sizeof(*c));
	if (RAND_bytes(c->id, sizeof(c->id)) != 1)
		errx(1, "no random bytes");
	to_hex(c->rp_hash, rp_hash, 32);
	c->alg = alg;
	c->protect = protect;
	c->key = key_new(alg);
	f = open_one(s, c->id, O_WRONLY | O_CREAT | O_EXCL, "w");
	if (f == NULL)
		err(1, "a new credential");
	fprintf(
	    f, "rp %s\nalg %d\nprotect %d\n", c->rp_hash, c->alg, c->protect);
	if (PEM_write_PrivateKey(f, c->key, NULL, NULL, 0, NULL, NULL) != 1 ||
	    fflush(f) != 0 || fclose(f) != 0)
		err(1, "a new credential");
}

bool
credential_find(struct credential *c, const struct store *s, const uint8_t *id,
    size_t id_len, const uint8_t rp_hash[32])
{
	char wanted[65];
	FILE *f;

	memset(c, 0, sizeof(*c));
	if (id_len != CREDENTIAL_ID_LEN ||
	    (f = open_one(s, id, O_RDONLY, "r")) == NULL)
		return false;
	memcpy(c->id, id, id_len);
	to_hex(wanted, rp_hash, 32);
	if (fscanf(f, "rp %64s alg %d protect %d\n", c->rp_hash, &c->alg,
		&c->protect) != 3 ||
	    (c->key = PEM_read_PrivateKey(f, NULL, NULL, NULL)) == NULL)
		errx(1, "a credential is damaged");
	fclose(f);
	return strcmp(wanted, c->rp_hash) == 0;
}

void
credential_free(struct credential *c)
{
	EVP_PKEY_free(c->key);
	c->key = NULL;
}
