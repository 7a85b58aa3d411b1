/*
 * mail_limits.h: how many mails with codes may go: to a person, durable in
 * the record; for a source and in all, in memory. Notices have their own.
 */
#ifndef KOSMO_KEEPER_MAIL_LIMITS_H
#define KOSMO_KEEPER_MAIL_LIMITS_H

#include <stdbool.h>

#include "kosmod/keeper/conv.h"

/* True if one more may go now; else ret says MANY, and after when. */
bool mail_limits_allow(
    const struct kconv *c, const struct person *p, struct k_mailed *ret);

/* Counts one; the caller puts p. */
void mail_limits_count(struct kconv *c, struct person *p);

#endif
