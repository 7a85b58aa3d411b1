/*
 * combined.h: password and code typed together, for applications with one
 * box: one split, one charge, one verdict.
 */
#ifndef KOSMO_KEEPER_COMBINED_H
#define KOSMO_KEEPER_COMBINED_H

#include <stdbool.h>

#include "kosmod/keeper/conv.h"

/* How many characters of code are typed behind the password of p (or NULL). */
uint32_t combined_digits(const struct kconv *c, struct person *p);

/* True if digits is a code of the preferred app now. Uses nothing up. */
bool combined_right(struct kconv *c, struct person *p, const char *digits);

/* After the right password: that code is used up, in p. */
void combined_spend(struct kconv *c, struct person *p, const char *digits);

#endif
