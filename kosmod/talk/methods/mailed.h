/*
 * mailed.h: mailed codes from the person's side, whatever they are for.
 */
#ifndef KOSMO_TALK_MAILED_H
#define KOSMO_TALK_MAILED_H

#include "kosmod/talk/screen.h"
#include "libkosmo/mail_address.h"

#define MAIL_COLUMNS 60 /* of an address within a line */
#define MAIL_TEXT (MAIL_MASKED_MAX + 1)

/* How many digits a code has, and for how many minutes it is good. */
void mailed_numbers(
    const struct dialogue *d, char digits[static 12], char minutes[static 12]);

/*
 * Has a code mailed (kmsg_journey.h: enum mail_purpose); again: a new one.
 * The client is told to wait for it.
 */
KOSMO_CHECK int mailed_send(
    struct dialogue *d, uint8_t purpose, bool again, struct k_mailed *ret);

/*
 * Says what came of that, but for a first mail that went out: that the flow
 * says in its own words. again: it was asked for.
 */
KOSMO_CHECK int
mailed_say(struct dialogue *d, const struct k_mailed *mailed, bool again);

/* `resend`: a new code, and what came of it. */
KOSMO_CHECK int mailed_resend(struct dialogue *d, uint8_t purpose);

/* One typed code to the keeper; m->digits is filled from text. */
KOSMO_CHECK int mailed_judge(struct dialogue *d, struct k_mail_code *m,
    const struct secret *text, struct k_verdict *ret);

/* Says what is wrong with a code: go on, or the end. */
KOSMO_CHECK int
mailed_refused(struct dialogue *d, const struct k_verdict *verdict);

#endif
