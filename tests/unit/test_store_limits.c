/*
 * Kills in a storm, checkpoints under load, a full disk.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kosmod/keeper/store_in.h"
#include "tests/unit/store_rig.h"

#define SOON ((uint64_t)64 * 1024) /* of journal: then a checkpoint */
#define NO_FILE_ABOVE (1024 * 1024)

static int
set_up(void **state)
{
	struct rig *g = calloc(1, sizeof(*g));

	rig_new(g);
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

static void
tell(void *arg)
{
	static const char byte = 'a';

	if (write(*(int *)arg, &byte, 1) != 1)
		_exit(1);
}

/* Writes name0, name1, ... and a byte for each that is durable. */
static void
storm(struct rig *g, unsigned from, int fd)
{
	struct txn *t = NULL;
	char name[32];

	if (rig_open(g) != KOSMO_OK)
		_exit(1);
	for (unsigned i = from;; i++) {
		g->st->cp.at = SOON;
		(void)snprintf(name, sizeof(name), "name%u", i);
		if (store_begin(g->st, &t) != KOSMO_OK ||
		    store_put(t, REC_PERSON, name, name, strlen(name), 0) !=
			KOSMO_OK ||
		    store_append(t, "{}", 2) != KOSMO_OK ||
		    store_commit(g->st, &t, tell, &fd) != KOSMO_OK)
			_exit(1);
		if (i % 3 != 0)
			store_flush(g->st);
	}
}

static void
loses_nothing_in_a_storm(void **state)
{
	struct rig *g = *state;
	unsigned acked = 0;
	char name[32], byte;
	int fds[2];
	pid_t pid;

	store_close(&g->st);
	for (unsigned round = 0; round < 6; round++) {
		assert_int_equal(pipe(fds), 0);
		if ((pid = fork()) == 0)
			storm(g, acked, fds[1]);
		close(fds[1]);
		for (unsigned n = 0; n < 200 + 97 * round; n++, acked++)
			assert_int_equal(read(fds[0], &byte, 1), 1);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		while (read(fds[0], &byte, 1) == 1)
			acked++;
		close(fds[0]);
		g->lines = 0;
		g->lines_any = true;
		assert_int_equal(rig_open(g), KOSMO_OK);
		for (unsigned i = 0; i < acked; i++) {
			(void)snprintf(name, sizeof(name), "name%u", i);
			assert_true(rig_has(g, name, name));
		}
		/* What was written and not acknowledged may be there. */
		for (;; acked++) {
			(void)snprintf(name, sizeof(name), "name%u", acked);
			if (!rig_has(g, name, name))
				break;
		}
		assert_true(g->lines >= acked);
		store_close(&g->st);
	}
}

/* Puts until there is, or is no more, a child of a checkpoint. */
static unsigned
put_until(struct rig *g, unsigned n, bool child)
{
	char name[32];

	g->st->cp.at = SOON;
	while ((g->st->cp.pid != 0) != child) {
		assert_true(n < 5000);
		(void)snprintf(name, sizeof(name), "before%u", n++);
		assert_int_equal(rig_put(g, name, name, 0), KOSMO_OK);
	}
	return n;
}

/* Stops the child of a checkpoint: one that has not ended before. */
static unsigned
stop_a_checkpoint(struct rig *g)
{
	siginfo_t info;
	unsigned n = 0;

	for (;;) {
		n = put_until(g, n, true);
		assert_int_equal(kill(g->st->cp.pid, SIGSTOP), 0);
		memset(&info, 0, sizeof(info));
		assert_int_equal(waitid(P_PID, (id_t)g->st->cp.pid, &info,
				     WSTOPPED | WEXITED | WNOWAIT),
		    0);
		if (info.si_code == CLD_STOPPED)
			return n;
		n = put_until(g, n, false);
	}
}

static void
writes_on_during_a_checkpoint(void **state)
{
	struct rig *g = *state;
	struct store_facts f;
	unsigned n = stop_a_checkpoint(g);
	char name[32];

	for (unsigned i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "during%u", i);
		assert_int_equal(rig_put(g, name, name, 0), KOSMO_OK);
		assert_true(rig_has(g, name, name));
	}
	assert_int_equal(rig_put(g, "before0", NULL, 1), KOSMO_OK);
	assert_int_equal(rig_put(g, "before1", "new", 1), KOSMO_OK);
	assert_true(rig_has(g, "before0", NULL));
	assert_true(rig_has(g, "before1", "new"));
	assert_true(rig_has(g, "before2", "before2"));
	assert_true(g->st->cp.pid != 0);
	assert_int_equal(g->acks, n + 102);
	assert_int_equal(kill(g->st->cp.pid, SIGCONT), 0);
	rig_settle(g);
	store_facts(g->st, &f);
	assert_true(f.journal_bytes < SOON);
	assert_int_equal(f.records, n + 99);
	rig_crash(g);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(rig_has(g, "before0", NULL));
	assert_true(rig_has(g, "before1", "new"));
	assert_true(rig_has(g, "during99", "during99"));
	store_facts(g->st, &f);
	assert_int_equal(f.records, n + 99);
}

