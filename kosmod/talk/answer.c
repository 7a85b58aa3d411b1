#include "config.h"

#include "kosmod/talk/answer.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <string.h>

#include "libkosmo/utf8.h"

static const struct {
	enum word word;
	const char *text;
} words[] = {
	{ WORD_AGREE, "agree" },
	{ WORD_AGREE, "同意" },
	{ WORD_RESEND, "resend" },
	{ WORD_RESEND, "再送" },
	{ WORD_CHANGE, "change" },
	{ WORD_CHANGE, "変更" },
	{ WORD_OTHER, "other" },
	{ WORD_OTHER, "他" },
	{ WORD_RECOVERY, "recovery" },
	{ WORD_FORGOT, "forgot" },
	{ WORD_FORGOT, "忘れた" },
	{ WORD_KEY, "key" },
	{ WORD_KEY, "cannot scan" },
	{ WORD_QR, "qr" },
	{ WORD_ASCII, "ascii" },
	{ WORD_INVERT, "invert" },
	{ WORD_EN, "en" },
	{ WORD_JA, "ja" },
	{ WORD_YES, "yes" },
	{ WORD_YES, "y" },
	{ WORD_YES, "はい" },
	{ WORD_NO, "no" },
	{ WORD_NO, "n" },
	{ WORD_NO, "いいえ" },
};

/* Full-width ASCII and the ideographic space become what they stand for. */
static uint32_t
fold_width(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		return c - 0xff01 + '!';
	return c == 0x3000 || c == 0xa0 ? ' ' : c;
}

static bool
is_hyphen(uint32_t c)
{
	return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 ||
	    c == 0x30fc || c == 0xff70; /* the last two: kana keyboards */
}

/*
 * Copies text with full-width ASCII folded into ret, without spaces at its
 * ends. The bytes that a code point folds to are never more than its own.
 */
static int
fold_line(const struct secret *text, char *ret, size_t size)
{
	size_t at = 0, out = 0, step;
	uint32_t c, folded;

	while (at < text->len) {
		step = utf8_next(text->bytes + at, text->len - at, &c);
		if (step == 0)
			return KOSMO_EINVAL;
		folded = fold_width(c);
		if (out + step >= size)
			return KOSMO_ETOOBIG;
		if (folded == ' ' && out == 0)
			; /* before the first character */
		else if (folded < 0x80)
			ret[out++] = (char)folded;
		else {
			memcpy(ret + out, text->bytes + at, step);
			out += step;
		}
		at += step;
	}
	while (out > 0 && ret[out - 1] == ' ')
		out--;
	ret[out] = '\0';
	return 0;
}

int
answer_line(const struct secret *text, char *ret, size_t size)
{
	ret[0] = '\0';
	if (!utf8_clean(text->bytes, text->len, false))
		return KOSMO_EINVAL;
	return fold_line(text, ret, size);
}

void
answer_read(struct answer *a, uint32_t understood)
{
	char line[SECRET_MAX + 1] = "";

	a->word = WORD_NONE;
	a->empty = false;
	a->control = !utf8_clean(a->text.bytes, a->text.len, false);
	if (a->control || fold_line(&a->text, line, sizeof(line)) != 0)
		goto out;
	a->empty = line[0] == '\0';
	for (char *p = line; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if ((understood & WORD_FLAG(words[i].word)) != 0 &&
		    strcmp(line, words[i].text) == 0)
			a->word = words[i].word;
	}
out:
	explicit_bzero(line, sizeof(line));
}

/* What people write between year, month and day. */
static bool
parts_date(uint32_t c)
{
	return c == ' ' || c == '/' || c == '.' || is_hyphen(c);
}

void
answer_date(const struct secret *text, char ret[static 9])
{
	size_t at = 0, out = 0, step;
	uint32_t c;

	memset(ret, 0, 9);
	while (at < text->len) {
		step = utf8_next(text->bytes + at, text->len - at, &c);
		if (step == 0)
			goto wrong;
		c = fold_width(c);
		at += step;
		if (parts_date(c))
			continue;
		if (c < '0' || c > '9' || out == 8)
			goto wrong;
		ret[out++] = (char)c;
	}
	if (out == 8)
		return;
wrong:
	explicit_bzero(ret, 9);
}

void
answer_done(struct answer *a)
{
	if (a == NULL)
		return;
	secret_done(&a->text);
	a->word = WORD_NONE;
}

void
answer_digits(const struct secret *text, char ret[static 17])
{
	size_t at = 0, out = 0, step;
	uint32_t c;

	memset(ret, 0, 17);
	while (at < text->len) {
		step = utf8_next(text->bytes + at, text->len - at, &c);
		c = fold_width(c);
		if (step == 0 || out == 16)
			goto wrong;
		at += step;
		if (c == ' ' || is_hyphen(c))
			continue;
		if (c < '0' || c > '9')
			goto wrong;
		ret[out++] = (char)c;
	}
	return;
wrong:
	explicit_bzero(ret, 17);
}

/* As the alphabet of what the keeper makes up has them: digest.c. */
static char
read_alike(char c)
{
	if (c == 'o')
		return '0';
	return c == 'i' || c == 'l' ? '1' : c;
}

/* Lower case, no spaces, no hyphens; whatever else is there stays. */
static void
normalise(const struct secret *text, struct secret *ret)
{
	size_t at = 0, step;
	uint32_t c;

	memset(ret, 0, sizeof(*ret));
	while (at < text->len) {
		step = utf8_next(text->bytes + at, text->len - at, &c);
		if (step == 0) { /* no UTF-8: matches nothing that is made */
			c = (unsigned char)text->bytes[at];
			step = 1;
		}
		c = fold_width(c);
		if (c == ' ' || is_hyphen(c)) {
			at += step;
			continue;
		}
		if (c < 0x80)
			ret->bytes[ret->len++] =
			    read_alike((char)tolower((int)c));
		else {
			memcpy(ret->bytes + ret->len, text->bytes + at, step);
			ret->len += step;
		}
		at += step;
	}
}

static int
digest(const char *purpose, const struct secret *text,
    uint8_t ret[static DIGEST_LEN])
{
	struct secret plain = { 0 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int r = KOSMO_ECRYPTO;

	memset(ret, 0, DIGEST_LEN);
	normalise(text, &plain);
	if (ctx == NULL || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(ctx, purpose, strlen(purpose) + 1) != 1 ||
	    EVP_DigestUpdate(ctx, plain.bytes, plain.len) != 1 ||
	    EVP_DigestFinal_ex(ctx, ret, NULL) != 1)
		goto out;
	r = 0;
out:
	EVP_MD_CTX_free(ctx);
	secret_done(&plain);
	return r;
}

int
initial_digest(const struct secret *text, uint8_t ret[static DIGEST_LEN])
{
	return digest("kosmo-initial", text, ret);
}

int
code_digest(const struct secret *text, uint8_t ret[static DIGEST_LEN])
{
	return digest("kosmo-code", text, ret);
}
