/*
 * What is not a store, or not all of it: refused with words, never mended
 * by making an empty one. And what only looks like damage.
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kosmod/keeper/journal_format.h"
#include "kosmod/keeper/store_in.h"
#include "tests/unit/store_rig.h"

static int
set_up(void **state)
{
	struct rig *g = calloc(1, sizeof(*g));
	char name[16];

	rig_new(g);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "user%d", i);
		assert_int_equal(rig_put(g, name, name, 0), KOSMO_OK);
	}
	*state = g;
	return 0;
}

static int
tear_down(void **state)
{
	rig_free(*state);
	free(*state);
	return 0;
}

/* Opening must fail so, with words, and leave store.gdbm alone. */
static void
refused(struct rig *g, int err)
{
	struct stat before, after;
	int was = stat(rig_path(g, STORE_FILE), &before);

	assert_int_equal(rig_open(g), err);
	assert_non_null(g->why);
	assert_null(g->st);
	assert_int_equal(stat(rig_path(g, STORE_FILE), &after), was);
	if (was == 0) {
		assert_int_equal(before.st_ino, after.st_ino);
		assert_int_equal(before.st_size, after.st_size);
		assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	}
}

static void
flip(const char *path, off_t off)
{
	int fd = open(path, O_RDWR);
	uint8_t c;

	assert_true(fd != -1);
	assert_int_equal(pread(fd, &c, 1, off), 1);
	c ^= 0x40;
	assert_int_equal(pwrite(fd, &c, 1, off), 1);
	close(fd);
}

static void
put_bytes(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd != -1);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

static void
refuses_a_missing_store(void **state)
{
	struct rig *g = *state;
	struct stat sb;

	store_close(&g->st);
	rig_copy(g, STORE_FILE, "kept");
	assert_int_equal(unlink(rig_path(g, STORE_FILE)), 0);
	refused(g, KOSMO_ENOTFOUND);
	assert_int_equal(stat(rig_path(g, STORE_FILE), &sb), -1);
	/* And what is left of a store is not made into a new one. */
	assert_int_equal(store_init(g->dir, g->master, NULL), KOSMO_EEXIST);
	rig_copy(g, "kept", STORE_FILE);
	assert_int_equal(store_init(g->dir, g->master, NULL), KOSMO_EEXIST);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(rig_has(g, "user19", "user19"));
}

static void
refuses_a_wrong_key(void **state)
{
	struct rig *g = *state;

	store_close(&g->st);
	g->master[0] ^= 1;
	refused(g, KOSMO_ECORRUPT);
	assert_non_null(strstr(g->why, "master key"));
	g->master[0] ^= 1;
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(rig_has(g, "user0", "user0"));
}

static void
refuses_foreign_files(void **state)
{
	static const uint8_t zeros[8192];
	static const char text[] = "root:x:0:0:root:/root:/bin/bash\n";
	struct rig *g = *state;
	struct stat sb;

	store_close(&g->st);
	rig_copy(g, STORE_FILE, "kept");
	assert_int_equal(stat(rig_path(g, "kept"), &sb), 0);
	for (off_t len = sb.st_size - 1; len >= 0; len -= 1001) {
		rig_copy(g, "kept", STORE_FILE);
		assert_int_equal(truncate(rig_path(g, STORE_FILE), len), 0);
		refused(g, KOSMO_ECORRUPT);
	}
	put_bytes(rig_path(g, STORE_FILE), "", 0);
	refused(g, KOSMO_ECORRUPT);
	put_bytes(rig_path(g, STORE_FILE), zeros, sizeof(zeros));
	refused(g, KOSMO_ECORRUPT);
	put_bytes(rig_path(g, STORE_FILE), text, sizeof(text));
	refused(g, KOSMO_ECORRUPT);
	/* Byte-swapped: GDBM's magic number, turned round. */
	rig_copy(g, "kept", STORE_FILE);
	flip(rig_path(g, STORE_FILE), 0);
	refused(g, KOSMO_ECORRUPT);
	rig_copy(g, "kept", STORE_FILE);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(rig_has(g, "user7", "user7"));
}

/* Writes a changed meta record into store.gdbm. */
static void
put_meta(struct rig *g, const struct buf *raw)
{
	int fd = open(rig_path(g, STORE_FILE), O_RDWR | O_CLOEXEC);
	struct table *t = NULL;
	const char *why;

	assert_int_equal(
	    table_open(fd, STORE_FILE, TABLE_WRITE, &t, &why), KOSMO_OK);
	assert_int_equal(
	    table_put(t, "kosmo", 5, raw->data, raw->len), KOSMO_OK);
	assert_int_equal(table_close(&t), KOSMO_OK);
}

