/*
 * mail_in.h: what mail_code.c (codes are sent) and mail_typed.c (codes are
 * typed) share.
 */
#ifndef KOSMO_KEEPER_MAIL_IN_H
#define KOSMO_KEEPER_MAIL_IN_H

#include "kosmod/keeper/conv.h"

/* The newest code of purpose, or NULL. */
struct r_mailed *mail_row(struct person *p, enum mail_purpose purpose);

/* Fills mac and to for these digits and where such a code goes to now. */
KOSMO_CHECK int mail_mac(const struct kconv *c, const struct person *p,
    enum mail_purpose purpose, const char *digits, struct r_mailed *ret);

/* True if the code of row can still be typed. */
bool mail_is_good(
    struct kconv *c, const struct person *p, const struct r_mailed *row);

/* True if policy allows the e-mail method here. */
bool mail_allowed(const struct kconv *c);

/* True if this conversation may have such a code mailed, and type it. */
bool mail_may(
    const struct kconv *c, const struct person *p, enum mail_purpose purpose);

#endif
