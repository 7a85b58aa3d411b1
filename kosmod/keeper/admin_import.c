/*
 * admin_import.c: K_USER_IMPORT: people by the packet. Each line is a batch of
 * its own within the turn, so all of a packet share one write to the disk.
 *
 * An HMAC of the line stays in the record: so an import that was interrupted
 * knows whom it has invited already, whatever else changed in the file.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/address.h"
#include "kosmod/keeper/admin.h"
#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/journey.h"
#include "kosmod/keeper/member.h"
#include "kosmod/keeper/people.h"
#include "libkosmo/buf.h"

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

/* What the line says, but for the account's uid: that may come later. */
static int
line_mac(struct kconv *c, const struct msg_invitee *m,
    uint8_t ret[static DIGEST_LEN])
{
	struct msg_invitee line = *m;
	struct buf b = BUF_INIT;
	int r;

	line.uid = NO_UID;
	r = codec_encode(&msg_invitee_layout, CODEC_MESSAGE, &line, &b);
	if (r == KOSMO_OK)
		r = digest_mac(
		    c->k->mac_key, "import", m->login, b.data, b.len, ret);
	buf_done(&b);
	explicit_bzero(&line, sizeof(line));
	return r;
}

static int
new_person(struct kconv *c, const struct msg_invitee *m, struct person *p,
    struct k_slip *slip)
{
	int r;

	memset(p, 0, sizeof(*p));
	p->schema = PERSON_SCHEMA;
	p->uid = m->uid;
	copy(p->login, sizeof(p->login), m->login);
	copy(p->user_id, sizeof(p->user_id), m->user_id);
	copy(p->name, sizeof(p->name), m->name);
	copy(p->email, sizeof(p->email), m->email);
	copy(p->language, sizeof(p->language),
	    m->language[0] != '\0' ? m->language : c->k->conf->login.language);
	journey_invite(c->k->conf, p);
	if ((r = admin_birth(c, p, m->birth)) != KOSMO_OK ||
	    (r = line_mac(c, m, p->import)) != KOSMO_OK)
		return r;
	return slip_initial(c, p, m->expires, slip);
}

static void
give(const struct person *p, const struct k_slip *slip,
    struct msg_invitation *ret)
{
	ret->word = INVITED_YES;
	copy(ret->language, sizeof(ret->language), p->language);
	copy(ret->secret, sizeof(ret->secret), slip->secret);
	ret->made = p->invited;
	ret->expires = p->expires;
}

static void
take_field(struct msg_invitation *ret, const char *field)
{
	ret->word = INVITED_TAKEN;
	copy(ret->field, sizeof(ret->field), field);
}

/* Somebody may have the slip in hand and be at it. */
static bool
has_begun(const struct conf *conf, const struct person *p)
{
	struct person fresh = *p;
	bool begun;

	journey_invite(conf, &fresh);
	begun = p->state != STATE_INVITED || p->todo != fresh.todo ||
	    p->births > 0 || p->n_mails > 0 || p->email_next[0] != '\0';
	person_done(&fresh);
	return begun;
}

/* Somebody with that login is there: by this very line, or otherwise. */
static int
judge_known(struct kconv *c, const struct msg_invitee *m, struct person *p,
    struct msg_invitation *ret)
{
	uint8_t mac[DIGEST_LEN];
	int r = line_mac(c, m, mac);

	if (r != KOSMO_OK)
		return r;
	if (!secret_bytes_equal(mac, p->import, sizeof(mac)))
		take_field(ret, "login");
	else if (!has_begun(c->k->conf, p))
		ret->word = INVITED_SAME;
	else
		ret->word = INVITED_BEGUN;
	return KOSMO_OK;
}

static int
judge_new(
    struct kconv *c, const struct msg_invitee *m, struct msg_invitation *ret)
{
	bool taken = false;
	int r = people_taken(c->k, m->login, &taken);

