#include "config.h"

#include "notices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/keeper/mail.h"
#include "kosmod/keeper/post.h"

#define RANGE "notices"	    /* REC_META: oldest and next number */
#define HELD_MAX 1024	    /* rows; the numbers above them wait unread */
#define LOOKS_A_TICK 500    /* numbers, to see whether a record is there */
#define FLYING_MAX 4	    /* that post has at once */
#define ANSWER_SECONDS 3600 /* post answers each, sooner or later */
#define PAUSE_MIN 60	    /* seconds, doubling */
#define PAUSE_MAX 3600
#define KEEP_SECONDS (3 * 86400)
#define PER_HOUR 20 /* of one person */
#define HOUR_MS 3600000
#define MARKS_MAX 2048

struct notice {
	uint64_t number;
	int64_t next; /* mono ms: not before */
	uint32_t pause;
	bool flying; /* post has it */
	bool over;   /* only its record is still there */
};

struct mark {
	uint64_t who;
	int64_t at; /* mono ms; 0: free */
};

struct notices {
	uint64_t next; /* number of the next one */
	uint64_t seen; /* below it, all that stand are rows */
	uint32_t n;
	uint32_t flying;
	uint32_t next_mark;
	struct notice rows[HELD_MAX]; /* oldest first */
	struct mark marks[MARKS_MAX]; /* a ring */
};

static void
name_of(uint64_t number, char ret[static 17])
{
	(void)snprintf(ret, 17, "%016llx", (unsigned long long)number);
}

int
notices_load(struct keeper *k)
{
	struct notices *n = calloc(1, sizeof(*n));
	struct buf b = BUF_INIT;
	uint64_t version;
	int r;

	if (n == NULL)
		return KOSMO_ENOMEM;
	k->notices = n;
	n->next = n->seen = 1;
	r = store_get(k->store, REC_META, RANGE, &b, &version);
	if (r == KOSMO_OK) {
		struct cursor c = { b.data, b.len };

		if ((r = cursor_u64(&c, &n->seen)) == KOSMO_OK)
			r = cursor_u64(&c, &n->next);
	}
	buf_done(&b);
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

void
notices_free(struct keeper *k)
{
	free(k->notices);
	k->notices = NULL;
}

uint32_t
notices_count(const struct keeper *k)
{
	uint64_t unread = k->notices->next - k->notices->seen;

	return k->notices->n + (uint32_t)unread;
}

static int
put_range(const struct notices *n, struct txn *t)
{
	uint64_t oldest = n->n > 0 ? n->rows[0].number : n->seen;
	struct buf b = BUF_INIT;
	int r;

	if ((r = buf_add_u64(&b, oldest)) == KOSMO_OK &&
	    (r = buf_add_u64(&b, n->next)) == KOSMO_OK)
		r = store_put(t, REC_META, RANGE, b.data, b.len, STORE_ANY);
	buf_done(&b);
	return r;
}

/* FNV-1a: tells people apart, and nothing hangs on more than that. */
static uint64_t
hash_of(const char *login)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *login != '\0'; login++)
		h = (h ^ (uint8_t)*login) * 0x100000001b3;
	return h;
}

/* Counts one more of login; false: there were too many. */
static bool
within_quota(struct keeper *k, const char *login)
{
	struct notices *n = k->notices;
	int64_t now = keeper_mono(k);
	uint64_t who = hash_of(login);
	uint32_t of_late = 0;

	for (size_t i = 0; i < MARKS_MAX; i++) {
		if (n->marks[i].at != 0 && n->marks[i].who == who &&
		    n->marks[i].at + HOUR_MS > now)
			of_late++;
	}
	if (of_late >= PER_HOUR)
		return false;
	n->marks[n->next_mark] = (struct mark){ who, now };
	n->next_mark = (n->next_mark + 1) % MARKS_MAX;
	return true;
}

static int
note(struct keeper *k, struct txn *t, const struct post_job *about,
    const char *outcome, const char *reason)
{
	struct audit_event ev = { .event = "notice",
		.login = about->login,
		.step = mail_word(about->kind),
		.outcome = outcome,
		.reason = reason,
		.by = "kosmod",
		.time = keeper_wall(k) };

	return audit_add(t, &ev);
}

static struct post_job
job_of(const struct p_mail *mail)
{
	struct post_job j = { .kind = mail->kind };

	(void)snprintf(j.login, sizeof(j.login), "%s", mail->login);
	return j;
}

int
notices_add(struct keeper *k, struct txn *t, const struct p_mail *mail)
{
	struct post_job about = job_of(mail);
	struct buf value = BUF_INIT;
	char name[17];
	int r;

	if (!within_quota(k, mail->login))
		return note(k, t, &about, "dropped", "too many in an hour");
	name_of(k->notices->next++, name);
	r = codec_encode(&p_mail_layout, CODEC_RECORD, mail, &value);
	if (r == KOSMO_OK)
		r = store_put(
		    t, REC_NOTICE, name, value.data, value.len, STORE_ANY);
	if (r == KOSMO_OK)
		r = put_range(k->notices, t);
	buf_done(&value);
	return r;
}

