#include "config.h"

#include "kosmod/talk/lang.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MO_MAGIC 0x950412deU
#define MO_HEADER ((size_t)20)
#define MO_MAX ((size_t)4 * 1024 * 1024)

/* The bytes of a .mo file, checked when it was read. */
struct catalogue {
	uint8_t *bytes;
	size_t len;
	bool swapped; /* made on a host of the other endianness */
	uint32_t n;
	uint32_t ids;	/* offset of the table of msgids, sorted */
	uint32_t texts; /* of the table of their translations */
};

static const char *const names[LANG_COUNT] = { "en", "ja" };

/* Filled once by lang_open, before any talk process is forked. */
static struct catalogue catalogues[LANG_COUNT];

static uint32_t
get_u32(const struct catalogue *c, size_t off)
{
	uint32_t v = 0;

	memcpy(&v, c->bytes + off, sizeof(v));
	return c->swapped ? __builtin_bswap32(v) : v;
}

/* Entry i of the table at off: a string that ends with NUL, or NULL. */
static const char *
get_string(const struct catalogue *c, uint32_t off, uint32_t i)
{
	size_t at = (size_t)off + (size_t)i * 8, len, start;

	if (at + 8 > c->len)
		return NULL;
	len = get_u32(c, at);
	start = get_u32(c, at + 4);
	if (start >= c->len || len >= c->len - start)
		return NULL;
	if (c->bytes[start + len] != '\0')
		return NULL;
	return (const char *)c->bytes + start;
}

/* Every string in place, msgids rising: then a search can trust it. */
static bool
catalogue_sound(struct catalogue *c)
{
	const char *before = NULL, *id;

	if (c->len < MO_HEADER)
		return false;
	if (get_u32(c, 0) != MO_MAGIC) {
		c->swapped = true;
		if (get_u32(c, 0) != MO_MAGIC)
			return false;
	}
	c->n = get_u32(c, 8);
	c->ids = get_u32(c, 12);
	c->texts = get_u32(c, 16);
	if (c->n > c->len / 16)
		return false;
	for (uint32_t i = 0; i < c->n; i++) {
		id = get_string(c, c->ids, i);
		if (id == NULL || get_string(c, c->texts, i) == NULL)
			return false;
		if (before != NULL && strcmp(before, id) >= 0)
			return false;
		before = id;
	}
	return true;
}

static int
read_file(int fd, struct catalogue *c)
{
	struct stat st;
	size_t have = 0;
	ssize_t n = 0;

	if (fstat(fd, &st) != 0)
		return KOSMO_EIO;
	if (!S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    (uint64_t)st.st_size > MO_MAX)
		return KOSMO_EFORMAT;
	c->len = (size_t)st.st_size;
	if ((c->bytes = malloc(c->len)) == NULL)
		return KOSMO_ENOMEM;
	while (have < c->len) {
		n = read(fd, c->bytes + have, c->len - have);
		if (n <= 0)
			return n == 0 ? KOSMO_EFORMAT : KOSMO_EIO;
		have += (size_t)n;
	}
	return catalogue_sound(c) ? 0 : KOSMO_EFORMAT;
}

static void
catalogue_done(struct catalogue *c)
{
	free(c->bytes);
	memset(c, 0, sizeof(*c));
}

static int
open_one(const char *dir, enum lang lang)
{
	struct catalogue c = { 0 };
	char path[4096];
	int fd = -1, n, r;

	n = snprintf(
	    path, sizeof(path), "%s/%s/LC_MESSAGES/kosmo.mo", dir, names[lang]);
	if (n < 0 || (size_t)n >= sizeof(path))
		return KOSMO_ETOOBIG;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0)
		return KOSMO_ENOTFOUND;
	r = read_file(fd, &c);
	close(fd);
	if (r != 0) {
		catalogue_done(&c);
		return r;
	}
	catalogue_done(&catalogues[lang]);
	catalogues[lang] = c;
	return 0;
}

int
lang_open(const char *dir)
{
	int r = 0, one;

	for (int lang = LANG_EN + 1; lang < LANG_COUNT; lang++) {
		one = open_one(dir, (enum lang)lang);
		if (r == 0)
			r = one;
	}
	return r;
}

void
lang_close(void)
{
	for (int lang = 0; lang < LANG_COUNT; lang++)
		catalogue_done(&catalogues[lang]);
}

const char *
tr(enum lang lang, const char *msgid)
{
	const struct catalogue *c = &catalogues[lang];
	uint32_t low = 0, high = c->n, mid;
	int order;

	if (msgid[0] == '\0') /* the catalogue's own header */
		return msgid;
	while (low < high) {
		mid = low + (high - low) / 2;
		order = strcmp(msgid, get_string(c, c->ids, mid));
		if (order == 0)
			return get_string(c, c->texts, mid);
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return msgid;
}

bool
lang_parse(const char *name, enum lang *ret)
{
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		if (strncmp(name, names[lang], 2) != 0)
			continue;
		if (name[2] != '\0' && strchr("_.@-", name[2]) == NULL)
			continue;
		*ret = (enum lang)lang;
		return true;
	}
	return false;
}

const char *
lang_name(enum lang lang)
{
	return names[lang];
}