	if (r == KOSMO_OK && taken) {
		take_field(ret, "login");
		return KOSMO_OK;
	}
	if (r == KOSMO_OK && m->user_id[0] != '\0')
		r = people_taken(c->k, m->user_id, &taken);
	if (r != KOSMO_OK)
		return r;
	if (taken) {
		take_field(ret, "user_id");
	} else if (!address_allowed(c->k->conf, m->email)) {
		ret->word = INVITED_DOMAIN;
		copy(ret->field, sizeof(ret->field), "email");
	} else {
		ret->word = INVITED_YES;
	}
	return KOSMO_OK;
}

/* The slip was lost before it was written: another one. */
static int
again(struct kconv *c, struct person *p, uint64_t version, uint32_t expires,
    struct msg_invitation *ret)
{
	struct k_slip slip = { 0 };
	struct txn *t = NULL;
	int r;

	if ((r = slip_initial(c, p, expires, &slip)) == KOSMO_OK &&
	    (r = store_begin(c->k->store, &t)) == KOSMO_OK &&
	    (r = person_put(t, p, version)) == KOSMO_OK &&
	    (r = admin_audit(c, t, p->login, "user import", "slip again")) ==
		KOSMO_OK)
		r = store_commit(c->k->store, &t, NULL, NULL);
	store_abort(&t);
	if (r == KOSMO_OK)
		give(p, &slip, ret);
	explicit_bzero(&slip, sizeof(slip));
	return r;
}

static int
add(struct kconv *c, const struct msg_invitee *m, struct person *p,
    struct msg_invitation *ret)
{
	struct k_slip slip = { 0 };
	int r = new_person(c, m, p, &slip);

	if (r == KOSMO_OK && (r = admin_add(c, p, "user import")) == KOSMO_OK)
		give(p, &slip, ret);
	explicit_bzero(&slip, sizeof(slip));
	return r;
}

static int
one(struct kconv *c, enum people_pass pass, const struct msg_invitee *m,
    struct msg_invitation *ret)
{
	struct person p;
	uint64_t version;
	int r = admin_load(c, m->login, &p, &version);

	if (r == KOSMO_OK)
		r = judge_known(c, m, &p, ret);
	else if (r == KOSMO_ENOTFOUND)
		r = judge_new(c, m, ret);
	if (r == KOSMO_OK && pass != PEOPLE_CHECK && ret->word == INVITED_YES) {
		ret->word = INVITED_NO;
		r = add(c, m, &p, ret);
	} else if (r == KOSMO_OK && pass == PEOPLE_AGAIN &&
	    ret->word == INVITED_SAME) {
		r = again(c, &p, version, m->expires, ret);
	}
	person_done(&p);
	return r;
}

static void
import(struct kconv *c, const union kmsg *msg)
{
	const struct msg_people *m = (const void *)msg;
	struct msg_invited reply = { .n = m->n };

	for (uint8_t i = 0; i < m->n; i++) {
		struct msg_invitation *ret = &reply.people[i];
		int r = KOSMO_OK;

		if (!member_allowed(c, i) ||
		    (member_is(c) && m->people[i].uid == NO_UID)) {
			ret->word = INVITED_NO_RIGHT;
		} else if (!people_good_login(m->people[i].login)) {
			copy(ret->field, sizeof(ret->field), "login");
		} else {
			r = one(
			    c, (enum people_pass)m->pass, &m->people[i], ret);
		}
		if (r != KOSMO_OK)
			ret->word =
			    r == KOSMO_EFULL ? INVITED_FULL : INVITED_FAILED;
	}
	kconv_reply(c, &k_invited_layout, &reply, 0);
	explicit_bzero(&reply, sizeof(reply));
}

void
answer_user_import(struct kconv *c, const union kmsg *msg)
{
	const struct msg_people *m = (const void *)msg;
	struct subject of[INVITEES_MAX];
	const struct guarded what = { m, sizeof(*m), of, m->n, true };

	for (uint8_t i = 0; i < m->n; i++) {
		of[i].login = m->people[i].login;
		of[i].uid = m->people[i].uid;
	}
	member_guard(c, &what, import);
}
