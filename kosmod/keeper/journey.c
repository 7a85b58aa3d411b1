#include "config.h"

#include "journey.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/mail_code.h"
#include "kosmod/keeper/remember.h"
#include "kosmod/keeper/ssh_key.h"

/* In the order in which it is done: what comes later waits. */
static const uint32_t order[] = { TODO_BIRTH, TODO_TERMS, TODO_EMAIL,
	TODO_CONFIRM, TODO_USER_ID, TODO_CHOICE, TODO_PASSWORD, TODO_METHOD,
	TODO_CODES };

#define STEPS (sizeof(order) / sizeof(order[0]))
#define BOTH (STEP_PASSWORD | STEP_FACTOR)

uint32_t
journey_methods(const struct conf *conf, const struct person *p)
{
	uint32_t methods = conf->login.methods;

	if (!conf->registration.email && !p->email_ok)
		methods &= ~METHOD_BIT(METHOD_EMAIL); /* no address to trust */
	return methods;
}

void
journey_void(struct person *p)
{
	mail_code_void(p);
	remember_void(p);
}

/*
 * Whoever has the earlier slip may have come as far as a device, and may have
 * made the address their own: nothing that was proven then counts.
 */
static void
void_earlier(struct person *p)
{
	explicit_bzero(p->password, sizeof(p->password));
	p->password_set = 0;
	secret_done(&p->pending);
	p->pending_since = 0;
	memset(p->code, 0, sizeof(p->code));
	p->code_until = 0;
	explicit_bzero(p->devices, sizeof(p->devices));
	p->n_devices = 0;
	ssh_key_forget(p);
	p->preferred = METHOD_NONE;
	memset(p->recovery, 0, sizeof(p->recovery));
	p->n_recovery = 0;
	journey_void(p);
	memset(p->email_next, 0, sizeof(p->email_next));
	p->email_ok = 0;
	p->email_held = 0;
	memset(p->terms, 0, sizeof(p->terms));
	memset(p->terms_hash, 0, sizeof(p->terms_hash));
	p->terms_at = 0;
	p->births = 0;
	p->chosen = METHOD_NONE;
}

/* The only one in methods, or METHOD_NONE if there are several. */
static uint8_t
only(uint32_t methods)
{
	for (uint8_t m = METHOD_PASSKEY; m <= METHOD_EMAIL; m++) {
		if (methods == METHOD_BIT(m))
			return m;
	}
	return METHOD_NONE;
}

void
journey_invite(const struct conf *conf, struct person *p)
{
	uint32_t methods;

	void_earlier(p);
	methods = journey_methods(conf, p);
	p->state = STATE_INVITED;
	p->todo = TODO_PASSWORD | TODO_METHOD;
	/* without a recorded date nobody passes: the admin has to set it */
	if (conf->registration.birth_date)
		p->todo |= TODO_BIRTH;
	if (conf->registration.email)
		p->todo |= TODO_EMAIL | TODO_CONFIRM;
	if (conf->registration.user_id && p->user_id[0] == '\0')
		p->todo |= TODO_USER_ID;
	if ((methods & (methods - 1)) != 0)
		p->todo |= TODO_CHOICE;
	else
		p->chosen = only(methods);
}

/* What it takes to do anything at all of it. */
static bool
may_act(const struct kconv *c, const struct person *p, uint32_t todo)
{
	bool password = (c->proven & STEP_PASSWORD) != 0;

	switch (person_state(p, keeper_wall(c->k))) {
	case STATE_INVITED:
		return password && c->initial;
	case STATE_REGISTERED:
		return password;
	case STATE_ACTIVE:
		if ((todo & TODO_METHOD) != 0)
			return password; /* there is no factor to be proven */
		return c->required != 0 &&
		    (c->proven & c->required) == c->required;
	case STATE_NONE:
	case STATE_EXPIRED:
	case STATE_LOCKED:
		break;
	}
	return false;
}

bool
journey_turn(const struct kconv *c, const struct person *p, uint32_t bits)
{
	uint32_t todo = person_todo(p, c->k->conf);

	if (!may_act(c, p, todo))
		return false;
	for (size_t i = 0; i < STEPS; i++) {
		if ((todo & order[i]) != 0)
			return (bits & order[i]) != 0;
	}
	return false;
}

bool
journey_may_confirm(const struct kconv *c, const struct person *p)
{
	if (journey_turn(c, p, TODO_CONFIRM))
		return true;
	return p->state != STATE_INVITED && p->lock[0] == '\0' &&
	    p->email_next[0] != '\0' && (c->proven & BOTH) == BOTH;
}

static int
tell_registered(struct kconv *c, struct person *p, struct txn *t)
{
	struct r_device *d = person_device(p, 0);
	struct p_mail mail;

	mail_about(c->k, c, p, MK_REGISTERED, &mail);
	if (d != NULL)
		(void)snprintf(mail.device, sizeof(mail.device), "%s", d->name);
	return mail_notice(c->k, t, &mail);
}

int
journey_settle(struct kconv *c, struct person *p, struct txn *t)
{
	uint32_t todo = person_todo(p, c->k->conf);
	int r = KOSMO_OK;

	if (p->state == STATE_INVITED && (todo & TODO_PART_1) == 0) {
		p->state = STATE_REGISTERED;
		r = kconv_audit(c, t, "register", "", "part 1 done", "");
	}
	if (r != KOSMO_OK || p->state != STATE_REGISTERED || todo != 0)
		return r;
	p->state = STATE_ACTIVE;
	p->expires = 0;
	if ((r = tell_registered(c, p, t)) != KOSMO_OK)
		return r;
	return kconv_audit(c, t, "register", "", "done", "");
}
