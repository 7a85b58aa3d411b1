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

/*
 * The last n characters are the code; what is shorter is all code. A
 * character is what was typed at once, full width too.
 */
static void
split(const struct secret *text, uint32_t n, struct secret *head,
    char digits[static 17])
{
	size_t at = text->len;
	struct secret tail = { 0 };

	while (at > 0 && n > 0) {
		at--;
		if ((text->bytes[at] & 0xc0) != 0x80)
			n--;
	}
	memcpy(head->bytes, text->bytes, at);
	head->len = at;
	memcpy(tail.bytes, text->bytes + at, text->len - at);
	tail.len = text->len - at;
	answer_digits(&tail, digits);
	secret_done(&tail);
}

static int
judge(struct dialogue *d, const struct answer *answer, struct k_verdict *ret)
{
	static const struct k_try try = { 0 };
	struct k_password password = { .combined = d->t->bound.combined };
	struct secret head = answer->text;
	union kmsg reply;
	int r;

	if ((r = call(d, &k_try_layout, &try, K_SETTING, &reply)) != 0)
		goto out;
	if (password.combined) {
		explicit_bzero(&head, sizeof(head));
		split(&answer->text, reply.setting.digits, &head,
		    password.digits);
	}
	if ((r = password_hash(&head, reply.setting.setting, password.hash)) !=
		0 ||
	    (r = initial_digest(&head, password.initial)) != 0)
		goto out;
	if (answer->control) { /* sshd's own junk: never a right one */
		memset(password.initial, 0, sizeof(password.initial));
		memcpy(password.hash, NO_HASH, sizeof(NO_HASH));
	}
	r = call_verdict(d, &k_password_layout, &password, ret);
out:
	secret_done(&head);
	explicit_bzero(&password, sizeof(password));
	explicit_bzero(&reply, sizeof(reply));
	return r;
}

int
password_attempt(
    struct dialogue *d, enum msg_ask_kind kind, struct attempt *ret)
{
	const struct question question = {
		.prompt = d->t->bound.combined
		    ? N_("Password and code together: ")
		    : N_("Password: "),
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
