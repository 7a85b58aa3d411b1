/* What an authenticator app does, and a sheet of paper. */
#include "config.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "script_in.h"

static struct seed *
seed_of(struct script *s, const char *user)
{
	for (size_t i = 0; i < s->n_seeds; i++)
		if (strcmp(s->seeds[i].user, user) == 0)
			return &s->seeds[i];
	if (s->n_seeds == PEOPLE_MAX)
		script_fail(s, "too many people");
	snprintf(s->seeds[s->n_seeds].user, NAME_LEN + 1, "%s", user);
	return &s->seeds[s->n_seeds++];
}

/* RFC 6238 as an app does it; nothing of it is the keeper's own code. */
void
app_code(struct script *s, int64_t when, char ret[static 9])
{
	const struct seed *seed = seed_of(s, s->user);
	uint64_t step =
	    (uint64_t)when / (seed->period != 0 ? seed->period : 30);
	uint8_t counter[8], mac[EVP_MAX_MD_SIZE];
	const EVP_MD *md = seed->algorithm == 256 ? EVP_sha256()
	    : seed->algorithm == 512		  ? EVP_sha512()
						  : EVP_sha1();
	unsigned n = 0;
	uint32_t value, at;

	for (int i = 7; i >= 0; i--, step >>= 8)
		counter[i] = (uint8_t)step;
	HMAC(
	    md, seed->bytes, (int)seed->len, counter, sizeof(counter), mac, &n);
	at = mac[n - 1] & 15U;
	value = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
	    (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	if (seed->digits == 8)
		snprintf(ret, 9, "%08u", value % 100000000);
	else
		snprintf(ret, 9, "%06u", value % 1000000);
}

void
app_key(struct script *s, const char *text, size_t length)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct seed *seed = seed_of(s, s->user);
	const char *digit;
	uint32_t bits = 0, n = 0;

	seed->len = 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == ' ')
			continue;
		if (text[i] == '\0' ||
		    (digit = strchr(alphabet, text[i])) == NULL)
			script_fail(s, "not base32: %s", text);
		bits = bits << 5 | (uint32_t)(digit - alphabet);
		n += 5;
		if (n >= 8) {
			n -= 8;
			seed->bytes[seed->len++] = (uint8_t)(bits >> n);
		}
	}
}

/* What is typed into an app beside the key. */
static void
read_type(struct seed *seed, const char *text)
{
	static const char before[] = "time-based (SHA";

	seed->algorithm = seed->digits = seed->period = 0;
	text = strstr(text, before);
	if (text != NULL)
		(void)sscanf(text + sizeof(before) - 1,
		    "%u, %u digits, %u seconds", &seed->algorithm,
		    &seed->digits, &seed->period);
}

void
app_notice(struct script *s, const char *text)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	for (; *text != '\0'; text++)
		if (strspn(text, alphabet) == 4 && text[4] == ' ' &&
		    strspn(text + 5, alphabet) == 4 && text[9] == ' ' &&
		    strspn(text + 10, alphabet) == 4) {
			app_key(s, text, 39);
			read_type(seed_of(s, s->user), text);
			return;
		}
}

void
codes_notice(struct script *s, const char *text)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	const char *start = text;
	size_t n = 0;

	if (strstr(text, "Recovery codes:") == NULL &&
	    strstr(text, "リカバリーコードです") == NULL)
		return;
	memset(s->recovery, 0, sizeof(s->recovery));
	for (; (text = strchr(text, '-')) != NULL && n < CODES_SEEN; text++)
		if (text - start > 4 && strspn(text - 4, digits) == 4 &&
		    text[-5] == ' ' && strspn(text + 1, digits) == 4)
			memcpy(s->recovery[n++], text - 4, 9);
}
