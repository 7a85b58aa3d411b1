/*
 * Depths 2 and 3: a real kosmod, its sockets and processes. At depth 2 the
 * script is the client; at depth 3 it is behind pam_kosmo.so and libpam.
 */
#include "config.h"

#include <limits.h>
#include <poll.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libkosmo/msg_key.h"
#include "libkosmo/packet.h"
#include "postman.h"
#include "keyring.h"
#include "script.h"
#include "ssh.h"
#include "server.h"

#define WAIT_MS 60000
#define LOOK_MS 20 /* between two looks at the status: each takes a talk */

struct kosmod_world {
	struct world world;
	struct server server;
	struct postman *postman;
	struct keyring keys;
	bool no_touch;
	struct fake_post post; /* what it had when it was looked at */
	size_t mails_seen;
	bool takes;
	char
	    mbox[128]; /* where a real kosmo-post delivers; "": none is there */
};

union client_msg {
	struct msg_show show;
	struct msg_ask ask;
	struct msg_answer answer;
	struct msg_wait wait;
	struct msg_row row;
	struct msg_end end;
	struct msg_agent agent;
};

static void
wait_status(struct world *world, const char *name, const char *want);

static void
world_begin(struct world *world, const char *conf)
{
	struct kosmod_world *w = (struct kosmod_world *)world;

	server_user();
	server_begin(&w->server, conf);
	w->postman = postman_new(w->server.priv);
	w->takes = true;
}

static void
world_clock(struct world *world, int64_t seconds)
{
	*((struct kosmod_world *)world)->server.offset += seconds;
}

static int64_t
world_now(struct world *world)
{
	return server_now(&((struct kosmod_world *)world)->server);
}

static void
world_restart(struct world *world)
{
	struct kosmod_world *w = (struct kosmod_world *)world;

	server_restart(&w->server);
	if (w->mbox[0] == '\0')
		postman_again(w->postman);
	else
		wait_status(world, "post", "1");
}

/* kosmo-touch comes with the first key, unless it is gone. */
static bool
world_key(struct world *world, const char *name, const char *how)
{
	struct kosmod_world *w = (struct kosmod_world *)world;

	if (name[0] != '\0' && !keyring_do(&w->keys, &w->server, name, how))
		return false;
	if (name[0] == '\0')
		w->no_touch = strcmp(how, "gone") == 0;
	if (w->no_touch)
		keyring_no_touch(&w->keys);
	else
		keyring_touch(&w->keys, &w->server);
	wait_status(world, "touch", w->no_touch ? "0" : "1");
	return true;
}

static char *
world_log(struct world *world)
{
	return server_log(&((struct kosmod_world *)world)->server);
}

static void
world_end(struct world *world)
{
	struct kosmod_world *w = (struct kosmod_world *)world;

	keyring_end(&w->keys);
	server_end(&w->server);
	postman_free(&w->postman);
}

static void
send_msg(int fd, const struct layout *l, const void *msg)
{
	if (packet_send(fd, l, msg, -1, packet_now() + WAIT_MS) != 0)
		server_die(1, "kosmod does not take", l->name);
}

/* The next message of kosmod, by its type. */
static uint8_t
receive(int fd, struct buf *b, union client_msg *ret)
{
	static const struct layout *const layouts[] = { &msg_show_layout,
		&msg_ask_layout, &msg_wait_layout, &msg_row_layout,
		&msg_end_layout, &msg_agent_layout };
	int r = packet_recv(fd, b, NULL, packet_now() + WAIT_MS);

	if (r != 0)
		server_die(1, "kosmod says nothing:", kosmo_strerror(r));
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (layouts[i]->type == packet_type(b) &&
		    packet_get(b, layouts[i], ret) == 0)
			return layouts[i]->type;
	server_die(1, "kosmod says what is no message", "");
}

static int
open_conversation(const char *path, uint8_t phase, uint32_t ruid,
    const char *auth_info, const struct msg_hello *hello)
{
	struct msg_open open = {
		.version = MSG_VERSION, .phase = phase, .ruid = ruid
	};
	int fd = server_connect(path);

	memset(open.nonce, 'n', sizeof(open.nonce));
	msg_open_person(&open, hello);
	snprintf(open.auth_info, sizeof(open.auth_info), "%s", auth_info);
	send_msg(fd, &msg_open_layout, &open);
	return fd;
}

/* The agent's descriptor goes to kosmod, and stays open there. */
static void
send_agent(int fd)
{
	int agent = ssh_agent_connect();
	const struct msg_agent_is is = { agent != -1 };

	if (packet_send(fd, &msg_agent_is_layout, &is, agent,
		packet_now() + WAIT_MS) != 0)
		server_die(1, "kosmod does not take", "the agent");
	if (agent != -1)
		close(agent);
}

