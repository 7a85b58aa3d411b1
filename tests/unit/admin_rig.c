#include "config.h"

#include "admin_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct line *
come(struct rig *r, const struct kpeer *peer, const char *user, const char *tty)
{
	struct line *l = calloc(1, sizeof(*l));
	struct msg_open open = { .version = MSG_VERSION, .phase = PHASE_VERB };
	struct k_bind b = { .phase = PHASE_VERB };

	assert_non_null(l);
	l->rig = r;
	open.uid = b.uid = (uint32_t)peer->uid;
	open.ruid = (uint32_t)peer->uid;
	(void)snprintf(open.user, sizeof(open.user), "%s", user);
	(void)snprintf(open.service, sizeof(open.service), "kosmoctl");
	(void)snprintf(b.user, sizeof(b.user), "%s", user);
	(void)snprintf(b.service, sizeof(b.service), "kosmoctl");
	(void)snprintf(b.tty, sizeof(b.tty), "%s", tty);
	assert_int_equal(keeper_accept(r->k, l, peer, &open, &l->c), KOSMO_OK);
	line_ask(l, &k_bind_layout, &b);
	assert_int_equal(l->type, K_BOUND);
	return l;
}

struct line *
line_root(struct rig *r)
{
	const struct kpeer peer = { .pid = RIG_PID, .admin = 1, .trusted = 1 };

	return come(r, &peer, "root", "pts/0");
}

struct line *
line_member(struct rig *r, const char *tty)
{
	const struct kpeer peer = {
		.uid = MEMBER_UID, .pid = 4243, .admin = 1
	};

	return come(r, &peer, "mika", tty);
}

void
rig_mika(struct rig *r, struct secret *ret)
{
	struct person *p;

	rig_known(r, "mika", ret);
	p = rig_load(r, "mika");
	p->uid = MEMBER_UID;
	rig_store(r, &p);
}

void
line_confirm(struct line *l, const struct secret *seed)
{
	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(l->rig, seed, 0)), VERDICT_YES);
	l->rig->wall += 30;
	l->rig->mono += 30000;
}

void
line_act(struct line *l, const char *login, enum user_act act)
{
	struct k_user_act m = { .act = (uint8_t)act };

	(void)snprintf(m.login, sizeof(m.login), "%s", login);
	m.uid = RIG_UID + 1;
	line_ask(l, &k_user_act_layout, &m);
}

bool
line_answered(const struct line *l)
{
	return l->type != 0 && !l->dropped;
}

enum verdict_word
line_word(const struct line *l)
{
	assert_int_equal(l->type, K_VERDICT);
	return (enum verdict_word)l->reply.verdict.word;
}

size_t
rig_told(struct rig *r, const char *to, uint8_t kind, uint8_t act)
{
	size_t n = 0;

	rig_pass(r, 0);
	for (size_t i = 0; i < r->post.n; i++) {
		const struct p_mail *m = &r->post.mails[i];

		n += strcmp(m->to, to) == 0 && m->kind == kind && m->act == act;
	}
	return n;
}
