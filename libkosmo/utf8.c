#include "config.h"

#include "utf8.h"

static size_t
sequence(unsigned char first, uint32_t *bits, uint32_t *least)
{
	if (first < 0x80) {
		*bits = first;
		*least = 0;
		return 1;
	}
	if (first >= 0xc2 && first <= 0xdf) {
		*bits = first & 0x1fU;
		*least = 0x80;
		return 2;
	}
	if (first >= 0xe0 && first <= 0xef) {
		*bits = first & 0x0fU;
		*least = 0x800;
		return 3;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		*bits = first & 0x07U;
		*least = 0x10000;
		return 4;
	}
	return 0;
}

size_t
utf8_next(const char *s, size_t len, uint32_t *ret)
{
	uint32_t c, least;
	size_t n;

	if (len == 0 || (n = sequence((unsigned char)s[0], &c, &least)) == 0 ||
	    n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		unsigned char b = (unsigned char)s[i];

		if ((b & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (b & 0x3fU);
	}
	if (c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 ||
	    c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069);
}

bool
utf8_clean(const char *s, size_t len, bool newline)
{
	while (len > 0) {
		uint32_t c;
		size_t n = utf8_next(s, len, &c);

		if (n == 0 || (is_control(c) && !(newline && c == '\n')))
			return false;
		s += n;
		len -= n;
	}
	return true;
}