static void
refuses_a_newer_schema(void **state)
{
	struct rig *g = *state;
	struct table *t = NULL;
	struct buf raw = BUF_INIT;
	const char *why;
	int fd;

	store_close(&g->st);
	fd = open(rig_path(g, STORE_FILE), O_RDONLY | O_CLOEXEC);
	assert_int_equal(
	    table_open(fd, STORE_FILE, TABLE_READ, &t, &why), KOSMO_OK);
	assert_int_equal(table_get(t, "kosmo", 5, &raw), KOSMO_OK);
	assert_int_equal(table_close(&t), KOSMO_OK);
	raw.data[11]++;
	put_meta(g, &raw);
	refused(g, KOSMO_EVERSION);
	raw.data[11]--;
	raw.data[40] ^= 1; /* something under the MAC */
	put_meta(g, &raw);
	refused(g, KOSMO_ECORRUPT);
	raw.data[40] ^= 1;
	put_meta(g, &raw);
	assert_int_equal(rig_open(g), KOSMO_OK);
	buf_done(&raw);
}

static void
refuses_links_and_open_folders(void **state)
{
	struct rig *g = *state;

	store_close(&g->st);
	assert_int_equal(
	    rename(rig_path(g, STORE_FILE), rig_path(g, "kept")), 0);
	assert_int_equal(
	    symlink(rig_path(g, "kept"), rig_path(g, STORE_FILE)), 0);
	assert_int_equal(rig_open(g), KOSMO_EPERM);
	assert_int_equal(unlink(rig_path(g, STORE_FILE)), 0);
	assert_int_equal(mkfifo(rig_path(g, STORE_FILE), 0600), 0);
	assert_int_equal(rig_open(g), KOSMO_EPERM);
	assert_int_equal(unlink(rig_path(g, STORE_FILE)), 0);
	assert_int_equal(
	    rename(rig_path(g, "kept"), rig_path(g, STORE_FILE)), 0);
	assert_int_equal(chmod(rig_path(g, STORE_FILE), 0644), 0);
	assert_int_equal(rig_open(g), KOSMO_EPERM);
	assert_int_equal(chmod(rig_path(g, STORE_FILE), 0600), 0);
	assert_int_equal(chmod(g->dir, 0755), 0);
	assert_int_equal(rig_open(g), KOSMO_EPERM);
	assert_int_equal(chmod(g->dir, 0700), 0);
	assert_int_equal(rig_open(g), KOSMO_OK);
}

static void
refuses_a_second_opener(void **state)
{
	struct rig *g = *state;
	struct store *second = NULL;
	const char *why;

	assert_int_equal(
	    store_open(g->dir, g->master, NULL, &second, &why), KOSMO_EPERM);
	assert_null(second);
	assert_non_null(strstr(why, "another kosmod"));
	assert_int_equal(store_init(g->dir, g->master, NULL), KOSMO_EPERM);
	assert_int_equal(rig_put(g, "alice", "one", 0), KOSMO_OK);
}

/* Where the last batch of the newest journal begins. */
static off_t
last_batch(const char *path, off_t *ret_end)
{
	uint8_t head[BATCH_HEAD];
	off_t at = JOURNAL_HEAD, last = -1;
	int fd = open(path, O_RDONLY);

	while (pread(fd, head, sizeof(head), at) == BATCH_HEAD &&
	    memcmp(head, BATCH_MAGIC, 8) == 0) {
		last = at;
		at += BATCH_HEAD +
		    (off_t)((uint32_t)head[8] << 24 | (uint32_t)head[9] << 16 |
			(uint32_t)head[10] << 8 | head[11]);
	}
	close(fd);
	*ret_end = at;
	return last;
}

static void
stops_at_a_torn_tail(void **state)
{
	struct rig *g = *state;
	const char *path;
	off_t at, end;
	char name[16];

	/* Each time the last acknowledged one is torn, and only that. */
	for (int i = 0; i < 12; i++) {
		(void)snprintf(name, sizeof(name), "torn%d", i);
		assert_int_equal(rig_put(g, "other", name, STORE_ANY), 0);
		assert_int_equal(rig_put(g, name, name, 0), KOSMO_OK);
		rig_crash(g);
		path = rig_journal(g, true);
		at = last_batch(path, &end);
		assert_true(at > 0);
		if (i % 3 == 0)
			assert_int_equal(truncate(path, end - 1 - i * 9), 0);
		else
			flip(path, at + (i % 3 == 1 ? i : (end - at) / 2));
		assert_int_equal(rig_open(g), KOSMO_OK);
		assert_true(rig_has(g, name, NULL));
		assert_true(rig_has(g, "other", name));
		assert_true(rig_has(g, "user19", "user19"));
	}
}

