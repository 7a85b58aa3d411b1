/*
 * What people type, and what is drawn for them, through everything in talk
 * that takes text apart.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kosmod/conf_read.h"
#include "kosmod/talk/base32.h"
#include "kosmod/talk/otpauth.h"
#include "kosmod/talk/password_rules.h"
#include "kosmod/talk/qr.h"
#include "kosmod/talk/text.h"
#include "libkosmo/utf8.h"

#define MUST(what)               \
	do {                     \
		if (!(what))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
type(const struct secret *text)
{
	struct answer a = { .text = *text };
	uint8_t digest[DIGEST_LEN];
	char digits[17], line[64], denied[65];
	static struct conf conf;
	static const struct k_person person = { .login = "alice" };

	conf_defaults(&conf);
	answer_read(&a, WORD_FLAG(WORD_QR) | WORD_FLAG(WORD_YES));
	MUST(a.word == WORD_NONE || a.word == WORD_QR || a.word == WORD_YES);
	MUST(!a.control || a.word == WORD_NONE);
	answer_done(&a);
	answer_digits(text, digits);
	MUST(strlen(digits) < 17 &&
	    digits[strspn(digits, "0123456789")] == '\0');
	if (answer_line(text, line, sizeof(line)) == KOSMO_OK)
		MUST(utf8_clean(line, strlen(line), false));
	(void)!initial_digest(text, digest);
	(void)!code_digest(text, digest);
	if (!utf8_clean(text->bytes, text->len, false))
		MUST(password_rules(&conf, &person, text, denied) != 0);
	else
		(void)password_rules(&conf, &person, text, denied);
}

/* Only spaces go and newlines come where rows end. */
static void
wrap(const char *text)
{
	struct buf b = BUF_INIT;
	const char *p = text;

	MUST(text_wrap(&b, text) == KOSMO_OK);
	for (size_t i = 0; i < b.len; i++) {
		if (b.data[i] != '\n' || *p == '\n')
			MUST((char)b.data[i] == *p++);
		else if (*p == ' ')
			p++;
	}
	MUST(*p == '\0');
	buf_done(&b);
}

static void
draw(const char *text)
{
	static const struct fill fills[] = { { "n", "{n}" }, { NULL, NULL } };
	struct buf b = BUF_INIT;
	unsigned columns, lines;
	char name[24];

	for (unsigned i = 0; i < 4; i++) {
		struct qr_look look = { i % 2 == 1, i > 1 };

		if (qr_draw(text, look, &b, &columns, &lines) == KOSMO_OK)
			MUST(columns <= 82 && lines <= 41);
		buf_reset(&b);
	}
	text_shorten(text, 10, name, sizeof(name));
	MUST(
	    !utf8_clean(text, strlen(text), false) || text_columns(name) <= 10);
	MUST(text_fill(&b, text, fills) == KOSMO_OK);
	buf_done(&b);
}

static void
encode(const struct secret *text)
{
	static struct k_seed_is seed;
	struct secret uri = { 0 };
	size_t n = text->len % (sizeof(seed.issuer) - 1);

	memset(&seed, 0, sizeof(seed));
	seed.seed = *text;
	seed.digits = 6;
	seed.period = 30;
	memcpy(seed.algorithm, "SHA1", 5);
	memcpy(seed.issuer, text->bytes, n);
	memcpy(
	    seed.account, text->bytes + n, strnlen(text->bytes + n, NAME_LEN));
	seed.seed.len %= 33;
	if (otpauth_uri(&seed, &uri) == KOSMO_OK)
		MUST(uri.len <= OTPAUTH_MAX && strlen(uri.bytes) == uri.len);
	if (base32_encode(text->bytes, text->len, &uri) == KOSMO_OK)
		MUST(uri.len == (text->len * 8 + 4) / 5);
	if (base32_groups(text->bytes, text->len, &uri) == KOSMO_OK)
		MUST(strlen(uri.bytes) == uri.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct secret text = { 0 };

	if (secret_set(&text, (const char *)data, len) != KOSMO_OK)
		return 0;
	encode(&text);
	text.len = strlen(text.bytes); /* no message carries a NUL */
	type(&text);
	wrap(text.bytes);
	draw(text.bytes);
	return 0;
}
