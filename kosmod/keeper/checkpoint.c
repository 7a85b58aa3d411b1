#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kosmod/keeper/folder.h"
#include "kosmod/keeper/store_in.h"

#define RETRY_MS 60000

uint64_t
store_journal_bytes(const struct store *st)
{
	return st->old_bytes + journal_bytes(st->journal);
}

bool
checkpoint_due(const struct store *st)
{
	return st->cp.pid == 0 && !st->reader && !st->no_room &&
	    st->unsent.len == 0 && store_journal_bytes(st) >= st->cp.at &&
	    store_now() >= st->cp.not_before;
}

/* Not now; a minute later again. */
static void
put_off(struct store *st)
{
	st->cp.not_before = store_now() + RETRY_MS;
	folder_remove(st->dirfd, TMP_FILE);
}

/* The child must not act on what is meant for the parent. */
static void
forget_signals(void)
{
	struct sigaction sa;
	sigset_t none;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_DFL;
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &sa, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Reads every key of the copy, and what it says of itself. */
static bool
verify(int fd, const struct buf *want)
{
	struct table *t = NULL;
	struct buf key = BUF_INIT, value = BUF_INIT;
	const char *why;
	bool found = false;
	int r = table_open(fd, TMP_FILE, TABLE_READ, &t, &why);

	while (r == KOSMO_OK && (r = table_next(t, &key)) == KOSMO_OK) {
		if (key.len == SEAL_KEY_LEN)
			continue;
		buf_reset(&value);
		if (table_get(t, key.data, key.len, &value) == KOSMO_OK)
			found = value.len == want->len &&
			    memcmp(value.data, want->data, want->len) == 0;
	}
	(void)table_close(&t);
	buf_done(&key);
	buf_done(&value);
	return r == KOSMO_ENOTFOUND && found;
}

/*
 * The child: copies a file that nobody writes, and holds no key. It renames
 * nothing: one that outlives its parent does no harm.
 */
static void
child(struct store *st, pid_t parent, int to)
{
	bool ok;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent)
		_exit(1);
	forget_signals();
	seal_free(&st->seal);
	buf_done(&st->plain);
	close(st->lockfd);
	ok = folder_copy(table_fd(st->base), to) == KOSMO_OK &&
	    fsync(to) == 0 && verify(to, &st->cp.meta);
	_exit(ok ? 0 : 1);
}

static int
fork_child(struct store *st, int to)
{
	sigset_t all, before;
	pid_t parent = getpid();

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	st->cp.pid = fork();
	if (st->cp.pid == 0)
		child(st, parent, to);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (st->cp.pid == -1) {
		st->cp.pid = 0;
		return KOSMO_EIO;
	}
	return KOSMO_OK;
}

/* The journal from here on is a new one; the table says how far it is. */
static int
freeze(struct store *st)
{
	struct journal *next = NULL;
	struct meta m = st->meta;
	int r;

	if (st->events.sync != NULL && st->events.sync(st->events.arg) != 0)
		return KOSMO_EFULL;
	if (journal_bytes(st->journal) > 0) {
		r = journal_begin(st->dirfd, st->seal, st->meta.id,
		    st->meta.sequence + 1, &next);
		if (r != KOSMO_OK)
			return r;
		st->old_bytes += journal_bytes(st->journal);
		journal_free(&st->journal);
		st->journal = next;
	}
	m.time = (uint64_t)time(NULL);
	r = meta_write(st->base, st->seal, &m, &st->cp.meta);
	if (r != KOSMO_OK) {
		store_fail(st, "live.gdbm could not be written");
		return KOSMO_EIO;
	}
	st->cp.sequence = m.sequence;
	st->meta.time = m.time;
	return KOSMO_OK;
}

static void
begin(struct store *st)
{
	int to, r;

	if ((r = freeze(st)) == KOSMO_EIO)
		store_fail(st, "a new journal could not be made durable");
	folder_remove(st->dirfd, TMP_FILE);
	if (r == KOSMO_OK)
		r = folder_file(
		    st->dirfd, TMP_FILE, O_RDWR | O_CREAT | O_EXCL, &to);
	if (r != KOSMO_OK) {
		put_off(st);
		return;
	}
	if (fork_child(st, to) != KOSMO_OK)
		put_off(st);
	close(to);
}

/* The copy is whole and durable: now it is the checkpoint. */
static void
finish(struct store *st)
{
	if (renameat(st->dirfd, TMP_FILE, st->dirfd, STORE_FILE) == -1) {
		put_off(st);
		return;
	}
	if (folder_sync(st->dirfd) != KOSMO_OK) {
		store_fail(st, "the checkpoint could not be made durable");
		return;
	}
	journal_prune(st->dirfd, st->cp.sequence);
	st->old_bytes = 0;
	st->cp.at = CHECKPOINT_BYTES;
	st->checkpoint_time = st->meta.time;
}

/* Looks whether the child is done, or waits for it. */
static void
poll_child(struct store *st, bool wait)
{
	int status = -1;
	pid_t got;

	do {
		got = waitpid(st->cp.pid, &status, wait ? 0 : WNOHANG);
	} while (got == -1 && errno == EINTR);
	if (got == 0)
		return;
	st->cp.pid = 0;
	if (got > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		finish(st);
	else
		put_off(st);
}

void
checkpoint_abort(struct store *st)
{
	if (st->cp.pid == 0)
		return;
	(void)kill(st->cp.pid, SIGKILL);
	(void)waitpid(st->cp.pid, NULL, 0);
	st->cp.pid = 0;
	/* Too much came in meanwhile: a longer journal before the next. */
	st->cp.at *= 2;
	folder_remove(st->dirfd, TMP_FILE);
}

void
checkpoint_step(struct store *st)
{
	if (st->cp.pid != 0)
		poll_child(st, false);
	else if (checkpoint_due(st) && overlay_first(st->over) == NULL)
		begin(st);
}

/* Says that live.gdbm, durable, is what store.gdbm is. */
static void
mark_clean(struct store *st)
{
	struct buf raw = BUF_INIT;
	struct meta m;
	const char *why;
	int fd = -1;

	if (meta_read(st->base, st->seal, &m, &raw, &why) != KOSMO_OK ||
	    fsync(table_fd(st->base)) == -1 ||
	    table_close(&st->base) != KOSMO_OK ||
	    folder_file(st->dirfd, CLEAN_FILE, O_RDWR | O_CREAT | O_TRUNC,
		&fd) != KOSMO_OK)
		goto out;
	if (folder_write(fd, raw.data, raw.len, 0) != KOSMO_OK ||
	    fsync(fd) == -1 || folder_sync(st->dirfd) != KOSMO_OK)
		folder_remove(st->dirfd, CLEAN_FILE);
out:
	if (fd != -1)
		close(fd);
	buf_done(&raw);
}

void
checkpoint_close(struct store *st)
{
	walk_break(st);
	if (st->cp.pid != 0)
		poll_child(st, true);
	if (st->failed || st->reader || st->unsent.len > 0 ||
	    store_apply(st, true) != KOSMO_OK)
		return;
	if (store_journal_bytes(st) > 0) {
		begin(st);
		if (st->cp.pid != 0)
			poll_child(st, true);
	}
	if (!st->failed && store_journal_bytes(st) == 0)
		mark_clean(st);
}
