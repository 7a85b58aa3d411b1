#include "config.h"

#include "png.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kosmoctl/verb.h"

#ifdef HAVE_PNG
#include <png.h>
#include <qrencode.h>
#include <stdint.h>
#include <stdlib.h>

#define SCALE 8	 /* pixels of a module */
#define MARGIN 4 /* modules of quiet zone */

/* The picture of q, one byte a pixel; its side is *ret_side. */
static uint8_t *
draw(const QRcode *q, size_t *ret_side)
{
	size_t n = (size_t)q->width, side = (n + 2 * MARGIN) * SCALE;
	uint8_t *p = malloc(side * side);

	if (p == NULL)
		return NULL;
	memset(p, 0xff, side * side);
	for (size_t y = 0; y < n * SCALE; y++) {
		for (size_t x = 0; x < n * SCALE; x++) {
			size_t at =
			    (y + MARGIN * SCALE) * side + x + MARGIN * SCALE;

			if ((q->data[y / SCALE * n + x / SCALE] & 1) != 0)
				p[at] = 0;
		}
	}
	*ret_side = side;
	return p;
}

static int
write_picture(FILE *f, const uint8_t *pixels, size_t side)
{
	png_image image = { .version = PNG_IMAGE_VERSION,
		.width = (png_uint_32)side,
		.height = (png_uint_32)side,
		.format = PNG_FORMAT_GRAY };
	bool good =
	    png_image_write_to_stdio(&image, f, 0, pixels, 0, NULL) != 0;

	png_image_free(&image);
	return good && fflush(f) == 0 ? KOSMO_OK : KOSMO_EIO;
}

static int
open_new(const char *path, FILE **ret, const char **ret_why)
{
	int fd =
	    open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		S_IRUSR | S_IWUSR);

	if (fd == -1) {
		*ret_why = words_errno(errno);
		return errno == EEXIST ? KOSMO_EEXIST : KOSMO_EIO;
	}
	if ((*ret = fdopen(fd, "wb")) == NULL) {
		*ret_why = words_errno(errno);
		(void)close(fd);
		return KOSMO_EIO;
	}
	return KOSMO_OK;
}

int
png_write(const char *path, const char *text, const char **ret_why)
{
	QRcode *q = QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
	uint8_t *pixels = NULL;
	size_t side = 0;
	FILE *f = NULL;
	int r = KOSMO_ETOOBIG;

	*ret_why = N_("can't be drawn as a QR code");
	if (q == NULL || (pixels = draw(q, &side)) == NULL)
		goto out;
	if ((r = open_new(path, &f, ret_why)) != KOSMO_OK)
		goto out;
	r = write_picture(f, pixels, side);
	if (fclose(f) == EOF)
		r = KOSMO_EIO;
	if (r != KOSMO_OK) {
		*ret_why = N_("can't be written");
		(void)unlink(path);
	}
out:
	if (pixels != NULL)
		explicit_bzero(pixels, side * side);
	free(pixels);
	if (q != NULL)
		explicit_bzero(q->data, (size_t)(q->width * q->width));
	QRcode_free(q);
	return r;
}
#else
int
png_write(const char *path, const char *text, const char **ret_why)
{
	(void)path;
	(void)text;
	*ret_why = N_("kosmoctl was built without libpng");
	return KOSMO_EPERM;
}
#endif

/* Before anything is asked: a file that can't be made is told at once. */
int
enroll_prepare(struct call *c)
{
	const char *path = args_option(c->args, "png");
	const char *why = NULL;
	struct stat st;

	if (path == NULL)
		return DONE;
#ifndef HAVE_PNG
	why = N_("kosmoctl was built without libpng");
#endif
	if (path[0] == '\0')
		why = N_("no file name");
	else if (lstat(path, &st) == 0)
		why = N_("is there already");
	if (why == NULL) /* what is asked for matters, not where it goes */
		return call_set(c, "png", "") == KOSMO_OK ? DONE : USAGE;
	return call_wrong(c, REFUSED, "{file}: {why}",
	    FILLS({ "file", path }, { "why", tr(c->lang, why) }));
}
