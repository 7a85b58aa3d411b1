/*
 * Plays flow scripts: tests/flow/README says how they are written.
 */
#include "config.h"

#include "script.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kosmod/talk/text.h"
#include "scan.h"

#define PEOPLE_MAX 16
#define LINE_MAX_LEN 1024
#define USER_UID 1001

struct seed {
	char user[NAME_LEN + 1];
	uint8_t bytes[64];
	size_t len;
};

struct script {
	const char *dir; /* of include */
	const char *path;
	FILE *f;
	int number; /* of the line */
	char line[LINE_MAX_LEN];
	bool have; /* line is not used yet */
	struct world *world;
	bool begun;
	char conf[4096];
	char secret[64];	   /* of the last slip or code */
	char code[9];		   /* typed last */
	char user[NAME_LEN + 1];   /* of this dialogue */
	char screen[TEXT_LEN + 1]; /* the last ask */
	struct seed seeds[PEOPLE_MAX];
	size_t n_seeds;
};

void
script_fail(struct script *s, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: ", s->path, s->number);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n");
	exit(1);
}

/* The next line that says something, without its newline; NULL at the end. */
static const char *
peek(struct script *s)
{
	while (!s->have) {
		if (fgets(s->line, sizeof(s->line), s->f) == NULL)
			return NULL;
		s->number++;
		s->line[strcspn(s->line, "\n")] = '\0';
		s->have = s->line[0] != '\0' && s->line[0] != '#';
	}
	return s->line;
}

static void
take(struct script *s)
{
	s->have = false;
}

/* --- codes ----------------------------------------------------------- */

static struct seed *
seed_of(struct script *s, const char *user)
{
	for (size_t i = 0; i < s->n_seeds; i++)
		if (strcmp(s->seeds[i].user, user) == 0)
			return &s->seeds[i];
	if (s->n_seeds == PEOPLE_MAX)
		script_fail(s, "too many people");
	snprintf(s->seeds[s->n_seeds].user, NAME_LEN + 1, "%s", user);
	return &s->seeds[s->n_seeds++];
}

/* RFC 6238 as an app does it; nothing of it is the keeper's own code. */
static void
totp(const struct seed *seed, int64_t when, char ret[static 9])
{
	uint64_t step = (uint64_t)when / 30;
	uint8_t counter[8], mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	uint32_t value, at;

	for (int i = 7; i >= 0; i--, step >>= 8)
		counter[i] = (uint8_t)step;
	HMAC(EVP_sha1(), seed->bytes, (int)seed->len, counter, sizeof(counter),
	    mac, &n);
	at = mac[n - 1] & 15U;
	value = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
	    (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	snprintf(ret, 9, "%06u", value % 1000000);
}

/* The seed is length characters of base32, spaces among them. */
static void
keep_key(struct script *s, const char *text, size_t length)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct seed *seed = seed_of(s, s->user);
	const char *digit;
	uint32_t bits = 0, n = 0;

	seed->len = 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] == ' ')
			continue;
		if (text[i] == '\0' ||
		    (digit = strchr(alphabet, text[i])) == NULL)
			script_fail(s, "not base32: %s", text);
		bits = bits << 5 | (uint32_t)(digit - alphabet);
		n += 5;
		if (n >= 8) {
			n -= 8;
			seed->bytes[seed->len++] = (uint8_t)(bits >> n);
		}
	}
}

/* Eight groups of four in the text of a key page. */
static void
notice_key(struct script *s, const char *text)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	for (; *text != '\0'; text++)
		if (strspn(text, alphabet) == 4 && text[4] == ' ' &&
		    strspn(text + 5, alphabet) == 4 && text[9] == ' ' &&
		    strspn(text + 10, alphabet) == 4) {
			keep_key(s, text, 39);
			return;
		}
}

/* --- what is typed ---------------------------------------------------- */

/* {slip}, {code}, {last}, {totp}, {totp -30}; \b, \e, \r stand for bytes. */
static size_t
expand(struct script *s, const char *from, char *to, size_t size)
{
	char name[32] = "", code[9];
	long offset = 0;

	if (sscanf(from, "{%31[a-z] %ld}", name, &offset) < 1)
		script_fail(s, "no such thing to type: %s", from);
	if (strcmp(name, "slip") == 0 || strcmp(name, "code") == 0)
		snprintf(to, size, "%s", s->secret);
	else if (strcmp(name, "last") == 0)
		snprintf(to, size, "%s", s->code);
	else if (strcmp(name, "totp") == 0) {
		totp(seed_of(s, s->user), s->world->now(s->world) + offset,
		    code);
		memcpy(s->code, code, sizeof(code));
		snprintf(to, size, "%s", code);
	} else
		script_fail(s, "no such thing to type: %s", from);
	return strcspn(from, "}") + 1;
}

