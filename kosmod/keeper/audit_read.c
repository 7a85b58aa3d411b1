#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "kosmod/keeper/audit_in.h"
#include "kosmod/keeper/folder.h"
#include "libkosmo/secret.h"

#define WORK_US 2000

/* Where one call of audit_read stands. */
struct reading {
	const struct k_log *ask;
	struct k_lines *ret;
	struct buf login; /* as a line would have it */
	char since[AUDIT_TIME_LEN];
	bool chained; /* the two below are of the line before */
	uint64_t number;
	uint8_t mac[AUDIT_MAC_LEN];
};

static int64_t
now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static bool
wanted(const struct reading *rd, const struct buf *line)
{
	json_t *o;
	const char *login, *when;
	bool ok;

	if (rd->login.len == 0 && rd->ask->since == 0)
		return true;
	o = json_loadb((const char *)line->data, line->len, 0, NULL);
	login = json_string_value(json_object_get(o, "login"));
	when = json_string_value(json_object_get(o, "time"));
	ok = o != NULL;
	if (rd->login.len > 0)
		ok = ok && login != NULL && strlen(login) == rd->login.len &&
		    memcmp(login, rd->login.data, rd->login.len) == 0;
	if (rd->ask->since != 0)
		ok = ok && when != NULL && strcmp(when, rd->since) >= 0;
	json_decref(o);
	return ok;
}

/* Holds a line against the one before it. */
static void
check(struct reading *rd, const struct audit *a, const struct buf *line)
{
	const char *text = (const char *)line->data;
	uint8_t want[AUDIT_MAC_LEN];
	struct audit_link l;
	bool ok = audit_link(text, line->len, &l);
	uint64_t expect = rd->number + 1;

	if (l.first && !rd->chained) {
		expect = l.number;
		memcpy(rd->mac, l.prev, sizeof(rd->mac));
	}
	ok = ok && l.number == expect &&
	    audit_mac(a, rd->mac, text, l.text_len, want) == KOSMO_OK &&
	    secret_bytes_equal(want, l.mac, sizeof(want));
	if (!ok && rd->ret->broken == 0)
		rd->ret->broken = expect;
	rd->number = l.number > 0 ? l.number : expect;
	memcpy(rd->mac, l.mac, sizeof(rd->mac));
	rd->chained = true;
}

/* Number and MAC of the line before off. */
static void
look_back(struct reading *rd, const struct audit *a, off_t off)
{
	struct buf b = BUF_INIT;
	struct audit_link l;
	off_t at = audit_line_before(a, off);

	if (at >= 0 && audit_line_at(a, at, &b) == KOSMO_OK &&
	    audit_link((const char *)b.data, b.len, &l)) {
		rd->number = l.number;
		memcpy(rd->mac, l.mac, sizeof(rd->mac));
	}
	rd->chained = at >= 0;
	buf_done(&b);
}

/* The offset asked for, moved to the beginning of a line. */
static off_t
align(const struct audit *a, uint64_t offset)
{
	char c;
	size_t got;

	if (offset == 0 || offset > (uint64_t)a->end)
		return 0; /* the file is another one by now */
	if (folder_read(a->fd, &c, 1, (off_t)offset - 1, &got) == KOSMO_OK &&
	    got == 1 && c == '\n')
		return (off_t)offset;
	return audit_line_before(a, (off_t)offset + 1);
}

static off_t
read_lines(struct reading *rd, struct audit *a, off_t at)
{
	int64_t until = now_us() + WORK_US;
	struct buf b = BUF_INIT;
	size_t used = 0;

	while (now_us() < until) {
		if (audit_line_at(a, at, &b) != KOSMO_OK) {
			rd->ret->end = 1;
			break;
		}
		if (wanted(rd, &b)) {
			if (used + b.len + 1 > TEXT_LEN)
				break;
			memcpy(rd->ret->text + used, b.data, b.len);
			used += b.len;
			rd->ret->text[used++] = '\n';
		}
		if (rd->ask->verify)
			check(rd, a, &b);
		at += (off_t)b.len + 1;
	}
	rd->ret->text[used] = '\0';
	buf_done(&b);
	return at;
}

void
audit_read(struct audit *a, const struct k_log *ask, struct k_lines *ret)
{
	struct reading rd = { .ask = ask, .ret = ret, .login = BUF_INIT };
	off_t at = align(a, ask->offset);

	memset(ret, 0, sizeof(*ret));
	audit_time((int64_t)ask->since, rd.since);
	if (at < 0 || audit_clean(ask->login, &rd.login) != KOSMO_OK) {
		ret->end = 1;
		goto out;
	}
	if (ask->verify)
		look_back(&rd, a, at);
	ret->offset = (uint64_t)read_lines(&rd, a, at);
out:
	buf_done(&rd.login);
}
