#include "config.h"

#include "store_rig.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static int
take_line(void *arg, uint64_t number, const char *line, size_t len)
{
	struct rig *g = arg;

	if (g->refuse_lines)
		return KOSMO_EFULL;
	if (number <= g->lines) {
		g->doubles++;
		return 0;
	}
	if (!g->lines_any || g->lines > 0)
		assert_int_equal(number, g->lines + 1);
	g->lines = number;
	(void)snprintf(g->last, sizeof(g->last), "%.*s", (int)len, line);
	return 0;
}

static int
take_sync(void *arg)
{
	struct rig *g = arg;

	g->syncs++;
	return 0;
}

static void
take_failure(void *arg, const char *what)
{
	struct rig *g = arg;

	g->failures++;
	g->why = what;
}

static void
take_ack(void *arg)
{
	struct rig *g = arg;

	g->acks++;
}

int
rig_open(struct rig *g)
{
	const struct store_events ev = { take_line, take_sync, take_failure,
		g };

	int r = store_open(g->dir, g->master, &ev, &g->st, &g->why);

	if (r != KOSMO_OK)
		print_message("store_open: %s\n", g->why);
	return r;
}

void
rig_new(struct rig *g)
{
	const char *tmp = getenv("TMPDIR");

	memset(g, 0, sizeof(*g));
	(void)snprintf(g->dir, sizeof(g->dir), "%.40s/kosmo-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(g->dir));
	memset(g->master, 7, sizeof(g->master));
	assert_int_equal(store_init(g->dir, g->master, NULL), KOSMO_OK);
	assert_int_equal(rig_open(g), KOSMO_OK);
}

void
rig_free(struct rig *g)
{
	struct dirent *e;
	DIR *d;

	store_close(&g->st);
	d = opendir(g->dir);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	assert_int_equal(rmdir(g->dir), 0);
}

/*
 * Descriptors are closed as a kill would; the memory is forgotten, but not
 * leaked in the eyes of a sanitizer. It is never read, so it must be volatile.
 */
void
rig_crash(struct rig *g)
{
	static void *volatile lost[256];
	static size_t n_lost;
	char link[64], path[512];

	if (n_lost < sizeof(lost) / sizeof(lost[0]))
		lost[n_lost++] = g->st;
	for (int fd = 3; fd < 256; fd++) {
		ssize_t n;

		(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, path, sizeof(path) - 1);
		if (n <= 0)
			continue;
		path[n] = '\0';
		if (strncmp(path, g->dir, strlen(g->dir)) == 0)
			close(fd);
	}
	g->st = NULL;
}

int
rig_put(struct rig *g, const char *name, const char *value, uint64_t version)
{
	struct txn *t = NULL;
	int r;

	if ((r = store_begin(g->st, &t)) != KOSMO_OK)
		return r;
	if (value != NULL)
		r = store_put(
		    t, REC_PERSON, name, value, strlen(value), version);
	else
		r = store_delete(t, REC_PERSON, name, version);
	assert_int_equal(r, KOSMO_OK);
	r = store_commit(g->st, &t, take_ack, g);
	assert_null(t);
	store_flush(g->st);
	return r;
}

bool
rig_has(struct rig *g, const char *name, const char *value)
{
	struct buf b = BUF_INIT;
	uint64_t version = 0;
	int r = store_get(g->st, REC_PERSON, name, &b, &version);
	bool ok;

	if (value == NULL)
		ok = r == KOSMO_ENOTFOUND;
	else
		ok = r == KOSMO_OK && version > 0 && b.len == strlen(value) &&
		    memcmp(b.data, value, b.len) == 0;
	buf_done(&b);
	return ok;
}

void
rig_settle(struct rig *g)
{
	for (int i = 0; i < 12000 && store_busy(g->st); i++) {
		store_flush(g->st);
		(void)poll(NULL, 0, 5);
	}
	assert_false(store_busy(g->st));
}

const char *
rig_path(const struct rig *g, const char *file)
{
	static char paths[4][512];
	static unsigned n;
	char *p = paths[n++ % 4];

	(void)snprintf(p, sizeof(paths[0]), "%s/%s", g->dir, file);
	return p;
}

const char *
rig_journal(const struct rig *g, bool newest)
{
	char best[256] = "";
	const struct dirent *e;
	DIR *d = opendir(g->dir);

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, "journal.", 8) != 0)
			continue;
		if (best[0] == '\0' || (strcmp(e->d_name, best) > 0) == newest)
			(void)snprintf(best, sizeof(best), "%s", e->d_name);
	}
	closedir(d);
	assert_true(best[0] != '\0');
	return rig_path(g, best);
}

void
rig_copy(const struct rig *g, const char *from, const char *to)
{
	char bytes[65536];
	int in = open(rig_path(g, from), O_RDONLY);
	int out = open(rig_path(g, to), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ssize_t n;

	assert_true(in != -1 && out != -1);
	while ((n = read(in, bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(out, bytes, (size_t)n), n);
	close(in);
	close(out);
}
