#include "config.h"

#include "judge_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kosmod/keeper/people.h"
#include "kosmod/keeper/rp.h"

static const uint8_t master[STORE_KEY_LEN] = { 1, 2, 3 };

static int64_t
wall(void *arg)
{
	return ((struct rig *)arg)->wall;
}

static int64_t
mono(void *arg)
{
	return ((struct rig *)arg)->mono;
}

static void
take_reply(
    void *conn, const struct layout *l, const void *msg, int64_t not_before)
{
	struct line *line = conn;

	assert_int_equal(line->type, 0); /* one reply a request */
	line->type = l->type;
	line->not_before = not_before;
	memcpy(&line->reply, msg, l->size);
}

static void
take_end(void *conn, const struct msg_end *end, int64_t not_before)
{
	struct line *line = conn;

	(void)not_before;
	line->ended = true;
	line->end = *end;
}

static void
take_tell(void *conn, const struct layout *l, const void *msg)
{
	struct line *line = conn;

	assert_int_equal(l->type, M_SSH_KEYS);
	assert_false(line->ended);
	memcpy(&line->keys, msg, l->size);
	line->told = true;
}

static void
take_drop(void *conn, const char *why)
{
	(void)why;
	((struct line *)conn)->dropped = true;
}

/* No warden is there. */
static int
priv(void *arg, enum priv_role role, const struct layout *l, const void *msg)
{
	struct rig *r = arg;

	if (role != PRIV_POST || r->no_post)
		return KOSMO_ECLOSED;
	return fake_post_take(&r->post, l, msg);
}

static void
lost(void *arg, const char *what)
{
	(void)arg;
	fail_msg("durability lost: %s", what);
}

static void
open_store(struct rig *r)
{
	const struct clock clock = { wall, mono, r };
	const struct keeper_ways ways = { .reply = take_reply,
		.end = take_end,
		.tell = take_tell,
		.drop = take_drop,
		.priv = priv,
		.arg = r };
	struct store_events events = { audit_append, audit_sync, lost, NULL };
	uint8_t key[32];
	const char *why = NULL;

	assert_int_equal(store_derive(master, "audit", key), KOSMO_OK);
	assert_int_equal(audit_open(r->dir, key, &r->audit), KOSMO_OK);
	events.arg = r->audit;
	assert_int_equal(
	    store_open(r->dir, master, &events, &r->store, &why), KOSMO_OK);
	assert_int_equal(
	    keeper_new(r->store, r->audit, &r->conf, &clock, &ways, &r->k),
	    KOSMO_OK);
	r->post.answered = r->post.n;
	keeper_priv_here(r->k, PRIV_POST, !r->no_post);
}

static void
close_store(struct rig *r)
{
	keeper_free(&r->k);
	store_close(&r->store);
	audit_close(&r->audit);
}

struct rig *
rig_new(void)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	(void)snprintf(r->dir, sizeof(r->dir), "/tmp/kosmo-judge.XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	assert_int_equal(chmod(r->dir, 0700), 0);
	assert_int_equal(conf_load(NULL, &r->conf, stderr), KOSMO_OK);
	/* what a test wants of the longer journey it asks for itself */
	r->conf.registration.birth_date = false;
	r->conf.registration.terms = false;
	r->conf.registration.email = false;
	r->conf.registration.user_id = false;
	r->conf.registration.relogin = false;
	r->conf.recovery.count = 0;
	r->conf.login.methods =
	    METHOD_BIT(METHOD_TOTP) | METHOD_BIT(METHOD_EMAIL);
	assert_int_equal(rp_init(r->dir, master, RIG_RP_ID), KOSMO_OK);
	r->wall = 1775000000;
	r->mono = 5000000000;
	open_store(r);
	return r;
}

void
rig_free(struct rig **r)
{
	char command[128];

	close_store(*r);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", (*r)->dir);
	assert_int_equal(system(command), 0);
	free(*r);
	*r = NULL;
}

void
rig_restart(struct rig *r)
{
	close_store(r);
	open_store(r);
}

static struct line *
connect_as(struct rig *r, const struct kpeer *peer, struct msg_open *open)
{
	struct line *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->rig = r;
	open->version = MSG_VERSION;
	open->ruid = RIG_UID;
	memset(open->nonce, 7, sizeof(open->nonce));
	assert_int_equal(keeper_accept(r->k, l, peer, open, &l->c), KOSMO_OK);
	return l;
}

