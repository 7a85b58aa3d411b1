/*
 * mail_code.c: K_MAIL. Makes a code, keeps its HMAC, has post mail it.
 */
#include "config.h"

#include "mail_code.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/device.h"
#include "kosmod/keeper/forgot.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/mail_in.h"
#include "kosmod/keeper/mail_limits.h"
#include "kosmod/keeper/post.h"

#define HANDOVER_SECONDS 30 /* to post, and on to sendmail */

const char *
mail_code_address(const struct person *p, enum mail_purpose purpose)
{
	if (purpose == MAIL_CONFIRM && p->email_next[0] != '\0')
		return p->email_next;
	return p->email;
}

struct r_mailed *
mail_row(struct person *p, enum mail_purpose purpose)
{
	for (size_t i = 0; i < p->n_mailed; i++) {
		if (p->mailed[i].purpose == purpose)
			return &p->mailed[i];
	}
	return NULL;
}

void
mail_code_void(struct person *p)
{
	explicit_bzero(p->mailed, sizeof(p->mailed));
	p->n_mailed = 0;
}

bool
mail_allowed(const struct kconv *c)
{
	return (kconv_methods(c) & METHOD_BIT(METHOD_EMAIL)) != 0;
}

bool
mail_code_is_method(const struct kconv *c, const struct person *p)
{
	if (!mail_allowed(c))
		return false;
	for (size_t i = 0; i < p->n_devices; i++) {
		if (p->devices[i].method == METHOD_EMAIL)
			return true;
	}
	return false;
}

/* Uniform: the few numbers that would favour some digits are drawn again. */
static void
make_digits(char *ret, uint32_t n)
{
	uint8_t byte;

	for (uint32_t i = 0; i < n; i++) {
		do {
			digest_random(&byte, 1);
		} while (byte >= 250);
		ret[i] = (char)('0' + byte % 10);
	}
	ret[n] = '\0';
	byte = 0;
}

int
mail_mac(const struct kconv *c, const struct person *p,
    enum mail_purpose purpose, const char *digits, struct r_mailed *ret)
{
	const char *to = mail_code_address(p, purpose);
	char name[24], text[MAIL_LEN + 20];
	int n, r;

	(void)snprintf(name, sizeof(name), "mail %u", (unsigned)purpose);
	n = snprintf(text, sizeof(text), "%.16s %s", digits, to);
	r = digest_mac(
	    c->k->mac_key, name, p->login, text, (size_t)n, ret->mac);
	if (r == KOSMO_OK)
		r = digest_mac(c->k->mac_key, "mail to", p->login, to,
		    strlen(to), ret->to);
	explicit_bzero(text, sizeof(text));
	return r;
}

/* In place of the one before: that is void from now on. */
static int
keep(struct kconv *c, struct person *p, enum mail_purpose purpose,
    const char *digits)
{
	struct r_mailed *row = mail_row(p, purpose);

	if (row == NULL)
		row = &p->mailed[p->n_mailed++];
	memset(row, 0, sizeof(*row));
	row->purpose = (uint8_t)purpose;
	row->until = (uint64_t)keeper_wall(c->k) + c->k->conf->email.lifetime;
	return mail_mac(c, p, purpose, digits, row);
}

/* As a counter, so that a full disk does not stop logins. */
static int
put_made(struct kconv *c, struct person *p, const char *step)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = mail_limits_count(c, t, p)) == KOSMO_OK &&
	    (r = person_put(t, p, STORE_ANY)) == KOSMO_OK &&
	    (r = kconv_audit(c, t, "mail", step, "made", "")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

static int
note_no_post(struct kconv *c, const char *step)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = kconv_audit(
		 c, t, "mail", step, "error", "post is not there")) == KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	return r;
}

/*
 * The code counts from here on, if it still is the newest; one that was not
 * handed over stays what it is, void.
 */
