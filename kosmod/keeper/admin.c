/*
 * admin.c: the verbs of admin.sock that change a person. Nothing here can
 * read a secret; what is made up (initial password, one-time code) leaves
 * once, in the slip.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/people.h"

#define CODE_SECONDS 86400

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

/* An audit line about login, by the admin of c. */
static int
audit(struct kconv *c, struct txn *t, const char *login, const char *event,
    const char *reason)
{
	struct audit_event ev = { 0 };
	char by[32];

	(void)snprintf(by, sizeof(by), "uid %u", (unsigned)c->peer.uid);
	ev.event = event;
	ev.login = login;
	ev.uid = (uint32_t)c->peer.uid;
	ev.service = "kosmoctl";
	ev.source = c->origin.name;
	ev.outcome = "done";
	ev.reason = reason;
	ev.by = by;
	ev.time = keeper_wall(c->k);
	return audit_add(t, &ev);
}

/* A new initial password into p, and into the slip. */
static int
make_initial(
    struct kconv *c, struct person *p, uint32_t expires, struct k_slip *slip)
{
	uint64_t now = (uint64_t)keeper_wall(c->k);
	uint8_t typed[DIGEST_LEN];
	char plain[64];
	int r;

	if (expires == 0)
		expires = c->k->conf->registration.expires;
	digest_words(slip->secret, 4);
	digest_plain(slip->secret, plain, sizeof(plain));
	if ((r = digest_typed("kosmo-initial", plain, typed)) == KOSMO_OK)
		r = digest_mac(c->k->mac_key, "initial", p->login, typed,
		    sizeof(typed), p->initial);
	explicit_bzero(plain, sizeof(plain));
	p->invited = now;
	p->expires = now + expires;
	journey_invite(c->k->conf, p);
	return r;
}

