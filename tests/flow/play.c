/* The commands of flow scripts, and the program that plays one. */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scan.h"
#include "script_in.h"
#include "ssh.h"

#define USER_UID 1001

/* What this build or machine lacks; the test counts as skipped. */
static void
skip(struct script *s, const char *why)
{
	if (s->begun)
		s->world->end(s->world);
	printf("skipped: %s\n", why);
	exit(77);
}

/* kosmod reads its catalogue where it will be installed. */
static void
need_language(struct script *s, const char *language)
{
	if (strcmp(language, "ja") == 0 &&
	    strcmp(s->world->name, "keeper") != 0 &&
	    access(KOSMO_LOCALEDIR "/ja/LC_MESSAGES/kosmo.mo", R_OK) != 0)
		skip(s,
		    "no catalogue in " KOSMO_LOCALEDIR
		    " (make install, or configure --localedir=$PWD/po)");
}

static void
begin(struct script *s)
{
	if (!s->begun)
		s->world->begin(s->world, s->conf);
	s->begun = true;
}

/* An mbox beside the terms of use, and what fills it. */
static void
sendmail_line(struct script *s, char *ret, size_t size)
{
	const char *srcdir = getenv("srcdir");
	char path[2048], whole[PATH_MAX];

	snprintf(path, sizeof(path), "%s/tests/post/sendmail",
	    srcdir != NULL ? srcdir : ".");
	if (s->terms[0] == '\0' || realpath(path, whole) == NULL)
		script_fail(s, "no sendmail, or no terms before it");
	snprintf(ret, size, "sendmail = %s %s/mbox\n", whole, s->terms);
}

static void
command_conf(struct script *s, const char *rest)
{
	size_t used = strlen(s->conf);

	if (s->begun)
		script_fail(s, "conf comes first");
	if (strncmp(rest, "language = ", 11) == 0)
		need_language(s, rest + 11);
	if (strcmp(rest, "terms = {terms}") == 0) {
		terms_make(s);
		snprintf(s->conf + used, sizeof(s->conf) - used, "terms = %s\n",
		    s->terms);
		return;
	}
	if (strcmp(rest, "sendmail = {sendmail}") == 0) {
		sendmail_line(s, s->conf + used, sizeof(s->conf) - used);
		return;
	}
	if (strcmp(rest, "blocklist = {blocklist}") == 0) {
		terms_blocklist(s);
		snprintf(s->conf + used, sizeof(s->conf) - used,
		    "blocklist = %s/blocklist\n", s->terms);
		return;
	}
	snprintf(s->conf + used, sizeof(s->conf) - used, "%s\n", rest);
}

/* Some of what is expected stands in that language. */
static void
command_speaks(struct script *s, const char *rest)
{
	need_language(s, rest);
}

/* The terms change; kosmod has to be told by a restart. */
static void
command_terms(struct script *s, const char *rest)
{
	terms_write(s, rest);
}

static void
command_clock(struct script *s, const char *rest)
{
	long n = 0;
	char unit = 0;

	if (sscanf(rest, "%ld%c", &n, &unit) != 2 ||
	    strchr("smhd", unit) == NULL)
		script_fail(s, "clock: %s", rest);
	n *= unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : 86400;
	s->world->clock(s->world, n);
}

static void
command_user(struct script *s, const char *rest)
{
	char verb[16] = "", user[NAME_LEN + 1] = "", more[NAME_LEN + 1] = "";

	if (sscanf(rest, "%15s %256s %256s", verb, user, more) < 2)
		script_fail(s, "user VERB NAME [LANGUAGE or ADDRESS]");
	need_language(s, more);
	s->world->admin(s->world, verb, user, more, s->secret);
}

static void
command_restart(struct script *s, const char *rest)
{
	(void)rest;
	s->world->restart(s->world);
}

/* Each of the words, apart by commas, stands in text in this order. */
static void
expect_words(struct script *s, const char *rest, char *text)
{
	char words[LINE_MAX_LEN], *word, *state = NULL;
	const char *at = text;

	snprintf(words, sizeof(words), "%s", rest);
	for (word = strtok_r(words, ",", &state); word != NULL;
	     word = strtok_r(NULL, ",", &state)) {
		word += strspn(word, " ");
		if ((at = strstr(at, word)) == NULL)
			script_fail(s, "not there: %s\n%s", word, text);
	}
	free(text);
}