static int
note_sent(struct keeper *k, const struct post_job *j, enum sent_word word,
    const char *reason)
{
	struct audit_event ev = { .event = "mail",
		.login = j->login,
		.step = mail_word(j->kind),
		.outcome = word == SENT_YES ? "sent" : "error",
		.reason = reason,
		.by = "kosmod",
		.time = keeper_wall(k) };
	struct r_mailed *row = NULL;
	struct person p = { 0 };
	struct txn *t = NULL;
	uint64_t version;
	int r = person_get(k->store, j->login, &p, &version);

	if (r == KOSMO_OK)
		row = mail_row(&p, (enum mail_purpose)j->kind);
	if (row != NULL && word == SENT_YES &&
	    memcmp(row->mac, j->mac, DIGEST_LEN) == 0)
		row->sent = (uint64_t)keeper_wall(k);
	else
		row = NULL;
	if ((r = store_begin(k->store, &t)) == KOSMO_OK &&
	    (row == NULL || (r = person_put(t, &p, STORE_ANY)) == KOSMO_OK) &&
	    (r = audit_add(t, &ev)) == KOSMO_OK)
		r = store_commit(k->store, &t, NULL, NULL);
	store_abort(&t);
	person_done(&p);
	return r;
}

static void
on_sent(struct keeper *k, const struct post_job *j, enum sent_word word,
    const char *reason)
{
	struct k_mailed m = { .word = MAILED_SENT };

	if (note_sent(k, j, word, reason) != KOSMO_OK || word != SENT_YES)
		m.word = MAILED_FAILED;
	if (j->c != NULL)
		kconv_reply(j->c, &k_mailed_layout, &m, 0);
}

static int
hand_over(struct kconv *c, const struct person *p, const struct r_mailed *row,
    const char *digits, bool wait)
{
	struct post_job j = { .kind = row->purpose, .done = on_sent };
	struct p_mail mail;
	int r;

	mail_about(c->k, c, p, (enum mail_kind)row->purpose, &mail);
	(void)snprintf(mail.to, sizeof(mail.to), "%s",
	    mail_code_address(p, (enum mail_purpose)row->purpose));
	(void)snprintf(mail.code, sizeof(mail.code), "%s", digits);
	mail.lifetime = c->k->conf->email.lifetime;
	(void)snprintf(j.login, sizeof(j.login), "%s", p->login);
	memcpy(j.mac, row->mac, sizeof(j.mac));
	j.c = wait ? c : NULL;
	r = post_ask(c->k, &j, HANDOVER_SECONDS, &mail);
	explicit_bzero(&mail, sizeof(mail));
	return r;
}

/* True if row's code went to where one of its purpose would go now. */
static bool
same_address(
    struct kconv *c, const struct person *p, const struct r_mailed *row)
{
	struct r_mailed here;

	return mail_mac(c, p, (enum mail_purpose)row->purpose, "", &here) ==
	    KOSMO_OK &&
	    memcmp(here.to, row->to, sizeof(here.to)) == 0;
}

/*
 * The next one may go [email] resend-after seconds after the last; to another
 * address (`change`) at once.
 */
static bool
too_soon(struct kconv *c, struct person *p, enum mail_purpose purpose,
    struct k_mailed *ret)
{
	const struct r_mailed *row = mail_row(p, purpose);
	uint64_t now = (uint64_t)keeper_wall(c->k), next;

	if (row == NULL || row->sent == 0 || row->sent > now ||
	    !same_address(c, p, row))
		return false;
	next = row->sent + c->k->conf->email.resend_after;
	if (next <= now)
		return false;
	ret->word = MAILED_SOON;
	ret->seconds = (uint32_t)(next - now);
	return true;
}

