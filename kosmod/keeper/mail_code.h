/*
 * mail_code.h: codes by mail: K_MAIL and K_MAIL_CODE.
 *
 * The digits are made here and go to post alone, once their HMAC is durable;
 * they are never on disk and never with talk. What is kept (r_mailed) is bound
 * to person, purpose and address, and counts only after post has handed the
 * mail over: a restart meanwhile voids it.
 */
#ifndef KOSMO_KEEPER_MAIL_CODE_H
#define KOSMO_KEEPER_MAIL_CODE_H

#include <stdbool.h>

#include "kosmod/keeper/conv.h"

/*
 * Has a new code of purpose mailed to p (read in this turn; it is put here),
 * whatever was mailed before. No right is asked for here, but the limits are
 * kept: ret says SENT, SOON, MANY, FAILED (post is not there), or NOT_NOW (no
 * address).
 *
 * wait: after SENT, and then only, the reply (K_MAILED) follows by itself once
 * post has answered: the caller must not give one. Without it the caller
 * answers in any case, and what post says ends in the log.
 */
KOSMO_CHECK int mail_code_send(struct kconv *c, struct person *p,
    enum mail_purpose purpose, bool wait, struct k_mailed *ret);

/*
 * What typed digits are worth as the newest code of purpose: YES, NO, or ENDED
 * (expired, used up, never handed over, or the address is another now). Notes
 * the try in p, and a right one as used; the caller puts p before it answers.
 * *ret_left (or NULL): tries left with this code; 0 with NO: it is used up.
 */
enum verdict_word mail_code_judge(struct kconv *c, struct person *p,
    enum mail_purpose purpose, const char *digits, uint32_t *ret_left);

/* Voids all codes that were mailed to p; the caller puts p. */
void mail_code_void(struct person *p);

/* True if p enrolled the e-mail method and policy allows it here. */
bool mail_code_is_method(const struct kconv *c, const struct person *p);

/* The address that a code of purpose goes to; "": none. */
const char *
mail_code_address(const struct person *p, enum mail_purpose purpose);

#endif
