#include "config.h"

#include "otpauth.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "kosmod/talk/base32.h"
#include "libkosmo/utf8.h"

static bool
unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || strchr("-._~", c) != NULL;
}

/*
 * Appends the first characters of text, percent-encoded. Colons are left
 * out: they part issuer and account, also when encoded.
 */
static int
add_encoded(struct secret *s, const char *text, size_t characters)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t len = strlen(text), step;
	uint32_t c;

	for (; characters > 0 && len > 0; characters--) {
		if ((step = utf8_next(text, len, &c)) == 0)
			return KOSMO_EINVAL;
		len -= step;
		for (; step > 0; step--, text++) {
			if (*text == ':' || *text == '\0')
				continue;
			if (s->len + 3 > SECRET_MAX)
				return KOSMO_ETOOBIG;
			if (unreserved(*text)) {
				s->bytes[s->len++] = *text;
				continue;
			}
			s->bytes[s->len++] = '%';
			s->bytes[s->len++] = hex[(unsigned char)*text >> 4];
			s->bytes[s->len++] = hex[(unsigned char)*text & 15];
		}
	}
	return 0;
}

static int
add(struct secret *s, const char *text)
{
	size_t len = strlen(text);

	if (len > SECRET_MAX - s->len)
		return KOSMO_ETOOBIG;
	memcpy(s->bytes + s->len, text, len);
	s->len += len;
	return 0;
}

/* What apps assume is not said: it would only make the QR code larger. */
static int
add_parameters(struct secret *s, const struct k_seed_is *seed)
{
	char number[32];
	int r = 0;

	if (strcmp(seed->algorithm, "SHA1") != 0 &&
	    ((r = add(s, "&algorithm=")) != 0 ||
		(r = add(s, seed->algorithm)) != 0))
		return r;
	if (seed->digits != 6) {
		snprintf(number, sizeof(number), "&digits=%u", seed->digits);
		if ((r = add(s, number)) != 0)
			return r;
	}
	if (seed->period != 30) {
		snprintf(number, sizeof(number), "&period=%u", seed->period);
		r = add(s, number);
	}
	return r;
}

/* The URI with so many characters of issuer and account. */
static int
build(const struct k_seed_is *seed, size_t issuer, size_t account,
    struct secret *ret)
{
	struct secret key = { 0 };
	int r;

	secret_done(ret);
	r = base32_encode(seed->seed.bytes, seed->seed.len, &key);
	if (r != 0 || (r = add(ret, "otpauth://totp/")) != 0)
		goto out;
	if (issuer > 0 &&
	    ((r = add_encoded(ret, seed->issuer, issuer)) != 0 ||
		(r = add(ret, ":")) != 0))
		goto out;
	if ((r = add_encoded(ret, seed->account, account)) != 0 ||
	    (r = add(ret, "?secret=")) != 0 || (r = add(ret, key.bytes)) != 0)
		goto out;
	if (issuer > 0 &&
	    ((r = add(ret, "&issuer=")) != 0 ||
		(r = add_encoded(ret, seed->issuer, issuer)) != 0))
		goto out;
	r = add_parameters(ret, seed);
out:
	secret_done(&key);
	return r;
}

int
otpauth_uri(const struct k_seed_is *seed, struct secret *ret)
{
	size_t issuer = strlen(seed->issuer), account = strlen(seed->account);
	int r;

	for (;;) {
		r = build(seed, issuer, account, ret);
		if (r != 0 && r != KOSMO_ETOOBIG)
			break;
		if (r == 0 && ret->len <= OTPAUTH_MAX)
			return 0;
		if (issuer > 0)
			issuer--;
		else if (account > 1)
			account--;
		else {
			r = KOSMO_ETOOBIG;
			break;
		}
	}
	secret_done(ret);
	return r;
}
