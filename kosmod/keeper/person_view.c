/*
 * person_view.c: what is left to be done, and what may be said of a person.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/digest.h"
#include "kosmod/keeper/person.h"
#include "kosmod/keeper/ssh_key.h"

/* Consent counts for what is in force, in either language. */
static bool
agreed(const struct person *p, const struct conf *conf)
{
	for (size_t i = 0; i < 2; i++) {
		if (!digest_none(p->terms_hash) &&
		    memcmp(p->terms_hash, conf->terms[i].hash, DIGEST_LEN) == 0)
			return true;
	}
	return false;
}

static bool
has_allowed(const struct person *p, const struct conf *conf)
{
	for (size_t i = 0; i < p->n_devices; i++) {
		if ((conf->login.methods & METHOD_BIT(p->devices[i].method)) !=
		    0)
			return true;
	}
	return false;
}

uint32_t
person_todo(const struct person *p, const struct conf *conf)
{
	uint32_t todo = p->todo & ~(uint32_t)TODO_TERMS;

	if (conf->registration.terms && !agreed(p, conf))
		todo |= TODO_TERMS;
	if (conf->registration.email && !p->email_ok)
		todo |= TODO_CONFIRM;
	if ((todo & TODO_CONFIRM) != 0 && p->email[0] == '\0' &&
	    p->email_next[0] == '\0')
		todo |= TODO_EMAIL;
	if (!has_allowed(p, conf))
		todo |= TODO_METHOD;
	return todo;
}

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

void
person_view(const struct person *p, const struct conf *conf, int64_t now,
    struct k_person *ret)
{
	enum person_state state = person_state(p, now);

	memset(ret, 0, sizeof(*ret));
	copy(ret->login, sizeof(ret->login), p->login);
	ret->uid = p->uid;
	copy(ret->user_id, sizeof(ret->user_id), p->user_id);
	copy(ret->initial_id, sizeof(ret->initial_id), p->initial_id);
	copy(ret->name, sizeof(ret->name), p->name);
	copy(ret->email, sizeof(ret->email), p->email);
	copy(ret->language, sizeof(ret->language), p->language);
	ret->state = (uint8_t)state;
	ret->todo = person_todo(p, conf);
	ret->invited = p->invited;
	ret->expires = p->expires;
	ret->preferred = p->preferred;
	ret->n_devices = p->n_devices;
	for (size_t i = 0; i < p->n_devices; i++) {
		const struct r_device *d = &p->devices[i];
		struct k_device *k = &ret->devices[i];

		k->id = d->id;
		k->method = d->method;
		copy(k->name, sizeof(k->name), d->name);
		k->added = d->added;
		k->used = d->used;
		k->kind = d->kind;
	}
	ret->key_waits = ssh_key_waiting(p, now) != NULL;
	ret->pending = p->pending.len > 0;
	ret->failures = person_failures(p, now);
	copy(ret->lock, sizeof(ret->lock), p->lock);
	ret->last_login = p->last_login;
	copy(ret->last_service, sizeof(ret->last_service), p->last_service);
	copy(ret->last_source, sizeof(ret->last_source), p->last_source);
	ret->sessions = p->n_sessions;
	ret->email_ok = p->email_ok;
	copy(ret->email_next, sizeof(ret->email_next), p->email_next);
	ret->email_held = p->email_held > (uint64_t)now ? p->email_held : 0;
	copy(ret->terms, sizeof(ret->terms), p->terms);
	ret->terms_at = p->terms_at;
	ret->chosen = p->chosen;
	ret->births = p->births;
	ret->born = !digest_none(p->birth);
	ret->recovery = p->n_recovery;
	ret->code_until = p->code_until > (uint64_t)now ? p->code_until : 0;
	ret->refused = p->refused;
	copy(ret->refusal, sizeof(ret->refusal), p->refusal);
}
