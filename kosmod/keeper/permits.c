#include "config.h"

#include "permits.h"

#include <stddef.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/member.h"
#include "kosmod/keeper/forgot.h"

#define IDLE (NEED_BOUND | NEED_NO_TRY)
#define LANGUAGES_MOST 8 /* each is written to the disk */
#define CHANGES_MOST 16
#define SIGN_OUTS_MOST 8 /* each is work for the warden */
#define TOUCHES_MOST 200 /* a job takes a few */

static const struct permit permits[] = {
	{ K_BIND, NEED_UNBOUND, 1, answer_bind },
	{ K_TRY, IDLE, 0, answer_try },
	{ K_PASSWORD, NEED_BOUND | NEED_TRY, 0, answer_password },
	{ K_CODE, IDLE, 0, answer_code },
	{ K_VOUCH, IDLE | NEED_PASSWORD, 0, answer_vouch },
	{ K_PROFILE, IDLE, 0, answer_profile },
	{ K_OLD, IDLE | NEED_MAY_SET, 0, answer_old },
	{ K_OLD_HASH, IDLE | NEED_MAY_SET, 0, answer_old_hash },
	{ K_SET_PASSWORD, IDLE | NEED_MAY_SET, 1, answer_set_password },
	{ K_SEED, IDLE | NEED_MAY_ENROL | NEED_DIALOGUE, 0, answer_seed },
	{ K_SEED_CODE, IDLE | NEED_MAY_ENROL | NEED_DIALOGUE, 0,
	    answer_seed_code },
	{ K_PASSKEY_NEW, IDLE | NEED_MAY_ENROL | NEED_DIALOGUE, CHANGES_MOST,
	    answer_passkey_new },
	{ K_PASSKEY, IDLE, 0, answer_passkey },
	{ K_SSH_KEY, IDLE | NEED_MAY_ENROL | NEED_DIALOGUE, CHANGES_MOST,
	    answer_ssh_key },
	{ K_SSH_SEEN, IDLE | NEED_PASSWORD | NEED_DIALOGUE, CHANGES_MOST,
	    answer_ssh_seen },
	{ K_AGENT, IDLE, CHANGES_MOST, answer_agent },
	{ K_SIGNED, IDLE, CHANGES_MOST, answer_signed },
	{ K_NAME, IDLE | NEED_MAY_NAME, 0, answer_name },
	{ K_REMOVE, IDLE | NEED_ALL, 0, answer_remove },
	{ K_LANGUAGE, IDLE | NEED_PASSWORD, LANGUAGES_MOST, answer_language },
	{ K_SESSIONS, IDLE | NEED_MAY_SIGN_OUT, SIGN_OUTS_MOST,
	    answer_sessions },
	{ K_REMEMBER, IDLE | NEED_ALL, 1, answer_remember },
	{ K_FORGOT, IDLE | NEED_DIALOGUE, 1, answer_forgot },
	{ K_FORGOT_ID, IDLE, 1, answer_forgot_id },
	{ K_MAIL, IDLE, 0, answer_mail },
	{ K_MAIL_CODE, IDLE, 0, answer_mail_code },
	{ K_BIRTH, IDLE | NEED_INITIAL | NEED_DIALOGUE, 0, answer_birth },
	{ K_TERMS, IDLE | NEED_PROVEN | NEED_DIALOGUE, CHANGES_MOST,
	    answer_terms },
	{ K_EMAIL, IDLE | NEED_MAY_MAIL | NEED_DIALOGUE, CHANGES_MOST,
	    answer_email },
	{ K_USER_ID, IDLE | NEED_INITIAL | NEED_DIALOGUE, 0, answer_user_id },
	{ K_METHOD, IDLE | NEED_PASSWORD | NEED_DIALOGUE, CHANGES_MOST,
	    answer_method },
	{ K_RECOVERY, IDLE | NEED_ALL | NEED_DIALOGUE, CHANGES_MOST,
	    answer_recovery },
	{ K_TOUCH, IDLE | NEED_NO_PASSWORD, TOUCHES_MOST, answer_touch },
	{ K_FINISH, 0, 1, answer_finish },
	{ K_USER_ADD, IDLE | NEED_ADMIN, 0, answer_user_add },
	{ K_USER_SET, IDLE | NEED_ADMIN, 0, answer_user_set },
	{ K_USER_ACT, IDLE | NEED_ADMIN, 0, answer_user_act },
	{ K_USER_SHOW, IDLE | NEED_ADMIN, 0, answer_user_show },
	{ K_USER_NEXT, IDLE | NEED_ADMIN, 0, answer_user_next },
	{ K_USER_RENAME, IDLE | NEED_ADMIN, 0, answer_user_rename },
	{ K_USER_IMPORT, IDLE | NEED_ADMIN, 0, answer_user_import },
	{ K_LOG, IDLE | NEED_ADMIN, 0, answer_log },
	{ K_STATUS, IDLE | NEED_ADMIN, 0, answer_status },
};

