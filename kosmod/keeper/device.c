#include "config.h"

#include "device.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/ssh_key.h"
#include "kosmod/keeper/time.h"

#define BOTH (STEP_PASSWORD | STEP_FACTOR)

/* The key that was named in a vouched conversation has come by now. */
static bool
proven_by_sshd(const struct kconv *c, const struct person *p)
{
	return p->state == STATE_REGISTERED && ssh_key_seen(c, p);
}

bool
device_may_add(const struct kconv *c, const struct person *p)
{
	uint32_t todo = person_todo(p, c->k->conf);
	int64_t now = keeper_wall(c->k);

	if (p->n_devices == DEVICES_MAX || p->lock[0] != '\0')
		return false;
	if (p->state != STATE_ACTIVE && p->email_held > (uint64_t)now)
		return false; /* another address may be somebody else's */
	if ((todo & TODO_METHOD) != 0)
		return (c->vouched || proven_by_sshd(c, p)) &&
		    journey_turn(c, p, TODO_METHOD);
	return (c->proven & BOTH) == BOTH && (todo & TODO_PASSWORD) == 0;
}

/* "app", then "app 2", "app 3", ... */
static void
choose_name(const struct person *p, const char *base, struct r_device *d)
{
	static const char *const plain[] = { "device", "passkey", "app",
		"e-mail" };

	if (base[0] == '\0')
		base = d->method <= METHOD_EMAIL ? plain[d->method] : plain[0];
	(void)snprintf(d->name, sizeof(d->name), "%s", base);
	for (unsigned n = 2; person_named(p, d->name, 0); n++)
		(void)snprintf(d->name, sizeof(d->name), "%.70s %u", base, n);
}

/* The first one ends what the code that vouched for it was good for. */
static void
first_device(
    const struct conf *conf, struct person *p, const struct r_device *d)
{
	memset(p->code, 0, sizeof(p->code));
	p->code_until = 0;
	p->todo &= ~(uint32_t)TODO_METHOD;
	p->preferred = d->method;
	if (conf->recovery.count > 0 && p->n_recovery == 0)
		p->todo |= TODO_CODES;
}

int
device_add(struct kconv *c, struct person *p, struct txn *t, struct r_device *d,
    const char *name)
{
	bool first = (person_todo(p, c->k->conf) & TODO_METHOD) != 0;
	struct p_mail mail;
	int r = KOSMO_OK;

	if ((journey_methods(c->k->conf, p) & METHOD_BIT(d->method)) == 0)
		return KOSMO_EPERM;
	choose_name(p, name, d);
	d->id = ++p->next_device;
	d->added = (uint64_t)keeper_wall(c->k);
	d->used = d->added;
	p->devices[p->n_devices++] = *d;
	journey_void(p);
	if (first)
		first_device(c->k->conf, p, d);
	if (p->state == STATE_ACTIVE) {
		mail_about(c->k, c, p, MK_DEVICE_ADDED, &mail);
		mail.method = d->method;
		(void)snprintf(mail.device, sizeof(mail.device), "%s", d->name);
		r = mail_notice(c->k, t, &mail);
	}
	return r == KOSMO_OK ? journey_settle(c, p, t) : r;
}

int
device_store(struct kconv *c, struct person *p, uint64_t version,
    struct r_device *d, const char *name, const char *step)
{
	struct txn *t = NULL;
	int r;

	if (store_full(c->k->store))
		return KOSMO_EFULL;
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = device_add(c, p, t, d, name)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "enroll", step, "done", "")) == KOSMO_OK &&
	    (r = time_note(c->k, t, keeper_wall(c->k))) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

void
device_added(struct kconv *c, uint32_t id)
{
	c->enrolled = id;
	c->proven |= STEP_FACTOR;
}

/* One person, what their mail tells, one audit line: a batch. */
static int
save(struct kconv *c, const struct person *p, uint64_t version,
    const struct p_mail *mail, const char *reason)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (mail == NULL || (r = mail_notice(c->k, t, mail)) == KOSMO_OK) &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "device", "", "done", reason)) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

void
answer_name(struct kconv *c, const union kmsg *msg)
{
	const struct k_name *m = &msg->name;
	enum verdict_word word = VERDICT_YES;
	struct r_device *d;
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r != KOSMO_OK)
		goto out;
	d = m->device != 0 ? person_device(&p, m->device) : NULL;
	if (p.lock[0] != '\0') {
		word = VERDICT_NOT_NOW;
	} else if (d == NULL ||
	    ((c->proven & STEP_FACTOR) == 0 && m->device != c->enrolled)) {
		word = VERDICT_MISSING;
	} else if (m->name[0] == '\0' || person_named(&p, m->name, d->id)) {
		word = VERDICT_TAKEN;
	} else {
		(void)snprintf(d->name, sizeof(d->name), "%s", m->name);
		r = save(c, &p, version, NULL, "renamed");
	}
out:
	person_done(&p);
	if (r == KOSMO_OK)
		kconv_word(c, word);
	else
		kconv_trouble(c, "a device can't be renamed", r);
}

/* Another device than d of a method that policy allows, or NULL. */
static const struct r_device *
another(
    const struct conf *conf, const struct person *p, const struct r_device *d)
{
	for (size_t i = 0; i < p->n_devices; i++) {
		const struct r_device *o = &p->devices[i];

		if (o != d &&
		    (conf->login.methods & METHOD_BIT(o->method)) != 0)
			return o;
	}
	return NULL;
}

/* What a login asks for first must be there. */
static void
prefer_what_is_left(struct person *p, uint8_t method)
{
	for (size_t i = 0; i < p->n_devices; i++) {
		if (p->devices[i].method == p->preferred)
			return;
	}
	p->preferred = method;
}

static enum verdict_word
remove_device(
    struct kconv *c, struct person *p, uint32_t id, struct p_mail *mail)
{
	struct r_device *d = id != 0 ? person_device(p, id) : NULL;
	const struct r_device *left;
	uint8_t method;
	size_t i;

	if (p->lock[0] != '\0')
		return VERDICT_NOT_NOW;
	if (d == NULL)
		return VERDICT_MISSING;
	if ((left = another(c->k->conf, p, d)) == NULL)
		return VERDICT_LAST;
	method = left->method;
	mail_about(c->k, c, p, MK_DEVICE_REMOVED, mail);
	mail->method = d->method;
	(void)snprintf(mail->device, sizeof(mail->device), "%s", d->name);
	i = (size_t)(d - p->devices);
	memmove(d, d + 1, (p->n_devices - i - 1) * sizeof(*d));
	p->n_devices--;
	explicit_bzero(&p->devices[p->n_devices], sizeof(*d));
	prefer_what_is_left(p, method);
	journey_void(p);
	return VERDICT_YES;
}

void
answer_remove(struct kconv *c, const union kmsg *msg)
{
	enum verdict_word word = VERDICT_NO;
	struct p_mail mail;
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);

	if (r == KOSMO_OK) {
		word = remove_device(c, &p, msg->remove.device, &mail);
		if (word == VERDICT_YES)
			r = save(c, &p, version, &mail, "removed");
	}
	person_done(&p);
	if (r == KOSMO_OK)
		kconv_word(c, word);
	else
		kconv_trouble(c, "a device can't be removed", r);
}
