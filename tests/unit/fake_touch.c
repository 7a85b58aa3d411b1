#include "config.h"

#include "fake_touch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRIES 8

static struct fake_key *
find_key(struct fake_touch *f, const char *name)
{
	struct fake_key *k;

	for (size_t i = 0; i < f->n_keys; i++)
		if (strcmp(f->keys[i].name, name) == 0)
			return &f->keys[i];
	if (f->n_keys == FAKE_KEYS_MAX)
		abort();
	k = &f->keys[f->n_keys++];
	snprintf(k->name, sizeof(k->name), "%s", name);
	(void)snprintf(k->pin, sizeof(k->pin), "1234");
	memcpy(k->attestation, "self", 5);
	k->retries = RETRIES;
	k->alg = ALG_ES256;
	k->touched = true;
	return k;
}

static enum key_alg
alg_named(const char *name)
{
	if (strcmp(name, "eddsa") == 0)
		return ALG_EDDSA;
	return strcmp(name, "rs256") == 0 ? ALG_RS256 : ALG_ES256;
}

/* Switches with two values: what the second one is called. */
static bool
set_flag(struct fake_key *k, const char *name, const char *value)
{
	const struct {
		const char *name, *value;
		bool *flag;
	} flags[] = {
		{ "vanish", "yes", &k->vanishes },
		{ "reply", "truncated", &k->breaks },
		{ "up-flag", "missing", &k->up_missing },
		{ "uv-flag", "missing", &k->uv_missing },
		{ "rp-hash", "wrong", &k->rp_wrong },
		{ "signature", "bad", &k->signature_bad },
		{ "touch", "at-once", &k->touched },
		{ "uv", "set", &k->finger },
		{ "pin-auth", "blocked", &k->pin_stopped },
		{ "cut", "yes", &k->cut },
		{ "format", "unknown", &k->unknown },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(flags[i].name, name) != 0)
			continue;
		*flags[i].flag = strcmp(flags[i].value, value) == 0;
		return true;
	}
	return false;
}

static enum touch_word
ends_named(const char *name)
{
	static const struct {
		const char *name;
		enum touch_word word;
	} rows[] = {
		{ "busy", TOUCH_BUSY },
		{ "silent", TOUCH_SILENT },
		{ "pin-old", TOUCH_PIN_OLD },
		{ "uv-blocked", TOUCH_UV_BLOCKED },
		{ "unfit", TOUCH_UNFIT },
		{ "strange", TOUCH_STRANGE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].word;
	}
	return 0;
}

static bool
set(struct fake_key *k, const char *name, const char *value)
{
	if (set_flag(k, name, value))
		return true;
	if (strcmp(name, "pin") == 0)
		snprintf(k->pin, sizeof(k->pin), "%s",
		    strcmp(value, "none") == 0 ? "" : value);
	else if (strcmp(name, "pin-retries") == 0)
		k->retries = (uint32_t)atoi(value);
	else if (strcmp(name, "finger-fails") == 0)
		k->finger_fails = (uint32_t)atoi(value);
	else if (strcmp(name, "algorithms") == 0)
		k->alg = alg_named(value);
	else if (strcmp(name, "attestation") == 0)
		snprintf(k->attestation, sizeof(k->attestation), "%s", value);
	else if (strcmp(name, "ends") == 0)
		k->ends = ends_named(value);
	else if (strcmp(name, "counter") == 0) {
		k->stale = strcmp(value, "back") == 0;
		k->zero = strcmp(value, "zero") == 0;
	} else
		return false;
	return true;
}

bool
fake_touch_key(struct fake_touch *f, const char *name, const char *how)
{
	char what[32] = "", value[16] = "";
	struct fake_key *k = find_key(f, name);

	if (sscanf(how, "%31s %15s", what, value) == 2)
		return set(k, what, value);
	k->plugged = strcmp(what, "plug") == 0;
	return k->plugged || strcmp(what, "unplug") == 0;
}

