#include "config.h"

#include "text.h"

#include <stdbool.h>
#include <string.h>

#include "libkosmo/utf8.h"

/* Ranges that terminals draw over two columns (East Asian Width W and F). */
static const struct {
	uint32_t from, to;
} wide[] = {
	{ 0x1100, 0x115f },
	{ 0x2e80, 0x303e },
	{ 0x3041, 0x33ff },
	{ 0x3400, 0x4dbf },
	{ 0x4e00, 0xa4cf },
	{ 0xa960, 0xa97c },
	{ 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },
	{ 0xff01, 0xff60 },
	{ 0xffe0, 0xffe6 },
	{ 0x1f300, 0x1f64f },
	{ 0x1f900, 0x1f9ff },
	{ 0x20000, 0x3fffd },
};

static size_t
columns_of(uint32_t c)
{
	if ((c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0xfe00 && c <= 0xfe0f) || c == 0x3099 || c == 0x309a)
		return 0; /* drawn over the one before */
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (c >= wide[i].from && c <= wide[i].to)
			return 2;
	return 1;
}

size_t
text_columns(const char *text)
{
	size_t len = strcspn(text, "\n"), at = 0, columns = 0, step;
	uint32_t c;

	while (at < len) {
		step = utf8_next(text + at, len - at, &c);
		if (step == 0) {
			c = '?';
			step = 1;
		}
		columns += columns_of(c);
		at += step;
	}
	return columns;
}

void
text_shorten(const char *name, size_t columns, char *ret, size_t size)
{
	size_t at = 0, used = 0, len = strlen(name), step;
	bool whole = text_columns(name) <= columns;
	uint32_t c;

	while (at < len) {
		step = utf8_next(name + at, len - at, &c);
		if (step == 0 || at + step + 3 > size ||
		    (!whole && used + columns_of(c) + 2 > columns))
			break;
		used += columns_of(c);
		at += step;
	}
	memcpy(ret, name, at);
	memcpy(ret + at, at < len ? ".." : "", at < len ? 3 : 1);
}

static const struct fill *
find_fill(const struct fill *fills, const char *name, size_t len)
{
	for (; fills != NULL && fills->name != NULL; fills++)
		if (strncmp(fills->name, name, len) == 0 &&
		    fills->name[len] == '\0')
			return fills;
	return NULL;
}

int
text_fill(struct buf *out, const char *text, const struct fill *fills)
{
	const struct fill *f;
	size_t plain, name;
	int r;

	while (*text != '\0') {
		plain = strcspn(text, "{");
		if ((r = buf_add(out, text, plain)) != 0)
			return r;
		text += plain;
		if (*text == '\0')
			break;
		name = strcspn(text + 1, "}");
		f = text[1 + name] != '}' ? NULL
					  : find_fill(fills, text + 1, name);
		if (f == NULL) {
			if ((r = buf_add(out, text++, 1)) != 0)
				return r;
			continue;
		}
		if ((r = buf_add(out, f->value, strlen(f->value))) != 0)
			return r;
		text += name + 2;
	}
	return 0;
}

/* Marks that don't begin a Japanese line. */
static bool
sticks(uint32_t c)
{
	return c == 0x3001 || c == 0x3002 || c == 0xff09 || c == 0x300d;
}

/* True if a row may end between before and c. */
static bool
breaks(uint32_t before, uint32_t c)
{
	if (c == ' ')
		return true;
	return !sticks(c) && (columns_of(c) == 2 || columns_of(before) == 2);
}

/*
 * How many bytes of a line go onto one row: up to the last place to break
 * within room columns. *skip gets the spaces that vanish there.
 */
static size_t
row_length(const char *line, size_t len, size_t room, size_t *skip)
{
	size_t at = 0, columns = 0, best = 0, step, width;
	uint32_t c, before = 0;

	*skip = 0;
	while (at < len) {
		if ((step = utf8_next(line + at, len - at, &c)) == 0) {
			c = '?';
			step = 1;
		}
		width = columns_of(c);
		if (at > 0 && breaks(before, c)) {
			best = at;
			*skip = c == ' ';
		}
		columns += width;
		if (columns > room)
			return best > 0 ? best : at;
		before = c;
		at += step;
	}
	*skip = 0;
	return len;
}

int
text_wrap_at(struct buf *out, const char *text, size_t columns)
{
	size_t len, row, shown, skip;
	int r;

	for (;;) {
		len = strcspn(text, "\n");
		shown = row = row_length(text, len, columns, &skip);
		while (row < len && shown > 0 && text[shown - 1] == ' ')
			shown--; /* before a wide character */
		if ((r = buf_add(out, text, shown)) != 0)
			return r;
		text += row + skip;
		if (row == len && *text == '\0')
			return 0;
		if (row == len)
			text++; /* its own newline */
		if ((r = buf_add(out, "\n", 1)) != 0)
			return r;
	}
}

int
text_wrap(struct buf *out, const char *text)
{
	return text_wrap_at(out, text, SCREEN_COLUMNS);
}
