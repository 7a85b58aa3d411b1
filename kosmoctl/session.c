#include "config.h"

#include "session.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kosmoctl/agent.h"
#include "kosmoctl/client.h"
#include "kosmoctl/doctor.h"
#include "kosmoctl/import.h"
#include "kosmoctl/list.h"
#include "kosmoctl/session_in.h"
#include "kosmoctl/usage.h"
#include "kosmod/talk/text.h"
#include "libkosmo/path.h"

#define RETRIES 30   /* seconds that log --follow waits for a new kosmod */
#define UNANSWERED 8 /* asks that get an empty answer at the end of input */

/* Cut where there is no room: names and words are, whole screens are not. */
static void
copy(char *to, size_t size, const char *from)
{
	size_t len = strnlen(from, size - 1);

	memcpy(to, from, len);
	to[len] = '\0';
}

static void
fill_hello(struct session *s)
{
	struct msg_hello *h = &s->call.hello;
	const struct passwd *pw = getpwuid(getuid());

	if (pw != NULL)
		copy(h->user, sizeof(h->user), pw->pw_name);
	h->uid = getuid();
	copy(h->service, sizeof(h->service), "kosmoctl");
	copy(h->tty, sizeof(h->tty), s->terminal.name);
	copy(h->verb, sizeof(h->verb), s->call.verb->name);
	if (!words_open())
		copy(h->language, sizeof(h->language), lang_name(s->call.lang));
	h->columns = s->terminal.columns;
	h->lines = s->terminal.lines;
}

/* "LIST:3: ", so that a report names the lines. */
static void
put_line(const struct session *s)
{
	if (s->line > 0)
		(void)fprintf(stderr, "%s:%zu: ", s->call.list->path, s->line);
}

/* On a screen in rows that it can show, elsewhere in one line as it came. */
static void
put_error(const struct session *s, const char *before, const char *text)
{
	struct buf line = BUF_INIT, rows = BUF_INIT;

	put_line(s);
	if (s->line == 0 && isatty(STDERR_FILENO) == 1 &&
	    buf_add(&line, before, strlen(before)) == KOSMO_OK &&
	    buf_add(&line, text, strlen(text) + 1) == KOSMO_OK &&
	    text_wrap(&rows, (const char *)line.data) == KOSMO_OK &&
	    buf_add_u8(&rows, 0) == KOSMO_OK)
		(void)fprintf(stderr, "%s\n", (const char *)rows.data);
	else
		(void)fprintf(stderr, "%s%s\n", before, text);
	buf_done(&line);
	buf_done(&rows);
}

void
say_error(struct session *s, const char *text)
{
	bool bare = s->line > 0 || strncmp(text, "Kosmo", 5) == 0;

	copy(s->error, sizeof(s->error), text);
	(void)fflush(stdout);
	put_error(s, bare ? "" : "kosmoctl: ", text);
}

enum outcome
end_with(struct session *s, enum outcome what, const char *msgid)
{
	char text[WORDS_LEN];

	words(text, s->call.lang, msgid, NULL);
	say_error(s, text);
	return what;
}

static enum outcome
no_kosmod(struct session *s)
{
	return end_with(s, UNREACHABLE,
	    N_("Can't reach kosmod. Look at: systemctl status kosmod"));
}

static enum outcome
no_right(struct session *s)
{
	return end_with(s, NO_RIGHT,
	    N_("You may not do that (needs root or group kosmo-admin)."));
}

static int
on_show(void *arg, const struct msg_show *show)
{
	struct session *s = arg;
	FILE *out = s->showing.json != NULL ? stderr : stdout;
	size_t n = strlen(show->text);

	(void)fflush(stdout);
	if (show->kind == SHOW_NOW) {
		terminal_show(&s->terminal, show->text);
		return KOSMO_OK;
	}
	if (show->kind == SHOW_ERROR) {
		copy(s->error, sizeof(s->error), show->text);
		put_error(s, "", show->text);
		return fflush(stderr) == 0 ? KOSMO_OK : KOSMO_EIO;
	}
	(void)fputs(show->text, out);
	if (n == 0 || show->text[n - 1] != '\n')
		(void)fputc('\n', out);
	return fflush(out) == 0 ? KOSMO_OK : KOSMO_EIO;
}

