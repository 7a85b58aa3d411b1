#include "config.h"

#include "qr.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>

#define MARGIN 2
#define VERSION_MAX 5

/* True if the module is black, as on paper; the margin is white. */
static bool
black(const QRcode *code, int x, int y)
{
	x -= MARGIN;
	y -= MARGIN;
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return false;
	return (code->data[y * code->width + x] & 1) != 0;
}

/*
 * Lit modules are drawn with the colour of text. On a dark screen that is
 * white, so the white modules are lit; on a light one the black modules.
 */
static bool
lit(const QRcode *code, struct qr_look look, int x, int y)
{
	return black(code, x, y) == look.light;
}

static int
draw_blocks(const QRcode *code, struct qr_look look, struct buf *out, int y)
{
	static const char *const blocks[] = { " ", "\u2580", "\u2584",
		"\u2588" };
	const char *block;
	int r = 0;

	for (int x = 0; r == 0 && x < code->width + 2 * MARGIN; x++) {
		block = blocks[lit(code, look, x, y * 2) +
		    2 * lit(code, look, x, y * 2 + 1)];
		r = buf_add(out, block, strlen(block));
	}
	return r;
}

static int
draw_ascii(const QRcode *code, struct qr_look look, struct buf *out, int y)
{
	int r = 0;

	for (int x = 0; r == 0 && x < code->width + 2 * MARGIN; x++)
		r = buf_add(out, lit(code, look, x, y) ? "##" : "  ", 2);
	return r;
}

static int
draw(const QRcode *code, struct qr_look look, struct buf *out, int rows)
{
	int r = 0;

	for (int y = 0; r == 0 && y < rows; y++) {
		r = look.ascii ? draw_ascii(code, look, out, y)
			       : draw_blocks(code, look, out, y);
		if (r == 0)
			r = buf_add_u8(out, y + 1 < rows ? '\n' : '\0');
	}
	return r;
}

int
qr_draw(const char *text, struct qr_look look, struct buf *out,
    unsigned *columns, unsigned *lines)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	int size, rows, r = KOSMO_ETOOBIG;

	if (code == NULL)
		return errno == ERANGE ? KOSMO_ETOOBIG : KOSMO_ENOMEM;
	if (code->version > VERSION_MAX)
		goto out;
	size = code->width + 2 * MARGIN;
	rows = look.ascii ? size : (size + 1) / 2;
	*columns = (unsigned)(look.ascii ? size * 2 : size);
	*lines = (unsigned)rows;
	r = draw(code, look, out, rows);
out:
	explicit_bzero(code->data, (size_t)(code->width * code->width));
	QRcode_free(code);
	return r;
}