int
mail_code_send(struct kconv *c, struct person *p, enum mail_purpose purpose,
    bool wait, struct k_mailed *ret)
{
	const char *step = mail_word((uint8_t)purpose);
	char digits[17] = "";
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->word = MAILED_NOT_NOW;
	if (mail_code_address(p, purpose)[0] == '\0')
		return KOSMO_OK;
	if (too_soon(c, p, purpose, ret) || !mail_limits_allow(c, p, ret))
		return KOSMO_OK;
	ret->word = MAILED_FAILED;
	if (!c->k->post)
		return note_no_post(c, step);
	make_digits(digits, c->k->conf->email.digits);
	r = keep(c, p, purpose, digits);
	if (r == KOSMO_OK)
		r = put_made(c, p, step);
	if (r == KOSMO_OK &&
	    hand_over(c, p, mail_row(p, purpose), digits, wait) == KOSMO_OK)
		ret->word = MAILED_SENT;
	explicit_bzero(digits, sizeof(digits));
	return r;
}

/* True if this conversation may have such a code mailed, and type it. */
bool
mail_may(
    const struct kconv *c, const struct person *p, enum mail_purpose purpose)
{
	int64_t now = keeper_wall(c->k);

	if (person_state(p, now) == STATE_LOCKED)
		return false;
	switch (purpose) {
	case MAIL_LOGIN:
		return (c->required & STEP_PASSWORD & ~c->proven) == 0 &&
		    mail_code_is_method(c, p);
	case MAIL_CONFIRM:
		return journey_may_confirm(c, p);
	case MAIL_SETUP:
		return p->email_ok && p->email_held <= (uint64_t)now &&
		    journey_turn(c, p, TODO_METHOD);
	case MAIL_ENROL:
		return p->email_ok && mail_allowed(c) && device_may_add(c, p);
	case MAIL_RESET: /* forgot.c asks for more than a conversation has */
		break;
	}
	return false;
}

/* One that was sent and can still be typed: no mail, and its time. */
static bool
stands(struct kconv *c, struct person *p, enum mail_purpose purpose,
    struct k_mailed *ret)
{
	const struct r_mailed *row = mail_row(p, purpose);

	if (row == NULL || !mail_is_good(c, p, row))
		return false;
	memset(ret, 0, sizeof(*ret));
	ret->word = MAILED_STANDING;
	ret->when = row->sent;
	return true;
}

/*
 * Nothing is proven: everyone gets the same, at the same moment, and a mail
 * goes only where it was asked for, to who could type its code here.
 */
static void
answer_blind(struct kconv *c, const struct k_mail *m)
{
	struct k_mailed told = { .word = MAILED_SENT }, ret;
	struct person p;
	uint64_t version;
	int r = kconv_person(c, &p, &version);
	struct attempt a = kconv_attempt(c, r == KOSMO_OK ? &p : NULL);

	if (r == KOSMO_OK && m->again && m->purpose == MAIL_LOGIN &&
	    mail_may(c, &p, MAIL_LOGIN) && throttle_wait(&a) == 0)
		r = mail_code_send(c, &p, MAIL_LOGIN, false, &ret);
	person_done(&p);
	if (r == KOSMO_OK || r == KOSMO_ENOTFOUND || r == KOSMO_ECONFLICT)
		kconv_reply(c, &k_mailed_layout, &told, kconv_boundary(c));
	else
		kconv_trouble(c, "a code can't be mailed", r);
}

void
answer_mail(struct kconv *c, const union kmsg *msg)
{
	const struct k_mail *m = &msg->mail;
	enum mail_purpose purpose = (enum mail_purpose)m->purpose;
	struct k_mailed ret = { .word = MAILED_NOT_NOW };
	struct person p;
	uint64_t version;
	int r;

	c->tried = keeper_mono(c->k);
	if (purpose == MAIL_RESET) {
		forgot_again(c, m->again != 0);
		return;
	}
	if ((c->proven & STEP_PASSWORD) == 0) {
		answer_blind(c, m);
		return;
	}
	r = kconv_person(c, &p, &version);
	if (r == KOSMO_OK && mail_may(c, &p, purpose) &&
	    (m->again || !stands(c, &p, purpose, &ret)))
		r = mail_code_send(c, &p, purpose, true, &ret);
	person_done(&p);
	if (r != KOSMO_OK)
		kconv_trouble(c, "a code can't be mailed", r);
	else if (ret.word != MAILED_SENT)
		kconv_reply(c, &k_mailed_layout, &ret, 0);
}