/* In the audit lines that came since. */
static void
command_log(struct script *s, const char *rest)
{
	expect_words(s, rest, s->world->log(s->world));
}

/* In the mails that came since; "none": there are none. */
static void
command_mails(struct script *s, const char *rest)
{
	char *mails = s->world->mails(s->world);

	if (strcmp(rest, "none") != 0)
		expect_words(s, rest, mails);
	else if (mails[0] != '\0')
		script_fail(s, "mails: %s", mails);
	else
		free(mails);
}

static void
command_post(struct script *s, const char *rest)
{
	char how[128];

	if (strcmp(rest, "real") != 0) {
		s->world->post(s->world, rest);
		return;
	}
	if (strcmp(s->world->name, "keeper") == 0)
		skip(s, "kosmo-post needs a kosmod");
	snprintf(how, sizeof(how), "real %s/mbox", s->terms);
	s->world->post(s->world, how);
}

/* key NAME HOW ..., touch gone, touch here */
static void
command_key(struct script *s, const char *rest)
{
	char name[16] = "";
	int n = 0;

	if (sscanf(rest, "%15s %n", name, &n) < 1 || rest[n] == '\0')
		script_fail(s, "key NAME HOW");
	if (!s->world->key(s->world, name, rest + n))
		skip(s, "no security keys at this depth");
}

static void
command_touch(struct script *s, const char *rest)
{
	if (!s->world->key(s->world, "", rest))
		skip(s, "no security keys at this depth");
}

/* sshkey NAME ed25519|ecdsa */
static void
command_sshkey(struct script *s, const char *rest)
{
	char name[16] = "", how[16] = "";

	if (sscanf(rest, "%15s %15s", name, how) != 2 || !ssh_make(name, how))
		script_fail(s, "sshkey NAME ed25519|ecdsa");
}

/* agent gone; agent [HOW] has NAME ... */
static void
command_agent(struct script *s, const char *rest)
{
	if (!s->world->agent)
		skip(s, "no agent at this depth: SSH_AUTH_SOCK is sudo's");
	if (!ssh_agent(rest))
		script_fail(s, "agent gone, or [HOW] has NAME ...");
}

static const struct {
	const char *name;
	int result;
} results[] = {
	{ "allow", RESULT_ALLOW },
	{ "deny", RESULT_DENY },
	{ "error", RESULT_ERROR },
	{ "maxtries", RESULT_MAXTRIES },
	{ "unknown", RESULT_UNKNOWN },
	{ "notmine", RESULT_NOT_MINE },
	{ "refused", RESULT_REFUSED },
	{ "usage", RESULT_USAGE },
	{ "hungup", -1 },
};

#define N_RESULTS (sizeof(results) / sizeof(results[0]))

static void
expect_end(struct script *s, int result)
{
	const char *line, *name = "?";

	script_skip_texts(s);
	line = script_peek(s);
	for (size_t i = 0; i < N_RESULTS; i++)
		if (results[i].result == result)
			name = results[i].name;
	if (result == -1) /* the script said so itself */
		return;
	if (line == NULL || strncmp(line, "end ", 4) != 0 ||
	    strcmp(line + 4, name) != 0)
		script_fail(s, "ended with %s", name);
	script_take(s);
}

static void
visit_word(
    struct script *s, struct visit *v, const char *key, const char *value)
{
	if (strcmp(key, "from") == 0)
		snprintf(v->source, sizeof(v->source), "%s", value);
	else if (strcmp(key, "tty") == 0)
		snprintf(v->tty, sizeof(v->tty), "%s", value);
	else if (strcmp(key, "as") == 0)
		v->peer = v->ruid = (uint32_t)atoi(value);
	else if (strcmp(key, "by") == 0)
		v->ruid = (uint32_t)atoi(value);
	else if (strcmp(key, "sshkey") == 0 && ssh_auth_info(value) != NULL)
		snprintf(v->auth_info, sizeof(v->auth_info), "%s",
		    ssh_auth_info(value));
	else if (strcmp(key, "unknown") == 0)
		v->options |= strcmp(value, "ignore") == 0 ? OPT_UNKNOWN_IGNORE
							   : OPT_UNKNOWN_FAIL;
	else if (strcmp(key, "steps") == 0) {
		v->options |= OPT_STEPS;
		if (strstr(value, "password") != NULL)
			v->options |= OPT_STEP_PASSWORD;
		if (strstr(value, "factor") != NULL)
			v->options |= OPT_STEP_FACTOR;
	} else
		script_fail(s, "no such word: %s", key);
}

