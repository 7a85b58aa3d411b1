#include "config.h"

#include "ssh_line.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#include "kosmod/talk/ssh_blob.h"

#define BLOB_MAX 384 /* bytes; 127 and an application are the most */
#define BASE64_MAX (BLOB_MAX / 3 * 4)

struct word {
	const char *at;
	size_t len;
};

/* The next word of the len bytes at *p, which go on behind it. */
static struct word
next_word(const char **p, const char *end)
{
	struct word w;

	while (*p < end && (**p == ' ' || **p == '\t'))
		(*p)++;
	w.at = *p;
	while (*p < end && **p != ' ' && **p != '\t')
		(*p)++;
	w.len = (size_t)(*p - w.at);
	return w;
}

static bool
starts_with(struct word w, const char *text)
{
	size_t n = strlen(text);

	return w.len >= n && memcmp(w.at, text, n) == 0;
}

/* Some editors of Windows begin a file with this. */
static size_t
mark_len(const char *text, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf";

	return len >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
}

/* A FIDO2 type is meant, though it may be cut; a certificate is another. */
static bool
is_meant(struct word w)
{
	return starts_with(w, "sk-") && memmem(w.at, w.len, "-cert", 5) == NULL;
}

/*
 * Base64 that is written the one way: what is decoded, encoded again, is the
 * same. 0 or KOSMO_EFORMAT.
 */
static int
decode(struct word w, uint8_t ret[static BLOB_MAX], size_t *ret_len)
{
	unsigned char again[BASE64_MAX + 1];
	int n;

	if (w.len == 0 || w.len % 4 != 0 || w.len > BASE64_MAX)
		return KOSMO_EFORMAT;
	n = EVP_DecodeBlock(ret, (const unsigned char *)w.at, (int)w.len);
	if (n <= 0)
		return KOSMO_EFORMAT;
	/* the padding is counted as zeros */
	n -= (w.at[w.len - 1] == '=') + (w.at[w.len - 2] == '=');
	if (EVP_EncodeBlock(again, ret, n) != (int)w.len ||
	    memcmp(again, w.at, w.len) != 0)
		return KOSMO_EFORMAT;
	*ret_len = (size_t)n;
	return 0;
}

enum ssh_line
ssh_line_read(const char *text, size_t len, struct k_ssh_pub *ret)
{
	const char *p = text + mark_len(text, len), *end = text + len;
	struct word type, base64;
	uint8_t blob[BLOB_MAX];
	size_t blob_len = 0;
	uint8_t alg;
	int r = KOSMO_EFORMAT;

	while (end > p && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	type = next_word(&p, end);
	base64 = next_word(&p, end);
	alg = ssh_type_alg(type.at, type.len);
	if (alg != ALG_NONE && decode(base64, blob, &blob_len) == 0 &&
	    (r = ssh_key_read(blob, blob_len, ret)) == 0 && ret->alg == alg)
		return SSH_LINE_KEY;
	memset(ret, 0, sizeof(*ret));
	if (starts_with(type, "-----BEGIN"))
		return SSH_LINE_PRIVATE;
	return is_meant(type) && r != KOSMO_EINVAL ? SSH_LINE_CUT
						   : SSH_LINE_OTHER;
}
