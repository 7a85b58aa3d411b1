#include "config.h"

#include "journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kosmod/keeper/folder.h"
#include "kosmod/keeper/journal_format.h"
#include "libkosmo/secret.h"

#define WINDOW ((size_t)64 * 1024)

/* A journal that is being read. */
struct reader {
	int fd;
	off_t size;
	off_t at; /* of the next batch */
	uint64_t first;
	bool last; /* no file follows it */
	struct journal_scope scope;
	struct buf payload;
};

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool
parse_name(const char *name, uint64_t *ret)
{
	char again[JOURNAL_NAME_LEN];
	char *end;

	if (strncmp(name, "journal.", 8) != 0)
		return false;
	*ret = strtoull(name + 8, &end, 16);
	journal_name(*ret, again);
	return strcmp(name, again) == 0;
}

static int
list_add(uint64_t **list, size_t *n, uint64_t first)
{
	uint64_t *more = realloc(*list, (*n + 1) * sizeof(**list));

	if (more == NULL)
		return KOSMO_ENOMEM;
	more[(*n)++] = first;
	*list = more;
	return KOSMO_OK;
}

int
journal_list(int dirfd, uint64_t **ret, size_t *ret_n)
{
	uint64_t *list = NULL, first;
	size_t n = 0;
	const struct dirent *e;
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd != -1 ? fdopendir(fd) : NULL;
	int r = KOSMO_OK;

	if (d == NULL) {
		if (fd != -1)
			close(fd);
		return KOSMO_EIO;
	}
	while (r == KOSMO_OK && (e = readdir(d)) != NULL) {
		if (parse_name(e->d_name, &first))
			r = list_add(&list, &n, first);
	}
	closedir(d);
	if (r != KOSMO_OK) {
		free(list);
		return r;
	}
	if (n > 0)
		qsort(list, n, sizeof(*list), by_number);
	*ret = list;
	*ret_n = n;
	return KOSMO_OK;
}

/* Index of the newest file that may begin at or before sequence + 1. */
static size_t
list_from(const uint64_t *list, size_t n, uint64_t sequence)
{
	size_t i = n;

	while (i > 0 && list[i - 1] > sequence + 1)
		i--;
	return i > 0 ? i - 1 : n;
}

void
journal_prune(int dirfd, uint64_t sequence)
{
	uint64_t *list = NULL;
	char name[JOURNAL_NAME_LEN];
	size_t n = 0, keep;

	if (journal_list(dirfd, &list, &n) != KOSMO_OK)
		return;
	keep = list_from(list, n, sequence);
	for (size_t i = 0; keep < n && i < keep; i++) {
		journal_name(list[i], name);
		folder_remove(dirfd, name);
	}
	free(list);
}

