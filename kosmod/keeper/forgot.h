/*
 * forgot.h: a forgotten password or ID (SPEC 3). Three checks, judged
 * together at the end: date of birth, a code of an app or a recovery code
 * (K_FORGOT), and a mailed code (K_MAIL, K_MAIL_CODE with MAIL_RESET).
 *
 * What is answered, and when, is the same for everyone: known or not, locked,
 * invited, right or wrong.
 */
#ifndef KOSMO_KEEPER_FORGOT_H
#define KOSMO_KEEPER_FORGOT_H

#include "kosmod/keeper/conv.h"

/*
 * K_MAIL{MAIL_RESET}, whole: answers SENT at the next boundary, whoever it
 * is; a mail goes only if it was asked for again and the first two were right.
 */
void forgot_again(struct kconv *c, bool again);

/*
 * The end of K_MAIL_CODE{MAIL_RESET}, for everyone: p is the person as read in
 * this turn, with the try noted in p->mailed and not written yet; NULL: there
 * is none. Judges all three, writes p, the used code and the audit line in one
 * batch, and answers K_VERDICT: YES or NO.
 */
void forgot_judged(struct kconv *c, struct person *p, bool code_right);

/* True if all three were right here: a new password may be set, once. */
bool forgot_may_set(const struct kconv *c);

#endif
