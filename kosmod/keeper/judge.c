/*
 * judge.c: the one place that says ALLOW.
 */
#include "config.h"

#include "judge.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/remember.h"
#include "kosmod/keeper/session.h"
#include "kosmod/keeper/time.h"
#include "kosmod/keeper/touch.h"
#include "kosmod/reason.h"

/* What may be said, and why not. */
struct finding {
	bool yes;
	enum msg_result no; /* if not */
	enum reason reason;
};

static struct finding
found(bool yes, enum reason reason)
{
	struct finding f = { yes, RESULT_DENY, reason };

	return f;
}

/* A login or re-authentication: everything asked is proven, nothing open. */
static struct finding
find_auth(const struct kconv *c, const struct person *p, int64_t now)
{
	if (c->ignore) {
		struct finding f = found(false, REASON_NO_PERSON);

		f.no = RESULT_UNKNOWN;
		return f;
	}
	if (!c->exists)
		return found(false, REASON_NO_PERSON);
	if (person_state(p, now) != STATE_ACTIVE)
		return found(false,
		    p->lock[0] != '\0' ? REASON_LOCKED : REASON_UNREGISTERED);
	if (person_todo(p, c->k->conf) != 0)
		return found(false, REASON_OPEN);
	if (c->required == 0 || (c->proven & c->required) != c->required)
		return found(false, REASON_UNPROVEN);
	return found(true, REASON_NONE);
}

/*
 * PHASE_ACCOUNT came without an auth: a login by key alone, or a service
 * such as cron. Locked people are refused in any case.
 */
static struct finding
find_account(const struct kconv *c, const struct person *p, int64_t now)
{
	struct finding f = found(false, REASON_NO_PERSON);

	if (!c->exists) {
		if (c->ignore)
			f.no = RESULT_UNKNOWN;
		else if (!c->row.login)
			f.no = RESULT_NOT_MINE;
		return f;
	}
	if (p->lock[0] != '\0')
		return found(false, REASON_LOCKED);
	if (!c->row.login)
		return found(true, REASON_NONE);
	if (!c->row.alone)
		return found(false, REASON_ALONE);
	return found(person_state(p, now) == STATE_ACTIVE &&
		person_todo(p, c->k->conf) == 0,
	    REASON_UNREGISTERED);
}

static struct finding
find(const struct kconv *c, const struct person *p, int64_t now)
{
	switch ((enum msg_phase)c->open.phase) {
	case PHASE_AUTH:
		return find_auth(c, p, now);
	case PHASE_ACCOUNT:
		return find_account(c, p, now);
	case PHASE_PASSWORD:
		return found(c->password_set, REASON_NO_PASSWORD);
	case PHASE_VERB:
		return found(true, REASON_NONE); /* done; grants nothing */
	case PHASE_SESSION:
	case PHASE_SESSION_END:
	case PHASE_KEYS:
		break;
	}
	return found(false, REASON_PHASE);
}

/* A complete login is remembered with its origin; a refused one with why. */
static int
note(struct kconv *c, struct person *p, const struct finding *f)
{
	struct attempt a = kconv_attempt(c, p);
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) != KOSMO_OK)
		return r;
	if (f->yes) {
		p->last_login = (uint64_t)a.now;
		(void)snprintf(
		    p->last_service, sizeof(p->last_service), "%s", c->service);
		(void)snprintf(p->last_source, sizeof(p->last_source), "%s",
		    c->origin.name);
		if (p->uid == NO_UID)
			p->uid = c->uid;
		person_remember(p, c->origin.name, a.now);
		r = throttle_reset(&a, t);
		if (r == KOSMO_OK)
			r = remember_crowd(c, t, p);
	} else {
		p->refused = (uint64_t)a.now;
		(void)snprintf(p->refusal, sizeof(p->refusal), "%s",
		    reason_token(f->reason));
	}
	if (r == KOSMO_OK && (r = person_put(t, p, STORE_ANY)) == KOSMO_OK &&
	    (r = time_note(c->k, t, a.now)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "login", "", f->yes ? "allow" : "deny",
		 reason_token(f->reason))) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

/* What needs no more than its line in the log. */
static int
note_line(struct kconv *c, const char *event, const struct finding *f)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, event, "", f->yes ? "allow" : "deny",
		 reason_token(f->reason))) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

