/*
 * admin_act.c: K_USER_ACT. Each act is one batch: the person, the audit line,
 * and the notice. Sessions are ended after it, and counted if the warden is
 * there.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/address.h"
#include "kosmod/keeper/admin.h"
#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/member.h"
#include "kosmod/keeper/people.h"
#include "kosmod/keeper/ssh_key.h"
#include "kosmod/reason.h"

/* What the answer to an act is made of. */
struct acted {
	struct k_slip slip;
	uint64_t until; /* of the slip's secret */
	bool ends;	/* sessions are to be ended */
	enum mail_kind mail;
};

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

/*
 * Logins that skip the code, mailed codes, the seed, key and code under way.
 */
static void
void_loose(struct person *p)
{
	journey_void(p);
	secret_done(&p->pending);
	p->pending_since = 0;
	ssh_key_forget(p);
	explicit_bzero(p->code, sizeof(p->code));
	p->code_until = 0;
}

/* The password in force becomes one that must not come again. */
static void
retire_password(const struct conf *conf, struct person *p)
{
	uint32_t keep = conf->password.history;

	if (keep > HISTORY_MAX)
		keep = HISTORY_MAX;
	if (p->password[0] != '\0' && keep > 0) {
		memmove(p->history + 1, p->history,
		    (HISTORY_MAX - 1) * sizeof(*p->history));
		copy(p->history[0].hash, sizeof(p->history[0].hash),
		    p->password);
		if (p->n_history < keep)
			p->n_history++;
	}
	explicit_bzero(p->password, sizeof(p->password));
	p->password_set = 0;
}

static void
drop_devices(struct person *p)
{
	p->n_devices = 0;
	explicit_bzero(p->devices, sizeof(p->devices));
	p->n_recovery = 0;
	explicit_bzero(p->recovery, sizeof(p->recovery));
	p->preferred = METHOD_NONE;
}

static int
invite(struct kconv *c, const struct k_user_act *m, struct person *p,
    struct acted *a)
{
	if (p->state == STATE_ACTIVE)
		return KOSMO_EPERM;
	journey_invite(c->k->conf, p);
	return slip_initial(c, p, m->expires, &a->slip);
}

static int
code(struct kconv *c, const struct k_user_act *m, struct person *p,
    struct acted *a)
{
	(void)m;
	if (p->state == STATE_INVITED)
		return KOSMO_EPERM;
	return slip_code(c, p, &a->slip);
}

static int
lock(struct kconv *c, const struct k_user_act *m, struct person *p,
    struct acted *a)
{
	(void)m;
	copy(p->lock, sizeof(p->lock), reason_token(REASON_ADMIN));
	p->locked = (uint64_t)keeper_wall(c->k);
	void_loose(p);
	a->ends = true;
	return KOSMO_OK;
}

static int
unlock(struct kconv *c, const struct k_user_act *m, struct person *p,
    struct acted *a)
{
	(void)m;
	(void)a;
	memset(p->lock, 0, sizeof(p->lock));
	p->locked = 0;
	memset(p->fails, 0, sizeof(p->fails));
	p->n_fails = 0;
	p->births = 0;
	p->warned = 0;
	p->cleared = (uint64_t)keeper_wall(c->k);
	return KOSMO_OK;
}

/* The factor stays and is asked first: the slip alone changes nothing. */
static int
reset_password(struct kconv *c, const struct k_user_act *m, struct person *p,
    struct acted *a)
{
	if (p->state == STATE_INVITED)
		return KOSMO_EPERM;
	void_loose(p);
	retire_password(c->k->conf, p);
	p->todo |= TODO_PASSWORD;
	a->ends = true;
	return slip_initial(c, p, m->expires, &a->slip);
}

/* Part 2 again. The password stays, a mailed code comes first. */
static int
reset_devices(struct kconv *c, const struct k_user_act *m, struct person *p,
    struct acted *a)
{
	const struct conf *conf = c->k->conf;

	(void)m;
	if (p->state == STATE_INVITED)
		return KOSMO_EPERM;
	void_loose(p);
	drop_devices(p);
	p->state = STATE_REGISTERED;
	p->todo |= TODO_METHOD;
	if (conf->recovery.count > 0)
		p->todo |= TODO_CODES;
	p->expires = (uint64_t)keeper_wall(c->k) + conf->registration.expires;
	a->ends = true;
	return KOSMO_OK;
}

static int
reset_all(struct kconv *c, const struct k_user_act *m, struct person *p,
    struct acted *a)
{
	drop_devices(p);
	retire_password(c->k->conf, p);
	if (c->k->conf->registration.user_id)
		memset(p->user_id, 0, sizeof(p->user_id));
	journey_invite(c->k->conf, p);
	a->ends = true;
	return slip_initial(c, p, m->expires, &a->slip);
}

static int
remind(struct kconv *c, const struct k_user_act *m, struct person *p,
    struct acted *a)
{
	enum person_state state = person_state(p, keeper_wall(c->k));

	(void)m;
	a->mail = MK_REMIND;
	if ((state != STATE_INVITED && state != STATE_REGISTERED) ||
	    p->email[0] == '\0')
		return KOSMO_EPERM;
	return KOSMO_OK;
}

static int
rebind(struct kconv *c, const struct k_user_act *m, struct person *p,
    struct acted *a)
{
	(void)c;
	(void)a;
	p->uid = m->uid;
	return KOSMO_OK;
}