struct line *
line_open(struct rig *r, uint8_t phase, bool admin)
{
	struct kpeer peer = { .pid = RIG_PID, .admin = admin, .trusted = 1 };
	struct msg_open open = { .phase = phase };

	(void)snprintf(open.user, sizeof(open.user), "root");
	(void)snprintf(open.service, sizeof(open.service), "kosmoctl");
	return connect_as(r, &peer, &open);
}

static struct line *
connect_from(struct rig *r, uint8_t phase, const char *service,
    const char *login, const char *from)
{
	struct kpeer peer = { .pid = RIG_PID, .trusted = 1 };
	struct msg_open open = { .phase = phase, .uid = RIG_UID };

	open.remote = from[0] != '\0';
	(void)snprintf(open.from, sizeof(open.from), "%s", from);
	(void)snprintf(open.user, sizeof(open.user), "%s", login);
	(void)snprintf(open.service, sizeof(open.service), "%s", service);
	return connect_as(r, &peer, &open);
}

struct line *
line_name(struct rig *r, uint8_t phase, const char *service, const char *login,
    bool remote)
{
	return connect_from(
	    r, phase, service, login, remote ? "192.0.2.99" : "");
}

void
line_close(struct line **l)
{
	keeper_closed(&(*l)->c);
	free(*l);
	*l = NULL;
}

void
line_ask(struct line *l, const struct layout *layout, const void *msg)
{
	struct buf packet = BUF_INIT;

	l->type = 0;
	memset(&l->reply, 0, sizeof(l->reply));
	assert_int_equal(
	    codec_encode(layout, CODEC_MESSAGE, msg, &packet), KOSMO_OK);
	keeper_request(l->c, &packet);
	store_flush(l->rig->store);
	rig_post(l->rig);
	buf_done(&packet);
}

void
rig_post(struct rig *r)
{
	while (fake_post_answer(&r->post, r->k) > 0)
		store_flush(r->store);
}

void
rig_post_here(struct rig *r, bool here)
{
	r->no_post = !here;
	keeper_priv_here(r->k, PRIV_POST, here);
	store_flush(r->store);
	rig_post(r);
}

void
rig_pass(struct rig *r, int64_t seconds)
{
	r->wall += seconds;
	r->mono += seconds * 1000;
	keeper_tick(r->k);
	store_flush(r->store);
	rig_post(r);
}

const char *
rig_mailed(struct rig *r, const char *login)
{
	const struct p_mail *m = fake_post_mail(&r->post, login, 0);

	assert_non_null(m);
	return m->code;
}

struct line *
line_bind(
    struct rig *r, const char *service, const char *login, const char *source)
{
	struct line *l = connect_from(r, PHASE_AUTH, service, login, source);
	struct k_bind b = { 0 };

	b.phase = PHASE_AUTH;
	b.uid = RIG_UID;
	b.console = source[0] == '\0';
	(void)snprintf(b.user, sizeof(b.user), "%s", login);
	(void)snprintf(b.service, sizeof(b.service), "%s", service);
	(void)snprintf(b.source, sizeof(b.source), "%s", source);
	line_ask(l, &k_bind_layout, &b);
	assert_int_equal(l->type, K_BOUND);
	return l;
}

static enum verdict_word
word(const struct line *l)
{
	assert_int_equal(l->type, K_VERDICT);
	return (enum verdict_word)l->reply.verdict.word;
}

static enum verdict_word
password(struct line *l, const struct k_password *m)
{
	struct k_try try = { 0 };

	line_ask(l, &k_try_layout, &try);
	assert_int_equal(l->type, K_SETTING);
	line_ask(l, &k_password_layout, m);
	return word(l);
}

enum verdict_word
line_password(struct line *l, const char *hash)
{
	struct k_password m = { 0 };

	(void)snprintf(m.hash, sizeof(m.hash), "%s", hash);
	return password(l, &m);
}

enum verdict_word
line_initial(struct line *l, const char *initial)
{
	struct k_password m = { 0 };

	assert_int_equal(
	    digest_typed("kosmo-initial", initial, m.initial), KOSMO_OK);
	return password(l, &m);
}

enum verdict_word
line_code(struct line *l, const char *digits)
{
	struct k_code m = { 0 };

	(void)snprintf(m.digits, sizeof(m.digits), "%s", digits);
	line_ask(l, &k_code_layout, &m);
	return word(l);
}

enum msg_result
line_finish(struct line *l, enum msg_result claimed)
{
	struct k_finish m = { (uint8_t)claimed };

	line_ask(l, &k_finish_layout, &m);
	assert_true(l->ended);
	return (enum msg_result)l->end.result;
}

