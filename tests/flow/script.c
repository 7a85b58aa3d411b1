/*
 * Reads flow scripts and compares: tests/flow/README says how they are
 * written.
 */
#include "config.h"

#include "script.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/text.h"
#include "script_in.h"
#include "ssh.h"

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

const char *
script_peek(struct script *s)
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

void
script_take(struct script *s)
{
	s->have = false;
}

void
script_skip_texts(struct script *s)
{
	const char *line = script_peek(s);

	if (line != NULL && strcmp(line, "=*") == 0)
		script_take(s);
}

/*
 * {slip}, {code}, {mail}, {last}, {totp}, {totp -30}; \b, \e, \r stand for
 * bytes.
 */
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
	else if (strcmp(name, "recovery") == 0 && offset > 0 &&
	    offset <= CODES_SEEN)
		snprintf(to, size, "%s", s->recovery[offset - 1]);
	else if (strcmp(name, "mail") == 0)
		snprintf(to, size, "%s", s->world->code(s->world, s->user));
	else if (ssh_line(name) != NULL)
		snprintf(to, size, "%s", ssh_line(name));
	else if (strcmp(name, "totp") == 0) {
		app_code(s, s->world->now(s->world) + offset, code);
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
			    : from[1] == 'd'	    ? '\x7f'
			    : from[1] == 'e'	    ? '\x1b'
						    : '\r';
			from += 2;
		} else
			typed[n++] = *from++;
	}
	if (secret_set(ret, typed, n) != 0)
		script_fail(s, "too long");
}

/* Pages may be longer than other messages: QR, key, terms and codes. */
static bool
is_page(const char *text)
{
	static const char *const marks[] = { "\u2588", "##", "SHA1", "(page ",
		"ページ）", "Recovery codes:", "リカバリーコードです" };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(text, marks[i]) != NULL)
			return true;
	return false;
}

/* The rules of every message: DIALOGUE 2 and 4. */
static void
check_rules(struct script *s, const char *text, bool ask)
{
	const char *line = text, *end;
	size_t lines = 0;

	if (strlen(text) > 511 && !is_page(text) && (ask || !s->kosmoctl))
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
 * How much of text {time}, any clock time, {n}, any number, and {host}, its
 * name, stand for: which ones, the host, its zone and pace say. 0: none.
 */
static size_t
wild(const char **want, const char *text)
{
	static const char time[] = "{time}", number[] = "{n}",
			  host[] = "{host}";
	size_t n;

	if (strncmp(*want, host, strlen(host)) == 0) {
		*want += strlen(host);
		return strcspn(text, " ,@");
	}

	if (strncmp(*want, time, strlen(time)) == 0) {
		if (strspn(text, "0123456789") != 2 || text[2] != ':' ||
		    strspn(text + 3, "0123456789") < 2)
			return 0;
		*want += strlen(time);
		return 5;
	}
	if (strncmp(*want, number, strlen(number)) != 0)
		return 0;
	if ((n = strspn(text, "0123456789")) > 0)
		*want += strlen(number);
	return n;
}

static bool
same_line(const char *want, const char *text, size_t len)
{
	const char *end = text + len;
	size_t n;

	while (*want != '\0' && text < end) {
		if ((n = wild(&want, text)) > 0)
			text += n;
		else if (*want++ != *text++)
			return false;
	}
	return *want == '\0' && text == end;
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
		want = script_peek(s);
		if (want == NULL || want[0] != mark ||
		    strcmp(want, "=*") == 0 || strcmp(want, "=|") == 0) {
			if (text != NULL && !any)
				script_fail(s, "more is seen:\n%s", text);
			if (want != NULL && strcmp(want, "=|") == 0)
				script_take(s);
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
			script_take(s);
			if ((want = script_peek(s)) == NULL || want[0] != mark)
				return;
			want += want[1] == ' ' ? 2 : 1;
		}
		if (same_line(want, text, len)) {
			any = false;
			script_take(s);
		} else if (!any)
			script_fail(s, "\nexpected: %s\nseen:     %.*s", want,
			    (int)len, text);
	}
}

int
script_ask(struct script *s, const char *text, bool echo, struct secret *ret)
{
	char seen[TEXT_LEN + 2];
	const char *line;

	check_rules(s, text, true);
	app_notice(s, text);
	codes_notice(s, text);
	snprintf(s->screen, sizeof(s->screen), "%s", text);
	/* as DIALOGUE writes it: a star where nothing is shown */
	snprintf(seen, sizeof(seen), "%s%s", text, echo ? "" : "*");
	script_skip_texts(s);
	line = script_peek(s);
	if (line == NULL || line[0] != '<')
		script_fail(s, "an ask that is not in the script:\n%s", seen);
	compare(s, seen, '<', seen);
	while ((line = script_peek(s)) != NULL && line[0] != '>') {
		if (strcmp(line, "hangup") == 0) {
			script_take(s);
			return -1;
		}
		if (line[0] == '<' || line[0] == '=' || !script_command(s))
			script_fail(s, "no answer to the ask");
	}
	if (line == NULL)
		script_fail(s, "no answer to the ask");
	answer(s, line + (line[1] == ' ' ? 2 : 1), ret);
	script_take(s);
	return 0;
}

void
script_show(struct script *s, const char *text)
{
	const char *line = script_peek(s);

	check_rules(s, text, false);
	if (line != NULL && strcmp(line, "=*") == 0)
		return;
	if (line == NULL || line[0] != '=')
		script_fail(s, "a text that is not in the script:\n%s", text);
	compare(s, text, '=', text);
}
