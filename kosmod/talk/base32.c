#include "config.h"

#include "base32.h"

#include <string.h>

static int
encode(const uint8_t *bytes, size_t len, size_t group, struct secret *ret)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	size_t bits = len * 8, chars = (bits + 4) / 5, spaces = 0;
	unsigned value;

	secret_done(ret);
	if (group > 0 && chars > 0)
		spaces = (chars - 1) / group;
	if (len > SECRET_MAX || chars + spaces > SECRET_MAX)
		return KOSMO_ETOOBIG;
	for (size_t i = 0; i < chars; i++) {
		if (group > 0 && i > 0 && i % group == 0)
			ret->bytes[ret->len++] = ' ';
		value = (unsigned)bytes[i * 5 / 8] << 8;
		if (i * 5 / 8 + 1 < len)
			value |= bytes[i * 5 / 8 + 1];
		value >>= 11 - i * 5 % 8;
		ret->bytes[ret->len++] = alphabet[value & 31];
	}
	return 0;
}

int
base32_encode(const void *bytes, size_t len, struct secret *ret)
{
	return encode(bytes, len, 0, ret);
}

int
base32_groups(const void *bytes, size_t len, struct secret *ret)
{
	return encode(bytes, len, 4, ret);
}
