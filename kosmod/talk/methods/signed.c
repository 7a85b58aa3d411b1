#include "config.h"

#include "kosmod/talk/methods/signed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kosmod/talk/call.h"
#include "libkosmo/packet.h"

#define SECONDS_MOST 60 /* a challenge is good for no longer */
#define MARGIN 10	/* seconds of WAIT beyond, for the keeper's answer */

/* For the agent: never longer than somebody is there to be told of it. */
static uint32_t
seconds_of(const struct dialogue *d)
{
	int64_t left = (d->t->until - packet_now()) / 1000 - SECONDS_TO_SAY_WHY;
	uint32_t seconds = d->t->conf->passkey.timeout;

	if (seconds > SECONDS_MOST)
		seconds = SECONDS_MOST;
	if (left < 1)
		return 1;
	return seconds < left ? seconds : (uint32_t)left;
}

/* The client is told to wait as long as the agent may take. */
static int
tell_wait(struct dialogue *d)
{
	return d->t->person->wait(d->t->person->arg, seconds_of(d) + MARGIN);
}

int
signed_open(struct dialogue *d, struct agent *ret)
{
	const struct conversation *person = d->t->person;
	int r;

	ret->fd = -1;
	if (person->agent == NULL ||
	    (r = person->agent(person->arg, &ret->fd)) != 0)
		return person->agent == NULL ? 0 : r;
	ret->until = packet_now() + (int64_t)seconds_of(d) * 1000;
	if (ret->fd != -1 && (r = tell_wait(d)) != 0)
		signed_close(ret);
	return r;
}

void
signed_close(struct agent *a)
{
	if (a->fd != -1)
		(void)close(a->fd);
	a->fd = -1;
}

/* "kosmo-sudo@web1" */
static const char *
host_of(const struct k_challenge *challenge)
{
	const char *at = strchr(challenge->namespace, '@');

	return at != NULL ? at + 1 : "?";
}

static const char *
words_for(const struct dialogue *d, uint8_t purpose)
{
	if (purpose == AGENT_ENROL)
		return N_("Touch your key (within {n} seconds).");
	if (d->t->phase == PHASE_VERB)
		return N_("To confirm it is you, touch your key (within {n} "
			  "seconds).");
	return N_("To approve sudo on {host}, touch your key (within {n} "
		  "seconds).");
}

static int
tell_touch(struct dialogue *d, uint8_t purpose, const char *host)
{
	char n[12];
	int r;

	snprintf(n, sizeof(n), "%u", seconds_of(d));
	r = tell(d, words_for(d, purpose), FILL({ "host", host }, { "n", n }));
	return r != 0 ? r : tell_wait(d);
}

static bool
has_key(const struct agent_keys *keys, const struct k_ssh_pub *wanted)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct k_ssh_pub *k = &keys->keys[i].pub;

		if (k->alg == wanted->alg && k->key_len == wanted->key_len &&
		    memcmp(k->key, wanted->key, k->key_len) == 0 &&
		    strcmp(k->application, wanted->application) == 0)
			return true;
	}
	return false;
}

/*
 * Tries the keeper's keys in their order: one that is enrolled and not plugged
 * in now is refused at once.
 */
static int
sign(struct dialogue *d, uint8_t purpose, const struct agent *a,
    const struct k_challenge *challenge, struct k_signed *ret, bool *done)
{
	struct agent_keys *keys = calloc(1, sizeof(*keys));
	bool told = false;
	int r = 0;

	if (keys == NULL)
		return KOSMO_ENOMEM;
	if (agent_list(a, keys) != 0)
		goto out;
	for (size_t i = 0; r == 0 && !*done && i < challenge->n; i++) {
		const struct k_ssh_pub *key = &challenge->keys[i];

		if (!has_key(keys, key))
			continue;
		if (!told)
			r = tell_touch(d, purpose, host_of(challenge));
		told = true;
		ret->device = key->device;
		*done = r == 0 && agent_sign(a, challenge, key, ret) == 0;
	}
out:
	free(keys);
	return r;
}

/* K_CHALLENGE, or NOT_NOW, with which *ret->n stays 0. */
static int
get_challenge(
    struct dialogue *d, uint8_t purpose, struct k_challenge *ret, bool *ret_got)
{
	const struct k_agent request = { purpose };
	const struct link *keeper = d->t->keeper;
	union kmsg reply;
	uint8_t type = 0;
	int r;

	memset(&reply, 0, sizeof(reply));
	r = keeper->call(keeper->arg, &k_agent_layout, &request, &type, &reply);
	*ret_got = r == 0 && type == K_CHALLENGE;
	if (*ret_got)
		*ret = reply.challenge;
	else if (r == 0 && type != K_VERDICT)
		r = KOSMO_EFORMAT;
	else if (r == 0 && reply.verdict.word != VERDICT_NOT_NOW)
		r = leave_verdict(d, &reply.verdict);
	explicit_bzero(&reply, sizeof(reply));
	return r;
}

int
signed_ask(struct dialogue *d, uint8_t purpose, uint8_t last,
    struct k_verdict *ret, bool *ret_reached)
{
	struct agent a = { -1, 0 };
	struct k_challenge challenge;
	struct k_signed request = { .last = last };
	bool got = false, done = false;
	int r;

	*ret_reached = false;
	memset(ret, 0, sizeof(*ret));
	if ((d->person.doors & DOOR_AGENT) == 0 ||
	    (r = get_challenge(d, purpose, &challenge, &got)) != 0 || !got)
		return (d->person.doors & DOOR_AGENT) == 0 ? 0 : r;
	if ((r = signed_open(d, &a)) != 0 || a.fd == -1)
		return r;
	r = sign(d, purpose, &a, &challenge, &request, &done);
	signed_close(&a);
	if (r != 0 || !done)
		return r;
	if ((r = call_verdict(d, &k_signed_layout, &request, ret)) != 0)
		return r;
	*ret_reached = ret->word != VERDICT_NOT_NOW;
	return 0;
}
