#include "config.h"

#include "table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "libkosmo/utf8.h"

#define GAP 2	  /* spaces between columns */
#define NARROW 8  /* no column is cut below it */
#define ESCAPE 16 /* bytes of the longest \u{XXXXXX} */

struct line {
	char *cells[TABLE_COLUMNS];
};

struct table {
	size_t n;
	size_t used;
	size_t room;
	struct line *lines;
	bool titled; /* the titles were written */
	struct line titles;
};

/*
 * Takes the next character of s. Writes how it shows into ret, and its
 * columns into ret_width; returns its bytes, 0 at the end.
 */
static size_t
next(const char *s, char ret[static ESCAPE], size_t *ret_width)
{
	uint32_t c = 0;
	size_t n = utf8_next(s, strlen(s), &c);
	int width = -1;

	if (*s == '\0')
		return 0;
	if (n == 0) {
		c = (unsigned char)*s;
		n = 1;
	} else if (utf8_clean(s, n, false)) {
		width = wcwidth((wchar_t)c);
	}
	if (width > 0) {
		memcpy(ret, s, n);
		ret[n] = '\0';
		*ret_width = (size_t)width;
	} else {
		*ret_width =
		    (size_t)snprintf(ret, ESCAPE, "\\u{%04X}", (unsigned)c);
	}
	return n;
}

size_t
table_width(const char *s)
{
	char shown[ESCAPE];
	size_t sum = 0, width = 0, n;

	for (; (n = next(s, shown, &width)) > 0; s += n)
		sum += width;
	return sum;
}

void
table_put(FILE *out, const char *s, size_t max, size_t fill)
{
	bool cut = table_width(s) > max;
	size_t left = cut ? max - 1 : max, used = 0, width = 0, n;
	char shown[ESCAPE];

	for (; (n = next(s, shown, &width)) > 0; s += n) {
		if (used + width > left)
			break;
		(void)fputs(shown, out);
		used += width;
	}
	if (cut) {
		(void)fputc('~', out);
		used++;
	}
	for (; used < fill; used++)
		(void)fputc(' ', out);
}

static void
line_free(struct line *l)
{
	for (size_t i = 0; i < TABLE_COLUMNS; i++) {
		free(l->cells[i]);
		l->cells[i] = NULL;
	}
}

static int
line_copy(struct line *to, const char *const *cells, size_t n)
{
	memset(to, 0, sizeof(*to));
	for (size_t i = 0; i < n; i++) {
		if ((to->cells[i] = strdup(cells[i])) == NULL) {
			line_free(to);
			return KOSMO_ENOMEM;
		}
	}
	return KOSMO_OK;
}

struct table *
table_new(size_t n, const char *const *titles)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t == NULL || n > TABLE_COLUMNS ||
	    line_copy(&t->titles, titles, n) != KOSMO_OK) {
		free(t);
		return NULL;
	}
	t->n = n;
	return t;
}

int
table_add(struct table *t, const char *const *cells)
{
	if (t->used == t->room) {
		size_t room = t->room == 0 ? 64 : t->room * 2;
		struct line *more = reallocarray(t->lines, room, sizeof(*more));

		if (more == NULL)
			return KOSMO_ENOMEM;
		t->lines = more;
		t->room = room;
	}
	if (line_copy(&t->lines[t->used], cells, t->n) != KOSMO_OK)
		return KOSMO_ENOMEM;
	t->used++;
	return KOSMO_OK;
}

static void
widen(const struct line *l, size_t n, size_t *widths)
{
	for (size_t i = 0; i < n; i++) {
		size_t w = table_width(l->cells[i]);

		if (w > widths[i])
			widths[i] = w;
	}
}

/* Takes what is too much from the columns, the last one first. */
static void
fit(size_t *widths, size_t n)
{
	size_t sum = GAP * (n - 1);

	for (size_t i = 0; i < n; i++)
		sum += widths[i];
	for (size_t i = n; i-- > 0 && sum > TABLE_WIDTH;) {
		size_t over = sum - TABLE_WIDTH;
		size_t give = widths[i] > NARROW ? widths[i] - NARROW : 0;

		if (give > over)
			give = over;
		widths[i] -= give;
		sum -= give;
	}
}

static void
put_line(FILE *out, const struct line *l, size_t n, const size_t *widths)
{
	for (size_t i = 0; i < n; i++) {
		bool last = i + 1 == n;

		table_put(out, l->cells[i], widths[i], last ? 0 : widths[i]);
		(void)fputs(last ? "\n" : "  ", out);
	}
}

void
table_flush(struct table *t, FILE *out)
{
	size_t widths[TABLE_COLUMNS] = { 0 };

	widen(&t->titles, t->n, widths);
	for (size_t i = 0; i < t->used; i++)
		widen(&t->lines[i], t->n, widths);
	if (isatty(fileno(out)) == 1)
		fit(widths, t->n);
	if (!t->titled)
		put_line(out, &t->titles, t->n, widths);
	t->titled = true;
	for (size_t i = 0; i < t->used; i++) {
		put_line(out, &t->lines[i], t->n, widths);
		line_free(&t->lines[i]);
	}
	t->used = 0;
}

static int
by_first(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return strcmp(x->cells[0], y->cells[0]);
}

void
table_sort(struct table *t)
{
	if (!t->titled && t->used > 1)
		qsort(t->lines, t->used, sizeof(*t->lines), by_first);
}

size_t
table_lines(const struct table *t)
{
	return t->used;
}

void
table_free(struct table **t)
{
	if (*t == NULL)
		return;
	for (size_t i = 0; i < (*t)->used; i++)
		line_free(&(*t)->lines[i]);
	line_free(&(*t)->titles);
	free((*t)->lines);
	free(*t);
	*t = NULL;
}
