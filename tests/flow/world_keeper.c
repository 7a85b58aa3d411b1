/*
 * Depth 1: talk_run and the keeper in one process, with a real store in a
 * folder of its own and a clock that moves when the script says so.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kosmod/keeper/audit.h"
#include "kosmod/keeper/keeper.h"
#include "kosmod/talk/blocklist.h"
#include "kosmod/talk/lang.h"
#include "kosmod/talk/talk.h"
#include "kosmod/talk/terms_text.h"
#include "journey.h"
#include "script.h"
#include "ssh.h"
#include "tests/unit/fake_post.h"
#include "tests/unit/fake_touch.h"

#define START 1775088000 /* a Thursday in April, 00:00 UTC */

struct keeper_world {
	struct world world;
	char dir[64];
	struct conf conf;
	struct audit *audit;
	struct store *store;
	struct keeper *keeper;
	int64_t wall, mono;
	long log_seen;
	bool no_post;
	struct fake_post post;
	struct fake_touch touch;
	size_t mails_seen;
};

/* One conversation: what the keeper said last. */
struct wire {
	struct keeper_world *w;
	struct script *script;
	struct kconv *conv;
	uint8_t type;
	union kmsg reply;
	int64_t not_before;
	bool ended, dropped;
	struct msg_end end;
};

static const uint8_t master[STORE_KEY_LEN] = { 42 };

static void
die(const char *what)
{
	fprintf(stderr, "world: %s\n", what);
	exit(1);
}

static int64_t
wall(void *arg)
{
	return ((struct keeper_world *)arg)->wall;
}

static int64_t
mono(void *arg)
{
	return ((struct keeper_world *)arg)->mono;
}

static void
reply(void *conn, const struct layout *l, const void *msg, int64_t not_before)
{
	struct wire *wire = conn;

	wire->type = l->type;
	wire->not_before = not_before;
	memcpy(&wire->reply, msg, l->size);
}

static void
end(void *conn, const struct msg_end *e, int64_t not_before)
{
	struct wire *wire = conn;

	(void)not_before;
	wire->ended = true;
	wire->end = *e;
}

static void
drop(void *conn, const char *why)
{
	fprintf(stderr, "dropped: %s\n", why);
	((struct wire *)conn)->dropped = true;
}

/* No warden is there. */
static int
priv(void *arg, enum priv_role role, const struct layout *l, const void *msg)
{
	struct keeper_world *w = arg;

	if (role == PRIV_TOUCH)
		return fake_touch_take(&w->touch, l, msg);
	if (role != PRIV_POST || w->no_post)
		return KOSMO_ECLOSED;
	return fake_post_take(&w->post, l, msg);
}

static void
lost(void *arg, const char *what)
{
	(void)arg;
	die(what);
}

/* What the parent and the nursery read at their start. */
static void
read_all(struct keeper_world *w)
{
	char path[128];

	snprintf(path, sizeof(path), "%.*s/kosmod.conf",
	    (int)(strrchr(w->dir, '/') - w->dir), w->dir);
	if (conf_load(path, &w->conf, stderr) != 0)
		die("bad conf");
	if (blocklist_open(w->conf.password.blocklist) != 0)
		die("no block list");
	if (terms_text_open(&w->conf, stderr) != 0)
		die("no terms of use");
}

/* There is a kosmo-touch where there are keys. */
static bool
touch_here(const struct keeper_world *w)
{
	return w->touch.n_keys > 0 && !w->touch.away;
}

static void
open_all(struct keeper_world *w)
{
	const struct clock clock = { wall, mono, w };
	const struct keeper_ways ways = {
		.reply = reply, .end = end, .drop = drop, .priv = priv, .arg = w
	};
	struct store_events events = { audit_append, audit_sync, lost, NULL };
	uint8_t key[32];
	const char *why = "";

	if (store_derive(master, "audit", key) != 0 ||
	    audit_open(w->dir, key, &w->audit) != 0)
		die("no audit");
	events.arg = w->audit;
	if (store_open(w->dir, master, &events, &w->store, &why) != 0)
		die(why);
	if (keeper_new(
		w->store, w->audit, &w->conf, &clock, &ways, &w->keeper) != 0)
		die("no keeper");
	w->post.answered = w->post.n;
	keeper_priv_here(w->keeper, PRIV_POST, !w->no_post);
	keeper_priv_here(w->keeper, PRIV_TOUCH, touch_here(w));
}