static struct line *
admin(struct rig *r)
{
	struct line *l = line_open(r, PHASE_VERB, true);
	struct k_bind b = { 0 };

	b.phase = PHASE_VERB;
	(void)snprintf(b.user, sizeof(b.user), "root");
	(void)snprintf(b.service, sizeof(b.service), "kosmoctl");
	line_ask(l, &k_bind_layout, &b);
	assert_int_equal(l->type, K_BOUND);
	assert_int_equal(l->reply.bound.admin, 1);
	return l;
}

static void
keep_slip(struct rig *r, const struct line *l)
{
	assert_int_equal(l->type, K_SLIP);
	digest_plain(l->reply.slip.secret, r->initial, sizeof(r->initial));
	assert_int_equal(strlen(r->initial), 16);
}

void
rig_invite(struct rig *r, const char *login)
{
	struct line *l = admin(r);
	struct k_user_add m = { 0 };

	(void)snprintf(m.login, sizeof(m.login), "%s", login);
	(void)snprintf(m.email, sizeof(m.email), "%s@example.co.jp", login);
	m.uid = RIG_UID;
	line_ask(l, &k_user_add_layout, &m);
	keep_slip(r, l);
	line_close(&l);
}

enum verdict_word
rig_act(struct rig *r, const char *login, enum user_act act)
{
	struct line *l = admin(r);
	struct k_user_act m = { 0 };
	enum verdict_word w = VERDICT_YES;

	(void)snprintf(m.login, sizeof(m.login), "%s", login);
	m.act = (uint8_t)act;
	line_ask(l, &k_user_act_layout, &m);
	if (l->type == K_SLIP && l->reply.slip.secret[0] != '\0')
		keep_slip(r, l);
	else if (l->type != K_SLIP)
		w = word(l);
	line_close(&l);
	return w;
}

struct k_person
rig_show(struct rig *r, const char *login)
{
	struct line *l = admin(r);
	struct k_user_show m = { 0 };
	struct k_person p;

	(void)snprintf(m.login, sizeof(m.login), "%s", login);
	line_ask(l, &k_user_show_layout, &m);
	assert_int_equal(l->type, K_PERSON);
	p = l->reply.person;
	line_close(&l);
	return p;
}

void
rig_person(struct rig *r, const char *login, struct secret *ret)
{
	struct k_set_password set = { HASH_A };
	struct k_seed seed = { 0 };
	struct k_seed_code code = { 0 };
	struct line *l;

	rig_invite(r, login);
	l = line_bind(r, "sshd", login, "192.0.2.1");
	assert_int_equal(line_initial(l, r->initial), VERDICT_YES);
	line_ask(l, &k_set_password_layout, &set);
	assert_int_equal(word(l), VERDICT_YES);
	line_ask(l, &k_seed_layout, &seed);
	assert_int_equal(l->type, K_SEED_IS);
	*ret = l->reply.seed_is.seed;
	assert_int_equal(ret->len, 20);
	(void)snprintf(
	    code.digits, sizeof(code.digits), "%s", rig_code(r, ret, 0));
	line_ask(l, &k_seed_code_layout, &code);
	assert_int_equal(word(l), VERDICT_YES);
	assert_int_equal(line_finish(l, RESULT_ALLOW), RESULT_ALLOW);
	line_close(&l);
	r->wall += 60;
}

const char *
rig_code(struct rig *r, const struct secret *seed, int64_t offset)
{
	static char code[9];
	struct totp t = { seed, "SHA1", 6, 30 };

	assert_int_equal(
	    totp_code(&t, (uint64_t)(r->wall + offset) / 30, code), KOSMO_OK);
	return code;
}

size_t
rig_in_log(struct rig *r, const char *words)
{
	char path[128], *line = NULL;
	size_t n = 0, room = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/audit.log", r->dir);
	f = fopen(path, "re");
	assert_non_null(f);
	while (getline(&line, &room, f) != -1)
		n += strstr(line, words) != NULL;
	free(line);
	(void)fclose(f);
	return n;
}

size_t
rig_mails_of(struct rig *r, const char *login, enum mail_kind kind)
{
	size_t n = 0;

	rig_pass(r, 1);
	for (size_t i = 0; i < r->post.n; i++)
		n += r->post.mails[i].kind == kind &&
		    strcmp(r->post.mails[i].login, login) == 0;
	return n;
}

int
rig_set_up(void **state)
{
	*state = rig_new();
	return 0;
}

int
rig_tear_down(void **state)
{
	struct rig *r = *state;

	rig_free(&r);
	return 0;
}
