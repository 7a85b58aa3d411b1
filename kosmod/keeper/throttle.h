/*
 * throttle.h: guessing is slowed, and nobody can lock a person out from afar
 * (SPEC, "Throttle").
 *
 * Attempts are counted for person and origin, for the source address, and
 * for the person. An attempt is charged before it is evaluated, in the same
 * durable batch as, or an earlier one than, its outcome. Whoever has to wait
 * is not evaluated at all. Nothing is stored for a name without a record.
 */
#ifndef KOSMO_KEEPER_THROTTLE_H
#define KOSMO_KEEPER_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "kosmod/conf.h"
#include "kosmod/keeper/person.h"
#include "kosmod/keeper/store.h"

/* Where an attempt comes from. */
struct origin {
	char name[ORIGIN_LEN + 1]; /* address, "console", "local", "unknown" */
	bool address;		   /* counted for the source as well */
	bool console;		   /* exempt from all but person and origin */
};

/* One attempt; person is NULL where there is no record. */
struct attempt {
	struct store *store;
	const struct conf *conf;
	const struct person *person;
	const struct origin *origin;
	int64_t now; /* seconds since 1970 */
};

/*
 * The end of the wait that stands in the way of a, in seconds since 1970, or
 * 0 if it may be evaluated. An unreadable counter is a wait.
 */
int64_t throttle_wait(const struct attempt *a);

/*
 * Puts the charge of one failure into t. *ret_marked says which counters it
 * left a mark in: in a wait there is none.
 */
KOSMO_CHECK int
throttle_charge(const struct attempt *a, struct txn *t, uint8_t *ret_marked);

/*
 * Takes the charge made at the time `charged` back, where it left a mark: the
 * answer was right.
 */
KOSMO_CHECK int throttle_refund(
    const struct attempt *a, int64_t charged, uint8_t marked, struct txn *t);

/* A complete login: forgets the failures of person and origin. */
KOSMO_CHECK int throttle_reset(const struct attempt *a, struct txn *t);

/*
 * Looks at one REC_ORIGIN or REC_SOURCE record: true if it says nothing any
 * more and can be deleted; *ret_name is its name.
 */
bool throttle_stale(const struct conf *conf, const struct buf *value,
    int64_t now, char ret_name[static NAME_LEN + ORIGIN_LEN + 2]);

#endif
