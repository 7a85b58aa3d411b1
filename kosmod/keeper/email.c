/*
 * email.c: K_EMAIL, and what it means that an address is confirmed.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kosmod/keeper/address.h"
#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/mail.h"
#include "libkosmo/mail_address.h"

#define HOLD_SECONDS 86400
#define BOTH (STEP_PASSWORD | STEP_FACTOR)

/* Who has lost an address may not learn the new one. */
static int
tell_change(struct kconv *c, const struct person *p, struct txn *t,
    const char *to, const char *new)
{
	struct p_mail mail;

	mail_about(c->k, c, p, MK_ADDRESS, &mail);
	(void)snprintf(mail.to, sizeof(mail.to), "%s", to);
	mail_address_mask(new, mail.address, sizeof(mail.address));
	return mail_notice(c->k, t, &mail);
}

/*
 * At the registration it is the step's turn, or the one after it (`change`);
 * later it takes all, or who stole a password would have codes mailed to
 * themselves.
 */
static enum verdict_word
judge_address(const struct kconv *c, const struct person *p, const char *new)
{
	const struct conf *conf = c->k->conf;
	bool inviting = p->state == STATE_INVITED;

	if (inviting ? !journey_turn(c, p, TODO_EMAIL | TODO_CONFIRM)
		     : (c->proven & BOTH) != BOTH || p->lock[0] != '\0')
		return VERDICT_NOT_NOW;
	if (!address_allowed(conf, new))
		return VERDICT_DOMAIN;
	if (inviting && conf->registration.change == CHANGE_REFUSE &&
	    p->email[0] != '\0' && strcasecmp(p->email, new) != 0)
		return VERDICT_NOT_NOW;
	return VERDICT_YES;
}

/* While registering, the recorded address learns of another one at once. */
static int
choose(struct kconv *c, struct person *p, struct txn *t, const char *new)
{
	bool other = strcasecmp(p->email, new) != 0;
	bool again = strcasecmp(p->email_next, new) == 0;

	(void)snprintf(
	    p->email_next, sizeof(p->email_next), "%s", other ? new : "");
	p->todo &= ~(uint32_t)TODO_EMAIL;
	if (p->state != STATE_INVITED)
		return KOSMO_OK;
	p->todo |= TODO_CONFIRM;
	if (!other || again || p->email[0] == '\0')
		return KOSMO_OK;
	return tell_change(c, p, t, p->email, new);
}

static int
store_address(
    struct kconv *c, struct person *p, uint64_t version, const char *new)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = choose(c, p, t, new)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "email", "", "done",
		 p->email_next[0] != '\0' ? "another" : "the same")) ==
		KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

void
answer_email(struct kconv *c, const union kmsg *msg)
{
	const char *new = msg->email.address;
	enum verdict_word word = VERDICT_NO;
	struct person p;
	uint64_t version;
	int r;

	if (!mail_address_valid(new)) {
		c->k->ways.drop(c->conn, "an address that there is not");
		return;
	}
	if ((r = kconv_person(c, &p, &version)) == KOSMO_OK) {
		word = judge_address(c, &p, new);
		if (word == VERDICT_YES)
			r = store_address(c, &p, version, new);
	}
	person_done(&p);
	if (r == KOSMO_OK)
		kconv_word(c, word);
	else
		kconv_trouble(c, "an address can't be stored", r);
}

/*
 * A change while registering may wait for its day: whoever holds the slip and
 * knows the birth date has it then, and the recorded address has been told.
 * Later both addresses are told.
 */
static int
change(struct kconv *c, struct person *p, struct txn *t)
{
	char old[MAIL_LEN + 1];
	int r;

	memcpy(old, p->email, sizeof(old));
	memcpy(p->email, p->email_next, sizeof(p->email));
	memset(p->email_next, 0, sizeof(p->email_next));
	if (p->state == STATE_INVITED) {
		if (c->k->conf->registration.change == CHANGE_HOLD &&
		    old[0] != '\0')
			p->email_held =
			    (uint64_t)keeper_wall(c->k) + HOLD_SECONDS;
		return KOSMO_OK;
	}
	if ((r = tell_change(c, p, t, old, p->email)) == KOSMO_OK)
		r = tell_change(c, p, t, p->email, p->email);
	return r;
}

int
journey_confirmed(struct kconv *c, struct person *p, struct txn *t)
{
	struct person before = *p;
	int r = KOSMO_OK;

	if (p->email_next[0] != '\0')
		r = change(c, p, t);
	p->email_ok = 1;
	p->todo &= ~(uint32_t)(TODO_EMAIL | TODO_CONFIRM);
	if (r == KOSMO_OK)
		r = address_index(c->k, t, &before, p);
	if (r == KOSMO_OK)
		r = kconv_audit(c, t, "email", "", "confirmed", "");
	person_done(&before);
	return r == KOSMO_OK ? journey_settle(c, p, t) : r;
}
