/*
 * The audit log: its chain, torn ends, replays, rotation.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "kosmod/keeper/audit.h"
#include "tests/unit/store_rig.h"

/* What went to syslog last; both names that the C library has for it. */
static struct {
	int priority;
	char text[1024];
} told;

static void __attribute__((format(printf, 2, 0)))
note_told(int priority, const char *format, va_list args)
{
	told.priority = priority;
	(void)vsnprintf(told.text, sizeof(told.text), format, args);
}

void __attribute__((format(printf, 2, 3)))
syslog(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	note_told(priority, format, args);
	va_end(args);
}

void __syslog_chk(int priority, int flag, const char *format, ...);
void __attribute__((format(printf, 3, 4)))
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	note_told(priority, format, args);
	va_end(args);
}

struct log {
	struct rig rig;
	struct audit *audit;
	struct audit *lost[8]; /* in a kill, for sanitizers */
	size_t n_lost;
	uint8_t key[32];
};

static struct audit *kept[64];
static size_t n_kept;

static struct store_events
events(struct log *g)
{
	const struct store_events ev = { audit_append, audit_sync, NULL,
		g->audit };

	return ev;
}

static int
set_up(void **state)
{
	struct log *g = calloc(1, sizeof(*g));
	struct store_events ev;

	rig_new(&g->rig);
	store_close(&g->rig.st);
	assert_int_equal(
	    store_derive(g->rig.master, "audit", g->key), KOSMO_OK);
	assert_int_equal(audit_open(g->rig.dir, g->key, &g->audit), KOSMO_OK);
	ev = events(g);
	assert_int_equal(
	    store_open(g->rig.dir, g->rig.master, &ev, &g->rig.st, NULL),
	    KOSMO_OK);
	*state = g;
	return 0;
}

static int
tear_down(void **state)
{
	struct log *g = *state;

	store_close(&g->rig.st);
	audit_close(&g->audit);
	rig_free(&g->rig);
	*state = NULL;
	memset(&g->rig, 0, sizeof(g->rig));
	for (size_t i = 0; i < g->n_lost; i++)
		kept[n_kept++ % 64] = g->lost[i];
	free(g);
	return 0;
}

/* A kill and a start; break_it may do something to the log in between. */
static void
restart(struct log *g, void (*break_it)(struct log *g))
{
	struct store_events ev;

	rig_crash(&g->rig);
	assert_true(g->n_lost < 8);
	g->lost[g->n_lost++] = g->audit;
	if (break_it != NULL)
		break_it(g);
	assert_int_equal(audit_open(g->rig.dir, g->key, &g->audit), KOSMO_OK);
	ev = events(g);
	assert_int_equal(
	    store_open(g->rig.dir, g->rig.master, &ev, &g->rig.st, NULL),
	    KOSMO_OK);
}

static void
add(struct log *g, const char *login, const char *outcome, int64_t when)
{
	const struct audit_event ev = { .event = "login",
		.login = login,
		.uid = 1000,
		.service = "sshd",
		.source = "192.0.2.7",
		.step = "password",
		.outcome = outcome,
		.time = when };
	struct txn *t = NULL;

	assert_int_equal(store_begin(g->rig.st, &t), KOSMO_OK);
	assert_int_equal(audit_add(t, &ev), KOSMO_OK);
	assert_int_equal(store_commit(g->rig.st, &t, NULL, NULL), KOSMO_OK);
	store_flush(g->rig.st);
}

static void
look(struct log *g, const struct k_log *ask, struct k_lines *all)
{
	struct k_lines part;
	struct k_log a = *ask;
	size_t used = 0;

	memset(all, 0, sizeof(*all));
	do {
		audit_read(g->audit, &a, &part);
		assert_true(used + strlen(part.text) < sizeof(all->text));
		memcpy(all->text + used, part.text, strlen(part.text) + 1);
		used += strlen(part.text);
		if (all->broken == 0)
			all->broken = part.broken;
		a.offset = part.offset;
	} while (!part.end);
	all->offset = part.offset;
}

static unsigned
count(const char *text)
{
	unsigned n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		n++;
	return n;
}

/* Lines in the log, which must hold. */
static unsigned
verified(struct log *g)
{
	const struct k_log ask = { .verify = 1 };
	struct k_lines all;

	look(g, &ask, &all);
	assert_int_equal(all.broken, 0);
	return count(all.text);
}

