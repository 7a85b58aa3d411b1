#include "config.h"

#include "compose.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "post/header.h"
#include "post/letters.h"

#define LINE_BYTES ((size_t)57) /* that make 76 characters of base64 */

static int
add(struct buf *out, const char *text)
{
	return buf_add(out, text, strlen(text));
}

/* Takes "Name <address>" apart, as conf_load has let it in. */
static void
split_sender(const char *from, char name[MAIL_FROM_LEN + 1],
    char address[MAIL_FROM_LEN + 1])
{
	const char *open = strrchr(from, '<');
	size_t len;

	name[0] = '\0';
	if (open == NULL) {
		(void)snprintf(address, MAIL_FROM_LEN + 1, "%s", from);
		return;
	}
	len = (size_t)(open - from);
	while (len > 0 && from[len - 1] == ' ')
		len--;
	(void)snprintf(name, MAIL_FROM_LEN + 1, "%.*s", (int)len, from);
	(void)snprintf(address, MAIL_FROM_LEN + 1, "%.*s",
	    (int)strcspn(open + 1, ">"), open + 1);
}

static int
add_sender(struct buf *out, const char *from)
{
	char name[MAIL_FROM_LEN + 1], address[MAIL_FROM_LEN + 1];
	int r;

	split_sender(from, name, address);
	if ((r = header_mailbox(out, "From", name, address)) != KOSMO_OK)
		return r;
	return header_id(out, address);
}

static int
add_subject(struct buf *out, const struct p_mail *mail,
    const struct letter_about *about)
{
	struct buf subject = BUF_INIT;
	int r = letter_subject(&subject, mail, about);

	if (r == KOSMO_OK)
		r = buf_add(&subject, "", 1);
	if (r == KOSMO_OK)
		r = header_text(out, "Subject", (const char *)subject.data);
	buf_done(&subject);
	return r;
}

/*
 * True if the body can go as it is: ASCII, and no line that a mailbox or a
 * sendmail without -i takes for something else.
 */
static bool
goes_plain(const struct buf *body)
{
	bool begins = true; /* a line */

	for (size_t i = 0; i < body->len; i++) {
		const uint8_t *p = body->data + i;

		if (*p >= 0x80 || (begins && *p == '.') ||
		    (begins && body->len - i >= 5 &&
			memcmp(p, "From ", 5) == 0))
			return false;
		begins = *p == '\n';
	}
	return true;
}

/* What is encoded ends its lines with CR LF, as MIME wants of a text. */
static int
with_crlf(const struct buf *body, struct buf *ret)
{
	int r = KOSMO_OK;

	for (size_t i = 0; r == KOSMO_OK && i < body->len; i++) {
		if (body->data[i] == '\n')
			r = buf_add(ret, "\r", 1);
		if (r == KOSMO_OK)
			r = buf_add(ret, body->data + i, 1);
	}
	return r;
}

static int
add_base64(struct buf *out, const struct buf *text)
{
	int r = KOSMO_OK;
	size_t n;

	for (size_t at = 0; r == KOSMO_OK && at < text->len; at += n) {
		n = text->len - at < LINE_BYTES ? text->len - at : LINE_BYTES;
		r = header_base64(out, text->data + at, n);
		if (r == KOSMO_OK)
			r = add(out, "\n");
	}
	return r;
}

static int
add_body(struct buf *out, const struct buf *body)
{
	struct buf text = BUF_INIT;
	int r;

	if (goes_plain(body)) {
		r = add(out, "Content-Transfer-Encoding: 7bit\n\n");
		return r == KOSMO_OK ? buf_add(out, body->data, body->len) : r;
	}
	r = add(out, "Content-Transfer-Encoding: base64\n\n");
	if (r == KOSMO_OK)
		r = with_crlf(body, &text);
	if (r == KOSMO_OK)
		r = add_base64(out, &text);
	buf_done(&text);
	return r;
}

static int
add_headers(struct buf *out, const struct p_mail *mail,
    const struct letter_about *about)
{
	int r;

	if ((r = add_sender(out, about->conf->email.from)) != KOSMO_OK ||
	    (r = header_mailbox(out, "To", mail->name, mail->to)) != KOSMO_OK ||
	    (r = add_subject(out, mail, about)) != KOSMO_OK ||
	    (r = header_date(out, time(NULL))) != KOSMO_OK)
		return r;
	return add(out,
	    "Auto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=UTF-8\n");
}

int
compose(const struct p_mail *mail, const struct conf *conf, const char *host,
    struct buf *out)
{
	const struct letter_about about = { conf, host };
	struct buf body = BUF_INIT;
	int r;

	if ((r = add_headers(out, mail, &about)) == KOSMO_OK &&
	    (r = letter_body(&body, mail, &about)) == KOSMO_OK)
		r = add_body(out, &body);
	buf_done(&body);
	return r;
}
