/*
 * mail.h: notices. They are written with what they tell of, in one batch,
 * sealed like every record, and leave when post takes them; a restart does
 * not lose one. Mails with codes are another matter: mail_code.h.
 */
#ifndef KOSMO_KEEPER_MAIL_H
#define KOSMO_KEEPER_MAIL_H

#include "kosmod/keeper/conv.h"
#include "kosmod/priv.h"

/*
 * Fills what every mail about p says: language, address, names, where and
 * when. c may be NULL: nobody's conversation.
 */
void mail_about(struct keeper *k, const struct kconv *c, const struct person *p,
    enum mail_kind kind, struct p_mail *ret);

/*
 * Queues a notice as part of t; one without an address is left out. It leaves
 * once t is durable.
 */
KOSMO_CHECK int
mail_notice(struct keeper *k, struct txn *t, const struct p_mail *mail);

/* A kind in a word, for the log. */
const char *mail_word(uint8_t kind);

#endif
