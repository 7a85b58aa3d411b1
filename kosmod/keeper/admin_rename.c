/*
 * admin_rename.c: a Unix account has another name now; the person goes with it.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/address.h"
#include "kosmod/keeper/admin.h"
#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/mail_code.h"
#include "kosmod/keeper/member.h"
#include "kosmod/keeper/people.h"

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

/* The record moves to the new name, and its aliases point there. */
static int
move(struct kconv *c, struct txn *t, const struct person *p, const char *to,
    struct person *ret)
{
	int r;

	*ret = *p;
	copy(ret->bound, sizeof(ret->bound), person_bound(p));
	memset(ret->login, 0, sizeof(ret->login));
	copy(ret->login, sizeof(ret->login), to);
	mail_code_void(ret);
	/* the new name was the ID: it is no alias any more */
	if (strcmp(ret->user_id, to) == 0 &&
	    (r = admin_delete_alias(t, to, p->login)) != KOSMO_OK)
		return r;
	if ((r = store_delete(t, REC_PERSON, p->login, STORE_ANY)) !=
		KOSMO_OK ||
	    (r = person_put(t, ret, 0)) != KOSMO_OK ||
	    (r = admin_put_alias(t, ret->user_id, to)) != KOSMO_OK ||
	    (r = admin_put_alias(t, ret->initial_id, to)) != KOSMO_OK)
		return r;
	for (size_t i = 0; i < ret->n_sessions && r == KOSMO_OK; i++)
		r = store_put(t, REC_SESSION, ret->sessions[i].id, to,
		    strlen(to), STORE_ANY);
	if (r == KOSMO_OK)
		r = admin_notice(c, t, ret, ACT_RENAME);
	return r;
}

static int
save_rename(struct kconv *c, const struct person *p, const char *to)
{
	char reason[NAME_LEN + 16];
	struct txn *t = NULL;
	struct person after = { 0 };
	int r;

	(void)snprintf(reason, sizeof(reason), "from %s", p->login);
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = move(c, t, p, to, &after)) == KOSMO_OK &&
	    (r = address_index(c->k, t, p, &after)) == KOSMO_OK &&
	    (r = admin_audit(c, t, to, "user rename", reason)) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	person_done(&after);
	return r;
}

/* Taken: somebody else's name, or an alias that is not this person's own. */
static int
taken_for(struct kconv *c, const struct person *p, const char *to, bool *ret)
{
	if (strcmp(p->user_id, to) == 0 || strcmp(p->initial_id, to) == 0) {
		*ret = false;
		return KOSMO_OK;
	}
	return people_taken(c->k, to, ret);
}

static void
rename_person(struct kconv *c, const union kmsg *msg)
{
	const struct k_user_rename *m = &msg->user_rename;
	bool taken = false;
	struct person p;
	uint64_t version;
	int r = admin_load(c, m->login, &p, &version);

	if (r == KOSMO_OK &&
	    (r = taken_for(c, &p, m->to, &taken)) == KOSMO_OK && !taken &&
	    (p.uid == NO_UID || p.uid == m->uid))
		r = save_rename(c, &p, m->to);
	else if (r == KOSMO_OK && !taken)
		r = KOSMO_EPERM;
	if (r == KOSMO_ENOTFOUND)
		kconv_word(c, VERDICT_MISSING);
	else if (r == KOSMO_EPERM)
		kconv_word(c, VERDICT_NOT_NOW);
	else if (r != KOSMO_OK)
		kconv_trouble(c, "a person can't be renamed", r);
	else
		kconv_word(c, taken ? VERDICT_TAKEN : VERDICT_YES);
	person_done(&p);
}

/*
 * The account has the new name by now, so that is what a member's is judged
 * by; the uid ties both together.
 */
void
answer_user_rename(struct kconv *c, const union kmsg *msg)
{
	const struct k_user_rename *m = &msg->user_rename;
	const struct subject of = { m->to, m->uid };
	const struct guarded what = { m, sizeof(*m), &of, 1, false };
	struct person p = { 0 };
	uint64_t version;
	bool own_uid;

	own_uid = admin_load(c, m->login, &p, &version) == KOSMO_OK &&
	    p.uid != NO_UID && p.uid == m->uid;
	person_done(&p);
	if (!people_good_login(m->to))
		kconv_word(c, VERDICT_NO);
	else if (member_is(c) && !own_uid)
		kconv_word(c, VERDICT_NO_RIGHT);
	else
		member_guard(c, &what, rename_person);
}