static void
answer_mails(struct keeper_world *w)
{
	while (fake_post_answer(&w->post, w->keeper) > 0)
		store_flush(w->store);
}

/* A second passes on kosmod's side: whoever waits too long is answered. */
static void
tick(struct keeper_world *w)
{
	keeper_tick(w->keeper);
	store_flush(w->store);
	answer_mails(w);
}

static void
close_all(struct keeper_world *w)
{
	keeper_free(&w->keeper);
	store_close(&w->store);
	audit_close(&w->audit);
}

static void
world_begin(struct world *world, const char *conf)
{
	struct keeper_world *w = (struct keeper_world *)world;
	char path[128];
	FILE *f;

	snprintf(w->dir, sizeof(w->dir), "/tmp/kosmo-flow-XXXXXX");
	if (mkdtemp(w->dir) == NULL)
		die("no folder");
	snprintf(path, sizeof(path), "%s/kosmod.conf", w->dir);
	if ((f = fopen(path, "we")) == NULL)
		die("no file");
	fprintf(f, "%s%s", conf, WHOLE_JOURNEY(conf) ? "" : SHORT_JOURNEY);
	fclose(f);
	strcat(w->dir, "/state");
	if (mkdir(w->dir, 0700) != 0 || store_init(w->dir, master, NULL) != 0)
		die("no store");
	if (lang_open("po") != 0)
		die("no catalogue in po: run from the top of the build");
	setenv("TZ", "UTC", 1);
	read_all(w);
	open_all(w);
}

static void
world_clock(struct world *world, int64_t seconds)
{
	struct keeper_world *w = (struct keeper_world *)world;

	w->wall += seconds;
	w->mono += seconds > 0 ? seconds * 1000 : 0;
}

static int64_t
world_now(struct world *world)
{
	return ((struct keeper_world *)world)->wall;
}

/* Sends a request and lets time pass until its reply may leave. */
static int
call(void *arg, const struct layout *req, const void *msg, uint8_t *ret_type,
    union kmsg *ret)
{
	struct wire *wire = arg;
	struct buf packet = BUF_INIT;
	int r;

	wire->type = 0;
	if ((r = codec_encode(req, CODEC_MESSAGE, msg, &packet)) != 0)
		return r;
	keeper_request(wire->conv, &packet);
	store_flush(wire->w->store);
	answer_mails(wire->w);
	while (wire->type == 0 &&
	    fake_touch_answer(&wire->w->touch, wire->w->keeper) > 0)
		store_flush(wire->w->store);
	buf_done(&packet);
	for (int i = 0; wire->type == 0 && !wire->dropped && i < 60; i++) {
		world_clock(&wire->w->world, 1);
		tick(wire->w);
	}
	if (wire->dropped || wire->type == 0)
		return KOSMO_ECLOSED;
	if (wire->not_before > wire->w->mono)
		wire->w->mono = wire->not_before;
	*ret_type = wire->type;
	*ret = wire->reply;
	return 0;
}

static int
ask(void *arg, const struct msg_ask *msg, struct secret *ret)
{
	struct wire *wire = arg;

	return script_ask(wire->script, msg->text, msg->echo != 0, ret) == 0
	    ? 0
	    : KOSMO_ECLOSED;
}

static int
show(void *arg, const struct msg_show *msg)
{
	script_show(((struct wire *)arg)->script, msg->text);
	return 0;
}

static int
row(void *arg, const struct msg_row *msg)
{
	(void)arg;
	(void)msg;
	return 0;
}

static int
wait(void *arg, uint32_t seconds)
{
	(void)arg;
	(void)seconds;
	return 0;
}

/* A child that signs, at the other end of a pair of sockets. */
static int
agent(void *arg, int *ret_fd)
{
	(void)arg;
	*ret_fd = ssh_agent_connect();
	return 0;
}

