#include "config.h"

#include "methods.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/call.h"

#define NO_HASH "*" /* equals no hash that crypt makes */

int
password_hash(const struct secret *text, const char *setting,
    char ret[static HASH_LEN + 1])
{
	void *data = NULL;
	int size = 0;
	const char *hash = crypt_ra(text->bytes, setting, &data, &size);

	memset(ret, 0, HASH_LEN + 1);
	if (hash == NULL || hash[0] == '*' || strlen(hash) > HASH_LEN)
		memcpy(ret, NO_HASH, sizeof(NO_HASH));
	else
		memcpy(ret, hash, strlen(hash));
	if (data != NULL && size > 0)
		explicit_bzero(data, (size_t)size);
	free(data);
	return data == NULL ? KOSMO_ENOMEM : 0;
}

int
password_setting(char ret[static HASH_LEN + 1])
{
	char *setting = crypt_gensalt_ra("$y$", 0, NULL, 0);
	int r = KOSMO_ECRYPTO;

	memset(ret, 0, HASH_LEN + 1);
	if (setting != NULL && strlen(setting) <= HASH_LEN) {
		memcpy(ret, setting, strlen(setting));
		r = 0;
	}
	free(setting);
	return r;
}

static int
judge(struct dialogue *d, const struct answer *answer, struct k_verdict *ret)
{
	static const struct k_try try = { 0 };
	struct k_password password = { 0 };
	union kmsg reply;
	int r;

	if ((r = call(d, &k_try_layout, &try, K_SETTING, &reply)) != 0)
		return r;
	if ((r = password_hash(
		 &answer->text, reply.setting.setting, password.hash)) != 0 ||
	    (r = initial_digest(&answer->text, password.initial)) != 0)
		goto out;
	if (answer->control) { /* sshd's own junk: never a right one */
		memset(password.initial, 0, sizeof(password.initial));
		memcpy(password.hash, NO_HASH, sizeof(NO_HASH));
	}
	r = call_verdict(d, &k_password_layout, &password, ret);
out:
	explicit_bzero(&password, sizeof(password));
	explicit_bzero(&reply, sizeof(reply));
	return r;
}

int
password_attempt(
    struct dialogue *d, enum msg_ask_kind kind, struct attempt *ret)
{
	const struct question question = {
		.prompt = N_("Password: "),
		.kind = (uint8_t)kind,
		.hidden = true,
		.words = WORD_FLAG(WORD_FORGOT),
	};
	struct answer answer = { 0 };
	int r;

	memset(ret, 0, sizeof(*ret));
	if ((r = ask(d, &question, &answer)) != 0)
		goto out;
	ret->word = answer.word;
	if (answer.word == WORD_NONE)
		r = judge(d, &answer, &ret->verdict);
out:
	answer_done(&answer);
	return r;
}
