/*
 * journal.h: the truth: append-only files of batches under a keyed MAC.
 *
 * A file journal.<first sequence in hex> begins with the store's id and an
 * epoch of its own, which go into every MAC, so that nothing left over on the
 * disk passes for a batch. A batch is written at once and is all there or
 * not at all; the next one is written only after it is durable. So a bad
 * batch is a torn tail if nothing valid follows, and damage otherwise.
 */
#ifndef KOSMO_KEEPER_JOURNAL_H
#define KOSMO_KEEPER_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "kosmod/keeper/seal.h"
#include "libkosmo/buf.h"

#define BATCH_MAX ((size_t)16 * 1024 * 1024) /* bytes of one payload */
#define JOURNAL_HEAD 80			     /* bytes before the batches */

enum journal_kind {
	OP_NEW = 1, /* a record that was not there */
	OP_REPLACE,
	OP_DELETE,
	OP_LINE /* for events.append */
};

/* One operation of a batch; pointers lead into the batch. */
struct journal_op {
	enum journal_kind kind;
	const uint8_t *key;   /* SEAL_KEY_LEN bytes; not OP_LINE */
	uint64_t number;      /* OP_LINE */
	const uint8_t *bytes; /* sealed value, or the line */
	size_t len;
};

/* Appends op to a payload; on error the payload is as it was. */
KOSMO_CHECK int
journal_encode(struct buf *payload, const struct journal_op *op);

/* The next op of a payload. KOSMO_ENOTFOUND at the end, KOSMO_EFORMAT. */
KOSMO_CHECK int journal_decode(struct cursor *c, struct journal_op *ret);

struct journal;

/*
 * Begins the file for batches from first on, durably, folder included. One
 * of that name held no valid batch and is replaced.
 */
KOSMO_CHECK int journal_begin(int dirfd, struct seal *seal,
    const uint8_t id[static STORE_ID_LEN], uint64_t first,
    struct journal **ret);
void journal_free(struct journal **j);

/*
 * Sees to it that a payload of len bytes finds room on the disk.
 * KOSMO_EFULL if it would not.
 */
KOSMO_CHECK int journal_reserve(struct journal *j, size_t len);

/*
 * Writes the payload as the batch number sequence and waits until it is
 * durable. KOSMO_EFULL: nothing was written. Any other error is final.
 */
KOSMO_CHECK int
journal_write(struct journal *j, uint64_t sequence, const struct buf *payload);

/* Bytes written to it. */
uint64_t journal_bytes(const struct journal *j);

/* What journal_replay hands on: a whole batch; an error ends the replay. */
typedef int
journal_batch(void *arg, uint64_t sequence, const uint8_t *payload, size_t len);

struct journal_replay {
	int dirfd;
	struct seal *seal;
	const uint8_t *id; /* of the store */
	uint64_t sequence; /* in: last one applied; out: the last there is */
	uint64_t bytes;	   /* out: of the files that were read */
	journal_batch *each;
	void *arg;
	const char *why; /* out: words for an error */
};

/*
 * Reads all journals whose batches may follow on sequence, in order, and
 * makes each durable. KOSMO_ECORRUPT: damage, a gap, none there at all, or
 * another key; KOSMO_EVERSION.
 */
KOSMO_CHECK int journal_replay(struct journal_replay *r);

/* Removes the files that hold nothing after sequence. */
void journal_prune(int dirfd, uint64_t sequence);

/* First sequences of all files, ascending, in an array to be freed. */
KOSMO_CHECK int journal_list(int dirfd, uint64_t **ret, size_t *ret_n);

#endif