static void
answer(struct script *s, const char *from, struct secret *ret)
{
	char typed[SECRET_MAX + 1];
	size_t n = 0;

	while (*from != '\0' && n + 64 < sizeof(typed)) {
		if (*from == '{') {
			from += expand(s, from, typed + n, sizeof(typed) - n);
			n += strlen(typed + n);
		} else if (*from == '\\') {
			typed[n++] = from[1] == 'b' ? '\b'
			    : from[1] == 'e'	    ? '\x1b'
						    : '\r';
			from += 2;
		} else
			typed[n++] = *from++;
	}
	if (secret_set(ret, typed, n) != 0)
		script_fail(s, "too long");
}

/* --- what is seen ----------------------------------------------------- */

/* The rules of every message: DIALOGUE 2 and 4. */
static void
check_rules(struct script *s, const char *text, bool ask)
{
	bool drawn =
	    strstr(text, "\u2588") != NULL || strstr(text, "##") != NULL;
	const char *line = text, *end;
	size_t lines = 0;

	if (strlen(text) > 511 && !drawn && strstr(text, "SHA1") == NULL)
		script_fail(s, "%zu bytes in one message", strlen(text));
	if (ask && strchr(text, '\n') != NULL && text[0] != '\n')
		script_fail(s, "several lines without a newline before them");
	for (;; line = end + 1, lines++) {
		end = strchrnul(line, '\n');
		if (text_columns(line) > 80 && strstr(text, "##") == NULL)
			script_fail(s, "a line of %zu columns: %s",
			    text_columns(line), line);
		if (*end == '\0')
			break;
	}
	if (lines > 24 && strstr(text, "##") == NULL)
		script_fail(s, "%zu lines", lines);
	if (ask && lines == 0 && text_columns(text) > 46)
		script_fail(s, "an ask of %zu columns", text_columns(text));
	if (ask &&
	    (strlen(line) < 2 || strcmp(line + strlen(line) - 2, ": ") != 0))
		script_fail(s, "an ask that does not end in ': ': %s", line);
}

/*
 * Compares text with the lines of the script that begin with mark. A line
 * "..." stands for any lines; so does "* " before a line for its end.
 */
static void
compare(struct script *s, const char *text, char mark, const char *seen)
{
	const char *want, *end;
	bool any = false;
	size_t len;

	for (;; text = *end == '\0' ? NULL : end + 1) {
		want = peek(s);
		if (want == NULL || want[0] != mark) {
			if (text != NULL && !any)
				script_fail(s, "more is seen:\n%s", text);
			return;
		}
		if (text == NULL)
			script_fail(
			    s, "not seen: %s\nall of it:%s", want, seen);
		want += want[1] == ' ' ? 2 : 1;
		end = strchrnul(text, '\n');
		len = (size_t)(end - text);
		if (strcmp(want, "...") == 0) {
			any = true;
			take(s);
			if ((want = peek(s)) == NULL || want[0] != mark)
				return;
			want += want[1] == ' ' ? 2 : 1;
		}
		if (strlen(want) == len && strncmp(want, text, len) == 0) {
			any = false;
			take(s);
		} else if (!any)
			script_fail(s, "\nexpected: %s\nseen:     %.*s", want,
			    (int)len, text);
	}
}

static bool command(struct script *s);

int
script_ask(struct script *s, const char *text, bool echo, struct secret *ret)
{
	char seen[TEXT_LEN + 2];
	const char *line;

	check_rules(s, text, true);
	notice_key(s, text);
	snprintf(s->screen, sizeof(s->screen), "%s", text);
	/* as DIALOGUE writes it: a star where nothing is shown */
	snprintf(seen, sizeof(seen), "%s%s", text, echo ? "" : "*");
	line = peek(s);
	if (line == NULL || line[0] != '<')
		script_fail(s, "an ask that is not in the script:\n%s", seen);
	compare(s, seen, '<', seen);
	while ((line = peek(s)) != NULL && line[0] != '>') {
		if (strcmp(line, "hangup") == 0) {
			take(s);
			return -1;
		}
		if (line[0] == '<' || line[0] == '=' || !command(s))
			script_fail(s, "no answer to the ask");
	}
	if (line == NULL)
		script_fail(s, "no answer to the ask");
	answer(s, line + (line[1] == ' ' ? 2 : 1), ret);
	take(s);
	return 0;
}

void
script_show(struct script *s, const char *text)
{
	const char *line = peek(s);

	check_rules(s, text, false);
	if (line == NULL || line[0] != '=')
		script_fail(s, "a text that is not in the script:\n%s", text);
	compare(s, text, '=', text);
}

/* --- commands ---------------------------------------------------------- */

static void
begin(struct script *s)
{
	if (!s->begun)
		s->world->begin(s->world, s->conf);
	s->begun = true;
}

