/*
 * journey.h: registration as the keeper sees it: what is left to be done,
 * whose turn it is, and what the end of each part means.
 */
#ifndef KOSMO_KEEPER_JOURNEY_H
#define KOSMO_KEEPER_JOURNEY_H

#include "kosmod/keeper/conv.h"

/*
 * A new invitation: sets what has to be done, as policy has it, and voids all
 * that an earlier one led to. The caller makes the initial password.
 */
void journey_invite(const struct conf *conf, struct person *p);

/*
 * True if one of bits (enum todo) is what this conversation may do for p now:
 * it is open, nothing before it is, and what it takes is proven. An invited
 * person's takes the initial password typed here; an active one's, all that a
 * login takes; else it takes the password.
 */
bool journey_turn(const struct kconv *c, const struct person *p, uint32_t bits);

/*
 * True if the address may be confirmed here: it is its turn, or a person who
 * proved all has just named another.
 */
bool journey_may_confirm(const struct kconv *c, const struct person *p);

/*
 * The code mailed to the address was typed: from now on it is the person's.
 * Notices go into t; the caller puts p. Together with its outcome.vouches.
 */
KOSMO_CHECK int
journey_confirmed(struct kconv *c, struct person *p, struct txn *t);

/*
 * Something was done: ends part 1 or the registration where nothing is left
 * of it. The notice of that goes into t; the caller puts p.
 */
KOSMO_CHECK int
journey_settle(struct kconv *c, struct person *p, struct txn *t);

/*
 * A password, method or device changed: logins that were remembered and codes
 * that were mailed before count no more.
 */
void journey_void(struct person *p);

/* Methods that p can set up: METHOD_BITs. */
uint32_t journey_methods(const struct conf *conf, const struct person *p);

#endif
