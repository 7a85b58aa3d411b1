#include "config.h"

#include "secret.h"

#include <string.h>

int
secret_set(struct secret *s, const char *bytes, size_t len)
{
	secret_done(s);
	if (len > SECRET_MAX)
		return KOSMO_ETOOBIG;
	memcpy(s->bytes, bytes, len);
	s->len = len;
	return KOSMO_OK;
}

bool
secret_bytes_equal(const void *a, const void *b, size_t len)
{
	const volatile unsigned char *x = a, *y = b;
	unsigned char diff = 0;

	for (size_t i = 0; i < len; i++)
		diff |= (unsigned char)(x[i] ^ y[i]);
	return diff == 0;
}

bool
secret_equal(const struct secret *a, const struct secret *b)
{
	return a->len == b->len &&
	    secret_bytes_equal(a->bytes, b->bytes, a->len);
}

void
secret_done(struct secret *s)
{
	if (s != NULL)
		explicit_bzero(s, sizeof(*s));
}
