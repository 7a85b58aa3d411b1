/*
 * report.c: the verbs of admin.sock that only look.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/keeper/answers.h"
#include "kosmod/keeper/notices.h"
#include "kosmod/keeper/rp.h"
#include "kosmod/keeper/time.h"

static void
send_person(struct kconv *c, const struct person *p)
{
	struct k_person view = { 0 };

	if (p != NULL)
		person_view(p, c->k->conf, keeper_wall(c->k), &view);
	kconv_reply(c, &k_person_layout, &view, 0);
}

void
answer_user_show(struct kconv *c, const union kmsg *msg)
{
	struct person p = { 0 };
	uint64_t version;
	int r;

	r = person_get(c->k->store, msg->user_show.login, &p, &version);
	if (r == KOSMO_OK || r == KOSMO_ENOTFOUND)
		send_person(c, r == KOSMO_OK ? &p : NULL);
	else
		kconv_trouble(c, "a person can't be read", r);
	person_done(&p);
}

void
answer_user_next(struct kconv *c, const union kmsg *msg)
{
	struct buf value = BUF_INIT;
	struct person p = { 0 };
	int r;

	if (msg->user_next.first)
		store_walk_end(&c->walk);
	r = store_next(c->k->store, REC_PERSON, &c->walk, &value);
	if (r == KOSMO_OK)
		r = person_decode(&value, &p);
	if (r == KOSMO_OK || r == KOSMO_ENOTFOUND)
		send_person(c, r == KOSMO_OK ? &p : NULL);
	else
		kconv_trouble(c, "a person can't be read", r);
	if (r != KOSMO_OK)
		store_walk_end(&c->walk);
	person_done(&p);
	buf_done(&value);
}

void
answer_log(struct kconv *c, const union kmsg *msg)
{
	struct k_lines lines = { 0 };

	audit_read(c->k->audit, &msg->log, &lines);
	kconv_reply(c, &k_lines_layout, &lines, 0);
}

void
answer_status(struct kconv *c, const union kmsg *msg)
{
	struct k_status_is s = { 0 };
	struct store_facts f;

	(void)msg;
	store_facts(c->k->store, &f);
	(void)snprintf(s.version, sizeof(s.version), "%s", PACKAGE_VERSION);
	s.started = (uint64_t)c->k->started;
	s.people = c->k->people;
	s.sequence = f.sequence;
	s.journal_bytes = f.journal_bytes;
	s.checkpoint = f.checkpoint;
	s.conversations = c->k->n_convs;
	s.waiting = c->k->n_waiting;
	s.clock_behind = time_is_behind(c->k, keeper_wall(c->k));
	s.disk_full = store_full(c->k->store);
	s.post = c->k->post;
	s.warden = c->k->warden;
	s.notices = notices_count(c->k);
	s.touch = c->k->touch;
	(void)snprintf(s.rp_id, sizeof(s.rp_id), "%s", rp_id(c->k));
	(void)snprintf(
	    s.rp_id_first, sizeof(s.rp_id_first), "%s", c->k->rp_first);
	kconv_reply(c, &k_status_is_layout, &s, 0);
}
