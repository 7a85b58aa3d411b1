#include "config.h"

#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libkosmo/utf8.h"

#define COLUMNS 90
#define ROWS 50
#define CELL_W 8
#define CELL_H 16
#define WIDTH (COLUMNS * CELL_W)
#define HEIGHT (ROWS * CELL_H)

struct picture {
	unsigned char pixels[HEIGHT][WIDTH];
	unsigned char ink;
};

static void
draw_cell(struct picture *p, unsigned x, unsigned y, bool top, bool bottom)
{
	for (unsigned dy = 0; dy < CELL_H; dy++)
		if (dy < CELL_H / 2 ? top : bottom)
			memset(&p->pixels[y * CELL_H + dy][x * CELL_W], p->ink,
			    CELL_W);
}

/* Letters are left out: only what a QR code is made of is drawn. */
static void
draw(struct picture *p, const char *text)
{
	unsigned x = 0, y = 0;
	uint32_t c;
	size_t step;

	for (; *text != '\0'; text += step) {
		step = utf8_next(text, strlen(text), &c);
		if (step == 0)
			return;
		if (c == '\n') {
			x = 0;
			y++;
			continue;
		}
		if (x < COLUMNS && y < ROWS)
			draw_cell(p, x, y,
			    c == 0x2580 || c == 0x2588 || c == '#',
			    c == 0x2584 || c == 0x2588 || c == '#');
		x++;
	}
}

static bool
read_picture(const char *path, char *ret, size_t size)
{
	char command[256];
	FILE *f;
	bool found;

	snprintf(command, sizeof(command),
	    "zbarimg -q --raw -Sdisable -Sqrcode.enable %s 2>/dev/null", path);
	if ((f = popen(command, "r")) == NULL)
		return false;
	ret[0] = '\0'; /* fgets leaves it alone where there is no line */
	found = fgets(ret, (int)size, f) != NULL;
	ret[strcspn(ret, "\n")] = '\0';
	return pclose(f) == 0 && found;
}

static bool
scan_with(const char *text, bool light, char *ret, size_t size)
{
	char path[] = "/tmp/kosmo-scan-XXXXXX";
	struct picture *p = calloc(1, sizeof(*p));
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	bool found = false;

	if (p == NULL || f == NULL)
		abort();
	p->ink = light ? 0 : 255;
	memset(p->pixels, light ? 255 : 0, sizeof(p->pixels));
	draw(p, text);
	fprintf(f, "P5\n%u %u\n255\n", WIDTH, HEIGHT);
	fwrite(p->pixels, 1, sizeof(p->pixels), f);
	if (fclose(f) == 0)
		found = read_picture(path, ret, size);
	unlink(path);
	free(p);
	return found;
}

bool
scan_possible(void)
{
	return system("command -v zbarimg >/dev/null") == 0;
}

bool
scan(const char *text, char *ret, size_t size)
{
	return scan_with(text, false, ret, size) ||
	    scan_with(text, true, ret, size);
}