/*
 * A new slip is given when the first one may be in wrong hands: whoever has
 * it may have chosen the password by now, and seen the seed.
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
}

static int
make_code(struct kconv *c, struct person *p, struct k_slip *slip)
{
	uint8_t typed[DIGEST_LEN];
	char plain[64];
	int r;

	digest_words(slip->secret, 4);
	digest_plain(slip->secret, plain, sizeof(plain));
	if ((r = digest_typed("kosmo-code", plain, typed)) == KOSMO_OK)
		r = digest_mac(c->k->mac_key, "code", p->login, typed,
		    sizeof(typed), p->code);
	explicit_bzero(plain, sizeof(plain));
	p->code_until = (uint64_t)keeper_wall(c->k) + CODE_SECONDS;
	return r;
}

static int
set_birth(struct kconv *c, struct person *p, const char *date)
{
	if (date[0] == '\0')
		return KOSMO_OK;
	return digest_mac(
	    c->k->mac_key, "birth", p->login, date, strlen(date), p->birth);
}

static void
send_slip(struct kconv *c, const struct person *p, struct k_slip *slip,
    uint64_t until)
{
	copy(slip->login, sizeof(slip->login), p->login);
	copy(slip->initial_id, sizeof(slip->initial_id),
	    p->initial_id[0] != '\0' ? p->initial_id : p->login);
	copy(slip->name, sizeof(slip->name), p->name);
	copy(slip->language, sizeof(slip->language), p->language);
	slip->made = (uint64_t)keeper_wall(c->k);
	slip->expires = until;
	kconv_reply(c, &k_slip_layout, slip, 0);
}

static int
put_alias(struct txn *t, const char *alias, const char *login)
{
	if (alias[0] == '\0' || strcmp(alias, login) == 0)
		return KOSMO_OK;
	return store_put(t, REC_ALIAS, alias, login, strlen(login), STORE_ANY);
}

static int
delete_alias(struct txn *t, const char *alias, const char *login)
{
	if (alias[0] == '\0' || strcmp(alias, login) == 0)
		return KOSMO_OK;
	return store_delete(t, REC_ALIAS, alias, STORE_ANY);
}

static int
fill(struct kconv *c, const struct k_user_add *m, struct person *p,
    struct k_slip *slip)
{
	int r;

	memset(p, 0, sizeof(*p));
	p->schema = PERSON_SCHEMA;
	p->uid = m->uid;
	copy(p->login, sizeof(p->login), m->login);
	copy(p->user_id, sizeof(p->user_id), m->user_id);
	copy(p->initial_id, sizeof(p->initial_id), m->initial_id);
	copy(p->name, sizeof(p->name), m->name);
	copy(p->email, sizeof(p->email), m->email);
	copy(p->language, sizeof(p->language),
	    m->language[0] != '\0' ? m->language : c->k->conf->login.language);
	if ((r = set_birth(c, p, m->birth)) != KOSMO_OK)
		return r;
	return make_initial(c, p, m->expires, slip);
}

/* One batch: the person, the aliases, the count and the audit line. */
static int
add(struct kconv *c, const struct person *p)
{
	struct txn *t = NULL;
	int r;

	if (store_full(c->k->store))
		return KOSMO_EFULL;
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, p, 0)) == KOSMO_OK &&
	    (r = put_alias(t, p->user_id, p->login)) == KOSMO_OK &&
	    (r = put_alias(t, p->initial_id, p->login)) == KOSMO_OK &&
	    (r = people_count(t, c->k->people + 1)) == KOSMO_OK &&
	    (r = audit(c, t, p->login, "user add", "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	if (r == KOSMO_OK)
		c->k->people++;
	return r;
}

/* One word of printable ASCII: it stands in names of counters and in logs. */
static bool
good_login(const char *login)
{
	if (login[0] == '\0' || login[0] == '-')
		return false;
	for (; *login != '\0'; login++) {
		if (*login <= ' ' || *login > '~' || strchr("/:", *login))
			return false;
	}
	return true;
}

void
answer_user_add(struct kconv *c, const union kmsg *msg)
{
	const struct k_user_add *m = &msg->user_add;
	const char *names[] = { m->login, m->user_id, m->initial_id };
	struct k_slip slip = { 0 };
	struct person p = { 0 };
	bool taken = false;
	int r = KOSMO_OK;

	if (!good_login(m->login)) {
		kconv_word(c, VERDICT_NO);
		return;
	}
	for (size_t i = 0; i < 3 && r == KOSMO_OK && !taken; i++) {
		if (names[i][0] != '\0')
			r = people_taken(c->k, names[i], &taken);
	}
	if (r == KOSMO_OK && taken) {
		kconv_word(c, VERDICT_TAKEN);
		return;
	}
	if (r == KOSMO_OK && (r = fill(c, m, &p, &slip)) == KOSMO_OK)
		r = add(c, &p);
	if (r == KOSMO_OK)
		send_slip(c, &p, &slip, p.expires);
	else
		kconv_trouble(c, "a person can't be added", r);
	explicit_bzero(&slip, sizeof(slip));
	person_done(&p);
}

static int
load(struct kconv *c, const char *login, struct person *ret,
    uint64_t *ret_version)
{
	memset(ret, 0, sizeof(*ret));
	return person_get(c->k->store, login, ret, ret_version);
}

static int
save(struct kconv *c, const struct person *p, uint64_t version,
    const char *event)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = audit(c, t, p->login, event, "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

void
answer_user_set(struct kconv *c, const union kmsg *msg)
{
	const struct k_user_set *m = &msg->user_set;
	struct person p;
	uint64_t version;
	int r = load(c, m->login, &p, &version);

	if (r == KOSMO_ENOTFOUND) {
		kconv_word(c, VERDICT_MISSING);
		return;
	}
	if ((m->fields & SET_EMAIL) != 0)
		copy(p.email, sizeof(p.email), m->email);
	if ((m->fields & SET_NAME) != 0)
		copy(p.name, sizeof(p.name), m->name);
	if ((m->fields & SET_LANGUAGE) != 0)
		copy(p.language, sizeof(p.language), m->language);
	if (r == KOSMO_OK && (m->fields & SET_BIRTH) != 0)
		r = set_birth(c, &p, m->birth);
	if (r == KOSMO_OK)
		r = save(c, &p, version, "user set");
	if (r == KOSMO_OK)
		kconv_word(c, VERDICT_YES);
	else
		kconv_trouble(c, "a person can't be changed", r);
	person_done(&p);
}

static int
remove_person(struct kconv *c, const struct person *p, uint64_t version)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) != KOSMO_OK)
		return r;
	r = store_delete(t, REC_PERSON, p->login, version);
	for (size_t i = 0; i < p->n_sessions && r == KOSMO_OK; i++)
		r = store_delete(t, REC_SESSION, p->sessions[i].id, STORE_ANY);
	if (r == KOSMO_OK &&
	    (r = delete_alias(t, p->user_id, p->login)) == KOSMO_OK &&
	    (r = delete_alias(t, p->initial_id, p->login)) == KOSMO_OK &&
	    (r = people_count(t, c->k->people - 1)) == KOSMO_OK &&
	    (r = audit(c, t, p->login, "user remove", "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	if (r == KOSMO_OK)
		c->k->people--;
	return r;
}

static int
lock_person(struct kconv *c, struct person *p, uint64_t version)
{
	copy(p->lock, sizeof(p->lock), "by an administrator");
	p->locked = (uint64_t)keeper_wall(c->k);
	return save(c, p, version, "user lock");
}

static int
unlock_person(struct kconv *c, struct person *p, uint64_t version)
{
	memset(p->lock, 0, sizeof(p->lock));
	p->locked = 0;
	memset(p->fails, 0, sizeof(p->fails));
	p->n_fails = 0;
	p->births = 0;
	p->cleared = (uint64_t)keeper_wall(c->k);
	return save(c, p, version, "user unlock");
}

/* Makes what a slip needs; KOSMO_EPERM where there is nothing to give. */
static int
slip_for(struct kconv *c, const struct k_user_act *m, struct person *p,
    uint64_t version, struct k_slip *slip)
{
	int r;

	if (m->act == ACT_CODE) {
		if (p->state == STATE_INVITED)
			return KOSMO_EPERM;
		r = make_code(c, p, slip);
	} else {
		if (p->state == STATE_ACTIVE)
			return KOSMO_EPERM;
		void_earlier(p);
		r = make_initial(c, p, m->expires, slip);
	}
	if (r != KOSMO_OK)
		return r;
	return save(
	    c, p, version, m->act == ACT_CODE ? "user code" : "user invite");
}

static int
act(struct kconv *c, const struct k_user_act *m, struct person *p,
    uint64_t version, struct k_slip *slip)
{
	switch ((enum user_act)m->act) {
	case ACT_LOCK:
		return lock_person(c, p, version);
	case ACT_UNLOCK:
		return unlock_person(c, p, version);
	case ACT_REMOVE:
		return remove_person(c, p, version);
	case ACT_INVITE:
	case ACT_CODE:
		return slip_for(c, m, p, version, slip);
	case ACT_RESET_PASSWORD:
	case ACT_RESET_DEVICES:
	case ACT_RESET_ALL:
	case ACT_REMIND:
	case ACT_REBIND:
		break;
	}
	return KOSMO_EPERM;
}

void
answer_user_act(struct kconv *c, const union kmsg *msg)
{
	const struct k_user_act *m = &msg->user_act;
	struct k_slip slip = { 0 };
	struct person p;
	uint64_t version;
	int r = load(c, m->login, &p, &version);

	if (r == KOSMO_OK)
		r = act(c, m, &p, version, &slip);
	if (r == KOSMO_ENOTFOUND)
		kconv_word(c, VERDICT_MISSING);
	else if (r == KOSMO_EPERM)
		kconv_word(c, VERDICT_NOT_NOW);
	else if (r != KOSMO_OK)
		kconv_trouble(c, "a person can't be changed", r);
	else if (slip.secret[0] != '\0')
		send_slip(c, &p, &slip,
		    m->act == ACT_CODE ? p.code_until : p.expires);
	else
		kconv_word(c, VERDICT_YES);
	explicit_bzero(&slip, sizeof(slip));
	person_done(&p);
}