static void
open_wire(struct keeper_world *w, struct wire *wire, uint8_t phase,
    uint32_t peer, const struct msg_hello *hello, const struct visit *v)
{
	bool admin = v == NULL;
	struct kpeer kpeer = { .uid = peer,
		.pid = getpid(),
		.admin = admin,
		.trusted = peer == 0 };
	struct msg_open open = {
		.version = MSG_VERSION, .phase = phase, .ruid = peer
	};

	msg_open_person(&open, hello);
	if (v != NULL) {
		open.ruid = v->ruid;
		memcpy(open.auth_info, v->auth_info, sizeof(open.auth_info));
	}
	wire->w = w;
	if (keeper_accept(w->keeper, wire, &kpeer, &open, &wire->conv) != 0 ||
	    wire->conv == NULL)
		die("not accepted");
}

static int
world_play(struct world *world, const struct visit *v, struct script *script)
{
	struct keeper_world *w = (struct keeper_world *)world;
	struct wire *wire = calloc(1, sizeof(*wire));
	struct talk *talk = calloc(1, sizeof(*talk));
	const struct conversation person = { ask, show, row, wait, NULL, NULL,
		agent, wire };
	const struct link link = { call, wire };
	int status, result;

	if (wire == NULL || talk == NULL)
		die("no memory");
	wire->script = script;
	talk->conf = &w->conf;
	talk->person = &person;
	talk->keeper = &link;
	talk->phase = v->phase;
	memcpy(talk->hello.user, v->user, sizeof(v->user));
	memcpy(talk->hello.service, v->service, sizeof(v->service));
	memcpy(talk->hello.source, v->source, sizeof(v->source));
	memcpy(talk->hello.tty, v->tty, sizeof(v->tty));
	talk->hello.uid = v->uid;
	talk->hello.options = v->options;
	memcpy(talk->hello.verb, v->verb, sizeof(v->verb));
	talk->hello.n_args = v->n_args;
	memcpy(talk->hello.args, v->args, sizeof(v->args));
	open_wire(w, wire, v->phase, v->peer, &talk->hello, v);
	status = talk_run(talk);
	if (wire->dropped)
		script_fail(script, "the keeper dropped the conversation");
	if ((status == 0) != wire->ended)
		script_fail(
		    script, "talk says %d, ended: %d", status, wire->ended);
	result = wire->ended ? wire->end.result : -1;
	keeper_closed(&wire->conv);
	store_flush(w->store);
	free(wire);
	free(talk);
	return result;
}

static void
request(struct wire *wire, const struct layout *l, const void *msg)
{
	uint8_t type;
	union kmsg ret;

	if (call(wire, l, msg, &type, &ret) != 0)
		die("an admin's request failed");
}

static void
add_user(struct wire *wire, const char *user, const char *language)
{
	struct k_user_add add = { .uid = 1001 };

	snprintf(add.login, sizeof(add.login), "%s", user);
	snprintf(add.email, sizeof(add.email), "%s@example.co.jp", user);
	snprintf(add.language, sizeof(add.language), "%s", language);
	snprintf(add.birth, sizeof(add.birth), "19850401");
	request(wire, &k_user_add_layout, &add);
}

static void
set_email(struct wire *wire, const char *user, const char *address)
{
	struct k_user_set set = { .fields = SET_EMAIL };

	snprintf(set.login, sizeof(set.login), "%s", user);
	snprintf(set.email, sizeof(set.email), "%s", address);
	request(wire, &k_user_set_layout, &set);
}

static void
act_user(struct wire *wire, const char *verb, const char *user)
{
	static const struct {
		const char *verb;
		uint8_t act;
	} acts[] = { { "invite", ACT_INVITE }, { "lock", ACT_LOCK },
		{ "unlock", ACT_UNLOCK }, { "remove", ACT_REMOVE },
		{ "code", ACT_CODE }, { "remind", ACT_REMIND },
		{ "reset-password", ACT_RESET_PASSWORD },
		{ "reset-devices", ACT_RESET_DEVICES },
		{ "reset-all", ACT_RESET_ALL } };
	struct k_user_act act = { 0 };

	snprintf(act.login, sizeof(act.login), "%s", user);
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(acts[i].verb, verb) == 0)
			act.act = acts[i].act;
	request(wire, &k_user_act_layout, &act);
}

