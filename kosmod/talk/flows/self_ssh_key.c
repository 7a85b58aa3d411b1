/*
 * self_ssh_key.c: kosmoctl enroll ssh-key: a FIDO2 key of OpenSSH from a line
 * that kosmoctl read, or one that the agent has; proven by the agent at once,
 * or by the next login.
 */
#include "config.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/device_name.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/waiting.h"
#include "kosmod/talk/flows/verb.h"
#include "kosmod/talk/methods/signed.h"
#include "kosmod/talk/ssh_blob.h"
#include "kosmod/talk/text.h"

#define COMMENT_COLUMNS 20
#define FINGERPRINT 44 /* bytes of base64, without its padding, and NUL */

static int
refuse(struct dialogue *d, const char *words)
{
	return verb_refuse(d, RESULT_REFUSED, words, NULL);
}

/* As ssh-add -l has it behind "SHA256:". */
static int
fingerprint(const struct k_ssh_pub *key, char ret[static FINGERPRINT + 1])
{
	uint8_t digest[DIGEST_LEN];
	struct buf blob = BUF_INIT;
	int r = ssh_key_write(key, &blob);

	if (r == 0 &&
	    EVP_Digest(blob.data, blob.len, digest, NULL, EVP_sha256(), NULL) !=
		1)
		r = KOSMO_ECRYPTO;
	if (r == 0) {
		EVP_EncodeBlock(
		    (unsigned char *)ret, digest, (int)sizeof(digest));
		ret[FINGERPRINT - 1] = '\0';
	}
	buf_done(&blob);
	return r;
}

static int
say_keys(struct dialogue *d, const struct agent_keys *keys)
{
	char n[24], print[FINGERPRINT + 1], comment[AGENT_COMMENT + 3];
	int r = 0;

	for (size_t i = 0; r == 0 && i < keys->n; i++) {
		snprintf(n, sizeof(n), "%zu", i + 1);
		text_shorten(keys->keys[i].comment, COMMENT_COLUMNS, comment,
		    sizeof(comment));
		if ((r = fingerprint(&keys->keys[i].pub, print)) == 0)
			r = say(d, N_("  {n} SHA256:{print} {comment}"),
			    FILL({ "n", n }, { "print", print },
				{ "comment", comment }));
	}
	return r;
}

static int
choose(struct dialogue *d, const struct agent_keys *keys, struct k_ssh_pub *ret)
{
	char last[24], digits[17];
	const struct question question = {
		.prompt = N_("Key (1 to {n}): "),
		.fills = FILL({ "n", last }),
		.page = true,
	};
	struct answer answer = { 0 };
	unsigned long n = keys->n == 1;
	int r = 0;

	snprintf(last, sizeof(last), "%zu", keys->n);
	while (r == 0 && (n < 1 || n > keys->n)) {
		if ((r = say_keys(d, keys)) != 0 ||
		    (r = ask(d, &question, &answer)) != 0)
			break;
		answer_digits(&answer.text, digits);
		n = strtoul(digits, NULL, 10);
	}
	answer_done(&answer);
	if (r == 0)
		*ret = keys->keys[n - 1].pub;
	return r;
}

/* One of the agent's; with one there is nothing to choose. */
static int
key_of_agent(struct dialogue *d, struct k_ssh_pub *ret)
{
	struct agent_keys *keys = calloc(1, sizeof(*keys));
	struct agent a = { -1, 0 };
	int r;

	if (keys == NULL)
		return KOSMO_ENOMEM;
	if ((r = signed_open(d, &a)) != 0)
		goto out;
	if (a.fd == -1 || agent_list(&a, keys) != 0 || keys->n == 0)
		r = refuse(d,
		    N_("Your ssh-agent has no FIDO2 key (ssh-add -l), or "
		       "there is none.\nPlease name a .pub file."));
	else
		r = choose(d, keys, ret);
out:
	signed_close(&a);
	free(keys);
	return r;
}

/* The line that was read from a file: what is wrong with it is told at once. */
static int
key_of_line(struct dialogue *d, const char *line, struct k_ssh_pub *ret)
{
	switch (ssh_line_read(line, strlen(line), ret)) {
	case SSH_LINE_KEY:
		return 0;
	case SSH_LINE_CUT:
		return refuse(d, N_("That key is cut short or damaged."));
	case SSH_LINE_PRIVATE:
		return refuse(d, waiting_private);
	default:
		return refuse(d,
		    N_("Only keys of a type sk- will do. Make one with:\n"
		       "  ssh-keygen -t ed25519-sk -O verify-required"));
	}
}

/* Stored, and proven if the agent can; else it waits for a login. */
static int
enroll(struct dialogue *d, const struct k_ssh_pub *key, const char *name,
    uint32_t *ret_id)
{
	const char *words = NULL;
	int r = waiting_store(d, key, name, &words);

	if (r == 0 && words == NULL)
		r = waiting_sign(d, ret_id, &words);
	if (r == 0 && words != NULL)
		return refuse(d, words);
	if (r != 0 || *ret_id != 0)
		return r;
	r = verb_done(d,
	    N_("Your agent does not have that key. Log in by ssh with it once, "
	       "to prove it."),
	    NULL);
	return r != 0 ? r : FLOW_END;
}

int
verb_enroll_ssh_key(struct dialogue *d)
{
	const char *name = verb_arg(d, "name"), *line = verb_word(d, 0);
	struct k_ssh_pub key;
	uint32_t id = 0;
	bool done;
	int r = 0;

	if (name != NULL && !device_name_good(name))
		return verb_bad_name(d);
	if (line != NULL && (r = key_of_line(d, line, &key)) != 0)
		return r;
	if ((d->t->bound.methods & METHOD_BIT(METHOD_PASSKEY)) == 0)
		return refuse(d, N_("That method is not allowed here."));
	if ((r = verb_enroll_confirm(d, METHOD_PASSKEY, &done)) != 0 || done)
		return r != 0 ? r : verb_enrolled(d);
	if (line == NULL && (r = key_of_agent(d, &key)) != 0)
		return r;
	if ((r = enroll(d, &key, name, &id)) != 0 || (r = call_profile(d)) != 0)
		return r;
	if (name == NULL && (r = device_name_ask(d, id)) != 0)
		return r;
	r = ask_sign_out(d);
	return r != 0 ? r : verb_enrolled(d);
}