/* auth SERVICE USER [from ADDRESS] [tty TTY] [steps S] [as UID] ... */
static void
visit(struct script *s, uint8_t phase, const char *rest)
{
	struct visit v = { .phase = phase, .uid = USER_UID };
	char words[LINE_MAX_LEN], *word, *value, *state = NULL;

	snprintf(words, sizeof(words), "%s", rest);
	word = strtok_r(words, " ", &state);
	value = strtok_r(NULL, " ", &state);
	if (word == NULL || value == NULL)
		script_fail(s, "which service, who?");
	snprintf(v.service, sizeof(v.service), "%s", word);
	snprintf(v.user, sizeof(v.user), "%s", value);
	snprintf(s->user, sizeof(s->user), "%s", value);
	while ((word = strtok_r(NULL, " ", &state)) != NULL &&
	    (value = strtok_r(NULL, " ", &state)) != NULL)
		visit_word(s, &v, word, value);
	expect_end(s, s->world->play(s->world, &v, s));
}

static void
command_auth(struct script *s, const char *rest)
{
	visit(s, PHASE_AUTH, rest);
}

static void
command_account(struct script *s, const char *rest)
{
	visit(s, PHASE_ACCOUNT, rest);
}

static void
command_password(struct script *s, const char *rest)
{
	visit(s, PHASE_PASSWORD, rest);
}

static void
verb_arg(struct script *s, struct visit *v, const char *word)
{
	struct msg_arg *arg = &v->args[v->n_args];
	const char *value = strchr(word, '=');

	if (v->n_args == sizeof(v->args) / sizeof(v->args[0]))
		script_fail(s, "too many arguments");
	v->n_args++;
	if (strncmp(word, "--", 2) != 0 || value == NULL) {
		snprintf(arg->value, sizeof(arg->value), "%s", word);
		return;
	}
	snprintf(arg->name, sizeof(arg->name), "%.*s", (int)(value - word - 2),
	    word + 2);
	snprintf(arg->value, sizeof(arg->value), "%s", value + 1);
}

/* A word of a verb; {NAME} is the public line of that key. */
static void
verb_word(struct script *s, struct visit *v, char *word)
{
	const char *line;

	if (word[0] != '{') {
		verb_arg(s, v, word);
		return;
	}
	word[strcspn(word, "}")] = '\0';
	if ((line = ssh_line(word + 1)) == NULL)
		script_fail(s, "no such key: %s", word + 1);
	verb_arg(s, v, line);
}

/* kosmoctl USER VERB [WORD ...] [--NAME=VALUE ...] */
static void
command_kosmoctl(struct script *s, const char *rest)
{
	struct visit v = { .phase = PHASE_VERB,
		.service = "kosmoctl",
		.uid = USER_UID,
		.peer = USER_UID,
		.ruid = USER_UID };
	char words[LINE_MAX_LEN], *word, *state = NULL;
	size_t n;

	if (ssh_agent_here() && strcmp(s->world->name, "keeper") != 0)
		skip(s, "kosmoctl's own agent, and it runs as another here");
	snprintf(words, sizeof(words), "%s", rest);
	if ((word = strtok_r(words, " ", &state)) == NULL)
		script_fail(s, "who?");
	snprintf(v.user, sizeof(v.user), "%s", word);
	snprintf(s->user, sizeof(s->user), "%s", word);
	if ((word = strtok_r(NULL, " ", &state)) == NULL)
		script_fail(s, "which verb?");
	snprintf(v.verb, sizeof(v.verb), "%s", word);
	if (strcmp(word, "enroll") == 0 || strcmp(word, "device") == 0) {
		word = strtok_r(NULL, " ", &state);
		n = strlen(v.verb);
		snprintf(v.verb + n, sizeof(v.verb) - n, " %s",
		    word != NULL ? word : "");
	}
	while ((word = strtok_r(NULL, " ", &state)) != NULL)
		verb_word(s, &v, word);
	s->kosmoctl = true;
	expect_end(s, s->world->play(s->world, &v, s));
	s->kosmoctl = false;
}

