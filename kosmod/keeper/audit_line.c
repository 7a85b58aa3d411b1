#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include <jansson.h>

#include "kosmod/keeper/audit_in.h"
#include "libkosmo/utf8.h"

#define VALUE_LEN 160 /* bytes of one value */
#define DUMP (JSON_COMPACT | JSON_ENSURE_ASCII)

void
audit_time(int64_t seconds, char ret[static AUDIT_TIME_LEN])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(ret, AUDIT_TIME_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		ret[0] = '\0';
}

int
audit_clean(const char *text, struct buf *ret)
{
	size_t left = strlen(text);
	uint32_t c;
	int r = KOSMO_OK;

	buf_reset(ret);
	while (r == KOSMO_OK && left > 0) {
		size_t n = utf8_next(text, left, &c);
		bool bad = n == 0 || c == 0x7f;

		if (n == 0)
			n = 1;
		if (ret->len + (bad ? 3 : n) > VALUE_LEN)
			break;
		r = bad ? buf_add(ret, "\xef\xbf\xbd", 3)
			: buf_add(ret, text, n);
		text += n;
		left -= n;
	}
	return r;
}

static int
set_text(json_t *o, const char *key, const char *text)
{
	struct buf b = BUF_INIT;
	json_t *v = NULL;
	int r;

	if (text == NULL || text[0] == '\0')
		return KOSMO_OK;
	r = audit_clean(text, &b);
	if (r == KOSMO_OK)
		r = buf_add_u8(&b, 0);
	if (r == KOSMO_OK) {
		/* A control character is valid in JSON, once escaped. */
		v = json_stringn((const char *)b.data, b.len - 1);
		r = v != NULL && json_object_set_new(o, key, v) == 0
		    ? KOSMO_OK
		    : KOSMO_ENOMEM;
	}
	buf_done(&b);
	return r;
}

static int
set_all(json_t *o, const struct audit_event *ev)
{
	char when[AUDIT_TIME_LEN];
	int r;

	audit_time(ev->time, when);
	if ((r = set_text(o, "time", when)) != KOSMO_OK ||
	    (r = set_text(o, "event", ev->event)) != KOSMO_OK ||
	    (r = set_text(o, "login", ev->login)) != KOSMO_OK)
		return r;
	if (ev->uid != NO_UID &&
	    json_object_set_new(o, "uid", json_integer(ev->uid)) != 0)
		return KOSMO_ENOMEM;
	if ((r = set_text(o, "service", ev->service)) != KOSMO_OK ||
	    (r = set_text(o, "source", ev->source)) != KOSMO_OK ||
	    (r = set_text(o, "step", ev->step)) != KOSMO_OK ||
	    (r = set_text(o, "outcome", ev->outcome)) != KOSMO_OK ||
	    (r = set_text(o, "reason", ev->reason)) != KOSMO_OK ||
	    (r = set_text(o, "by", ev->by)) != KOSMO_OK)
		return r;
	return set_text(o, "ref", ev->ref);
}

int
audit_add(struct txn *t, const struct audit_event *ev)
{
	json_t *o = json_object();
	char *line = NULL;
	int r = KOSMO_ENOMEM;

	if (o == NULL || (r = set_all(o, ev)) != KOSMO_OK)
		goto out;
	if ((line = json_dumps(o, DUMP)) == NULL)
		r = KOSMO_ENOMEM;
	else
		r = store_append(t, line, strlen(line));
out:
	free(line);
	json_decref(o);
	return r;
}

/* A value as it stands in a line: with its quotation marks, if it has some. */
struct value {
	const char *text;
	size_t len; /* 0: there is none */
};

/*
 * Within a string no quotation mark stands bare, so what is found here is a
 * key and no part of a value.
 */
static struct value
value_of(const char *line, size_t len, const char *key)
{
	struct value v = { NULL, 0 };
	const char *at, *end = line + len;
	char pattern[24];
	int n = snprintf(pattern, sizeof(pattern), "\"%s\":", key);

	at = memmem(line, len, pattern, (size_t)n);
	while (at != NULL && (at == line || strchr("{,", at[-1]) == NULL))
		at = memmem(at + 1, (size_t)(end - at - 1), pattern, (size_t)n);
	if (at == NULL)
		return v;
	v.text = at += n;
	if (at < end && *at == '"') {
		for (at++; at < end && *at != '"'; at++)
			at += *at == '\\';
		at++;
	} else {
		while (at < end && strchr(",}", *at) == NULL)
			at++;
	}
	v.len = at <= end ? (size_t)(at - v.text) : 0;
	return v;
}

/* Without its quotation marks, if it is one plain word. */
static struct value
bare(struct value v)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "._:/@+-";
	struct value inner = v;

	if (v.len < 2 || v.text[0] != '"')
		return v;
	inner.text++;
	inner.len -= 2;
	if (strspn(inner.text, plain) != inner.len) /* the mark ends it */
		return v;
	return inner;
}

/* Appends key=value. */
static int
add_pair(struct buf *b, const char *key, struct value v)
{
	int r;

	v = bare(v);
	if ((r = buf_add(b, " ", 1)) != KOSMO_OK ||
	    (r = buf_add(b, key, strlen(key))) != KOSMO_OK ||
	    (r = buf_add(b, "=", 1)) != KOSMO_OK)
		return r;
	return buf_add(b, v.text, v.len);
}

static int
level(struct value outcome)
{
	outcome = bare(outcome);
	if (outcome.len == 5 && memcmp(outcome.text, "error", 5) == 0)
		return LOG_AUTHPRIV | LOG_ERR;
	if (outcome.len == 4 && memcmp(outcome.text, "deny", 4) == 0)
		return LOG_AUTHPRIV | LOG_NOTICE;
	return LOG_AUTHPRIV | LOG_INFO;
}

void
audit_syslog(const char *line, size_t len)
{
	static const char *const keys[] = { "outcome", "login", "uid",
		"service", "source", "step", "reason", "by", "ref", "n" };
	struct value event = bare(value_of(line, len, "event"));
	struct buf b = BUF_INIT;
	int r = KOSMO_OK;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct value v = value_of(line, len, keys[i]);

		if (r == KOSMO_OK && v.len > 0)
			r = add_pair(&b, keys[i], v);
	}
	if (r == KOSMO_OK && b.len > 0)
		syslog(level(value_of(line, len, "outcome")), "%.*s:%.*s",
		    (int)event.len, event.text, (int)b.len,
		    (const char *)b.data);
	buf_done(&b);
}
