/*
 * codes.h: which of a person's codes something typed is. Looks only: whoever
 * judges uses it up, in the batch that says so.
 */
#ifndef KOSMO_KEEPER_CODES_H
#define KOSMO_KEEPER_CODES_H

#include <stdbool.h>

#include "kosmod/keeper/conv.h"

/*
 * A code that the app d shows now, within the window: YES with its step, USED
 * if it or a later one was accepted before, NO.
 */
enum verdict_word codes_app(const struct kconv *c, const struct r_device *d,
    const char *digits, uint64_t *ret_step);

/*
 * The recovery code of p that typed (as in K_VOUCH) is: its place in
 * p->recovery; p->n_recovery for an admin's one-time code that still holds.
 */
KOSMO_CHECK int codes_recovery(const struct kconv *c, const struct person *p,
    const uint8_t typed[static DIGEST_LEN], size_t *ret_place);

/* Takes the code at that place away. */
void codes_spend(struct person *p, size_t place);

#endif
