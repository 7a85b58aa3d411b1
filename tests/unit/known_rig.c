#include "config.h"

#include "known_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kosmod/keeper/address.h"

struct person *
rig_load(struct rig *r, const char *login)
{
	struct person *p = calloc(1, sizeof(*p));
	uint64_t version;

	assert_non_null(p);
	assert_int_equal(person_get(r->store, login, p, &version), KOSMO_OK);
	return p;
}

void
rig_store(struct rig *r, struct person **p)
{
	struct person *before = rig_load(r, (*p)->login);
	struct txn *t = NULL;

	assert_int_equal(store_begin(r->store, &t), KOSMO_OK);
	assert_int_equal(person_put(t, *p, STORE_ANY), KOSMO_OK);
	assert_int_equal(address_index(r->k, t, before, *p), KOSMO_OK);
	assert_int_equal(store_commit(r->store, &t, NULL, NULL), KOSMO_OK);
	store_flush(r->store);
	person_done(before);
	free(before);
	person_done(*p);
	free(*p);
	*p = NULL;
}

void
rig_known(struct rig *r, const char *login, struct secret *ret)
{
	uint8_t typed[DIGEST_LEN];
	struct person *p;

	rig_person(r, login, ret);
	p = rig_load(r, login);
	assert_int_equal(digest_mac(r->k->mac_key, "birth", login, BORN,
			     strlen(BORN), p->birth),
	    KOSMO_OK);
	assert_int_equal(digest_typed("kosmo-code", RECOVERY, typed), KOSMO_OK);
	assert_int_equal(digest_mac(r->k->mac_key, "recovery", login, typed,
			     sizeof(typed), p->recovery[0].mac),
	    KOSMO_OK);
	p->n_recovery = 1;
	p->email_ok = 1;
	rig_store(r, &p);
	r->post.n = r->post.answered = 0;
}

static int
priv(void *arg, enum priv_role role, const struct layout *l, const void *msg)
{
	struct fake_warden *w = arg;

	if (role != PRIV_WARDEN)
		return w->others(w->others_arg, role, l, msg);
	if (!w->there)
		return KOSMO_ECLOSED;
	if (l == &p_sessions_layout) {
		w->n_sessions++;
		w->sessions = *(const struct p_sessions *)msg;
	} else if (l == &p_where_layout) {
		w->n_where++;
		w->where = *(const struct p_where *)msg;
	} else {
		w->n_accounts++;
		w->account = *(const struct p_account *)msg;
	}
	return KOSMO_OK;
}

void
rig_warden(struct rig *r, struct fake_warden *w)
{
	memset(w, 0, sizeof(*w));
	w->others = r->k->ways.priv;
	w->others_arg = r->k->ways.arg;
	w->there = true;
	r->k->ways.priv = priv;
	r->k->ways.arg = w;
	keeper_priv_here(r->k, PRIV_WARDEN, true);
}

void
rig_warden_says(struct rig *r, const struct layout *l, const void *msg)
{
	struct buf packet = BUF_INIT;

	assert_int_equal(
	    codec_encode(l, CODEC_MESSAGE, msg, &packet), KOSMO_OK);
	assert_int_equal(keeper_priv(r->k, PRIV_WARDEN, &packet), KOSMO_OK);
	store_flush(r->store);
	buf_done(&packet);
}

struct line *
line_login(struct rig *r, const char *service, const char *login,
    const char *source, const struct secret *seed)
{
	struct line *l = line_bind(r, service, login, source);

	assert_int_equal(line_password(l, HASH_A), VERDICT_YES);
	assert_int_equal(line_code(l, rig_code(r, seed, 0)), VERDICT_YES);
	r->wall += 30;
	return l;
}