static struct k_touched *
say(struct fake_touch *f, enum touch_word word)
{
	struct p_touched *m = &f->words[f->n_words++];

	if (f->n_words > FAKE_WORDS)
		abort();
	memset(m, 0, sizeof(*m));
	m->id = f->job.id;
	m->is.word = (uint8_t)word;
	return &m->is;
}

/* The credential of k that the job names, or NULL. */
static struct soft_key *
named(const struct fake_touch *f, struct fake_key *k)
{
	for (size_t i = 0; i < f->job.n; i++)
		for (size_t j = 0; j < k->n; j++)
			if (f->job.credentials[i].len == 32 &&
			    memcmp(f->job.credentials[i].id,
				k->credentials[j].id, 32) == 0)
				return &k->credentials[j];
	return NULL;
}

static bool
wants_verified(const struct fake_touch *f, const struct fake_key *k)
{
	if (f->job.verify == VERIFY_DISCOURAGED)
		return false;
	return f->job.verify != VERIFY_PREFERRED || k->finger ||
	    k->pin[0] != '\0';
}

/* What is wrong with it on its way. */
static void
spoil(const struct fake_key *k, struct k_touched *m)
{
	if (k->signature_bad && m->signature_len > 0)
		m->signature[m->signature_len - 1] ^= 1;
	else if (k->signature_bad)
		m->statement[m->statement_len - 1] ^= 1;
	if (k->cut)
		m->auth_data_len--;
	if (k->unknown)
		memcpy(m->format, "tpm", 4);
}

static struct soft_key *
new_credential(struct fake_key *k)
{
	struct soft_key *soft = &k->credentials[k->n++];

	if (k->n > FAKE_CREDENTIALS)
		abort();
	soft_key_new(soft, k->alg);
	if (strcmp(k->attestation, "x5c") == 0 ||
	    strcmp(k->attestation, "u2f") == 0)
		soft_key_certify(soft);
	return soft;
}

static const char *
format_of(const struct fake_key *k)
{
	if (strcmp(k->attestation, "u2f") == 0)
		return "fido-u2f";
	return strcmp(k->attestation, "none") == 0 ? "none" : "packed";
}

static void
finish(struct fake_touch *f)
{
	struct fake_key *k = f->key;
	bool enrol = f->job.act == TOUCH_ENROL;
	uint8_t flags = (uint8_t)((k->up_missing ? 0 : KEY_UP) |
	    (f->verified && !k->uv_missing ? KEY_UV : 0));
	const struct soft_job job = { k->rp_wrong ? "evil.example"
						  : f->job.rp_id,
		f->job.hash, flags, format_of(k) };
	struct soft_key *soft = enrol ? new_credential(k) : named(f, k);
	struct k_touched *m = say(f, TOUCH_DONE);

	if (k->stale)
		soft->counter = 1;
	if (k->zero)
		soft->counter = 0;
	if (enrol)
		soft_key_enrol(soft, &job, m);
	else
		soft_key_prove(soft, &job, m);
	memcpy(m->credential, soft->id, sizeof(soft->id));
	m->credential_len = sizeof(soft->id);
	spoil(k, m);
}

/* It blinks, and what comes of that. */
static void
blink(struct fake_touch *f, uint32_t keys)
{
	struct fake_key *k = f->key;

	say(f, TOUCH_WAITS)->keys = keys;
	if (k->vanishes) {
		k->plugged = false;
		say(f, TOUCH_GONE);
	} else if (!k->touched)
		say(f, TOUCH_TIMEOUT);
	else if (k->breaks)
		say(f, TOUCH_FAILED);
	else if (k->finger && !f->verified && wants_verified(f, k) &&
	    k->finger_fails > 0) {
		k->finger_fails--;
		say(f, TOUCH_UV_FAILED)->retries =
		    f->job.verify == VERIFY_BIOMETRIC || k->pin[0] == '\0'
		    ? 0
		    : k->retries;
	} else {
		f->verified =
		    f->verified || (k->finger && wants_verified(f, k));
		finish(f);
	}
}