/*
 * Standard input has ended, or there is no terminal. Where answers come from
 * a file the rest is empty: then kosmod says how the verb ended.
 */
static int
no_answer(struct session *s)
{
	if (s->unanswered++ == 0)
		(void)end_with(s, REFUSED,
		    N_("There is no terminal to ask at, and no answer on "
		       "standard input (--stdin)."));
	return s->call.answers && s->unanswered <= UNANSWERED ? KOSMO_OK
							      : KOSMO_ENOTFOUND;
}

static int
on_ask(void *arg, int connection, const struct msg_ask *ask, struct secret *ret)
{
	struct session *s = arg;
	int r;

	(void)fflush(stdout);
	r = terminal_ask(&s->terminal, connection, ask, ret);
	while (r == KOSMO_ETOOBIG && s->terminal.tty) {
		(void)end_with(
		    s, REFUSED, N_("That is too long. Please type it again."));
		r = terminal_ask(&s->terminal, connection, ask, ret);
	}
	return r == KOSMO_ENOTFOUND ? no_answer(s) : r;
}

/* The language that kosmod speaks, where the locale names none. */
static int
take_language(struct session *s, const struct msg_row *row)
{
	if (row->n_cells != 1 ||
	    !lang_parse(row->cells[0].value, &s->call.lang))
		return KOSMO_EFORMAT;
	s->showing.lang = s->call.lang;
	return KOSMO_OK;
}

static int
on_row(void *arg, const struct msg_row *row)
{
	struct session *s = arg;

	if (strcmp(row->kind, "language") == 0)
		return take_language(s, row);
	if (s->line > 0)
		return session_list_row(s, row);
	return view_row(&s->showing, row);
}

static int
on_people(void *arg, const struct msg_invited *answer, struct msg_people *ret)
{
	struct session *s = arg;

	if (s->call.import == NULL)
		return KOSMO_EFORMAT;
	return import_next(s->call.import, answer, ret);
}

static enum outcome
judge_result(struct session *s, uint8_t result)
{
	switch (result) {
	case RESULT_ALLOW:
		return DONE;
	case RESULT_USAGE:
		usage_wrong(s->call.verb, s->call.lang);
		return USAGE;
	case RESULT_NO_RIGHT:
		return s->error[0] == '\0' ? no_right(s) : NO_RIGHT;
	case RESULT_ERROR:
		if (s->error[0] == '\0')
			(void)end_with(s, REFUSED,
			    N_("kosmod could not do that; its log says why."));
		return REFUSED;
	default:
		return REFUSED;
	}
}

static enum outcome
judge_error(struct session *s, int err)
{
	switch (err) {
	case KOSMO_ENOTFOUND:
	case KOSMO_EPERM:
	case KOSMO_ETOOBIG:
		return REFUSED; /* said where it came up */
	case KOSMO_ENOMEM:
		return end_with(s, REFUSED, N_("out of memory"));
	default:
		return no_kosmod(s);
	}
}

static enum outcome
connect_failed(struct session *s, int err)
{
	switch (err) {
	case KOSMO_EPERM:
		return no_right(s);
	case KOSMO_EINVAL:
		return end_with(s, UNREACHABLE,
		    N_("That socket is not kosmod's: its folder or its server "
		       "belongs to somebody else."));
	default:
		return no_kosmod(s);
	}
}

