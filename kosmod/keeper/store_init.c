#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "kosmod/keeper/folder.h"
#include "kosmod/keeper/journal_format.h"
#include "kosmod/keeper/store_in.h"

#define INIT_FILE "init.tmp"

static int
put_first(struct table *t, struct seal *seal, struct meta *m,
    const struct store_first *first)
{
	const struct sealed rec = { .type = first->type,
		.version = 1,
		.name = first->name,
		.name_len = strlen(first->name),
		.value = first->value,
		.len = first->len };
	struct buf sealed = BUF_INIT;
	uint8_t key[SEAL_KEY_LEN];
	int r;

	seal_bind(seal, m->id);
	if ((r = seal_record_key(seal, rec.type, rec.name, key)) == KOSMO_OK &&
	    (r = seal_value(seal, &rec, key, &sealed)) == KOSMO_OK)
		r = table_put(t, key, SEAL_KEY_LEN, sealed.data, sealed.len);
	buf_done(&sealed);
	m->records = 1;
	return r;
}

/* The first checkpoint, durable under a name that no start looks at. */
static int
make_table(int dirfd, struct seal *seal, struct meta *m,
    const struct store_first *first)
{
	struct buf raw = BUF_INIT;
	struct table *t = NULL;
	const char *why;
	int fd, r, closed;

	folder_remove(dirfd, INIT_FILE);
	if ((r = folder_file(dirfd, INIT_FILE, O_RDWR | O_CREAT | O_EXCL,
		 &fd)) != KOSMO_OK ||
	    (r = table_open(fd, INIT_FILE, TABLE_NEW, &t, &why)) != KOSMO_OK ||
	    (first != NULL && (r = put_first(t, seal, m, first)) != KOSMO_OK) ||
	    (r = meta_write(t, seal, m, &raw)) != KOSMO_OK)
		goto out;
	if (fsync(table_fd(t)) == -1)
		r = KOSMO_EIO;
out:
	closed = table_close(&t);
	buf_done(&raw);
	return r != KOSMO_OK ? r : closed;
}

/* True if no batch was written to the journal. */
static bool
is_empty(int dirfd, uint64_t first)
{
	char name[JOURNAL_NAME_LEN];
	uint8_t byte = 1;
	size_t got;
	int fd;

	journal_name(first, name);
	if (folder_file(dirfd, name, O_RDONLY, &fd) != KOSMO_OK)
		return false;
	if (folder_read(fd, &byte, 1, JOURNAL_HEAD, &got) == KOSMO_OK &&
	    got == 0)
		byte = 0;
	close(fd);
	return byte == 0;
}

/*
 * No store may be there, nor a journal that a lost one left behind; the
 * first journal alone may be, from an --init that was cut off.
 */
static int
look_around(int dirfd)
{
	uint64_t *list = NULL;
	struct stat sb;
	size_t n = 0;
	int r;

	if (fstatat(dirfd, STORE_FILE, &sb, AT_SYMLINK_NOFOLLOW) == 0 ||
	    fstatat(dirfd, LIVE_FILE, &sb, AT_SYMLINK_NOFOLLOW) == 0)
		return KOSMO_EEXIST;
	r = journal_list(dirfd, &list, &n);
	if (r == KOSMO_OK && (n > 1 || (n == 1 && !is_empty(dirfd, list[0]))))
		r = KOSMO_EEXIST;
	free(list);
	return r;
}

static int
make_files(int dirfd, struct seal *seal, const struct store_first *first)
{
	struct meta m = { .time = (uint64_t)time(NULL) };
	struct journal *j = NULL;
	int r;

	if ((r = look_around(dirfd)) != KOSMO_OK)
		return r;
	if (RAND_bytes(m.id, STORE_ID_LEN) != 1)
		return KOSMO_ECRYPTO;
	if ((r = make_table(dirfd, seal, &m, first)) != KOSMO_OK ||
	    (r = journal_begin(dirfd, seal, m.id, 1, &j)) != KOSMO_OK)
		goto out;
	/* Last of all, and never over another one. */
	if (renameat2(dirfd, INIT_FILE, dirfd, STORE_FILE, RENAME_NOREPLACE) ==
	    -1)
		r = folder_error(errno);
	else
		r = folder_sync(dirfd);
out:
	journal_free(&j);
	folder_remove(dirfd, INIT_FILE);
	return r;
}

int
store_init(const char *dir, const uint8_t master[static STORE_KEY_LEN],
    const struct store_first *first)
{
	struct seal *seal = NULL;
	int dirfd = -1, lockfd = -1, r;

	if (mkdir(dir, 0700) == -1 && errno != EEXIST)
		return folder_error(errno);
	if ((r = folder_open(dir, &dirfd)) != KOSMO_OK ||
	    (r = folder_lock(dirfd, &lockfd)) != KOSMO_OK ||
	    (r = seal_new(master, &seal)) != KOSMO_OK)
		goto out;
	r = make_files(dirfd, seal, first);
out:
	seal_free(&seal);
	if (lockfd != -1)
		close(lockfd);
	if (dirfd != -1)
		close(dirfd);
	return r;
}
