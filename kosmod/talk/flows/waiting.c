#include "config.h"

#include "kosmod/talk/flows/waiting.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/device_name.h"
#include "kosmod/talk/methods/signed.h"

static const char cut[] = N_("The key is cut short. Paste the whole line.");
static const char unverified[] = N_("That key does not check who you are.\n"
				    "Make a new one with -O verify-required.");

const char waiting_private[] =
    N_("That is the private key: show it to nobody.\n"
       "The .pub file beside it is the one that is meant.");

const char *
waiting_words(enum ssh_line what)
{
	switch (what) {
	case SSH_LINE_CUT:
		return cut;
	case SSH_LINE_PRIVATE:
		return waiting_private;
	case SSH_LINE_OTHER:
		return N_("Only keys of a type sk- will do. Paste the .pub "
			  "made as above.");
	default:
		return NULL;
	}
}

int
waiting_store(struct dialogue *d, const struct k_ssh_pub *key, const char *name,
    const char **ret_words)
{
	struct k_ssh_key request = { .alg = key->alg, .key_len = key->key_len };
	struct k_verdict verdict;
	int r;

	memcpy(request.key, key->key, sizeof(request.key));
	memcpy(
	    request.application, key->application, sizeof(request.application));
	snprintf(request.name, sizeof(request.name), "%s",
	    name != NULL ? name : text_of(d, N_("passkey")));
	*ret_words = NULL;
	r = call_verdict(d, &k_ssh_key_layout, &request, &verdict);
	if (r != 0 || verdict.word == VERDICT_YES)
		return r;
	if (verdict.word == VERDICT_NO)
		*ret_words = cut;
	else if (verdict.word == VERDICT_TAKEN)
		*ret_words = N_("That key is enrolled already.");
	return *ret_words != NULL ? 0 : leave_verdict(d, &verdict);
}

int
waiting_sign(struct dialogue *d, uint32_t *ret_id, const char **ret_words)
{
	struct k_verdict verdict;
	bool reached = false;
	int r = signed_ask(d, AGENT_ENROL, 0, &verdict, &reached);

	*ret_words = NULL;
	if (r != 0 || !reached)
		return r;
	if (verdict.word == VERDICT_YES)
		*ret_id = verdict.device;
	else if (verdict.word == VERDICT_MISSING)
		*ret_words = unverified;
	else if (verdict.word == VERDICT_NO)
		*ret_words = N_("That key was not accepted.");
	else
		r = leave_verdict(d, &verdict);
	return r;
}

int
waiting_seen(struct dialogue *d, uint32_t *ret_id)
{
	static const struct k_ssh_seen request = { 0 };
	struct k_verdict verdict;
	int r = call_verdict(d, &k_ssh_seen_layout, &request, &verdict);

	if (r == 0 && verdict.word == VERDICT_YES)
		*ret_id = verdict.device;
	return r == 0 ? call_profile(d) : r;
}

int
waiting_finish(struct dialogue *d)
{
	uint32_t id = 0;
	int r;

	if (!d->person.key_waits || !d->person.key_seen)
		return 0;
	r = waiting_seen(d, &id);
	return r == 0 && id != 0 && d->full ? device_name_ask(d, id) : r;
}