static void play_file(struct script *s, const char *path);

static void
command_include(struct script *s, const char *rest)
{
	struct script outer = *s;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", s->dir, rest);
	if (access(path, R_OK) != 0 && getenv("srcdir") != NULL)
		snprintf(path, sizeof(path), "%s/tests/flow/%s",
		    getenv("srcdir"), rest);
	play_file(s, path);
	s->path = outer.path;
	s->f = outer.f;
	s->number = outer.number;
	s->have = false;
}

/* Takes the QR code of the screen as a phone's camera would. */
static void
command_scan(struct script *s, const char *rest)
{
	char uri[512];
	const char *secret;

	(void)rest;
	if (!scan_possible())
		skip(s, "zbarimg was not found");
	if (!scan(s->screen, uri, sizeof(uri)))
		script_fail(s, "no QR code was read off\n%s", s->screen);
	if (strncmp(uri, "otpauth://totp/", 15) != 0 ||
	    (secret = strstr(uri, "secret=")) == NULL)
		script_fail(s, "read: %s", uri);
	app_key(s, secret + 7, 32);
}

static const struct {
	const char *name;
	bool first; /* may come before the world begins */
	void (*run)(struct script *s, const char *rest);
} commands[] = {
	{ "conf", true, command_conf },
	{ "speaks", true, command_speaks },
	{ "include", true, command_include },
	{ "clock", false, command_clock },
	{ "user", false, command_user },
	{ "restart", false, command_restart },
	{ "log", false, command_log },
	{ "mails", false, command_mails },
	{ "terms", false, command_terms },
	{ "post", false, command_post },
	{ "key", false, command_key },
	{ "touch", false, command_touch },
	{ "sshkey", false, command_sshkey },
	{ "agent", false, command_agent },
	{ "scan", false, command_scan },
	{ "auth", false, command_auth },
	{ "account", false, command_account },
	{ "password", false, command_password },
	{ "kosmoctl", false, command_kosmoctl },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

bool
script_command(struct script *s)
{
	char line[LINE_MAX_LEN];
	size_t len = strcspn(s->line, " ");

	snprintf(line, sizeof(line), "%s",
	    s->line[len] == '\0' ? "" : s->line + len + 1);
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strncmp(commands[i].name, s->line, len) != 0 ||
		    commands[i].name[len] != '\0')
			continue;
		script_take(s);
		if (!commands[i].first)
			begin(s);
		commands[i].run(s, line);
		return true;
	}
	return false;
}

static void
play_file(struct script *s, const char *path)
{
	char own[4096];

	snprintf(own, sizeof(own), "%s", path);
	s->path = own;
	s->number = 0;
	s->have = false;
	if ((s->f = fopen(path, "re")) == NULL)
		script_fail(s, "can't be read");
	while (script_peek(s) != NULL)
		if (!script_command(s))
			script_fail(s, "not understood: %s", s->line);
	fclose(s->f);
}

/* make check has the scripts in folders named by their depth. */
static struct world *
world_of(const char *path)
{
	if (strstr(path, "/socket/") != NULL)
		return world_socket();
	if (strstr(path, "/pam/") != NULL)
		return world_pam();
	return world_keeper();
}

static struct world *
world_named(const char *name)
{
	static struct world *(*const worlds[])(
	    void) = { world_keeper, world_socket, world_pam };

	for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++)
		if (strcmp(worlds[i]()->name, name) == 0)
			return worlds[i]();
	fprintf(stderr, "no such depth: %s\n", name);
	exit(2);
}

/* usage: run [keeper|socket|pam] SCRIPT.flow */
int
main(int argc, char **argv)
{
	static struct script s;
	const char *path = argv[argc - 1];
	char dir[4096];

	if (argc < 2 || argc > 3)
		return 2;
	s.world = argc == 3 ? world_named(argv[1]) : world_of(path);
	snprintf(dir, sizeof(dir), "%s", path);
	if (strrchr(dir, '/') != NULL)
		*strrchr(dir, '/') = '\0';
	else
		snprintf(dir, sizeof(dir), ".");
	s.dir = dir;
	play_file(&s, path);
	if (s.begun)
		s.world->end(s.world);
	terms_done(&s);
	return s.begun ? 0 : 1;
}