static const struct {
	enum user_act act;
	const char *event;
	int (*change)(struct kconv *c, const struct k_user_act *m,
	    struct person *p, struct acted *a);
} acts[] = {
	{ ACT_INVITE, "user invite", invite },
	{ ACT_LOCK, "user lock", lock },
	{ ACT_UNLOCK, "user unlock", unlock },
	{ ACT_CODE, "user code", code },
	{ ACT_RESET_PASSWORD, "user reset password", reset_password },
	{ ACT_RESET_DEVICES, "user reset devices", reset_devices },
	{ ACT_RESET_ALL, "user reset all", reset_all },
	{ ACT_REMIND, "user remind", remind },
	{ ACT_REBIND, "user rebind", rebind },
};

static int
tell(struct kconv *c, struct txn *t, const struct person *p, uint8_t act,
    const struct acted *a)
{
	struct p_mail mail;
	int r;

	if (a->mail != MK_REMIND)
		return admin_notice(c, t, p, (enum user_act)act);
	mail_about(c->k, c, p, MK_REMIND, &mail);
	mail.until = p->expires;
	r = mail_notice(c->k, t, &mail);
	explicit_bzero(&mail, sizeof(mail));
	return r;
}

/* Chosen anew: until then anybody may have it. */
static int
free_user_id(
    struct txn *t, const struct person *before, const struct person *after)
{
	if (strcmp(before->user_id, after->user_id) == 0 ||
	    strcmp(before->user_id, before->initial_id) == 0)
		return KOSMO_OK;
	return admin_delete_alias(t, before->user_id, before->login);
}

static int
change(struct kconv *c, const struct k_user_act *m, struct person *p,
    uint64_t version, struct acted *a)
{
	const struct person before = *p;
	struct txn *t = NULL;
	size_t i = 0;
	int r;

	while (i < sizeof(acts) / sizeof(acts[0]) && acts[i].act != m->act)
		i++;
	if (i == sizeof(acts) / sizeof(acts[0]))
		return KOSMO_EPERM;
	if ((r = acts[i].change(c, m, p, a)) != KOSMO_OK)
		return r;
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = free_user_id(t, &before, p)) == KOSMO_OK &&
	    (r = address_index(c->k, t, &before, p)) == KOSMO_OK &&
	    (r = tell(c, t, p, m->act, a)) == KOSMO_OK &&
	    (r = admin_audit(c, t, p->login, acts[i].event, "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

static int
remove_person(
    struct kconv *c, const struct person *p, uint64_t version, struct acted *a)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) != KOSMO_OK)
		return r;
	r = store_delete(t, REC_PERSON, p->login, version);
	for (size_t i = 0; i < p->n_sessions && r == KOSMO_OK; i++)
		r = store_delete(t, REC_SESSION, p->sessions[i].id, STORE_ANY);
	if (r == KOSMO_OK &&
	    (r = admin_delete_alias(t, p->user_id, p->login)) == KOSMO_OK &&
	    (r = admin_delete_alias(t, p->initial_id, p->login)) == KOSMO_OK &&
	    (r = address_index(c->k, t, p, NULL)) == KOSMO_OK &&
	    (r = people_count(t, c->k->people - 1)) == KOSMO_OK &&
	    (r = admin_notice(c, t, p, ACT_REMOVE)) == KOSMO_OK &&
	    (r = admin_audit(c, t, p->login, "user remove", "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	if (r == KOSMO_OK)
		c->k->people--;
	a->ends = true;
	return r;
}

/* Answers an act that was done. */
static void
done(struct kconv *c, const struct person *p, struct acted *a)
{
	slip_fill(c, p, a->until, &a->slip);
	if (a->ends)
		admin_end(c, p, &a->slip);
	else if (a->slip.secret[0] != '\0')
		kconv_reply(c, &k_slip_layout, &a->slip, 0);
	else
		kconv_word(c, VERDICT_YES);
}

static void
act(struct kconv *c, const union kmsg *msg)
{
	const struct k_user_act *m = &msg->user_act;
	struct acted a = { .mail = MK_ADMIN };
	struct person p;
	uint64_t version;
	int r = admin_load(c, m->login, &p, &version);

	if (r == KOSMO_OK && m->act == ACT_REMOVE)
		r = remove_person(c, &p, version, &a);
	else if (r == KOSMO_OK)
		r = change(c, m, &p, version, &a);
	a.until = m->act == ACT_CODE ? p.code_until : p.expires;
	if (r == KOSMO_ENOTFOUND)
		kconv_word(c, VERDICT_MISSING);
	else if (r == KOSMO_EPERM)
		kconv_word(c, VERDICT_NOT_NOW);
	else if (r != KOSMO_OK)
		kconv_trouble(c, "a person can't be changed", r);
	else
		done(c, &p, &a);
	explicit_bzero(&a, sizeof(a));
	person_done(&p);
}

void
answer_user_act(struct kconv *c, const union kmsg *msg)
{
	const struct k_user_act *m = &msg->user_act;
	const struct subject of = { m->login, NO_UID };
	const struct guarded what = { m, sizeof(*m), &of, 1, false };

	/* whose account another uid belongs to is root's to say */
	if (m->act == ACT_REBIND && member_is(c))
		kconv_word(c, VERDICT_NO_RIGHT);
	else
		member_guard(c, &what, act);
}
