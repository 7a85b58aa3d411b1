#include "config.h"

#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "kosmod/keeper/folder.h"
#include "kosmod/keeper/journal_format.h"

#define TMP "journal.tmp"
#define SLICE ((off_t)256 * 1024)      /* of disk room, asked for ahead */
#define SPARE ((off_t)16 * 1024)       /* for the next journal on a full disk */
#define OUT_KEPT ((size_t)1024 * 1024) /* of memory, from batch to batch */

struct journal {
	int fd;
	off_t end;   /* of the last batch */
	off_t room;  /* bytes that the file has on the disk */
	bool sliced; /* the file system gives room ahead */
	struct seal *seal;
	struct journal_scope scope;
	struct buf out;
};

void
journal_name(uint64_t first, char ret[static JOURNAL_NAME_LEN])
{
	(void)snprintf(ret, JOURNAL_NAME_LEN, "journal.%016" PRIx64, first);
}

static void
put_be(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

int
journal_head(struct seal *seal, const struct journal_scope *scope,
    uint64_t first, uint8_t ret[static JOURNAL_HEAD])
{
	const size_t covered = JOURNAL_HEAD - SEAL_MAC_LEN;
	const struct seal_part parts[] = { { ret, covered } };

	memcpy(ret, JOURNAL_MAGIC, 7);
	ret[7] = JOURNAL_VERSION;
	memcpy(ret + 8, scope->id, STORE_ID_LEN);
	memcpy(ret + 24, scope->epoch, JOURNAL_EPOCH_LEN);
	put_be(ret + 40, first, 8);
	return seal_mac(seal, SEAL_JOURNAL, parts, 1, ret + covered);
}

int
journal_batch_head(struct seal *seal, const struct journal_scope *scope,
    uint64_t sequence, const uint8_t *payload, size_t len,
    uint8_t ret[static BATCH_HEAD])
{
	const size_t covered = BATCH_HEAD - SEAL_MAC_LEN;
	const struct seal_part parts[] = { { scope, sizeof(*scope) },
		{ ret, covered }, { payload, len } };

	memcpy(ret, BATCH_MAGIC, 8);
	put_be(ret + 8, len, 4);
	put_be(ret + 12, 0, 4);
	put_be(ret + 16, sequence, 8);
	return seal_mac(seal, SEAL_JOURNAL, parts, 3, ret + covered);
}

static int
encode(struct buf *payload, const struct journal_op *op)
{
	int r;

	if ((r = buf_add_u8(payload, (uint8_t)op->kind)) != KOSMO_OK)
		return r;
	if (op->kind == OP_LINE)
		r = buf_add_u64(payload, op->number);
	else
		r = buf_add(payload, op->key, SEAL_KEY_LEN);
	if (r != KOSMO_OK || op->kind == OP_DELETE)
		return r;
	if ((r = buf_add_u32(payload, (uint32_t)op->len)) != KOSMO_OK)
		return r;
	return buf_add(payload, op->bytes, op->len);
}

int
journal_encode(struct buf *payload, const struct journal_op *op)
{
	size_t before = payload->len;
	int r = encode(payload, op);

	if (r != KOSMO_OK)
		payload->len = before;
	return r;
}

int
journal_decode(struct cursor *c, struct journal_op *ret)
{
	uint8_t kind;
	uint32_t len;

	memset(ret, 0, sizeof(*ret));
	if (c->left == 0)
		return KOSMO_ENOTFOUND;
	if (cursor_u8(c, &kind) != KOSMO_OK || kind < OP_NEW || kind > OP_LINE)
		return KOSMO_EFORMAT;
	ret->kind = (enum journal_kind)kind;
	if (kind == OP_LINE) {
		if (cursor_u64(c, &ret->number) != KOSMO_OK)
			return KOSMO_EFORMAT;
	} else if (cursor_take(c, SEAL_KEY_LEN, &ret->key) != KOSMO_OK)
		return KOSMO_EFORMAT;
	if (kind == OP_DELETE)
		return KOSMO_OK;
	if (cursor_u32(c, &len) != KOSMO_OK ||
	    cursor_take(c, len, &ret->bytes) != KOSMO_OK)
		return KOSMO_EFORMAT;
	ret->len = len;
	return KOSMO_OK;
}

/*
 * The first slice, or what there is: on a full disk it may be all that the
 * journal before has given back.
 */
static void
take_room(struct journal *j)
{
	for (off_t want = SLICE; want >= 4096; want /= 2) {
		if (fallocate(j->fd, 0, 0, want) == 0) {
			j->room = want;
			return;
		}
	}
}

/* Head of a new file, durable under its final name. */
static int
begin_file(struct journal *j, int dirfd, uint64_t first)
{
	char name[JOURNAL_NAME_LEN];
	uint8_t head[JOURNAL_HEAD];
	int r;

	if ((r = journal_head(j->seal, &j->scope, first, head)) != KOSMO_OK ||
	    (r = folder_write(j->fd, head, sizeof(head), 0)) != KOSMO_OK)
		return r;
	j->end = JOURNAL_HEAD;
	take_room(j);
	if (fsync(j->fd) == -1)
		return KOSMO_EIO;
	journal_name(first, name);
	if (renameat(dirfd, TMP, dirfd, name) == -1)
		return folder_error(errno);
	return folder_sync(dirfd);
}

int
journal_begin(int dirfd, struct seal *seal,
    const uint8_t id[static STORE_ID_LEN], uint64_t first, struct journal **ret)
{
	struct journal *j = calloc(1, sizeof(*j));
	int r = KOSMO_ECRYPTO;

	if (j == NULL)
		return KOSMO_ENOMEM;
	j->fd = -1;
	j->seal = seal;
	j->sliced = true;
	memcpy(j->scope.id, id, STORE_ID_LEN);
	if (RAND_bytes(j->scope.epoch, JOURNAL_EPOCH_LEN) != 1)
		goto out;
	folder_remove(dirfd, TMP);
	if ((r = folder_file(dirfd, TMP, O_RDWR | O_CREAT | O_EXCL, &j->fd)) !=
		KOSMO_OK ||
	    (r = begin_file(j, dirfd, first)) != KOSMO_OK)
		goto out;
	*ret = j;
	return KOSMO_OK;
out:
	if (j->fd != -1)
		folder_remove(dirfd, TMP);
	journal_free(&j);
	return r;
}

void
journal_free(struct journal **j)
{
	if (j == NULL || *j == NULL)
		return;
	if ((*j)->fd != -1)
		close((*j)->fd);
	buf_done(&(*j)->out);
	free(*j);
	*j = NULL;
}

int
journal_reserve(struct journal *j, size_t len)
{
	off_t need = j->end + BATCH_HEAD + (off_t)len;
	off_t more = need - j->room > SLICE ? need - j->room : SLICE;

	if (!j->sliced || need <= j->room)
		return KOSMO_OK;
	if (fallocate(j->fd, 0, j->room, more) == 0) {
		j->room += more;
		return KOSMO_OK;
	}
	if (errno == EOPNOTSUPP) {
		j->sliced = false;
		return KOSMO_OK;
	}
	/* Perhaps there is no whole slice left, but room for this. */
	if (fallocate(j->fd, 0, j->room, need - j->room) == -1)
		return folder_error(errno);
	j->room = need;
	return KOSMO_OK;
}

int
journal_write(struct journal *j, uint64_t sequence, const struct buf *payload)
{
	uint8_t head[BATCH_HEAD];
	int r;

	if (payload->len > BATCH_MAX)
		return KOSMO_ETOOBIG;
	if (j->out.cap > OUT_KEPT)
		buf_done(&j->out);
	buf_reset(&j->out);
	if ((r = journal_batch_head(j->seal, &j->scope, sequence, payload->data,
		 payload->len, head)) != KOSMO_OK ||
	    (r = buf_add(&j->out, head, sizeof(head))) != KOSMO_OK ||
	    (r = buf_add(&j->out, payload->data, payload->len)) != KOSMO_OK)
		return r;
	r = folder_write(j->fd, j->out.data, j->out.len, j->end);
	if (r != KOSMO_OK) {
		/* What came through must not lie behind a later batch. */
		if (ftruncate(j->fd, j->end) == -1)
			r = KOSMO_EIO;
		j->room = 0;
		return r;
	}
	if (fdatasync(j->fd) == -1)
		return KOSMO_EIO;
	j->end += (off_t)j->out.len;
	return KOSMO_OK;
}

uint64_t
journal_bytes(const struct journal *j)
{
	return (uint64_t)j->end - JOURNAL_HEAD;
}
