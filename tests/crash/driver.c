/*
 * A small program with a store, whose history follows from a seed: what it
 * must hold after its first n transactions can be said for every n.
 *
 *   driver init DIR
 *   driver run DIR SEED TRANSACTIONS   goes on where it was; marks on stdout
 *   driver check DIR SEED LEAST MOST   holds the store against its history
 *
 * Marks: OPEN n (n transactions are there), START n, ACK n, END.
 */
#include "config.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kosmod/keeper/audit.h"
#include "kosmod/keeper/store_in.h"

#define NAMES 24
#define SOON ((uint64_t)12 * 1024) /* of journal: then a checkpoint */

struct driver {
	struct store *st;
	struct audit *audit;
	uint8_t master[STORE_KEY_LEN];
	uint64_t seed;
	unsigned acked;
};

/* What a transaction does to one record. */
struct change {
	unsigned name;
	size_t len; /* 0: it goes */
	uint8_t fill;
};

__attribute__((format(printf, 1, 2))) static void
die(const char *what, ...)
{
	va_list ap;

	va_start(ap, what);
	(void)vfprintf(stdout, what, ap);
	va_end(ap);
	(void)fputc('\n', stdout);
	(void)fflush(stdout);
	exit(1);
}

static void
mark(const char *what, unsigned n)
{
	char line[32];
	int len = snprintf(line, sizeof(line), "%s %u\n", what, n);

	if (write(STDOUT_FILENO, line, (size_t)len) != len)
		exit(3);
}

/* splitmix64 of seed, transaction and a place in it. */
static uint64_t
dice(const struct driver *d, unsigned n, unsigned at)
{
	uint64_t z =
	    d->seed + n * 0x9e3779b97f4a7c15U + at * 0xd1b54a32d192ed03U;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return z ^ (z >> 31);
}

/* Transaction n is two changes, of two records. */
static void
changes(const struct driver *d, unsigned n, struct change ret[static 2])
{
	for (unsigned i = 0; i < 2; i++) {
		uint64_t x = dice(d, n, i);

		ret[i].name = (unsigned)(x % (NAMES / 2)) * 2 + i;
		ret[i].len = x % 7 == 0 ? 0 : 1 + (size_t)(x >> 32) % 700;
		ret[i].fill = (uint8_t)(x >> 16);
	}
}

static void
failed(void *arg, const char *what)
{
	(void)arg;
	die("failed: %s", what);
}

static void
open_all(struct driver *d, const char *dir)
{
	struct store_events ev = { audit_append, audit_sync, failed, NULL };
	const char *why;
	uint8_t key[32];
	int r;

	memset(d->master, 3, sizeof(d->master));
	if (store_derive(d->master, "audit", key) != KOSMO_OK)
		die("no key");
	if ((r = audit_open(dir, key, &d->audit)) != KOSMO_OK)
		die("audit: %s", kosmo_strerror(r));
	ev.arg = d->audit;
	if ((r = store_open(dir, d->master, &ev, &d->st, &why)) != KOSMO_OK)
		die("open: %s: %s", kosmo_strerror(r), why);
	d->st->cp.at = SOON;
}

static void
close_all(struct driver *d)
{
	store_close(&d->st);
	audit_close(&d->audit);
}

/* How many transactions the store has seen. */
static unsigned
count(struct driver *d)
{
	struct buf b = BUF_INIT;
	struct cursor c;
	uint32_t n = 0;
	int r = store_get(d->st, REC_META, "count", &b, NULL);

	if (r != KOSMO_ENOTFOUND) {
		c = (struct cursor){ b.data, b.len };
		if (r != KOSMO_OK || cursor_u32(&c, &n) != KOSMO_OK)
			die("count: %s", kosmo_strerror(r));
	}
	buf_done(&b);
	return n;
}

static void
ack(void *arg)
{
	struct driver *d = arg;

	mark("ACK", ++d->acked);
}

static int
put_change(struct txn *t, const struct change *c)
{
	uint8_t value[700];
	char name[16];

	(void)snprintf(name, sizeof(name), "name%u", c->name);
	if (c->len == 0)
		return store_delete(t, REC_PERSON, name, STORE_ANY);
	memset(value, c->fill, c->len);
	return store_put(t, REC_PERSON, name, value, c->len, STORE_ANY);
}

static void
commit(struct driver *d, unsigned n)
{
	const struct audit_event ev = { .event = "test", .uid = n };
	uint8_t be[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
		(uint8_t)(n >> 8), (uint8_t)n };
	struct change c[2];
	struct txn *t = NULL;

	changes(d, n, c);
	mark("START", n);
	if (store_begin(d->st, &t) != KOSMO_OK ||
	    put_change(t, &c[0]) != KOSMO_OK ||
	    put_change(t, &c[1]) != KOSMO_OK || audit_add(t, &ev) != KOSMO_OK ||
	    store_put(t, REC_META, "count", be, 4, n - 1) != KOSMO_OK ||
	    store_commit(d->st, &t, ack, d) != KOSMO_OK)
		die("transaction %u", n);
}

