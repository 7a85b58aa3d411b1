/*
 * store_in.h: what the files of the store share, and nobody else includes.
 *
 *   store.c       close, read, facts
 *   start.c       open: from the checkpoint to the last durable batch
 *   store_init.c  `kosmod --init`
 *   txn.c         transactions: check, seal, into the open batch
 *   flush.c       the batch becomes durable, is applied, is acknowledged
 *   checkpoint.c  live.gdbm becomes store.gdbm; the clean stop
 *   walk.c        all records of a type
 *   meta.c        what the table says of itself
 *   replay.c, journal.c, overlay.c, seal.c, folder.c, store_gdbm.c
 */
#ifndef KOSMO_KEEPER_STORE_IN_H
#define KOSMO_KEEPER_STORE_IN_H

#include <stdbool.h>
#include <sys/types.h>

#include "kosmod/keeper/journal.h"
#include "kosmod/keeper/overlay.h"
#include "kosmod/keeper/seal.h"
#include "kosmod/keeper/store.h"
#include "kosmod/keeper/table.h"

#define STORE_FILE "store.gdbm"
#define LIVE_FILE "live.gdbm"
#define TMP_FILE "store.tmp"
#define CLEAN_FILE "clean" /* live.gdbm is whole: no copy at the start */

#define CHECKPOINT_BYTES ((uint64_t)32 * 1024 * 1024)
#define OVERLAY_BYTES ((size_t)8 * 1024 * 1024)
#define OVERLAY_HARD (OVERLAY_BYTES * 8) /* where there is no live.gdbm */
#define APPLY_MS 2

/* What the table says of itself, under a MAC; meta.c. */
struct meta {
	uint8_t id[STORE_ID_LEN];
	uint64_t sequence; /* of the last batch in the table */
	uint64_t lines;	   /* number of the last line appended */
	uint64_t records;
	uint64_t time; /* of the checkpoint */
	uint64_t size; /* of the file, so that a cut one shows */
};

struct store_done {
	void (*call)(void *arg);
	void *arg;
};

struct store {
	int dirfd, lockfd;
	struct seal *seal;
	struct table *base; /* live.gdbm, or store.gdbm if reader */
	bool reader;	    /* no room for live.gdbm: overlay takes all */
	bool no_room;	    /* live.gdbm could not grow; tried again */
	off_t live_room;    /* bytes that live.gdbm has on the disk */
	int64_t ballast_at; /* ms: when to try to have it back */
	struct overlay *over;
	struct journal *journal;
	uint64_t old_bytes;	 /* of the journals before this one */
	struct meta meta;	 /* as of the last durable batch */
	uint64_t lines, records; /* with the open batch */
	uint64_t checkpoint_time;
	struct buf batch;
	struct store_done *done;
	size_t n_done, cap_done;
	struct buf unsent; /* lines that events.append has not taken */
	struct {
		pid_t pid; /* 0: none runs */
		uint64_t sequence;
		uint64_t at;	    /* journal bytes that make one due */
		int64_t not_before; /* ms: after one that failed */
		struct buf meta;    /* as it must be in the copy */
	} cp;
	unsigned walks;
	uint64_t thaws; /* walks begun before the last one are broken */
	bool full, failed, flushing;
	struct buf sealed, plain; /* scratch */
	struct store_events events;
};

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t store_now(void);

/* Closes all files and frees, and no more. Accepts a pointer to NULL. */
void store_free(struct store **st);

/* Says once that durability is lost; nothing works from then on. */
void store_fail(struct store *st, const char *what);

/* Gives the ballast up. False: it is gone already. */
bool store_drop_ballast(struct store *st);

/* The record under key, opened into st->plain. KOSMO_ENOTFOUND. */
KOSMO_CHECK int store_look(struct store *st,
    const uint8_t key[static SEAL_KEY_LEN], struct sealed *ret);

/* True while live.gdbm must not be written. */
bool store_frozen(const struct store *st);

/* flush.c: writes the overlay to live.gdbm, all of it or for some ms. */
KOSMO_CHECK int store_apply(struct store *st, bool all);

/* flush.c: hands lines on; those that are not taken stay in st->unsent. */
void store_send_lines(struct store *st);
KOSMO_CHECK int
store_queue_lines(struct store *st, const uint8_t *payload, size_t len);

/* checkpoint.c */
void checkpoint_step(struct store *st);
void checkpoint_abort(struct store *st);
void checkpoint_close(struct store *st);
bool checkpoint_due(const struct store *st);
uint64_t store_journal_bytes(const struct store *st);

/* walk.c: lets writes to live.gdbm go on in spite of walks. */
void walk_break(struct store *st);

/* meta.c */

/*
 * Writes m, with the size that the file has then, into t; raw is what was
 * written.
 */
KOSMO_CHECK int meta_write(
    struct table *t, struct seal *seal, struct meta *m, struct buf *raw);

/*
 * Reads and checks the meta record of t into *ret, its bytes into raw.
 * KOSMO_EVERSION, KOSMO_ECORRUPT; *ret_why.
 */
KOSMO_CHECK int meta_read(struct table *t, struct seal *seal, struct meta *ret,
    struct buf *raw, const char **ret_why);

#endif