static void
writes_lines_that_can_be_read(void **state)
{
	struct log *g = *state;
	struct k_log ask = { .offset = 0 };
	struct k_lines all;
	json_t *o;

	add(g, "alice", "allow", 1700000000);
	look(g, &ask, &all);
	o = json_loads(all.text, 0, NULL);
	assert_non_null(o);
	assert_int_equal(json_integer_value(json_object_get(o, "n")), 1);
	assert_string_equal(json_string_value(json_object_get(o, "time")),
	    "2023-11-14T22:13:20Z");
	assert_string_equal(
	    json_string_value(json_object_get(o, "login")), "alice");
	assert_int_equal(json_integer_value(json_object_get(o, "uid")), 1000);
	assert_null(json_object_get(o, "reason"));
	assert_int_equal(
	    strlen(json_string_value(json_object_get(o, "mac"))), 64);
	json_decref(o);
}

static void
filters(void **state)
{
	struct log *g = *state;
	struct k_log ask = { .since = 1700000003 };
	struct k_lines all;

	for (int i = 0; i < 6; i++)
		add(g, i % 2 == 0 ? "alice" : "bob", "deny", 1700000000 + i);
	look(g, &ask, &all);
	assert_int_equal(count(all.text), 3);
	(void)strcpy(ask.login, "alice");
	look(g, &ask, &all);
	assert_int_equal(count(all.text), 1);
	ask.since = 0;
	look(g, &ask, &all);
	assert_int_equal(count(all.text), 3);
	(void)strcpy(ask.login, "carol");
	look(g, &ask, &all);
	assert_int_equal(count(all.text), 0);
}

