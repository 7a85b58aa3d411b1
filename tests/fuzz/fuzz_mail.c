/*
 * What kosmo-post writes, of jobs and complaints that are anything: always one
 * mail to one address, in lines of ASCII, and a reason that is one clean line
 * without the code.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libkosmo/mail_address.h"
#include "libkosmo/utf8.h"
#include "post/compose.h"
#include "post/reason.h"

#define LINE_MAX_BYTES 78
#define ADDRESS_LINE 300 /* an address can't be folded */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes a text off the input: up to a byte 0xfe, which no UTF-8 has. */
static void
take(const uint8_t **data, size_t *size, char *to, size_t room)
{
	size_t n = 0, used;

	while (n < *size && (*data)[n] != 0xfe && n + 1 < room)
		n++;
	memcpy(to, *data, n);
	to[n] = '\0';
	used = n < *size && (*data)[n] == 0xfe ? n + 1 : n;
	*data += used;
	*size -= used;
}

static void
take_mail(const uint8_t **data, size_t *size, struct p_mail *m)
{
	if (*size >= 4) {
		m->kind = (*data)[0];
		m->method = (*data)[1];
		m->act = (*data)[2];
		m->n = (*data)[3] & 3U;
		m->until = (*data)[3] & 4U ? UINT64_MAX : 0;
		m->lifetime = (*data)[3];
		*data += 4;
		*size -= 4;
	}
	take(data, size, m->to, sizeof(m->to));
	take(data, size, m->code, sizeof(m->code));
	take(data, size, m->name, sizeof(m->name));
	take(data, size, m->login, sizeof(m->login));
	take(data, size, m->user_id, sizeof(m->user_id));
	take(data, size, m->device, sizeof(m->device));
	take(data, size, m->address, sizeof(m->address));
	take(data, size, m->source, sizeof(m->source));
}

static void
look_at_lines(const struct buf *out)
{
	const char *line = (const char *)out->data;
	const char *end = line + out->len, *stop;
	int recipients = 0, headers = 1;

	for (; line < end; line = stop + 1) {
		stop = memchr(line, '\n', (size_t)(end - line));
		if (stop == NULL)
			abort(); /* a last line without its end */
		for (const char *p = line; p < stop; p++) {
			if (*p < ' ' || *p > '~')
				abort();
		}
		if (stop - line > ADDRESS_LINE ||
		    (stop - line > LINE_MAX_BYTES &&
			memchr(line, '@', (size_t)(stop - line)) == NULL))
			abort();
		if (stop == line)
			headers = 0;
		if (!headers)
			continue;
		recipients += strncasecmp(line, "To:", 3) == 0 ||
		    strncasecmp(line, "Cc:", 3) == 0 ||
		    strncasecmp(line, "Bcc:", 4) == 0;
	}
	if (recipients != 1)
		abort();
}

static void
look_at_reason(const struct p_mail *m, const struct buf *mail,
    const uint8_t *said, size_t len)
{
	struct reason_hidden hidden;
	char ret[REASON_MAX + 1];

	memcpy(hidden.code, m->code, sizeof(hidden.code));
	memcpy(hidden.to, m->to, sizeof(hidden.to));
	reason_write("x", (const char *)said, len, mail, &hidden, ret);
	if (!utf8_clean(ret, strlen(ret), false))
		abort();
	if (strlen(m->code) >= 6 &&
	    strspn(m->code, "0123456789") == strlen(m->code) &&
	    strstr(ret, m->code) != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	static struct p_mail m;
	struct buf out = BUF_INIT;
	int r;

	if (conf_load(NULL, &conf, stderr) != KOSMO_OK)
		abort();
	memset(&m, 0, sizeof(m));
	take_mail(&data, &size, &m);
	take(&data, &size, conf.email.subject, sizeof(conf.email.subject));
	take(&data, &size, conf.login.contact, sizeof(conf.login.contact));
	r = compose(&m, &conf, "web1", &out);
	if (r == KOSMO_OK &&
	    (!mail_address_valid(m.to) || m.kind < 1 || m.kind > MAIL_KINDS))
		abort();
	if (r == KOSMO_OK)
		look_at_lines(&out);
	look_at_reason(&m, &out, data, size);
	buf_done(&out);
	return 0;
}
