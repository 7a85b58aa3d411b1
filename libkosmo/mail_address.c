#include "config.h"

#include "mail_address.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define LOCAL_MAX 64
#define LABEL_MAX 63

#define ALPHA "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

/* A dot-atom of n bytes: atoms apart by single dots. */
static bool
dot_atom(const char *s, size_t n)
{
	static const char atext[] = ALPHA DIGITS "!#$%&'*+-/=?^_`{|}~";
	bool dot = true; /* as if one stood before the first byte */

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.' ? dot : strchr(atext, s[i]) == NULL)
			return false;
		dot = s[i] == '.';
	}
	return !dot;
}

static bool
label(const char *s, size_t n)
{
	return n >= 1 && n <= LABEL_MAX && s[0] != '-' && s[n - 1] != '-' &&
	    strspn(s, ALPHA DIGITS "-") >= n;
}

static bool
domain(const char *s)
{
	for (;;) {
		size_t n = strcspn(s, ".");

		if (!label(s, n))
			return false;
		if (s[n] == '\0')
			return true;
		s += n + 1;
	}
}

bool
mail_address_valid(const char *s)
{
	const char *at = strrchr(s, '@');

	if (at == NULL || s[0] == '-' || strlen(s) > MAIL_ADDRESS_MAX ||
	    at - s > LOCAL_MAX)
		return false;
	return dot_atom(s, (size_t)(at - s)) && domain(at + 1);
}

void
mail_address_mask(const char *s, char *ret, size_t size)
{
	const char *at = strrchr(s, '@');

	if (at == NULL)
		(void)snprintf(ret, size, "%s", s);
	else
		(void)snprintf(ret, size, "%.1s***%s", s, at);
}
