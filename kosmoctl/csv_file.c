#include "config.h"

#include "csv_file.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kosmoctl/csv.h"
#include "kosmoctl/words.h"
#include "libkosmo/utf8.h"

#define CHUNK ((size_t)256 * 1024)

/* More room; what was in the old place is wiped. */
static int
grow(char **bytes, size_t *room, size_t len)
{
	size_t more = *room == 0 ? CHUNK : *room * 2;
	char *p;

	if (more > CSV_BYTES_MAX)
		return KOSMO_ETOOBIG;
	if ((p = malloc(more + 1)) == NULL)
		return KOSMO_ENOMEM;
	if (*bytes != NULL) {
		memcpy(p, *bytes, len);
		explicit_bzero(*bytes, len);
		free(*bytes);
	}
	*bytes = p;
	*room = more;
	return KOSMO_OK;
}

static int
read_all(int fd, struct csv_file *f)
{
	size_t room = 0;
	int r;

	for (;;) {
		ssize_t n;

		if (f->len == room &&
		    (r = grow(&f->bytes, &room, f->len)) != KOSMO_OK)
			return r;
		n = read(fd, f->bytes + f->len, room - f->len);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return KOSMO_EIO;
		if (n == 0)
			break;
		f->len += (size_t)n;
	}
	f->bytes[f->len] = '\0';
	return KOSMO_OK;
}

static int
refuse(struct csv_file *f, size_t at, const char *why)
{
	f->line = 1;
	for (size_t i = 0; i < at && i < f->len; i++)
		f->line += f->bytes[i] == '\n';
	f->why = why;
	return KOSMO_EFORMAT;
}

static int
check_utf8(struct csv_file *f)
{
	const char *why = N_("Not UTF-8. Save as \"CSV UTF-8\", or add "
			     "--encoding cp932.");
	size_t at = 0;

	while (at < f->len) {
		uint32_t c;
		size_t n = utf8_next(f->bytes + at, f->len - at, &c);

		if (n == 0)
			return refuse(f, at, why);
		if (c == 0)
			return refuse(
			    f, at, N_("There is a NUL byte in the file."));
		at += n;
	}
	return KOSMO_OK;
}

/* Into out, whose room is four times what came in: no more can come of it. */
static int
convert(iconv_t cd, struct csv_file *f, char *out, size_t room, size_t *ret)
{
	char *in = f->bytes, *to = out;
	size_t left = f->len, space = room;

	if (iconv(cd, &in, &left, &to, &space) == (size_t)-1 ||
	    iconv(cd, NULL, NULL, &to, &space) == (size_t)-1)
		return refuse(f, f->len - left,
		    N_("That is not the encoding of the file."));
	*ret = room - space;
	out[*ret] = '\0';
	return KOSMO_OK;
}

int
csv_file_decode(const char *encoding, struct csv_file *f)
{
	size_t room = f->len * 4 + 16, len = 0;
	char *out = NULL;
	iconv_t cd;
	int r;

	if (encoding == NULL)
		return check_utf8(f);
	if ((cd = iconv_open("UTF-8", encoding)) == (iconv_t)-1)
		return refuse(f, 0,
		    N_("This encoding is not known here (iconv -l lists "
		       "those that are)."));
	if ((out = malloc(room + 1)) == NULL)
		r = KOSMO_ENOMEM;
	else
		r = convert(cd, f, out, room, &len);
	(void)iconv_close(cd);
	if (r == KOSMO_OK) {
		explicit_bzero(f->bytes, f->len);
		free(f->bytes);
		f->bytes = out;
		f->len = len;
		return check_utf8(f);
	}
	if (out != NULL)
		explicit_bzero(out, room);
	free(out);
	return r;
}

int
csv_file_read(const char *path, const char *encoding, struct csv_file *ret)
{
	int fd, r;

	memset(ret, 0, sizeof(*ret));
	if (strcmp(path, "-") == 0)
		fd = STDIN_FILENO;
	else
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return KOSMO_EIO;
	r = read_all(fd, ret);
	if (fd != STDIN_FILENO)
		(void)close(fd);
	if (r == KOSMO_ETOOBIG)
		return refuse(ret, 0, N_("The file is too large."));
	return r == KOSMO_OK ? csv_file_decode(encoding, ret) : r;
}

void
csv_file_done(struct csv_file *f)
{
	if (f->bytes != NULL)
		explicit_bzero(f->bytes, f->len);
	free(f->bytes);
	memset(f, 0, sizeof(*f));
}