/* Shows and asks until END, or until the script hangs up. */
static int
converse(int fd, struct script *script)
{
	struct buf b = BUF_INIT;
	union client_msg *msg = calloc(1, sizeof(*msg));
	struct msg_answer answer = { 0 };
	uint8_t type = 0;
	int result = -1;

	if (msg == NULL)
		abort();
	while (type != M_END) {
		type = receive(fd, &b, msg);
		if (type == M_SHOW)
			script_show(script, msg->show.text);
		if (type == M_AGENT)
			send_agent(fd);
		if (type != M_ASK)
			continue;
		if (script_ask(script, msg->ask.text, msg->ask.echo != 0,
			&answer.text) != 0)
			break;
		send_msg(fd, &msg_answer_layout, &answer);
	}
	if (type == M_END) {
		result = msg->end.result;
		if (msg->end.nonce[0] != 'n')
			script_fail(script, "END without the nonce");
	}
	buf_done(&b);
	free(msg);
	return result;
}

static int
play_socket(struct world *world, const struct visit *v, struct script *script)
{
	struct kosmod_world *w = (struct kosmod_world *)world;
	struct msg_hello *hello = calloc(1, sizeof(*hello));
	int fd, result;

	if (hello == NULL)
		abort();
	memcpy(hello->user, v->user, sizeof(v->user));
	memcpy(hello->service, v->service, sizeof(v->service));
	memcpy(hello->source, v->source, sizeof(v->source));
	memcpy(hello->tty, v->tty, sizeof(v->tty));
	hello->uid = v->uid;
	hello->options = v->options;
	memcpy(hello->verb, v->verb, sizeof(v->verb));
	hello->n_args = v->n_args;
	memcpy(hello->args, v->args, sizeof(v->args));
	fd = open_conversation(
	    w->server.socket, v->phase, v->ruid, v->auth_info, hello);
	send_msg(fd, &msg_hello_layout, hello);
	result = converse(fd, script);
	close(fd);
	free(hello);
	return result;
}

static void
add_arg(struct msg_hello *hello, const char *name, const char *value)
{
	struct msg_arg *arg = &hello->args[hello->n_args++];

	snprintf(arg->name, sizeof(arg->name), "%s", name);
	snprintf(arg->value, sizeof(arg->value), "%s", value);
}

/* Of a slip what is secret, of the status (verb) the cell that user names. */
static void
take_cell(const struct msg_row *row, const char *name, char secret[static 64])
{
	for (uint8_t i = 0; i < row->n_cells; i++)
		if (strcmp(row->cells[i].name, "initial_password") == 0 ||
		    strcmp(row->cells[i].name, "code") == 0 ||
		    strcmp(row->cells[i].name, name) == 0)
			snprintf(secret, 64, "%.63s", row->cells[i].value);
}

/* What kosmoctl would send on admin.sock. */
static void
fill_verb(struct kosmod_world *w, struct msg_hello *hello, const char *verb,
    const char *user, const char *more)
{
	bool pam = strcmp(w->world.name, "pam") == 0;
	char email[NAME_LEN + 20];

	snprintf(hello->user, sizeof(hello->user), "root");
	snprintf(hello->service, sizeof(hello->service), "kosmoctl");
	if (strcmp(verb, "status") == 0) {
		snprintf(hello->verb, sizeof(hello->verb), "%s", verb);
		return;
	}
	if (strcmp(verb, "email") == 0) {
		snprintf(hello->verb, sizeof(hello->verb), "user set");
		add_arg(hello, "email", more);
	} else
		snprintf(hello->verb, sizeof(hello->verb), "user %.*s",
		    (int)strcspn(verb, "-"), verb);
	add_arg(hello, "", user);
	if (strncmp(verb, "reset-", 6) == 0)
		add_arg(hello, verb + 6, "");
	if (strcmp(verb, "add") != 0)
		return;
	snprintf(email, sizeof(email), "%s@example.co.jp", user);
	add_arg(hello, "email", email);
	add_arg(hello, "language", more);
	/* whoever has no account here is known to libpam by name only */
	if (!pam)
		add_arg(hello, "uid", "1001");
}