#define ALL_STEPS (STEP_PASSWORD | STEP_FACTOR)

const struct permit *
permit_find(uint8_t type)
{
	for (size_t i = 0; i < sizeof(permits) / sizeof(permits[0]); i++) {
		if (permits[i].type == type)
			return &permits[i];
	}
	return NULL;
}

static bool
all_proven(const struct kconv *c)
{
	return (c->proven & ALL_STEPS) == ALL_STEPS;
}

/*
 * A new password may be set by passwd(1) of root; by who proved everything,
 * or all that a forgotten password takes; and by who logged in with a password
 * that has to be changed: there the record's todo decides (change.c), and the
 * factor comes after it.
 */
static bool
may_set(const struct kconv *c)
{
	return c->reset || all_proven(c) || forgot_may_set(c) ||
	    ((c->proven & STEP_PASSWORD) != 0 && c->row.dialogue);
}

static bool
typed_initial(const struct kconv *c)
{
	return c->initial && (c->proven & STEP_PASSWORD) != 0;
}

/* Which of both is demanded depends on the record: device.c looks. */
static bool
may_enrol(const struct kconv *c)
{
	return (c->proven & STEP_PASSWORD) != 0 &&
	    (c->vouched || all_proven(c));
}

/* Who may look at, and end, what else is signed in: after any change. */
static bool
may_sign_out(const struct kconv *c)
{
	return all_proven(c) || (c->password_set && !c->reset) ||
	    c->enrolled != 0;
}

bool
permit_met(const struct permit *p, const struct kconv *c)
{
	const struct {
		uint32_t need;
		bool met;
	} facts[] = {
		{ NEED_BOUND, c->bound },
		{ NEED_UNBOUND, !c->bound },
		{ NEED_TRY, c->trying },
		{ NEED_NO_TRY, !c->trying },
		{ NEED_PASSWORD, (c->proven & STEP_PASSWORD) != 0 },
		{ NEED_DIALOGUE, c->row.dialogue },
		{ NEED_MAY_SET, may_set(c) },
		{ NEED_MAY_ENROL, may_enrol(c) },
		{ NEED_MAY_NAME, c->enrolled != 0 || all_proven(c) },
		{ NEED_ALL, all_proven(c) },
		{ NEED_INITIAL, typed_initial(c) },
		{ NEED_PROVEN, c->proven != 0 },
		{ NEED_MAY_MAIL, typed_initial(c) || all_proven(c) },
		{ NEED_MAY_SIGN_OUT, may_sign_out(c) },
		{ NEED_NO_PASSWORD,
		    (c->required & STEP_PASSWORD & ~c->proven) == 0 },
	};

	if (c->finished ||
	    (p->most != 0 && c->times[p->type - K_BIND] >= p->most))
		return false;
	/* the only one that has to look into the store */
	if ((p->needs & NEED_ADMIN) != 0 && !member_may(c))
		return false;
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		if ((p->needs & facts[i].need) != 0 && !facts[i].met)
			return false;
	}
	return true;
}
