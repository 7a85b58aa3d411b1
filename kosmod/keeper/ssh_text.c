#include "config.h"

#include "ssh_text.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define ED25519 "sk-ssh-ed25519@openssh.com"
#define ECDSA "sk-ecdsa-sha2-nistp256@openssh.com"
#define CURVE "nistp256"

#define WIRE_MAX 300

int
ssh_text_add(struct buf *out, const void *bytes, size_t n)
{
	int r = buf_add_u32(out, (uint32_t)n);

	return r == KOSMO_OK ? buf_add(out, bytes, n) : r;
}

static int
add_word(struct buf *out, const char *word)
{
	return ssh_text_add(out, word, strlen(word));
}

/* SEC 1, 2.3.3, uncompressed: 4, x, y */
static int
add_point(struct buf *out, const uint8_t *key, uint32_t len)
{
	int r;

	if ((r = buf_add_u32(out, len + 1)) != KOSMO_OK ||
	    (r = buf_add_u8(out, 4)) != KOSMO_OK)
		return r;
	return buf_add(out, key, len);
}

static const char *
type_of(const struct k_ssh_pub *key)
{
	if (key->alg == ALG_EDDSA && key->key_len == 32)
		return ED25519;
	if (key->alg == ALG_ES256 && key->key_len == 64)
		return ECDSA;
	return NULL;
}

int
ssh_text_wire(const struct k_ssh_pub *key, struct buf *out)
{
	const char *type = type_of(key);
	int r;

	if (type == NULL)
		return KOSMO_EINVAL;
	if ((r = add_word(out, type)) != KOSMO_OK)
		return r;
	if (key->alg == ALG_EDDSA)
		r = ssh_text_add(out, key->key, key->key_len);
	else if ((r = add_word(out, CURVE)) == KOSMO_OK)
		r = add_point(out, key->key, key->key_len);
	return r == KOSMO_OK ? add_word(out, key->application) : r;
}

int
ssh_text(const struct k_ssh_pub *key, struct msg_ssh_key *ret)
{
	struct buf wire = BUF_INIT;
	int r = ssh_text_wire(key, &wire);

	_Static_assert(sizeof(ret->blob) > (WIRE_MAX + 2) / 3 * 4, "fits");
	memset(ret, 0, sizeof(*ret));
	if (r == KOSMO_OK && wire.len > WIRE_MAX)
		r = KOSMO_ETOOBIG;
	if (r == KOSMO_OK) {
		(void)snprintf(
		    ret->type, sizeof(ret->type), "%s", type_of(key));
		(void)EVP_EncodeBlock(
		    (uint8_t *)ret->blob, wire.data, (int)wire.len);
	}
	buf_done(&wire);
	return r;
}

/* Steps over word if s begins with it, else returns NULL. */
static const char *
behind(const char *s, const char *word)
{
	size_t n = strlen(word);

	return strncmp(s, word, n) == 0 ? s + n : NULL;
}

bool
ssh_text_names(const char *info, const struct msg_ssh_key *key)
{
	const char *line = info, *s;

	if (key->blob[0] == '\0')
		return false;
	while (line != NULL) {
		if ((s = behind(line, "publickey ")) != NULL &&
		    (s = behind(s, key->type)) != NULL &&
		    (s = behind(s, " ")) != NULL &&
		    (s = behind(s, key->blob)) != NULL &&
		    (*s == '\0' || *s == '\n' || *s == ' '))
			return true;
		line = strchr(line, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	return false;
}