static uint64_t
get_be(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/*
 * Reads the batch at off into rd->payload. KOSMO_ENOTFOUND if there is no
 * valid one.
 */
static int
read_batch(struct reader *rd, struct seal *seal, off_t off, uint64_t *ret_seq)
{
	uint8_t head[BATCH_HEAD], want[BATCH_HEAD];
	size_t got, len;
	int r;

	r = folder_read(rd->fd, head, sizeof(head), off, &got);
	if (r != KOSMO_OK)
		return r;
	if (got < sizeof(head) || memcmp(head, BATCH_MAGIC, 8) != 0)
		return KOSMO_ENOTFOUND;
	len = (size_t)get_be(head + 8, 4);
	if (len > BATCH_MAX || off + BATCH_HEAD + (off_t)len > rd->size)
		return KOSMO_ENOTFOUND;
	buf_reset(&rd->payload);
	if ((r = buf_reserve(&rd->payload, len)) != KOSMO_OK ||
	    (r = folder_read(rd->fd, rd->payload.data, len, off + BATCH_HEAD,
		 &got)) != KOSMO_OK)
		return r;
	rd->payload.len = got;
	*ret_seq = get_be(head + 16, 8);
	r = journal_batch_head(
	    seal, &rd->scope, *ret_seq, rd->payload.data, got, want);
	if (r != KOSMO_OK)
		return r;
	if (got != len || !secret_bytes_equal(head, want, sizeof(head)))
		return KOSMO_ENOTFOUND;
	return KOSMO_OK;
}

/* Looks for a valid batch anywhere behind rd->at: then this is damage. */
static int
look_behind(struct reader *rd, struct seal *seal)
{
	uint8_t *w = malloc(WINDOW);
	size_t got = WINDOW;
	uint64_t seq;
	int r = w != NULL ? KOSMO_ENOTFOUND : KOSMO_ENOMEM;

	for (off_t off = rd->at; r == KOSMO_ENOTFOUND && got == WINDOW;
	     off += (off_t)WINDOW - 7) {
		const uint8_t *p = w, *hit;
		int read = folder_read(rd->fd, w, WINDOW, off, &got);

		if (read != KOSMO_OK)
			r = read;
		while (r == KOSMO_ENOTFOUND &&
		    (hit = memmem(p, got - (size_t)(p - w), BATCH_MAGIC, 8)) !=
			NULL) {
			r = read_batch(rd, seal, off + (hit - w), &seq);
			p = hit + 1;
		}
	}
	free(w);
	return r;
}

/* True if there is something else than zeros from off on. */
static int
has_content(const struct reader *rd, off_t off, bool *ret)
{
	uint8_t chunk[4096];
	size_t got = sizeof(chunk);
	int r = KOSMO_OK;

	*ret = false;
	while (r == KOSMO_OK && got == sizeof(chunk) && !*ret) {
		r = folder_read(rd->fd, chunk, sizeof(chunk), off, &got);
		for (size_t i = 0; r == KOSMO_OK && i < got; i++)
			*ret = *ret || chunk[i] != 0;
		off += (off_t)got;
	}
	return r;
}

/* Opens the file and reads its head. KOSMO_ENOTFOUND: it was never begun. */
static int
open_file(struct journal_replay *rp, struct reader *rd)
{
	uint8_t head[JOURNAL_HEAD], want[JOURNAL_HEAD];
	char name[JOURNAL_NAME_LEN];
	struct stat sb;
	size_t got;
	bool content;
	int r;

	journal_name(rd->first, name);
	if ((r = folder_file(rp->dirfd, name, O_RDWR, &rd->fd)) != KOSMO_OK)
		return r == KOSMO_ENOTFOUND ? KOSMO_EIO : r;
	/* A kill may have left it in the page cache alone. */
	if (fstat(rd->fd, &sb) == -1 || fsync(rd->fd) == -1)
		return KOSMO_EIO;
	rd->size = sb.st_size;
	r = folder_read(rd->fd, head, sizeof(head), 0, &got);
	if (r != KOSMO_OK)
		return r;
	memcpy(rd->scope.id, rp->id, STORE_ID_LEN);
	memcpy(rd->scope.epoch, head + 24, JOURNAL_EPOCH_LEN);
	r = journal_head(rp->seal, &rd->scope, rd->first, want);
	if (r != KOSMO_OK)
		return r;
	if (got == JOURNAL_HEAD && memcmp(head, want, 7) == 0 &&
	    head[7] > JOURNAL_VERSION)
		return KOSMO_EVERSION;
	rd->at = JOURNAL_HEAD;
	if (got == JOURNAL_HEAD && memcmp(head, want, sizeof(head)) == 0)
		return KOSMO_OK;
	/* No batch was written before the head was durable. */
	r = has_content(rd, JOURNAL_HEAD, &content);
	if (r == KOSMO_OK)
		r = content ? KOSMO_ECORRUPT : KOSMO_ENOTFOUND;
	return r;
}

/* Hands on the batches of a file that follow on rp->sequence. */
static int
read_file(struct journal_replay *rp, struct reader *rd)
{
	uint64_t seq;
	int r;

	while ((r = read_batch(rd, rp->seal, rd->at, &seq)) == KOSMO_OK) {
		if (seq > rp->sequence + 1)
			return KOSMO_ECORRUPT;
		if (seq == rp->sequence + 1) {
			r = rp->each(
			    rp->arg, seq, rd->payload.data, rd->payload.len);
			if (r != KOSMO_OK)
				return r;
			rp->sequence = seq;
		}
		rd->at += BATCH_HEAD + (off_t)rd->payload.len;
	}
	rp->bytes += (uint64_t)rd->at - JOURNAL_HEAD;
	if (r != KOSMO_ENOTFOUND)
		return r;
	r = look_behind(rd, rp->seal);
	/* The room behind the last batch may be all that is left on a disk. */
	if (r == KOSMO_ENOTFOUND && rd->size > rd->at &&
	    ftruncate(rd->fd, rd->at) == -1)
		return KOSMO_EIO;
	return r == KOSMO_OK	   ? KOSMO_ECORRUPT
	    : r == KOSMO_ENOTFOUND ? KOSMO_OK
				   : r;
}

static int
replay_file(struct journal_replay *rp, uint64_t first)
{
	struct reader rd = { .fd = -1, .first = first, .payload = BUF_INIT };
	int r;

	if (first > rp->sequence + 1) {
		rp->why = "batches are missing between the journals";
		return KOSMO_ECORRUPT;
	}
	r = open_file(rp, &rd);
	if (r == KOSMO_OK)
		r = read_file(rp, &rd);
	else if (r == KOSMO_ENOTFOUND)
		r = KOSMO_OK;
	if (r == KOSMO_ECORRUPT || r == KOSMO_EFORMAT)
		rp->why = "a journal is damaged";
	if (rd.fd != -1)
		close(rd.fd);
	buf_done(&rd.payload);
	return r == KOSMO_EFORMAT ? KOSMO_ECORRUPT : r;
}

int
journal_replay(struct journal_replay *rp)
{
	uint64_t *list = NULL;
	size_t n = 0, i;
	int r;

	rp->why = "the journals can't be read";
	if ((r = journal_list(rp->dirfd, &list, &n)) != KOSMO_OK)
		return r;
	if ((i = list_from(list, n, rp->sequence)) == n) {
		rp->why = "the journal that follows on store.gdbm is missing";
		r = KOSMO_ECORRUPT;
	}
	for (; r == KOSMO_OK && i < n; i++)
		r = replay_file(rp, list[i]);
	free(list);
	return r;
}