/*
 * What talk may lower a verdict to. UNKNOWN and NOT_MINE are not among them:
 * a stack may go on to the next module after those.
 */
static enum msg_result
lowered(const struct kconv *c, enum msg_result claimed)
{
	bool verb = c->open.phase == PHASE_VERB;

	if (claimed == RESULT_ERROR || claimed == RESULT_MAXTRIES)
		return claimed;
	if (verb &&
	    (claimed == RESULT_REFUSED || claimed == RESULT_USAGE ||
		claimed == RESULT_NO_RIGHT))
		return claimed;
	return RESULT_DENY;
}

static void
end(struct kconv *c, const struct finding *f, enum msg_result claimed,
    uint32_t uid)
{
	enum msg_result result;
	struct msg_end e = { 0 };

	memcpy(e.nonce, c->open.nonce, NONCE_LEN);
	if (f->yes && claimed == RESULT_ALLOW) {
		e.result = RESULT_ALLOW; /* here, and nowhere else */
		c->allowed = true;
	} else if (f->no != RESULT_DENY) {
		e.result = (uint8_t)f->no;
	} else {
		result = lowered(c, claimed);
		e.result = (uint8_t)result;
	}
	if (c->allowed && c->open.phase == PHASE_AUTH && !c->ended) {
		ticket_make(c, e.ticket);
		if (c->alias[0] != '\0')
			(void)snprintf(e.user, sizeof(e.user), "%s", c->login);
		e.uid = uid;
	}
	c->ended = true;
	c->k->ways.end(c->conn, &e, 0);
}

void
answer_finish(struct kconv *c, const union kmsg *msg)
{
	enum msg_result claimed = (enum msg_result)msg->finish.result;
	struct finding f = found(false, REASON_NONE);
	struct k_done done = { 0 };
	struct person p = { 0 };
	/* an admin may just have removed their own record, or invited it */
	bool about = c->exists && !c->admin;
	uint64_t version = 0;
	int r = KOSMO_ENOTFOUND;

	c->finished = true;
	touch_forget(c);
	if (about)
		r = kconv_person(c, &p, &version);
	if (r == KOSMO_OK || (r == KOSMO_ENOTFOUND && !about))
		f = find(c, &p, keeper_wall(c->k));
	else
		f.no = RESULT_ERROR;
	if (f.yes && claimed != RESULT_ALLOW)
		f.reason = REASON_GIVEN_UP;
	f.yes = f.yes && claimed == RESULT_ALLOW;
	if (c->open.phase == PHASE_AUTH && c->exists && r == KOSMO_OK)
		r = note(c, &p, &f);
	else if (c->open.phase == PHASE_AUTH)
		r = note_line(c, "login", &f);
	else if (c->open.phase == PHASE_ACCOUNT && (c->row.login || c->exists))
		r = note_line(c, "account", &f);
	if (r != KOSMO_OK && r != KOSMO_ENOTFOUND) {
		f = found(false, REASON_STORE);
		f.no = RESULT_ERROR;
	}
	kconv_reply(c, &k_done_layout, &done, 0);
	end(c, &f, claimed, p.uid);
	person_done(&p);
}

bool
judge_at_once(struct kconv *c, struct person *p)
{
	struct finding f = { 0 };

	if (c->open.phase != PHASE_AUTH || !c->exists)
		return false;
	f = find_auth(c, p, keeper_wall(c->k));
	if (!f.yes || note(c, p, &f) != KOSMO_OK)
		return false;
	c->finished = true;
	end(c, &f, RESULT_ALLOW, p->uid);
	return true;
}

void
judge_account(struct kconv *c)
{
	struct finding f = found(false, REASON_NONE);
	struct person p = { 0 };
	uint64_t version;

	if (c->allowed && kconv_person(c, &p, &version) == KOSMO_OK)
		f = find_auth(c, &p, keeper_wall(c->k));
	if (!f.yes && note_line(c, "account", &f) != KOSMO_OK)
		f.no = RESULT_ERROR;
	end(c, &f, RESULT_ALLOW, p.uid);
	person_done(&p);
}

void
judge_refuse(struct keeper *k, void *conn, const struct msg_open *open)
{
	struct msg_end e = { 0 };

	e.result = RESULT_ERROR;
	memcpy(e.nonce, open->nonce, NONCE_LEN);
	k->ways.end(conn, &e, 0);
}
