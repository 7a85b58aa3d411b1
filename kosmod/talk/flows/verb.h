/*
 * verb.h: what the verbs of kosmoctl share.
 */
#ifndef KOSMO_TALK_VERB_H
#define KOSMO_TALK_VERB_H

#include "kosmod/talk/screen.h"

/* The value of an argument; NULL if it was not given. */
const char *verb_arg(const struct dialogue *d, const char *name);

/* Word number i behind the verb, from 0; NULL if there are fewer. */
const char *verb_word(const struct dialogue *d, size_t i);

/*
 * An argument that is a number in decimal; fallback if it was not given.
 * KOSMO_EINVAL for anything else.
 */
KOSMO_CHECK int verb_number(const struct dialogue *d, const char *name,
    uint64_t fallback, uint64_t *ret);

/*
 * Ends the verb: shows the text as an error. FLOW_END with result, or an
 * error.
 */
KOSMO_CHECK int verb_refuse(struct dialogue *d, uint8_t result,
    const char *msgid, const struct fill *fills);

/* The same for a verdict; login is whom the verb was about. */
KOSMO_CHECK int verb_refuse_verdict(
    struct dialogue *d, const struct k_verdict *v, const char *login);

/* Ends the verb well, after the text (NULL: none). */
KOSMO_CHECK int
verb_done(struct dialogue *d, const char *msgid, const struct fill *fills);

/*
 * One request to the keeper whose answer may be K_VERDICT or *want.
 * KOSMO_EFORMAT for any other.
 */
KOSMO_CHECK int verb_call(struct dialogue *d, const struct layout *req,
    const void *msg, uint8_t want, union kmsg *reply, bool *ret_verdict);

/* Password and factor, before any change. */
KOSMO_CHECK int verb_confirm(struct dialogue *d);

/* self.c */
KOSMO_CHECK int verb_register(struct dialogue *d);
KOSMO_CHECK int verb_me(struct dialogue *d);
KOSMO_CHECK int verb_device_list(struct dialogue *d);
KOSMO_CHECK int verb_device_rename(struct dialogue *d);
KOSMO_CHECK int verb_device_remove(struct dialogue *d);
KOSMO_CHECK int verb_password(struct dialogue *d);
KOSMO_CHECK int verb_enroll_totp(struct dialogue *d);

/* sign_out.c, forgot_id.c */
KOSMO_CHECK int verb_sign_out(struct dialogue *d);
KOSMO_CHECK int verb_forgot_id(struct dialogue *d);

/* manage.c */
KOSMO_CHECK int verb_user_add(struct dialogue *d);
KOSMO_CHECK int verb_user_set(struct dialogue *d);
KOSMO_CHECK int verb_user_invite(struct dialogue *d);
KOSMO_CHECK int verb_user_lock(struct dialogue *d);
KOSMO_CHECK int verb_user_unlock(struct dialogue *d);
KOSMO_CHECK int verb_user_remove(struct dialogue *d);
KOSMO_CHECK int verb_user_code(struct dialogue *d);

/* report.c */
KOSMO_CHECK int verb_user_list(struct dialogue *d);
KOSMO_CHECK int verb_user_show(struct dialogue *d);
KOSMO_CHECK int verb_status(struct dialogue *d);
KOSMO_CHECK int verb_log(struct dialogue *d);

#endif