static void
command_conf(struct script *s, const char *rest)
{
	size_t used = strlen(s->conf);

	if (s->begun)
		script_fail(s, "conf comes first");
	snprintf(s->conf + used, sizeof(s->conf) - used, "%s\n", rest);
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
	char verb[16] = "", user[NAME_LEN + 1] = "", language[8] = "";

	if (sscanf(rest, "%15s %256s %7s", verb, user, language) < 2)
		script_fail(s, "user VERB NAME [LANGUAGE]");
	s->world->admin(s->world, verb, user, language, s->secret);
}

static void
command_restart(struct script *s, const char *rest)
{
	(void)rest;
	s->world->restart(s->world);
}

/* Each of the words, in this order, in the audit lines that came since. */
static void
command_log(struct script *s, const char *rest)
{
	char *log = s->world->log(s->world);
	char words[LINE_MAX_LEN], *word, *state = NULL;
	const char *at = log;

	snprintf(words, sizeof(words), "%s", rest);
	for (word = strtok_r(words, ",", &state); word != NULL;
	     word = strtok_r(NULL, ",", &state)) {
		word += strspn(word, " ");
		if ((at = strstr(at, word)) == NULL)
			script_fail(s, "not in the log: %s\n%s", word, log);
	}
	free(log);
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
	{ "hungup", -1 },
};

#define N_RESULTS (sizeof(results) / sizeof(results[0]))

static void
expect_end(struct script *s, int result)
{
	const char *line = peek(s), *name = "?";

	for (size_t i = 0; i < N_RESULTS; i++)
		if (results[i].result == result)
			name = results[i].name;
	if (result == -1) /* the script said so itself */
		return;
	if (line == NULL || strncmp(line, "end ", 4) != 0 ||
	    strcmp(line + 4, name) != 0)
		script_fail(s, "ended with %s", name);
	take(s);
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
		v->peer = (uint32_t)atoi(value);
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

static void play_file(struct script *s, const char *path);

static void
command_include(struct script *s, const char *rest)
{
	struct script outer = *s;
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", s->dir, rest);
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
	if (!scan_possible()) {
		printf("skipped: zbarimg was not found\n");
		exit(77);
	}
	if (!scan(s->screen, uri, sizeof(uri)))
		script_fail(s, "no QR code was read off\n%s", s->screen);
	if (strncmp(uri, "otpauth://totp/", 15) != 0 ||
	    (secret = strstr(uri, "secret=")) == NULL)
		script_fail(s, "read: %s", uri);
	keep_key(s, secret + 7, 32);
}

static const struct {
	const char *name;
	bool first; /* may come before the world begins */
	void (*run)(struct script *s, const char *rest);
} commands[] = {
	{ "conf", true, command_conf },
	{ "include", true, command_include },
	{ "clock", false, command_clock },
	{ "user", false, command_user },
	{ "restart", false, command_restart },
	{ "log", false, command_log },
	{ "scan", false, command_scan },
	{ "auth", false, command_auth },
	{ "account", false, command_account },
	{ "password", false, command_password },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* One line; false if it is no command. */
static bool
command(struct script *s)
{
	char line[LINE_MAX_LEN];
	size_t len = strcspn(s->line, " ");

	snprintf(line, sizeof(line), "%s",
	    s->line[len] == '\0' ? "" : s->line + len + 1);
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strncmp(commands[i].name, s->line, len) != 0 ||
		    commands[i].name[len] != '\0')
			continue;
		take(s);
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
	while (peek(s) != NULL)
		if (!command(s))
			script_fail(s, "not understood: %s", s->line);
	fclose(s->f);
}

/*
 * A build that is not installed has no Japanese catalogue where kosmod looks.
 */
static bool
lacks_catalogue(const struct script *s)
{
	return strcmp(s->world->name, "keeper") != 0 &&
	    access(KOSMO_LOCALEDIR "/ja/LC_MESSAGES/kosmo.mo", R_OK) != 0;
}

static void
choose_world(struct script *s, const char *name)
{
	static struct world *(*const worlds[])(
	    void) = { world_keeper, world_socket, world_pam };

	for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++) {
		s->world = worlds[i]();
		if (strcmp(s->world->name, name) == 0)
			return;
	}
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
	choose_world(&s, argc == 3 ? argv[1] : "keeper");
	if (lacks_catalogue(&s)) {
		printf("skipped: no catalogue in %s (make install, or "
		       "configure --localedir=$PWD/po)\n",
		    KOSMO_LOCALEDIR);
		return 77;
	}
	snprintf(dir, sizeof(dir), "%s", path);
	if (strrchr(dir, '/') != NULL)
		*strrchr(dir, '/') = '\0';
	else
		snprintf(dir, sizeof(dir), ".");
	s.dir = dir;
	play_file(&s, path);
	if (s.begun)
		s.world->end(s.world);
	return s.begun ? 0 : 1;
}
