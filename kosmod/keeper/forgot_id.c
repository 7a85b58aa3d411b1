/*
 * forgot_id.c: K_FORGOT_ID. Mails the IDs of whoever has an address; the
 * answer is the same, at the same moment, whether anybody has.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/address.h"
#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/mail.h"

#define HOUR 3600

/* Whoever asks is counted, as a source address is: asking is cheap. */
static struct attempt
attempt_of(struct kconv *c, struct origin *by)
{
	struct attempt a = { c->k->store, c->k->conf, NULL, by,
		keeper_wall(c->k) };

	memset(by, 0, sizeof(*by));
	(void)snprintf(by->name, sizeof(by->name), "forgot-id uid %u",
	    (unsigned)c->peer.uid);
	by->address = true;
	return a;
}

static int
charge(struct kconv *c, bool *ret_wait)
{
	struct origin by;
	struct attempt a = attempt_of(c, &by);
	struct txn *t = NULL;
	uint8_t marked;
	int r;

	*ret_wait = throttle_wait(&a) != 0;
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = throttle_charge(&a, t, &marked)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "forgot-id", "", *ret_wait ? "deny" : "done",
		 *ret_wait ? "has to wait" : "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

/*
 * Counts it among the mails of the last hour. Only half of [email] per-hour:
 * nobody is to ask so often that no room is left for codes.
 */
static bool
has_room(struct kconv *c, struct person *p)
{
	uint64_t now = (uint64_t)keeper_wall(c->k);
	uint32_t most = (c->k->conf->email.per_hour + 1) / 2;
	uint8_t n = 0;

	for (size_t i = 0; i < p->n_mails; i++) {
		if (p->mails[i].at + HOUR > now)
			p->mails[n++] = p->mails[i];
	}
	p->n_mails = n;
	if (n >= most || n >= MAILS_MAX)
		return false;
	p->mails[p->n_mails++].at = now;
	return true;
}

static int
mail_one(void *arg, const char *login)
{
	struct kconv *c = arg;
	struct p_mail mail;
	struct txn *t = NULL;
	struct person p;
	uint64_t version;
	int r = person_get(c->k->store, login, &p, &version);

	if (r != KOSMO_OK)
		return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
	if (p.email_ok == 0 || !has_room(c, &p))
		goto out;
	mail_about(c->k, c, &p, MK_USER_ID, &mail);
	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = mail_notice(c->k, t, &mail)) == KOSMO_OK &&
	    (r = person_put(t, &p, STORE_ANY)) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
out:
	store_abort(&t);
	person_done(&p);
	return r;
}

void
answer_forgot_id(struct kconv *c, const union kmsg *msg)
{
	const struct k_verdict yes = { .word = VERDICT_YES };
	bool wait = false;
	int r;

	if (c->open.phase != PHASE_VERB) {
		c->k->ways.drop(c->conn, "K_FORGOT_ID outside kosmoctl");
		return;
	}
	c->tried = keeper_mono(c->k);
	r = charge(c, &wait);
	if (r == KOSMO_OK && !wait)
		r = address_each(c->k, msg->forgot_id.address, mail_one, c);
	if (r == KOSMO_OK)
		kconv_reply(c, &k_verdict_layout, &yes, kconv_boundary(c));
	else
		kconv_trouble(c, "an ID can't be mailed", r);
}