static void
world_admin(struct world *world, const char *verb, const char *user,
    const char *more, char secret[static 64])
{
	struct kosmod_world *w = (struct kosmod_world *)world;
	const char *cell = strcmp(verb, "status") == 0 ? user : "";
	struct msg_hello *hello = calloc(1, sizeof(*hello));
	union client_msg *msg = calloc(1, sizeof(*msg));
	struct msg_answer birth = { 0 }; /* the one thing that is asked */
	struct buf b = BUF_INIT;
	uint8_t type = 0;
	int fd;

	if (hello == NULL || msg == NULL ||
	    secret_set(&birth.text, "19850401", 8) != 0)
		abort();
	fill_verb(w, hello, verb, user, more);
	fd =
	    open_conversation(w->server.admin, PHASE_VERB, getuid(), "", hello);
	send_msg(fd, &msg_hello_layout, hello);
	while (type != M_END) {
		type = receive(fd, &b, msg);
		if (type == M_ROW)
			take_cell(&msg->row, cell, secret);
		else if (type == M_ASK)
			send_msg(fd, &msg_answer_layout, &birth);
		else if (type == M_SHOW && msg->show.kind == SHOW_ERROR)
			server_die(1, verb, msg->show.text);
	}
	if (msg->end.result != RESULT_ALLOW)
		server_die(1, verb, "was refused");
	close(fd);
	buf_done(&b);
	free(hello);
	free(msg);
}

/* As its reader sees the newest mail. */
static const char *
code_of_mbox(const struct kosmod_world *w, const char *login)
{
	const char *srcdir = getenv("srcdir");
	static char code[17];
	char command[512];
	FILE *f;

	snprintf(command, sizeof(command),
	    "'%s/tests/post/read-mail' '%s' --to '%s@' --code",
	    srcdir != NULL ? srcdir : ".", w->mbox, login);
	if ((f = popen(command, "re")) == NULL ||
	    fgets(code, sizeof(code), f) == NULL || pclose(f) != 0)
		server_die(1, "no code in", w->mbox);
	code[strcspn(code, "\n")] = '\0';
	return code;
}

static const char *
world_code(struct world *world, const char *login)
{
	struct kosmod_world *w = (struct kosmod_world *)world;
	const struct p_mail *m;

	if (w->mbox[0] != '\0')
		return code_of_mbox(w, login);
	postman_mails(w->postman, &w->post);
	m = fake_post_mail(&w->post, login, 0);
	return m != NULL ? m->code : "";
}

/* Asks kosmod how it is, until what it says of one thing is this. */
static void
wait_status(struct world *world, const char *name, const char *want)
{
	int64_t until = packet_now() + WAIT_MS;
	char is[64] = "";

	world_admin(world, "status", name, "", is);
	while (strcmp(is, want) != 0) {
		if (packet_now() >= until)
			server_die(1, name, is);
		(void)poll(NULL, 0, LOOK_MS);
		world_admin(world, "status", name, "", is);
	}
}

/* Notices leave within a second: none waits any more once all have come. */
static char *
world_mails(struct world *world)
{
	struct kosmod_world *w = (struct kosmod_world *)world;

	if (w->takes)
		wait_status(world, "notices", "0");
	postman_mails(w->postman, &w->post);
	return fake_post_news(&w->post, &w->mails_seen);
}

static void
world_post(struct world *world, const char *how)
{
	struct kosmod_world *w = (struct kosmod_world *)world;

	w->takes = strcmp(how, "takes") == 0;
	if (sscanf(how, "real %127s", w->mbox) == 1) {
		postman_gone(w->postman);
		wait_status(world, "post", "0");
		server_post(&w->server);
		wait_status(world, "post", "1");
		return;
	}
	if (strcmp(how, "gone") == 0)
		postman_gone(w->postman);
	else
		postman_mood(w->postman, fake_post_mood(how));
	wait_status(world, "post", strcmp(how, "gone") == 0 ? "0" : "1");
}

/* --- through libpam ------------------------------------------------------ */

struct pam_talk {
	struct script *script;
	bool hung_up;
};

static int
answer_pam(struct pam_talk *t, const struct pam_message *m,
    struct pam_response *response)
{
	struct secret typed = { 0 };

	if (m->msg_style == PAM_TEXT_INFO || m->msg_style == PAM_ERROR_MSG) {
		script_show(t->script, m->msg);
		return PAM_SUCCESS;
	}
	if (script_ask(t->script, m->msg, m->msg_style == PAM_PROMPT_ECHO_ON,
		&typed) != 0) {
		t->hung_up = true;
		return PAM_CONV_ERR;
	}
	response->resp = strdup(typed.bytes);
	return response->resp == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static int
pam_ask(int n, const struct pam_message **messages,
    struct pam_response **responses, void *arg)
{
	struct pam_response *r = calloc((size_t)n, sizeof(*r));
	int ret = PAM_SUCCESS;