static int
run(struct driver *d, const char *dir, unsigned n)
{
	open_all(d, dir);
	d->acked = count(d);
	mark("OPEN", d->acked);
	for (unsigned i = d->acked + 1; i <= n; i++) {
		commit(d, i);
		if (dice(d, i, 9) % 3 == 0)
			continue; /* together with the next */
		store_flush(d->st);
		if (dice(d, i, 8) % 40 == 0) {
			close_all(d);
			open_all(d, dir);
			mark("OPEN", count(d));
		}
		/* Sometimes the copy ends before more comes, mostly not. */
		while (dice(d, i, 7) % 4 == 0 && store_busy(d->st)) {
			(void)poll(NULL, 0, 1);
			store_flush(d->st);
		}
	}
	close_all(d);
	mark("END", 0);
	return 0;
}

static void
check_records(struct driver *d, unsigned n)
{
	struct change now[NAMES], c[2];
	uint64_t versions[NAMES] = { 0 }, version, there = n > 0;
	struct store_facts facts;
	struct buf b = BUF_INIT;
	char name[16];

	memset(now, 0, sizeof(now));
	for (unsigned i = 1; i <= n; i++) {
		changes(d, i, c);
		for (unsigned k = 0; k < 2; k++) {
			now[c[k].name] = c[k];
			versions[c[k].name] =
			    c[k].len == 0 ? 0 : versions[c[k].name] + 1;
		}
	}
	for (unsigned i = 0; i < NAMES; i++) {
		(void)snprintf(name, sizeof(name), "name%u", i);
		int r = store_get(d->st, REC_PERSON, name, &b, &version);

		there += versions[i] > 0;
		if (versions[i] == 0 && r == KOSMO_ENOTFOUND)
			continue;
		if (r != KOSMO_OK || version != versions[i] ||
		    b.len != now[i].len || b.data[0] != now[i].fill ||
		    b.data[b.len - 1] != now[i].fill)
			die("%s after %u: %s", name, n, kosmo_strerror(r));
	}
	buf_done(&b);
	store_facts(d->st, &facts);
	if (facts.records != there)
		die("%u records, not %u", (unsigned)facts.records,
		    (unsigned)there);
}

static void
check_walk(struct driver *d)
{
	struct store_walk *w = NULL;
	struct store_facts facts;
	struct buf b = BUF_INIT;
	uint64_t n = 0;
	int r;

	store_facts(d->st, &facts);
	while ((r = store_next(d->st, REC_PERSON, &w, &b)) == KOSMO_OK)
		n++;
	buf_done(&b);
	if (r != KOSMO_ENOTFOUND || n + (facts.records > 0) != facts.records)
		die("walk: %s", kosmo_strerror(r));
}

static void
check_audit(struct driver *d, unsigned n)
{
	struct k_log ask = { .verify = 1 };
	struct k_lines lines;
	unsigned found = 0;

	do {
		audit_read(d->audit, &ask, &lines);
		if (lines.broken != 0)
			die("audit: line %u", (unsigned)lines.broken);
		for (const char *p = lines.text; *p != '\0'; p++)
			found += *p == '\n';
		ask.offset = lines.offset;
	} while (!lines.end);
	if (found != n)
		die("%u audit lines after %u", found, n);
}

static int
check(struct driver *d, const char *dir, unsigned least, unsigned most)
{
	unsigned n;

	open_all(d, dir);
	n = count(d);
	if (n < least || n > most)
		die("%u transactions, not %u to %u", n, least, most);
	check_records(d, n);
	check_walk(d);
	check_audit(d, n);
	d->acked = n;
	commit(d, n + 1);
	store_flush(d->st);
	if (d->acked != n + 1)
		die("nothing can be written");
	return 0;
}

int
main(int argc, char **argv)
{
	struct driver d = { .st = NULL };
	unsigned a[3] = { 0, 0, 0 };

	for (int i = 3; i < argc && i < 6; i++)
		a[i - 3] = (unsigned)strtoul(argv[i], NULL, 10);
	d.seed = a[0];
	if (argc == 3 && strcmp(argv[1], "init") == 0) {
		memset(d.master, 3, sizeof(d.master));
		return store_init(argv[2], d.master, NULL) == KOSMO_OK ? 0 : 1;
	}
	if (argc == 5 && strcmp(argv[1], "run") == 0)
		return run(&d, argv[2], a[1]);
	if (argc == 6 && strcmp(argv[1], "check") == 0)
		return check(&d, argv[2], a[1], a[2]);
	(void)fprintf(stderr, "usage: driver init|run|check DIR ...\n");
	return 2;
}
