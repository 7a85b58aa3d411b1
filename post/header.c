#include "config.h"

#include "header.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "libkosmo/mail_address.h"
#include "libkosmo/utf8.h"
#include "post/facts.h"

#define WORD_BEGIN "=?UTF-8?B?"
#define WORD_END "?="
#define WORD_FRAME (sizeof(WORD_BEGIN WORD_END) - 1)
#define VALUE_MAX 1400 /* bytes; a name escaped all through takes 640 */

static int
add(struct buf *out, const char *text)
{
	return buf_add(out, text, strlen(text));
}

int
header_base64(struct buf *out, const void *bytes, size_t len)
{
	int r = buf_reserve(out, (len + 2) / 3 * 4 + 1);

	if (r != KOSMO_OK)
		return r;
	if (len > BUF_MAX / 2)
		return KOSMO_ETOOBIG;
	out->len +=
	    (size_t)EVP_EncodeBlock(out->data + out->len, bytes, (int)len);
	return KOSMO_OK;
}

/* How much of text one word may take, in whole characters. */
static size_t
word_length(const char *text, size_t len, size_t columns)
{
	size_t room = (columns - WORD_FRAME) / 4 * 3, at = 0;
	uint32_t c;

	while (at < len) {
		size_t n = utf8_next(text + at, len - at, &c);

		if (n == 0)
			n = 1;
		if (at + n > room)
			break;
		at += n;
	}
	return at;
}

/* Encoded words, one a line; used columns are taken on the first one. */
static int
add_words(struct buf *out, const char *text, size_t used)
{
	size_t len = strlen(text), n;
	int r = KOSMO_OK;

	while (r == KOSMO_OK && len > 0) {
		n = word_length(text, len, HEADER_COLUMNS - used);
		if ((r = add(out, WORD_BEGIN)) == KOSMO_OK &&
		    (r = header_base64(out, text, n)) == KOSMO_OK)
			r = add(out, WORD_END);
		text += n;
		len -= n;
		used = 1;
		if (r == KOSMO_OK && len > 0)
			r = add(out, "\n ");
	}
	return r;
}

/* ASCII in sight, and nothing that could be read as an encoded word. */
static bool
is_plain(const char *text, size_t columns)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		if (text[i] < ' ' || text[i] > '~')
			return false;
	}
	return len <= columns && strstr(text, "=?") == NULL &&
	    (len == 0 || (text[0] != ' ' && text[len - 1] != ' '));
}

int
header_text(struct buf *out, const char *field, const char *value)
{
	size_t used = strlen(field) + 2;
	char clean[VALUE_MAX];
	int r;

	facts_clean(value, clean, sizeof(clean));
	if ((r = add(out, field)) != KOSMO_OK ||
	    (r = add(out, ": ")) != KOSMO_OK)
		return r;
	if (is_plain(clean, HEADER_COLUMNS - used))
		r = add(out, clean);
	else
		r = add_words(out, clean, used);
	return r == KOSMO_OK ? add(out, "\n") : r;
}

/* A name in ASCII: as it is, or between quotation marks. */
static int
add_phrase(struct buf *out, const char *name)
{
	static const char atoms[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789 !#$%&'*+-/=?^_`{|}~";
	int r;

	if (strspn(name, atoms) == strlen(name))
		return add(out, name);
	if ((r = add(out, "\"")) != KOSMO_OK)
		return r;
	for (; *name != '\0'; name++) {
		if ((*name == '"' || *name == '\\') &&
		    (r = add(out, "\\")) != KOSMO_OK)
			return r;
		if ((r = buf_add(out, name, 1)) != KOSMO_OK)
			return r;
	}
	return add(out, "\"");
}

/* Columns that the last line of out takes. */
static size_t
last_columns(const struct buf *out)
{
	size_t n = 0;

	while (n < out->len && out->data[out->len - 1 - n] != '\n')
		n++;
	return n;
}

static int
add_name(struct buf *out, const char *name, size_t used)
{
	/* half of the line, as every character may need a backslash */
	int r = is_plain(name, HEADER_COLUMNS / 2) ? add_phrase(out, name)
						   : add_words(out, name, used);

	return r;
}

int
header_mailbox(
    struct buf *out, const char *field, const char *name, const char *address)
{
	char clean[VALUE_MAX];
	bool named = name[0] != '\0';
	int r;

	if (!mail_address_valid(address))
		return KOSMO_EINVAL;
	facts_clean(name, clean, sizeof(clean));
	if ((r = add(out, field)) != KOSMO_OK || (r = add(out, ": ")) != 0 ||
	    (r = add_name(out, clean, strlen(field) + 2)) != KOSMO_OK)
		return r;
	if (last_columns(out) + strlen(address) + 3 > HEADER_COLUMNS && named)
		r = add(out, "\n ");
	else if (named)
		r = add(out, " ");
	if (r == KOSMO_OK && (r = add(out, "<")) == KOSMO_OK &&
	    (r = add(out, address)) == KOSMO_OK)
		r = add(out, ">\n");
	return r;
}

int
header_date(struct buf *out, time_t when)
{
	char text[64];
	struct tm tm;

	if (localtime_r(&when, &tm) == NULL ||
	    strftime(text, sizeof(text), "Date: %a, %d %b %Y %H:%M:%S %z\n",
		&tm) == 0)
		return KOSMO_EINVAL;
	return add(out, text);
}

int
header_id(struct buf *out, const char *address)
{
	const char *at = strrchr(address, '@');
	uint64_t id[2];
	char text[80];
	int r;

	if (!mail_address_valid(address) || at == NULL)
		return KOSMO_EINVAL;
	if (getrandom(id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return KOSMO_EIO;
	(void)snprintf(text, sizeof(text), "Message-ID: <%016llx%016llx.kosmo",
	    (unsigned long long)id[0], (unsigned long long)id[1]);
	if ((r = add(out, text)) != KOSMO_OK || (r = add(out, at)) != KOSMO_OK)
		return r;
	return add(out, ">\n");
}