/* One key was found to be used. */
static void
use(struct fake_touch *f, uint32_t keys)
{
	struct fake_key *k = f->key;
	struct soft_key *known = named(f, k);
	struct k_touched *m;

	f->verified = false;
	if (f->job.act == TOUCH_ENROL && known != NULL) {
		m = say(f, TOUCH_KNOWN);
		memcpy(m->credential, known->id, sizeof(known->id));
		m->credential_len = sizeof(known->id);
	} else if (k->ends != 0)
		say(f, k->ends);
	else if (k->breaks && f->job.act == TOUCH_PROVE)
		say(f, TOUCH_FAILED); /* asked first what it holds */
	else if (!wants_verified(f, k) || k->finger)
		blink(f, keys);
	else if (k->pin[0] == '\0' || f->job.verify == VERIFY_BIOMETRIC)
		say(f, TOUCH_UNSET);
	else if (k->retries == 0)
		say(f, TOUCH_PIN_BLOCKED);
	else
		say(f, TOUCH_WANTS_PIN)->retries = k->retries;
}

/* The one that is touched, of those that will do. */
static void
begin(struct fake_touch *f)
{
	uint32_t plugged = 0, good = 0;

	f->key = NULL;
	for (size_t i = 0; i < f->n_keys; i++) {
		struct fake_key *k = &f->keys[i];

		plugged += k->plugged;
		if (!k->plugged ||
		    (f->job.act == TOUCH_PROVE && named(f, k) == NULL))
			continue;
		good++;
		if (f->key == NULL || k->touched)
			f->key = k;
	}
	if (plugged == 0)
		say(f, TOUCH_NO_KEY);
	else if (good == 0)
		say(f, TOUCH_NOT_YOURS);
	else if (good == 1)
		use(f, good);
	else { /* first which of them, then its PIN */
		say(f, TOUCH_WAITS)->keys = good;
		use(f, 1);
	}
}

static void
try_pin(struct fake_touch *f, const struct secret *pin)
{
	struct fake_key *k = f->key;

	if (k->pin_stopped)
		say(f, TOUCH_PIN_BLOCKED)->retries = k->retries;
	else if (strcmp(k->pin, pin->bytes) == 0) {
		k->retries = RETRIES;
		f->verified = true;
		blink(f, 1);
	} else if (--k->retries == 0)
		say(f, TOUCH_PIN_BLOCKED);
	else
		say(f, TOUCH_PIN_WRONG)->retries = k->retries;
}

int
fake_touch_take(struct fake_touch *f, const struct layout *l, const void *msg)
{
	const struct p_touch *m = msg;

	if (l != &p_touch_layout || f->away)
		return KOSMO_ECLOSED;
	f->n_words = f->said = 0;
	switch (m->act) {
	case TOUCH_ENROL:
	case TOUCH_PROVE:
		f->job = *m;
		begin(f);
		break;
	case TOUCH_NEXT:
		blink(f, 1);
		break;
	case TOUCH_PIN:
		try_pin(f, &m->pin);
		break;
	default:
		f->job.id = 0;
	}
	return KOSMO_OK;
}

size_t
fake_touch_answer(struct fake_touch *f, struct keeper *k)
{
	struct buf packet = BUF_INIT;

	if (f->said >= f->n_words)
		return 0;
	if (codec_encode(&p_touched_layout, CODEC_MESSAGE, &f->words[f->said++],
		&packet) != KOSMO_OK ||
	    keeper_priv(k, PRIV_TOUCH, &packet) != KOSMO_OK)
		abort();
	buf_done(&packet);
	return 1;
}

void
fake_touch_done(struct fake_touch *f)
{
	for (size_t i = 0; i < f->n_keys; i++)
		for (size_t j = 0; j < f->keys[i].n; j++)
			soft_key_done(&f->keys[i].credentials[j]);
}