static void
refuses_a_bad_batch_before_a_good_one(void **state)
{
	struct rig *g = *state;
	char *path = strdup(rig_journal(g, true));
	struct stat sb;
	off_t end;

	rig_crash(g);
	assert_int_equal(stat(path, &sb), 0);
	for (off_t at = 3; at < last_batch(path, &end); at += 211) {
		flip(path, at);
		refused(g, KOSMO_ECORRUPT);
		flip(path, at);
	}
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(rig_has(g, "user19", "user19"));
	free(path);
}

static void
refuses_a_missing_journal(void **state)
{
	struct rig *g = *state;
	const char *oldest;

	rig_crash(g);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_int_equal(rig_put(g, "late", "late", 0), KOSMO_OK);
	rig_crash(g);
	oldest = rig_journal(g, false);
	assert_int_equal(rename(oldest, rig_path(g, "kept")), 0);
	refused(g, KOSMO_ECORRUPT);
	assert_int_equal(unlink(rig_journal(g, true)), 0);
	refused(g, KOSMO_ECORRUPT);
	assert_non_null(strstr(g->why, "missing"));
}

static void
refuses_a_moved_value(void **state)
{
	struct rig *g = *state;
	uint8_t a[SEAL_KEY_LEN], b[SEAL_KEY_LEN];
	struct buf value = BUF_INIT, got = BUF_INIT;
	struct seal *seal = NULL;
	struct table *t = NULL;
	const char *why;
	uint64_t v;
	int fd;

	store_close(&g->st);
	assert_int_equal(seal_new(g->master, &seal), KOSMO_OK);
	assert_int_equal(
	    seal_record_key(seal, REC_PERSON, "user1", a), KOSMO_OK);
	assert_int_equal(
	    seal_record_key(seal, REC_PERSON, "user2", b), KOSMO_OK);
	fd = open(rig_path(g, LIVE_FILE), O_RDWR | O_CLOEXEC);
	assert_int_equal(
	    table_open(fd, LIVE_FILE, TABLE_WRITE, &t, &why), KOSMO_OK);
	assert_int_equal(table_get(t, a, sizeof(a), &value), KOSMO_OK);
	assert_int_equal(
	    table_put(t, b, sizeof(b), value.data, value.len), KOSMO_OK);
	assert_int_equal(table_close(&t), KOSMO_OK);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_int_equal(
	    store_get(g->st, REC_PERSON, "user2", &got, &v), KOSMO_ECORRUPT);
	assert_int_equal(got.len, 0);
	assert_true(rig_has(g, "user1", "user1"));
	seal_free(&seal);
	buf_done(&value);
	buf_done(&got);
}

static void
inits_once_with_private_files(void **state)
{
	struct rig *g = *state;
	struct stat sb;

	assert_int_equal(stat(rig_path(g, STORE_FILE), &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0600);
	assert_int_equal(stat(rig_path(g, LIVE_FILE), &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0600);
	assert_int_equal(stat(rig_journal(g, true), &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0600);
	store_close(&g->st);
	assert_int_equal(store_init(g->dir, g->master, NULL), KOSMO_EEXIST);
	/* One that was cut off before its end is begun anew. */
	assert_int_equal(unlink(rig_path(g, STORE_FILE)), 0);
	assert_int_equal(unlink(rig_path(g, LIVE_FILE)), 0);
	assert_int_equal(unlink(rig_journal(g, true)), 0);
	assert_int_equal(store_init(g->dir, g->master, NULL), KOSMO_OK);
	assert_int_equal(unlink(rig_path(g, STORE_FILE)), 0);
	assert_int_equal(store_init(g->dir, g->master, NULL), KOSMO_OK);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(rig_has(g, "user1", NULL));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(refuses_a_missing_store),
		CASE(refuses_a_wrong_key),
		CASE(refuses_foreign_files),
		CASE(refuses_a_newer_schema),
		CASE(refuses_links_and_open_folders),
		CASE(refuses_a_second_opener),
		CASE(stops_at_a_torn_tail),
		CASE(refuses_a_bad_batch_before_a_good_one),
		CASE(refuses_a_missing_journal),
		CASE(refuses_a_moved_value),
		CASE(inits_once_with_private_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
