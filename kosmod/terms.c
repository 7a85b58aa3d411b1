#include "config.h"

#include "terms.h"

#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kosmod/trusted.h"
#include "libkosmo/date.h"
#include "libkosmo/utf8.h"

static int
complain(FILE *err, const char *path, const char *what, int r)
{
	if (err != NULL)
		(void)fprintf(err, "%s: %s\n", path, what);
	return r;
}

static int
read_all(const char *path, struct buf *ret, FILE *err)
{
	const char *why = NULL;
	uint8_t part[4096];
	ssize_t n;
	int fd, r;

	r = trusted_open(path, 022, (off_t)TERMS_MAX, &fd, &why);
	if (r != KOSMO_OK)
		return complain(err, path, why, r);
	while ((n = read(fd, part, sizeof(part))) > 0) {
		for (ssize_t i = 0; i < n && r == KOSMO_OK; i++) {
			if (part[i] != '\r') /* lines may end as in DOS */
				r = buf_add_u8(ret, part[i]);
		}
	}
	(void)close(fd);
	if (n < 0)
		r = KOSMO_EIO;
	if (r == KOSMO_OK)
		r = buf_add_u8(ret, 0);
	return r == KOSMO_OK ? r : complain(err, path, "can't be read", r);
}

/* The value of a line "NAME: value" at *at, which then stands behind it. */
static int
header(const char **at, const char *name, char *ret, size_t size)
{
	size_t n = strlen(name), len;
	const char *s = *at;

	if (strncmp(s, name, n) != 0)
		return KOSMO_EFORMAT;
	s += n;
	s += strspn(s, " ");
	len = strcspn(s, "\n");
	if (len == 0 || len >= size || s[len] == '\0')
		return KOSMO_EFORMAT;
	memcpy(ret, s, len);
	ret[len] = '\0';
	*at = s + len + 1;
	return KOSMO_OK;
}

/* YYYY-MM-DD */
static bool
is_date(const char *s)
{
	int year, month, day, n = 0;

	return sscanf(s, "%4d-%2d-%2d%n", &year, &month, &day, &n) == 3 &&
	    n == 10 && s[n] == '\0' && date_is_day(year, month, day);
}

static int
parse(const struct buf *file, struct conf_terms *mark, const char **ret)
{
	const char *at = (const char *)file->data;

	if (strlen(at) + 1 != file->len || !utf8_clean(at, strlen(at), true) ||
	    header(&at, "Version:", mark->version, sizeof(mark->version)) !=
		KOSMO_OK ||
	    header(&at, "Date:", mark->date, sizeof(mark->date)) != KOSMO_OK ||
	    !is_date(mark->date))
		return KOSMO_EFORMAT;
	at += strspn(at, "\n");
	if (*at == '\0')
		return KOSMO_EFORMAT;
	SHA256((const uint8_t *)file->data, file->len - 1, mark->hash);
	*ret = at;
	return KOSMO_OK;
}

int
terms_read(const char *dir, const char *language, struct conf_terms *mark,
    struct buf *text, FILE *err)
{
	struct buf file = BUF_INIT;
	char path[CONF_TEXT_LEN + 32];
	const char *body = NULL;
	int r;

	memset(mark, 0, sizeof(*mark));
	(void)snprintf(path, sizeof(path), "%s/terms.%s", dir, language);
	if ((r = read_all(path, &file, err)) != KOSMO_OK)
		goto out;
	if ((r = parse(&file, mark, &body)) != KOSMO_OK) {
		r = complain(err, path,
		    "is not UTF-8 with the lines \"Version: ...\", \"Date: "
		    "YYYY-MM-DD\", an empty one and the text",
		    r);
		goto out;
	}
	if (text != NULL)
		r = buf_add(text, body, strlen(body) + 1);
out:
	buf_done(&file);
	return r;
}
