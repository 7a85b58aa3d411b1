/*
 * keeper.h: the one who judges. Owns what is true of each person and what is
 * proven in each conversation; the only place that says ALLOW.
 *
 * It has no socket of its own and never waits: the loop (keeper/loop.c) hands
 * it what came and carries away what it answers. Everything that it answers
 * must leave after the store_flush that ends the turn, and not before the
 * moment it names.
 */
#ifndef KOSMO_KEEPER_KEEPER_H
#define KOSMO_KEEPER_KEEPER_H

#include <stdint.h>
#include <sys/types.h>

#include "kosmod/conf.h"
#include "kosmod/keeper/store.h"
#include "kosmod/kmsg.h"
#include "kosmod/priv.h"
#include "libkosmo/buf.h"
#include "libkosmo/msg.h"

struct keeper;
struct kconv;
struct audit;

/* Time, so that tests can have their own. Both seconds since 1970, and ms. */
struct clock {
	int64_t (*wall)(void *arg); /* CLOCK_REALTIME, seconds */
	int64_t (*mono)(void *arg); /* CLOCK_MONOTONIC, milliseconds */
	void *arg;
};

/* What the loop does for the keeper. conn is what keeper_accept was given. */
struct keeper_ways {
	/* To talk, at not_before (ms of mono; 0: after this turn). */
	void (*reply)(void *conn, const struct layout *l, const void *msg,
	    int64_t not_before);
	/* To the client, once talk has let go of the connection. */
	void (*end)(void *conn, const struct msg_end *end, int64_t not_before);
	/* To the client of keys.sock, before END: now. */
	void (*tell)(void *conn, const struct layout *l, const void *msg);
	/* Kill the talk process and close the connection: out of turn. */
	void (*drop)(void *conn, const char *why);
	/*
	 * A job to post, the warden or touch, after this turn's flush.
	 * KOSMO_ECLOSED: it is not there. arg is the one below.
	 */
	int (*priv)(void *arg, enum priv_role role, const struct layout *l,
	    const void *msg);
	void *arg;
};

/* Takes the store over; conf stays the caller's and must outlive it. */
KOSMO_CHECK int keeper_new(struct store *st, struct audit *audit,
    const struct conf *conf, const struct clock *clock,
    const struct keeper_ways *ways, struct keeper **ret);

/* After SIGHUP: the next conversations see conf. */
void keeper_reload(struct keeper *k, const struct conf *conf);
void keeper_free(struct keeper **k);

struct kpeer {
	uid_t uid;
	pid_t pid;
	uint8_t admin;	 /* 1: accepted on admin.sock */
	uint8_t keys;	 /* 1: accepted on keys.sock */
	uint8_t trusted; /* 1: root, or kosmod's own uid: may name anybody */
};

/*
 * A connection whose OPEN was read. For the session phases it answers with
 * ways->end in this turn and *ret stays NULL; no talk is needed.
 */
KOSMO_CHECK int keeper_accept(struct keeper *k, void *conn,
    const struct kpeer *peer, const struct msg_open *open, struct kconv **ret);

/* One request of the talk process, as received. */
void keeper_request(struct kconv *c, const struct buf *packet);

/* ACCOUNT came on the connection after a finished auth. */
void keeper_account(struct kconv *c);

/*
 * The talk process or the client is gone, or its time is up: what was
 * charged stays charged. Frees c.
 */
void keeper_closed(struct kconv **c);

/*
 * What post, the warden or touch answered, as received: P_SENT, P_SESSIONS_IS,
 * P_ACCOUNT_IS, P_TOUCHED. KOSMO_EFORMAT: it is to be cut off.
 */
KOSMO_CHECK int
keeper_priv(struct keeper *k, enum priv_role role, const struct buf *packet);

/* It came (here: 1), or is gone: what it was asked is answered with failure. */
void keeper_priv_here(struct keeper *k, enum priv_role role, bool here);

/* Seconds that this conversation may take in all, from OPEN. */
uint32_t keeper_deadline(const struct kconv *c);

/* Once a second: permits of who hashes for too long, a slice of the counters
 * past their time. */
void keeper_tick(struct keeper *k);

#endif
