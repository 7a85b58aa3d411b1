/*
 * bind.c: K_BIND. Whom the conversation is about, where it comes from, and
 * what policy asks of it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/member.h"
#include "kosmod/keeper/remember.h"
#include "kosmod/keeper/ssh_key.h"

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

/* From a peer that isn't trusted, service and options are labels only. */
static void
choose_row(struct kconv *c, const struct k_bind *b)
{
	const char *name = b->service;

	if (c->open.phase == PHASE_VERB)
		name = "kosmoctl";
	else if (!c->peer.trusted)
		name = "locker";
	c->row = *conf_service(c->k->conf, name);
	copy(c->service, sizeof(c->service), b->service);
	copy(c->tty, sizeof(c->tty), b->tty);
}

/*
 * su of somebody else is that one's own origin: their wrong passwords must
 * not make the person's own sudo wait.
 */
static void
name_local(const struct kconv *c, struct origin *o)
{
	uint32_t by = c->open.ruid;

	if (c->peer.trusted && !c->row.caller && by != 0 && by != c->open.uid)
		(void)snprintf(
		    o->name, sizeof(o->name), "local uid %u", (unsigned)by);
	else
		copy(o->name, sizeof(o->name), "local");
}

static void
choose_origin(struct kconv *c, const struct k_bind *b)
{
	struct origin *o = &c->origin;

	memset(o, 0, sizeof(*o));
	if (!c->peer.trusted || c->open.phase == PHASE_VERB) {
		name_local(c, o);
	} else if (b->source[0] != '\0') {
		copy(o->name, sizeof(o->name), b->source);
		o->address = true;
	} else if (b->console && c->row.console) {
		copy(o->name, sizeof(o->name), "console");
		o->console = true;
	} else if (c->row.login) {
		copy(o->name, sizeof(o->name), "unknown"); /* a broken sshd */
		o->address = true;
	} else {
		name_local(c, o); /* sudo and su say no source */
	}
}

static uint8_t
required_steps(const struct kconv *c, const struct k_bind *b)
{
	uint8_t steps = c->row.steps;

	if (steps == 0)
		steps = STEP_PASSWORD | STEP_FACTOR;
	if (c->peer.trusted && (b->options & OPT_STEPS) != 0) {
		steps = 0;
		if ((b->options & OPT_STEP_PASSWORD) != 0)
			steps |= STEP_PASSWORD;
		if ((b->options & OPT_STEP_FACTOR) != 0)
			steps |= STEP_FACTOR;
	}
	if (c->open.phase == PHASE_VERB || c->open.phase == PHASE_PASSWORD)
		steps = STEP_PASSWORD | STEP_FACTOR;
	return steps | c->k->conf->login.floor;
}

static bool
unknown_ignored(const struct kconv *c, const struct k_bind *b)
{
	if (c->peer.trusted && (b->options & OPT_UNKNOWN_IGNORE) != 0)
		return true;
	if (c->peer.trusted && (b->options & OPT_UNKNOWN_FAIL) != 0)
		return false;
	return c->k->conf->login.unknown_ignore;
}