static void
world_admin(struct world *world, const char *verb, const char *user,
    const char *more, char secret[static 64])
{
	struct keeper_world *w = (struct keeper_world *)world;
	struct wire *wire = calloc(1, sizeof(*wire));
	struct k_bind bind = { .phase = PHASE_VERB };
	struct msg_hello *hello = calloc(1, sizeof(*hello));

	if (wire == NULL || hello == NULL)
		die("no memory");
	snprintf(hello->user, sizeof(hello->user), "root");
	snprintf(hello->service, sizeof(hello->service), "kosmoctl");
	open_wire(w, wire, PHASE_VERB, 0, hello, NULL);
	free(hello);
	snprintf(bind.user, sizeof(bind.user), "root");
	snprintf(bind.service, sizeof(bind.service), "kosmoctl");
	request(wire, &k_bind_layout, &bind);
	if (strcmp(verb, "add") == 0)
		add_user(wire, user, more);
	else if (strcmp(verb, "email") == 0)
		set_email(wire, user, more);
	else
		act_user(wire, verb, user);
	if (wire->type == K_SLIP)
		memcpy(secret, wire->reply.slip.secret, 64);
	else if (wire->reply.verdict.word != VERDICT_YES)
		die(verb);
	keeper_closed(&wire->conv);
	store_flush(w->store);
	free(wire);
}

static void
world_restart(struct world *world)
{
	struct keeper_world *w = (struct keeper_world *)world;

	close_all(w);
	read_all(w);
	open_all(w);
}

static const char *
world_code(struct world *world, const char *login)
{
	struct keeper_world *w = (struct keeper_world *)world;
	const struct p_mail *m = fake_post_mail(&w->post, login, 0);

	return m != NULL ? m->code : "";
}

static char *
world_mails(struct world *world)
{
	struct keeper_world *w = (struct keeper_world *)world;
	size_t before;

	do { /* few at a time */
		before = w->post.n;
		tick(w);
	} while (w->post.n > before);
	return fake_post_news(&w->post, &w->mails_seen);
}

static void
world_post(struct world *world, const char *how)
{
	struct keeper_world *w = (struct keeper_world *)world;

	w->post.mood = fake_post_mood(how);
	w->no_post = strcmp(how, "gone") == 0;
	keeper_priv_here(w->keeper, PRIV_POST, !w->no_post);
	store_flush(w->store);
	answer_mails(w);
}

static bool
world_key(struct world *world, const char *name, const char *how)
{
	struct keeper_world *w = (struct keeper_world *)world;

	if (name[0] == '\0')
		w->touch.away = strcmp(how, "gone") == 0;
	else if (!fake_touch_key(&w->touch, name, how))
		die(how);
	keeper_priv_here(w->keeper, PRIV_TOUCH, touch_here(w));
	return true;
}

static char *
world_log(struct world *world)
{
	struct keeper_world *w = (struct keeper_world *)world;
	char path[128], *text = calloc(1, 65536);
	FILE *f = NULL;

	snprintf(path, sizeof(path), "%s/audit.log", w->dir);
	if (text == NULL || (f = fopen(path, "re")) == NULL ||
	    fseek(f, w->log_seen, SEEK_SET) != 0)
		die("no audit.log");
	(void)!fread(text, 1, 65535, f);
	w->log_seen = ftell(f);
	fclose(f);
	return text;
}

static void
world_end(struct world *world)
{
	struct keeper_world *w = (struct keeper_world *)world;
	char command[128];

	close_all(w);
	fake_touch_done(&w->touch);
	lang_close();
	blocklist_close();
	terms_text_close();
	*strrchr(w->dir, '/') = '\0';
	snprintf(command, sizeof(command), "rm -rf '%s'", w->dir);
	if (system(command) != 0)
		die("the folder stays");
}

struct world *
world_keeper(void)
{
	static struct keeper_world w = {
		.world = { "keeper", world_begin, world_clock, world_now,
		    world_admin, world_restart, world_play, world_code,
		    world_mails, world_post, world_key, true, world_log,
		    world_end },
		.wall = START,
		.mono = 1000000,
	};

	return &w.world;
}