static int
load(struct keeper *k, uint64_t number, struct p_mail *ret)
{
	struct buf value = BUF_INIT;
	uint64_t version;
	char name[17];
	int r;

	name_of(number, name);
	r = store_get(k->store, REC_NOTICE, name, &value, &version);
	if (r == KOSMO_OK)
		r = codec_decode(
		    &p_mail_layout, CODEC_RECORD, value.data, value.len, ret);
	buf_done(&value);
	return r;
}

/*
 * Takes up what was numbered since. A number without a record is one of a
 * transaction that was given up, or was sent before a restart.
 */
static void
take_up(struct keeper *k)
{
	struct notices *n = k->notices;
	struct p_mail mail;

	for (size_t i = 0; i < LOOKS_A_TICK && n->n < HELD_MAX; i++) {
		if (n->seen == n->next)
			break;
		if (load(k, n->seen, &mail) != KOSMO_ENOTFOUND)
			n->rows[n->n++] = (struct notice){ .number = n->seen };
		n->seen++;
	}
}

static void
forget(struct notices *n, struct notice *row)
{
	size_t at = (size_t)(row - n->rows);

	memmove(row, row + 1, (n->n - at - 1) * sizeof(*row));
	n->n--;
}

static struct notice *
find(struct notices *n, uint64_t number)
{
	for (size_t i = 0; i < n->n; i++) {
		if (n->rows[i].number == number)
			return &n->rows[i];
	}
	return NULL;
}

/*
 * Deletes the record, with a line of why. If that can't be written now the
 * row stays, so that the mail does not go twice.
 */
static void
end(struct keeper *k, struct notice *row, const struct post_job *about,
    const char *outcome, const char *reason)
{
	struct txn *t = NULL;
	char name[17];
	int r;

	name_of(row->number, name);
	if ((r = store_begin(k->store, &t)) == KOSMO_OK &&
	    (r = store_delete(t, REC_NOTICE, name, STORE_ANY)) == KOSMO_OK &&
	    (r = note(k, t, about, outcome, reason)) == KOSMO_OK)
		r = store_commit(k->store, &t, NULL, NULL);
	store_abort(&t);
	if (r == KOSMO_OK) {
		forget(k->notices, row);
		return;
	}
	row->over = true;
	row->next = keeper_mono(k) + PAUSE_MIN * 1000;
}

static void
wait_longer(struct keeper *k, struct notice *row)
{
	row->pause = row->pause == 0 ? PAUSE_MIN : row->pause * 2;
	if (row->pause > PAUSE_MAX)
		row->pause = PAUSE_MAX;
	row->next = keeper_mono(k) + (int64_t)row->pause * 1000;
}

static void
on_sent(struct keeper *k, const struct post_job *j, enum sent_word word,
    const char *reason)
{
	struct notice *row = find(k->notices, j->notice);

	if (row == NULL)
		return;
	row->flying = false;
	k->notices->flying--;
	if (word == SENT_NO)
		wait_longer(k, row);
	else
		end(k, row, j, word == SENT_YES ? "sent" : "never", reason);
}

static bool
too_old(struct keeper *k, const struct p_mail *mail)
{
	return mail->when + KEEP_SECONDS < (uint64_t)keeper_wall(k);
}

/* True if the row is gone. */
static bool
send_one(struct keeper *k, struct notice *row)
{
	struct notices *n = k->notices;
	uint32_t before = n->n;
	struct p_mail mail = { 0 };
	struct post_job j;
	int r = load(k, row->number, &mail);

	j = job_of(&mail);
	j.notice = row->number;
	j.done = on_sent;
	if (row->over)
		end(k, row, &j, "sent", "written late");
	else if (r != KOSMO_OK)
		end(k, row, &j, "never", "it can't be read");
	else if (too_old(k, &mail))
		end(k, row, &j, "given up", "not sent in three days");
	else if (k->post && n->flying < FLYING_MAX &&
	    post_ask(k, &j, ANSWER_SECONDS, &mail) == KOSMO_OK) {
		row->flying = true;
		n->flying++;
	}
	return n->n < before;
}

void
notices_tick(struct keeper *k)
{
	struct notices *n = k->notices;
	int64_t now = keeper_mono(k);
	size_t i = 0;

	take_up(k);
	/* without post it is only about the oldest: is it too old? */
	while (i < n->n && n->flying < FLYING_MAX && (k->post || i == 0)) {
		struct notice *row = &n->rows[i];

		if (row->flying || row->next > now || !send_one(k, row))
			i++;
	}
}

void
notices_now(struct keeper *k)
{
	struct notices *n = k->notices;
	int64_t soon = keeper_mono(k) + PAUSE_MIN * 1000;

	for (size_t i = 0; i < n->n; i++) {
		if (n->rows[i].next > soon)
			n->rows[i].next = soon;
	}
	notices_tick(k);
}