static void
escapes_and_cuts(void **state)
{
	struct log *g = *state;
	struct k_log ask = { .verify = 1 };
	struct k_lines all;
	char big[2000];

	memset(big, 0x1b, sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	add(g, "x\n\"login\":\"root\x7f\xff\xe3\x81\x82", "deny", 1);
	add(g, big, big, 2);
	look(g, &ask, &all);
	assert_int_equal(count(all.text), 2);
	assert_int_equal(all.broken, 0);
	for (const char *p = all.text; *p != '\0'; p++)
		assert_true(*p == '\n' || (*p >= 0x20 && *p < 0x7f));
}

static void
tear_last_line(struct log *g)
{
	const char *p = rig_path(&g->rig, "audit.log");
	struct stat sb;

	assert_int_equal(stat(p, &sb), 0);
	assert_int_equal(truncate(p, sb.st_size - 30), 0);
}

/* As after a power cut: a page that never came, others that did. */
static void
lose_a_page(struct log *g)
{
	static const char zeros[300];
	int fd = open(rig_path(&g->rig, "audit.log"), O_RDWR);

	assert_int_equal(pwrite(fd, zeros, sizeof(zeros), 500), 300);
	close(fd);
}

static void
lose_it_all(struct log *g)
{
	assert_int_equal(truncate(rig_path(&g->rig, "audit.log"), 0), 0);
}

static void
mends_what_a_crash_broke(void **state)
{
	struct log *g = *state;

	for (int i = 0; i < 10; i++)
		add(g, "alice", "deny", 1700000000 + i);
	restart(g, NULL);
	assert_int_equal(verified(g), 10);
	restart(g, tear_last_line);
	assert_int_equal(verified(g), 10);
	add(g, "alice", "allow", 1700000020);
	restart(g, lose_a_page);
	assert_int_equal(verified(g), 11);
	restart(g, lose_it_all);
	assert_int_equal(verified(g), 11);
}

static void
mends_a_torn_line_at_open(void **state)
{
	struct log *g = *state;

	add(g, "alice", "deny", 1);
	add(g, "alice", "deny", 2);
	store_close(&g->rig.st);
	audit_close(&g->audit);
	tear_last_line(g);
	assert_int_equal(audit_open(g->rig.dir, g->key, &g->audit), KOSMO_OK);
	assert_int_equal(verified(g), 1);
}

static void
change_a_byte(struct log *g, off_t off)
{
	int fd = open(rig_path(&g->rig, "audit.log"), O_RDWR);
	char c;

	assert_int_equal(pread(fd, &c, 1, off), 1);
	c ^= 1;
	assert_int_equal(pwrite(fd, &c, 1, off), 1);
	close(fd);
}

static void
shows_altered_and_removed_lines(void **state)
{
	struct log *g = *state;
	const struct k_log ask = { .verify = 1 };
	struct k_lines all;
	size_t len;
	char *text;
	int fd;

	for (int i = 0; i < 5; i++)
		add(g, "alice", "deny", 1700000000 + i);
	look(g, &ask, &all);
	assert_int_equal(all.broken, 0);
	len = strlen(all.text) / 5;
	change_a_byte(g, (off_t)(2 * len + 40));
	look(g, &ask, &all);
	assert_int_equal(all.broken, 3);
	change_a_byte(g, (off_t)(2 * len + 40));
	/* The second one goes, all others stay. */
	text = strdup(all.text);
	look(g, &ask, &all);
	assert_int_equal(all.broken, 0);
	fd = open(rig_path(&g->rig, "audit.log"), O_RDWR);
	assert_int_equal(
	    pwrite(fd, all.text + 2 * len, 3 * len, (off_t)len), 3 * len);
	assert_int_equal(ftruncate(fd, (off_t)(4 * len)), 0);
	close(fd);
	look(g, &ask, &all);
	assert_int_equal(all.broken, 2);
	free(text);
}

static void
goes_on_after_rotation(void **state)
{
	struct log *g = *state;
	const struct k_log ask = { .verify = 1 };
	struct k_lines all;

	add(g, "alice", "deny", 1);
	assert_int_equal(audit_reopen(g->audit), KOSMO_OK);
	add(g, "alice", "deny", 2);
	assert_int_equal(verified(g), 2);
	assert_int_equal(rename(rig_path(&g->rig, "audit.log"),
			     rig_path(&g->rig, "audit.log.1")),
	    0);
	assert_int_equal(audit_reopen(g->audit), KOSMO_OK);
	add(g, "alice", "deny", 3);
	assert_int_equal(verified(g), 2);
	look(g, &ask, &all);
	assert_non_null(strstr(all.text, "{\"n\":2,\"event\":\"continued\""));
	assert_non_null(strstr(all.text, "{\"n\":3,"));
	restart(g, NULL);
	assert_int_equal(verified(g), 2);
	restart(g, tear_last_line);
	add(g, "alice", "deny", 4);
	assert_int_equal(verified(g), 3);
}

static void
add_event(struct log *g, const struct audit_event *ev)
{
	struct txn *t = NULL;

	told.text[0] = '\0';
	assert_int_equal(store_begin(g->rig.st, &t), KOSMO_OK);
	assert_int_equal(audit_add(t, ev), KOSMO_OK);
	assert_int_equal(store_commit(g->rig.st, &t, NULL, NULL), KOSMO_OK);
	store_flush(g->rig.st);
}

/* Each line goes to authpriv as well; no value can pass for another. */
static void
syslog_has_it_too(void **state)
{
	struct audit_event ev = { .event = "login",
		.login = "taro",
		.uid = 1000,
		.service = "sshd",
		.source = "192.0.2.7",
		.step = "password",
		.outcome = "deny",
		.reason = "wrong code",
		.time = 1775001600 };
	struct log *g = *state;

	add_event(g, &ev);
	assert_int_equal(told.priority, LOG_AUTHPRIV | LOG_NOTICE);
	assert_string_equal(told.text,
	    "login: outcome=deny login=taro uid=1000 service=sshd "
	    "source=192.0.2.7 step=password reason=\"wrong code\" n=1");
	ev.outcome = "allow";
	ev.uid = NO_UID;
	ev.step = ev.reason = "";
	ev.by = "uid 0";
	ev.login = "a\",\"reason\":\"b\\,\"n\":7,";
	add_event(g, &ev);
	assert_int_equal(told.priority, LOG_AUTHPRIV | LOG_INFO);
	assert_string_equal(told.text,
	    "login: outcome=allow "
	    "login=\"a\\\",\\\"reason\\\":\\\"b\\\\,\\\"n\\\":7,\" "
	    "service=sshd source=192.0.2.7 by=\"uid 0\" n=2");
	ev.outcome = "error";
	ev.by = "";
	ev.login = "\xe5\xb1\xb1\x1b[m";
	ev.ref = "k7mq";
	add_event(g, &ev);
	assert_int_equal(told.priority, LOG_AUTHPRIV | LOG_ERR);
	assert_string_equal(told.text,
	    "login: outcome=error login=\"\\u5C71\\u001B[m\" service=sshd "
	    "source=192.0.2.7 ref=k7mq n=3");
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(writes_lines_that_can_be_read),
		CASE(filters),
		CASE(escapes_and_cuts),
		CASE(mends_what_a_crash_broke),
		CASE(mends_a_torn_line_at_open),
		CASE(shows_altered_and_removed_lines),
		CASE(goes_on_after_rotation),
		CASE(syslog_has_it_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
