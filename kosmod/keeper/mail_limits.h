/*
 * mail_limits.h: how many mails with codes may go: to a person, for a source,
 * and in all. The person's are in the record; the others a ring of small
 * records (REC_CODE_MARK), so that they never are more than CODE_MARKS_MAX,
 * of which a copy is kept in memory. Notices have their own.
 */
#ifndef KOSMO_KEEPER_MAIL_LIMITS_H
#define KOSMO_KEEPER_MAIL_LIMITS_H

#include <stdbool.h>

#include "kosmod/keeper/conv.h"

/* True if one more may go now; else ret says MANY, and after when. */
bool mail_limits_allow(
    const struct kconv *c, const struct person *p, struct k_mailed *ret);

/*
 * Counts one as part of t, in which the caller puts p as well. If t comes to
 * nothing it stays counted until a restart.
 */
KOSMO_CHECK int
mail_limits_count(struct kconv *c, struct txn *t, struct person *p);

/* Reads the ring at start. */
KOSMO_CHECK int mail_limits_load(struct keeper *k);

#endif
