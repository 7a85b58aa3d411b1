/*
 * SSH_AUTH_INFO_0 as the keeper looks into it: of any text, a key is named if
 * and only if one of its lines, taken apart at the spaces, has these words.
 */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/keeper/ssh_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_word(const char **s, const char *word)
{
	size_t n = strcspn(*s, " ");
	bool same = n == strlen(word) && memcmp(*s, word, n) == 0;

	*s += n;
	if (**s == ' ')
		(*s)++;
	return same;
}

/* The same by another way: cut into lines, and these into words. */
static bool
says(char *text, const struct msg_ssh_key *key)
{
	bool found = false;

	for (char *next; text != NULL; text = next) {
		const char *s = text;

		if ((next = strchr(text, '\n')) != NULL)
			*next++ = '\0';
		found = found ||
		    (is_word(&s, "publickey") && is_word(&s, key->type) &&
			is_word(&s, key->blob));
	}
	return found;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct k_ssh_pub pub = { .application = "ssh:" };
	struct msg_ssh_key key;
	char text[AUTH_INFO_LEN + 1] = "";
	bool named;

	if (size == 0 || size > AUTH_INFO_LEN)
		return 0;
	pub.alg = (data[0] & 1) != 0 ? ALG_EDDSA : ALG_ES256;
	pub.key_len = pub.alg == ALG_EDDSA ? 32 : 64;
	memset(pub.key, data[0] >> 6, pub.key_len);
	if (ssh_text(&pub, &key) != KOSMO_OK)
		abort();
	memcpy(text, data + 1, size - 1);
	named = ssh_text_names(text, &key);
	if (named != says(text, &key))
		abort();
	return 0;
}