static void
outlives_its_checkpoint_child(void **state)
{
	struct rig *g = *state;
	unsigned n = stop_a_checkpoint(g);
	char name[32];
	struct stat sb;

	assert_int_equal(kill(g->st->cp.pid, SIGKILL), 0);
	while (g->st->cp.pid != 0)
		store_flush(g->st);
	assert_int_equal(stat(rig_path(g, TMP_FILE), &sb), -1);
	assert_int_equal(g->failures, 0);
	assert_int_equal(rig_put(g, "after", "after", 0), KOSMO_OK);
	rig_crash(g);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(rig_has(g, "after", "after"));
	(void)snprintf(name, sizeof(name), "before%u", n - 1);
	assert_true(rig_has(g, name, name));
}

static void
gives_a_checkpoint_up_under_load(void **state)
{
	struct rig *g = *state;
	char *big = calloc(1, 200001), name[32];

	memset(big, 'x', 200000);
	(void)stop_a_checkpoint(g);
	for (unsigned i = 0; i < 60; i++) {
		(void)snprintf(name, sizeof(name), "big%u", i);
		assert_int_equal(rig_put(g, name, big, 0), KOSMO_OK);
		assert_true(
		    overlay_bytes(g->st->over) <= OVERLAY_BYTES + 300000);
	}
	assert_true(g->st->cp.at > SOON);
	for (unsigned i = 0; i < 60; i++) {
		(void)snprintf(name, sizeof(name), "big%u", i);
		assert_true(rig_has(g, name, big));
	}
	assert_int_equal(g->failures, 0);
	free(big);
}

static void
limit_files(rlim_t most)
{
	struct rlimit limit;

	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* True where room may be set aside beyond the limit: on disks, not in tmpfs. */
static bool
limit_surprises(const char *dir)
{
	char path[64];
	int fd;
	bool ok;

	(void)snprintf(path, sizeof(path), "%.40s/kosmo-XXXXXX", dir);
	fd = mkstemp(path);
	assert_true(fd != -1);
	limit_files(NO_FILE_ABOVE);
	ok = fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, NO_FILE_ABOVE + 1) == 0 ||
	    errno == EOPNOTSUPP;
	limit_files(RLIM_INFINITY);
	(void)close(fd);
	(void)unlink(path);
	return ok;
}

/* Where /tmp is in memory, /var/tmp is still on a disk. */
static int
set_up_on_disk(void **state)
{
	const char *tmp = getenv("TMPDIR");

	if (!limit_surprises(tmp != NULL ? tmp : "/tmp"))
		(void)setenv("TMPDIR", "/var/tmp", 1);
	return set_up(state);
}

static int
tear_down_limit(void **state)
{
	limit_files(RLIM_INFINITY);
	return tear_down(state);
}

/*
 * No file may grow: unlike a full disk this can't be foreseen, and breaks
 * live.gdbm in the middle of a write.
 */