/* A name without a Unix account may be an alias of one. */
static int
resolve_alias(struct kconv *c)
{
	struct buf value = BUF_INIT;
	uint64_t version;
	int r;

	r = store_get(c->k->store, REC_ALIAS, c->login, &value, &version);
	if (r == KOSMO_OK && value.len <= NAME_LEN) {
		copy(c->alias, sizeof(c->alias), c->login);
		memcpy(c->login, value.data, value.len);
		c->login[value.len] = '\0';
	}
	buf_done(&value);
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

/* The record must be of the account that asks; a mismatch is nobody. */
static bool
uid_fits(const struct kconv *c, const struct person *p)
{
	if (!c->peer.trusted || c->open.phase == PHASE_VERB)
		return p->uid == c->peer.uid ||
		    (c->peer.trusted && p->uid == c->uid);
	if (c->alias[0] != '\0' || p->uid == NO_UID)
		return true;
	return p->uid == c->uid;
}

static void
note_mismatch(struct kconv *c)
{
	struct txn *t = NULL;

	if (store_begin(c->k->store, &t) != KOSMO_OK)
		return;
	if (kconv_audit(c, t, "bind", "uid", "deny",
		"the account has another uid than was recorded") != KOSMO_OK ||
	    store_commit(c->k->store, &t, NULL, NULL) != KOSMO_OK)
		store_abort(&t);
}

/* An initial ID, where it is no user ID, is good for registration alone. */
static bool
alias_fits(const struct kconv *c, const struct person *p)
{
	return c->alias[0] == '\0' || p->state != STATE_ACTIVE ||
	    strcmp(c->alias, p->user_id) == 0;
}

/* For su with who = caller it is the caller, by the uid that runs su. */
static int
find_person(struct kconv *c, const struct k_bind *b)
{
	struct person p;
	uint64_t version;
	int r;

	copy(c->login, sizeof(c->login), c->row.caller ? b->ruser : b->user);
	c->uid = c->row.caller ? c->open.ruid : b->uid;
	if (c->uid == NO_UID && c->open.phase != PHASE_VERB &&
	    (r = resolve_alias(c)) != KOSMO_OK)
		return r;
	r = person_get(c->k->store, c->login, &p, &version);
	if (r == KOSMO_OK) {
		c->exists = true; /* so that the log names the account */
		memcpy(c->slip, p.initial, sizeof(c->slip));
		c->remembered = remember_count(&p, keeper_wall(c->k));
		if (!uid_fits(c, &p)) {
			note_mismatch(c);
			c->exists = false;
		}
		c->exists = c->exists && alias_fits(c, &p);
		person_done(&p);
	}
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

/* Talk reads what people send; what the client said, it can't say anew. */
static bool
as_opened(const struct msg_open *o, const struct k_bind *b)
{
	return b->phase == o->phase && strcmp(b->user, o->user) == 0 &&
	    b->uid == o->uid && strcmp(b->service, o->service) == 0 &&
	    strcmp(b->ruser, o->ruser) == 0 && b->options == o->options &&
	    (b->console == 0 || o->remote == 0);
}

void
answer_bind(struct kconv *c, const union kmsg *msg)
{
	const struct k_bind *b = &msg->bind;
	const struct conf *conf = c->k->conf;
	struct k_bound bound = { 0 };

	if (!as_opened(&c->open, b)) {
		c->k->ways.drop(c->conn, "K_BIND of what OPEN did not say");
		return;
	}
	choose_row(c, b);
	choose_origin(c, b);
	c->required = required_steps(c, b);
	c->combined =
	    c->row.combined && c->required == (STEP_PASSWORD | STEP_FACTOR);
	if (find_person(c, b) != KOSMO_OK) {
		/* the store can't say: nobody is known, nobody comes in */
		c->k->ways.drop(c->conn, "the store can't be read");
		return;
	}
	c->bound = true;
	/* no stack goes on behind kosmoctl */
	c->ignore =
	    !c->exists && c->open.phase != PHASE_VERB && unknown_ignored(c, b);
	/* by its socket; what a member needs besides, member.h says */
	c->admin = c->peer.admin && c->open.phase == PHASE_VERB;
	/* sshd and login(1) change expired passwords as root, for the person */
	c->reset = c->open.phase == PHASE_PASSWORD && c->peer.trusted &&
	    c->open.ruid == 0 && !c->row.login;
	ssh_key_bound(c);
	bound.keyed = c->key_device != 0;
	bound.ignore = c->ignore;
	bound.steps = c->required;
	bound.methods = kconv_methods(c);
	bound.attempts = conf->login.attempts;
	bound.dialogue = c->row.dialogue;
	if (c->admin)
		bound.admin = member_may(c) ? ADMIN_YES : ADMIN_CONFIRM;
	bound.alone =
	    c->open.phase == PHASE_ACCOUNT && c->row.login && !c->row.alone;
	bound.reset = c->reset;
	bound.deadline = c->row.deadline;
	bound.remember = remember_time(c);
	bound.combined = c->combined;
	copy(bound.language, sizeof(bound.language),
	    c->row.language[0] != '\0' ? c->row.language
				       : conf->login.language);
	kconv_reply(c, &k_bound_layout, &bound, 0);
}