enum outcome
converse(struct session *s, bool *ret_lost)
{
	const struct client_ways ways = { on_show, on_ask, on_row, on_people,
		agent_connect, s };
	uint8_t result = RESULT_ERROR;
	int fd = -1, r;

	*ret_lost = false;
	r = client_connect(s->call.args->socket,
	    s->call.verb->admin ? KOSMO_ADMIN_SOCKET : NULL, &fd);
	if (r != KOSMO_OK)
		return connect_failed(s, r);
	r = client_run(fd, &s->call.hello, &ways, &result);
	(void)close(fd);
	*ret_lost = r == KOSMO_ECLOSED || r == KOSMO_ETIMEOUT ||
	    (r == KOSMO_OK && result == RESULT_ERROR);
	if (*ret_lost && s->showing.follow)
		return UNREACHABLE;
	return r == KOSMO_OK ? judge_result(s, result) : judge_error(s, r);
}

/* log --follow outlives a conversation's deadline and kosmod itself. */
static enum outcome
follow(struct session *s)
{
	const struct timespec second = { 1, 0 };
	enum outcome what;
	int failed = 0;
	bool lost;

	for (;;) {
		char offset[24];

		what = converse(s, &lost);
		failed = lost ? 0 : failed + 1;
		if (what != UNREACHABLE || s->showing.offset == 0 ||
		    failed > RETRIES)
			return what;
		(void)snprintf(offset, sizeof(offset), "%llu",
		    (unsigned long long)s->showing.offset);
		if (call_set(&s->call, "offset", offset) != KOSMO_OK)
			return REFUSED;
		(void)nanosleep(&second, NULL);
	}
}

static enum outcome
run(struct session *s)
{
	struct call *c = &s->call;
	bool lost;
	int r;

	if (call_fill(c) != KOSMO_OK)
		return USAGE;
	if (c->verb->prepare != NULL && (r = c->verb->prepare(c)) != DONE)
		return (enum outcome)r;
	terminal_open(&s->terminal, c->answers);
	fill_hello(s);
	if (s->showing.json != NULL && s->showing.follow)
		json_stream(s->showing.json);
	if (s->showing.follow)
		return follow(s);
	if (c->import != NULL)
		return session_import(s);
	if (c->list != NULL)
		return session_list(s);
	if (c->verb->view == &view_doctor)
		return doctor_run(&s->showing, converse(s, &lost));
	return converse(s, &lost);
}

static enum outcome
finish(struct session *s, enum outcome what)
{
	struct json *j = s->showing.json;

	if (view_end(&s->showing, what == DONE) != KOSMO_OK && what == DONE)
		what = REFUSED;
	if (j != NULL &&
	    json_end(j, what == DONE ? NULL : s->error) != KOSMO_OK &&
	    what == DONE)
		what = REFUSED;
	return what;
}

enum outcome
session_run(const struct args *args, enum lang lang)
{
	struct session *s = calloc(1, sizeof(*s));
	enum outcome what;

	if (s == NULL)
		return REFUSED;
	s->call.verb = args->verb;
	s->call.args = args;
	s->call.lang = lang;
	s->call.answers = args->answers;
	s->showing.view = args->verb->view;
	s->showing.out = stdout;
	s->showing.err = stderr;
	s->showing.lang = lang;
	s->showing.follow = args_option(args, "follow") != NULL;
	s->showing.png = args_option(args, "png");
	s->terminal.in = s->terminal.out = -1;
	if (args->json)
		s->showing.json = json_new(args_option(args, "file") != NULL
			? JSON_MANY
			: args->verb->view->shape,
		    stdout);
	if (args->json && s->showing.json == NULL)
		what = REFUSED;
	else
		what = run(s);
	if (s->call.wrong[0] != '\0')
		say_error(s, s->call.wrong);
	if (s->call.wrong[0] != '\0' && what == USAGE)
		usage_wrong(args->verb, lang);
	what = finish(s, what);
	json_free(&s->showing.json);
	json_decref(s->slips);
	import_free(&s->call.import);
	list_free(&s->call.list);
	terminal_close(&s->terminal);
	explicit_bzero(s, sizeof(*s));
	free(s);
	return what;
}
