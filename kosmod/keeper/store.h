/*
 * store.h: the sealed store, a few verbs over named records.
 *
 * Only the keeper opens it. The journal is the truth and GDBM the table it
 * fills (ARCHITECTURE.md). Values are sealed here (AES-256-GCM, bound to key
 * id, store id, record type and name), keys are HMACs of type and name, so
 * callers see plain bytes and plain names only.
 *
 * Writes are gathered in a transaction and committed together. A commit is
 * acknowledged through its callback, from store_flush, once it is durable;
 * reads see what was committed in this process, flushed or not, so an answer
 * that rests on a read must leave after the next store_flush as well.
 */
#ifndef KOSMO_KEEPER_STORE_H
#define KOSMO_KEEPER_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "libkosmo/buf.h"
#include "libkosmo/error.h"

#define STORE_KEY_LEN 32 /* bytes of the master key */
#define STORE_ID_LEN 16
#define STORE_ANY UINT64_MAX /* a put that does not look at the version */

enum rec_type {
	REC_META = 1, /* what the store says of itself */
	REC_PERSON,   /* by login name */
	REC_ALIAS,    /* by user ID or initial ID: the login name */
	REC_ORIGIN,   /* by "login NUL-free separator source": throttle */
	REC_SOURCE,   /* by source address: throttle */
	REC_SESSION,  /* by ticket in hex */
	REC_ADDRESS,  /* by confirmed address: the login names that have it */
	REC_NOTICE,   /* by 16 hex digits: a mail that is to go (p_mail) */
	REC_CROWD,    /* by source address: who logged in from it of late */
	REC_CODE_MARK /* by slot of the ring: a code that was mailed */
};

struct store;
struct txn;

/*
 * What the store gives back to its owner. append is called once for each
 * line of store_append, in order, after it is durable, and again for lines
 * replayed after an unclean stop (number tells which are known already).
 * sync must make all appended lines durable: journals are removed after it.
 * failed is called once when durability is lost (fsync error): the caller
 * ends the process, nothing was acknowledged.
 */
struct store_events {
	int (*append)(void *arg, uint64_t number, const char *line, size_t len);
	int (*sync)(void *arg);
	void (*failed)(void *arg, const char *what);
	void *arg;
};

/* A record that a store has from its beginning. */
struct store_first {
	enum rec_type type;
	const char *name;
	const void *value;
	size_t len;
};

/*
 * `kosmod --init`: makes a store in dir that is empty, but for first (or
 * NULL). KOSMO_EEXIST if there is one.
 */
KOSMO_CHECK int
store_init(const char *dir, const uint8_t master[static STORE_KEY_LEN],
    const struct store_first *first);

/*
 * Opens the store in dir: replays the journals, begins a new one. A missing
 * store is KOSMO_ENOTFOUND, a wrong key or damage KOSMO_ECORRUPT, a second
 * opener KOSMO_EPERM, a newer format KOSMO_EVERSION; *ret_why (if not NULL)
 * then points to a static or thread-owned sentence for the log.
 */
KOSMO_CHECK int
store_open(const char *dir, const uint8_t master[static STORE_KEY_LEN],
    const struct store_events *events, struct store **ret,
    const char **ret_why);

/* Clean stop: flush, checkpoint, close. Accepts NULL, sets *st to NULL. */
void store_close(struct store **st);

/* A subkey for purpose: HKDF-SHA256 of the master key. */
KOSMO_CHECK int store_derive(const uint8_t master[static STORE_KEY_LEN],
    const char *purpose, uint8_t ret[static 32]);

/* The same of an open store. */
KOSMO_CHECK int store_subkey(
    const struct store *st, const char *purpose, uint8_t ret[static 32]);

/*
 * The newest value of a record into ret (appended after a reset), and its
 * version. KOSMO_ENOTFOUND, KOSMO_ECORRUPT.
 */
KOSMO_CHECK int store_get(struct store *st, enum rec_type type,
    const char *name, struct buf *ret, uint64_t *ret_version);

/*
 * Walks the records of a type, in no order. *cursor is NULL at first; the
 * walk is over at KOSMO_ENOTFOUND. Records that change during it may come
 * twice or not; all others come once. store_walk_end frees an unfinished one,
 * and must before store_close. live.gdbm rests meanwhile; if more is written
 * than can be held back, KOSMO_ECONFLICT ends the walk: begin it again.
 */
struct store_walk;
KOSMO_CHECK int store_next(struct store *st, enum rec_type type,
    struct store_walk **cursor, struct buf *ret);
/*
 * The same, but looks at one record only, so that it never takes long: ret is
 * empty if that one is of another type.
 */
KOSMO_CHECK int store_step(struct store *st, enum rec_type type,
    struct store_walk **cursor, struct buf *ret);
void store_walk_end(struct store_walk **cursor);

/* A transaction: all of it, or nothing. Freed by commit or abort. */
KOSMO_CHECK int store_begin(struct store *st, struct txn **ret);

/*
 * Puts a record if its version is still version (0: there must be none;
 * STORE_ANY: whatever it is). The stored version is one more than before.
 */
KOSMO_CHECK int store_put(struct txn *t, enum rec_type type, const char *name,
    const void *value, size_t len, uint64_t version);
KOSMO_CHECK int store_delete(
    struct txn *t, enum rec_type type, const char *name, uint64_t version);

/* One line for events.append, without newline. */
KOSMO_CHECK int store_append(struct txn *t, const char *line, size_t len);

/*
 * Checks the versions and adds the transaction to the open batch; reads see
 * it from now on. done(arg) is called from store_flush when it is durable;
 * it is not called if commit fails: KOSMO_ECONFLICT (a version differed),
 * KOSMO_EFULL (no room on disk; see store_full). t is freed in any case.
 * done may be NULL.
 */
KOSMO_CHECK int store_commit(
    struct store *st, struct txn **t, void (*done)(void *arg), void *arg);
void store_abort(struct txn **t);

/*
 * Ends a turn of the event loop: makes the open batch durable with one write
 * and one fdatasync, applies it, and calls the done functions. Also moves a
 * running checkpoint on. Does nothing if there is nothing to do.
 */
void store_flush(struct store *st);

/* True while a checkpoint runs or is due: flush again within 50 ms. */
bool store_busy(const struct store *st);

/*
 * True when only counters may be written (the ballast is gone): whoever
 * enrols or invites must refuse. Puts and deletes with another version than
 * STORE_ANY are KOSMO_EFULL then.
 */
bool store_full(const struct store *st);

struct store_facts {
	uint64_t sequence;	/* of the last durable batch */
	uint64_t journal_bytes; /* since the last checkpoint */
	uint64_t checkpoint;	/* seconds since 1970 of the last one */
	uint64_t records;
	uint8_t id[STORE_ID_LEN];
};
void store_facts(const struct store *st, struct store_facts *ret);

#endif
