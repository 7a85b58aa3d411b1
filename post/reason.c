#include "config.h"

#include "reason.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "post/facts.h"

#define SAID_MAX 4096
#define APART 3 /* bytes between two digits of one code, at most */
#define SHORT 8 /* a line of the mail this short says nothing */

/* Marks the digits of code that begin at text, if it stands there. */
static bool
hide_code_at(char *text, size_t len, const char *code)
{
	size_t places[32], found = 0, gap = 0, want = strlen(code);

	for (size_t i = 0; i < len && gap <= APART && found < want; i++) {
		if (!isdigit((unsigned char)text[i])) {
			gap++;
			continue;
		}
		if (text[i] != code[found])
			return false;
		places[found++] = i;
		gap = 0;
	}
	if (found < want)
		return false;
	for (size_t i = 0; i < found; i++)
		text[places[i]] = '#';
	return true;
}

static void
hide_code(char *text, size_t len, const char *code)
{
	if (code[0] == '\0' || strlen(code) > 32)
		return;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == code[0])
			(void)hide_code_at(text + i, len - i, code);
	}
}

/* Of taro@example.com the first letter and the domain stay. */
static void
hide_address(char *text, const char *to)
{
	size_t local = strcspn(to, "@");
	char *at = text;

	while (to[0] != '\0' && (at = strcasestr(at, to)) != NULL) {
		for (size_t i = 1; i < local; i++)
			at[i] = '*';
		at += strlen(to);
	}
}

/* True if the line of len bytes is part of the mail, or holds a line of it. */
static bool
is_of_mail(const char *line, size_t len, const struct buf *mail)
{
	const char *p = (const char *)mail->data, *end = p + mail->len;

	if (len == 0 || mail->len == 0)
		return false;
	if (memmem(p, mail->len, line, len) != NULL)
		return true;
	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((stop != NULL ? stop : end) - p);

		if (n > SHORT && memmem(line, len, p, n) != NULL)
			return true;
		p += n + 1;
	}
	return false;
}

/* The lines of said that may be shown, as one. */
static void
join(const char *said, size_t len, const struct buf *mail, char *ret,
    size_t size)
{
	size_t used = 0;

	while (len > 0) {
		const char *stop = memchr(said, '\n', len);
		size_t n = stop != NULL ? (size_t)(stop - said) : len;
		size_t step = stop != NULL ? n + 1 : n;

		if (n > 0 && said[n - 1] == '\r')
			n--;
		if (n > 0 && used + n + 3 < size &&
		    memchr(said, '\0', n) == NULL && !is_of_mail(said, n, mail))
			used += (size_t)snprintf(ret + used, size - used,
			    "%s%.*s", used > 0 ? "; " : "", (int)n, said);
		said += step;
		len -= step;
	}
	ret[used] = '\0';
}

void
reason_write(const char *what, const char *said, size_t len,
    const struct buf *mail, const struct reason_hidden *hidden,
    char ret[REASON_MAX + 1])
{
	char lines[SAID_MAX + 1] = "", whole[4 * SAID_MAX + 1];
	size_t n;

	join(said, len < SAID_MAX ? len : SAID_MAX, mail, lines, sizeof(lines));
	/* clean first: an escaped byte brings digits of its own */
	(void)snprintf(whole, sizeof(whole), "%.64s: ", what);
	n = lines[0] != '\0' ? strlen(whole) : strlen(whole) - 2;
	facts_clean(lines, whole + n, sizeof(whole) - n);
	hide_code(whole + n, strlen(whole + n), hidden->code);
	hide_address(whole + n, hidden->to);
	facts_clean(whole, ret, REASON_MAX + 1);
	explicit_bzero(lines, sizeof(lines));
	explicit_bzero(whole, sizeof(whole));
}