	for (int i = 0; r != NULL && ret == PAM_SUCCESS && i < n; i++)
		ret = answer_pam(arg, messages[i], &r[i]);
	if (ret != PAM_SUCCESS) {
		free(r);
		r = NULL;
	}
	*responses = r;
	return r == NULL && ret == PAM_SUCCESS ? PAM_BUF_ERR : ret;
}

/* /etc/pam.d/SERVICE of this visit. */
static void
write_service(const struct kosmod_world *w, const struct visit *v)
{
	static const char *const types[] = { "auth", "account", "password" };
	const char *steps = "", *unknown = "";
	char path[NAME_LEN + 128], module[PATH_MAX];
	FILE *f;

	if ((v->options & OPT_STEPS) != 0)
		steps = (v->options & OPT_STEP_PASSWORD) == 0
		    ? "steps=factor"
		    : "steps=password,factor";
	if ((v->options & OPT_UNKNOWN_IGNORE) != 0)
		unknown = "unknown=ignore";
	snprintf(path, sizeof(path), "%s/%s", w->server.dir, v->service);
	if (realpath(".libs/pam_kosmo.so", module) == NULL ||
	    (f = fopen(path, "we")) == NULL)
		server_die(1, "no module, or no folder for", path);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		fprintf(f, "%s required %s socket=%s %s %s\n", types[i], module,
		    w->server.socket, steps, unknown);
	fclose(f);
}

static int
run_pam(pam_handle_t *pamh, const struct visit *v)
{
	char env[128], info[AUTH_INFO_LEN + 20];

	snprintf(
	    env, sizeof(env), "SSH_CONNECTION=%s 4711 192.0.2.1 22", v->source);
	if (v->source[0] != '\0' &&
	    (pam_putenv(pamh, env) != PAM_SUCCESS ||
		pam_set_item(pamh, PAM_RHOST, v->source) != PAM_SUCCESS))
		return PAM_BUF_ERR;
	snprintf(info, sizeof(info), "SSH_AUTH_INFO_0=%s", v->auth_info);
	if (v->auth_info[0] != '\0' && pam_putenv(pamh, info) != PAM_SUCCESS)
		return PAM_BUF_ERR;
	if (v->tty[0] != '\0' &&
	    pam_set_item(pamh, PAM_TTY, v->tty) != PAM_SUCCESS)
		return PAM_BUF_ERR;
	if (v->phase == PHASE_ACCOUNT)
		return pam_acct_mgmt(pamh, 0);
	if (v->phase == PHASE_PASSWORD)
		return pam_chauthtok(pamh, 0);
	return pam_authenticate(pamh, 0);
}

static int
result_of(int r)
{
	switch (r) {
	case PAM_SUCCESS:
		return RESULT_ALLOW;
	case PAM_AUTH_ERR:
	case PAM_PERM_DENIED:
	case PAM_ACCT_EXPIRED:
		return RESULT_DENY;
	case PAM_MAXTRIES:
		return RESULT_MAXTRIES;
	case PAM_USER_UNKNOWN:
		return RESULT_UNKNOWN;
	default:
		return RESULT_ERROR;
	}
}

static int
play_pam(struct world *world, const struct visit *v, struct script *script)
{
	struct kosmod_world *w = (struct kosmod_world *)world;
	struct pam_talk talk = { script, false };
	const struct pam_conv conv = { pam_ask, &talk };
	pam_handle_t *pamh = NULL;
	struct visit own = *v;
	int r;

	if (v->phase == PHASE_VERB) { /* nothing of PAM */
		own.uid = NO_UID;     /* as libpam says of these people */
		return play_socket(world, &own, script);
	}
	if (v->phase == PHASE_PASSWORD && v->peer == 0)
		server_die(77, "only root resets passwords,", "not this test");
	write_service(w, v);
	if (pam_start_confdir(v->service, v->user, &conv, w->server.dir,
		&pamh) != PAM_SUCCESS)
		server_die(1, "pam_start:", v->service);
	r = run_pam(pamh, v);
	pam_end(pamh, r);
	return talk.hung_up ? -1 : result_of(r);
}

struct world *
world_socket(void)
{
	static struct kosmod_world w = {
		.world = { "socket", world_begin, world_clock, world_now,
		    world_admin, world_restart, play_socket, world_code,
		    world_mails, world_post, world_key, true, world_log,
		    world_end }
	};

	return &w.world;
}

struct world *
world_pam(void)
{
	static struct kosmod_world w = {
		.world = { "pam", world_begin, world_clock, world_now,
		    world_admin, world_restart, play_pam, world_code,
		    world_mails, world_post, world_key, false, world_log,
		    world_end }
	};

	return &w.world;
}