static void
goes_on_without_a_working_copy(void **state)
{
	struct rig *g = *state;
	char name[32];

	if (!limit_surprises(g->dir)) {
		print_message("skipped: no disk in /tmp or /var/tmp\n");
		skip();
	}
	limit_files(NO_FILE_ABOVE);
	for (unsigned i = 0; g->failures == 0; i++) {
		assert_true(i < 20000);
		(void)snprintf(name, sizeof(name), "name%u", i);
		assert_int_equal(rig_put(g, name, name, STORE_ANY), KOSMO_OK);
		/* A new journal each time, so that it is not the first. */
		if (i % 500 == 499) {
			rig_crash(g);
			assert_int_equal(rig_open(g), KOSMO_OK);
		}
	}
	assert_int_equal(rig_put(g, "x", "x", STORE_ANY), KOSMO_EIO);
	rig_crash(g);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(store_full(g->st));
	assert_true(rig_has(g, name, name));
	assert_true(rig_has(g, "name0", "name0"));
	assert_int_equal(rig_put(g, "cas", "x", 0), KOSMO_EFULL);
	assert_int_equal(rig_put(g, "late", "late", STORE_ANY), KOSMO_OK);
	store_close(&g->st);
	limit_files(RLIM_INFINITY);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(rig_has(g, "late", "late"));
	assert_true(rig_has(g, name, name));
	assert_false(store_full(g->st));
	assert_int_equal(rig_put(g, "cas", "x", 0), KOSMO_OK);
}

/* Takes all room that there is. */
static void
fill_up(const char *path)
{
	static char zeros[4096];
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_true(fd != -1);
	while (write(fd, zeros, sizeof(zeros)) > 0)
		;
	close(fd);
}

static void
on_a_full_disk(struct rig *g)
{
	const char *filler = "/mnt/filler";
	char name[32];
	int r = KOSMO_OK;
	unsigned n = 0;

	for (unsigned i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof(name), "name%u", i);
		assert_int_equal(rig_put(g, name, name, 0), KOSMO_OK);
	}
	assert_false(store_full(g->st));
	fill_up(filler);
	while (r == KOSMO_OK && n++ < 20000) {
		(void)snprintf(name, sizeof(name), "more%u", n);
		r = rig_put(g, name, name, 0);
	}
	assert_int_equal(r, KOSMO_EFULL);
	assert_true(store_full(g->st));
	/* Counters find room, for long. */
	for (unsigned i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof(name), "%u", i);
		assert_int_equal(
		    rig_put(g, "counter", name, STORE_ANY), KOSMO_OK);
	}
	assert_int_equal(g->failures, 0);
	/* Nor is a start held up, when even that room is gone. */
	for (unsigned i = 0; i < 3; i++) {
		fill_up(filler);
		rig_crash(g);
		assert_int_equal(rig_open(g), KOSMO_OK);
		assert_true(rig_has(g, "counter", "4999"));
		assert_true(rig_has(g, "name499", "name499"));
		assert_int_equal(
		    rig_put(g, "late", "late", STORE_ANY), KOSMO_OK);
	}
	store_close(&g->st);
	assert_int_equal(unlink(filler), 0);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(rig_has(g, "late", "late"));
	assert_false(store_full(g->st));
	assert_int_equal(rig_put(g, "again", "again", 0), KOSMO_OK);
}

static bool
map_self(const char *file, unsigned id)
{
	char map[32];
	int fd = open(file, O_WRONLY);
	int len = snprintf(map, sizeof(map), "0 %u 1", id);
	bool ok = fd != -1 && write(fd, map, (size_t)len) == len;

	if (fd != -1)
		close(fd);
	return ok;
}

/* A small file system of its own, if this user may have one. */
static bool
small_disk(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	int fd;

	if (unshare(CLONE_NEWNS) == -1) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == -1 ||
		    (fd = open("/proc/self/setgroups", O_WRONLY)) == -1)
			return false;
		(void)!write(fd, "deny", 4);
		close(fd);
		if (!map_self("/proc/self/uid_map", uid) ||
		    !map_self("/proc/self/gid_map", gid))
			return false;
	}
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("kosmo", "/mnt", "tmpfs", 0, "size=40m") == 0;
}

static void
outlives_a_full_disk(void **state)
{
	int status = -1;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct rig *g = calloc(1, sizeof(*g));

		if (!small_disk())
			_exit(77);
		(void)setenv("TMPDIR", "/mnt", 1);
		rig_new(g);
		on_a_full_disk(g);
		store_close(&g->st);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(loses_nothing_in_a_storm),
		CASE(writes_on_during_a_checkpoint),
		CASE(outlives_its_checkpoint_child),
		CASE(gives_a_checkpoint_up_under_load),
		cmocka_unit_test_setup_teardown(goes_on_without_a_working_copy,
		    set_up_on_disk, tear_down_limit),
		cmocka_unit_test(outlives_a_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
