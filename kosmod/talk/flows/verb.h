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

/* A name that no device can bear. */
KOSMO_CHECK int verb_bad_name(struct dialogue *d);

/* self_enroll.c */
KOSMO_CHECK int verb_enroll_totp(struct dialogue *d);
KOSMO_CHECK int verb_enroll_passkey(struct dialogue *d);
KOSMO_CHECK int verb_enroll_email(struct dialogue *d);

/*
 * Password and factor first; who has no device yet finishes the registration
 * on the way. *ret_done: that set up a device of this method.
 */
KOSMO_CHECK int
verb_enroll_confirm(struct dialogue *d, enum method method, bool *ret_done);

/* Ends the verb: what was just enrolled, as one row and one line. */
KOSMO_CHECK int verb_enrolled(struct dialogue *d);

/* self_ssh_key.c */
KOSMO_CHECK int verb_enroll_ssh_key(struct dialogue *d);

/* self_profile.c */
KOSMO_CHECK int verb_email(struct dialogue *d);
KOSMO_CHECK int verb_language(struct dialogue *d);
KOSMO_CHECK int verb_terms(struct dialogue *d);

/* self_method.c */
KOSMO_CHECK int verb_method(struct dialogue *d);
KOSMO_CHECK int verb_recovery_codes(struct dialogue *d);

/* Copies an argument; KOSMO_ETOOBIG, and nothing at all, if it has no room. */
KOSMO_CHECK int verb_take(char *to, size_t size, const char *value);

/* Word i as a login name, or the end of the verb. */
KOSMO_CHECK int
verb_login(struct dialogue *d, size_t i, char login[static NAME_LEN + 1]);

/* --uid, which kosmoctl found: NO_UID if it did not. */
KOSMO_CHECK int verb_uid(struct dialogue *d, uint32_t *ret);

/* Seconds of --expires; 0 where policy decides. */
KOSMO_CHECK int verb_expires(struct dialogue *d, uint32_t *ret);

/* Ends the verb: "--option: "value" can't be used." */
KOSMO_CHECK int
verb_bad_value(struct dialogue *d, const char *option, const char *value);

/* A row "slip"; purpose: "registration", "password", "login" (by a code). */
KOSMO_CHECK int
verb_slip(struct dialogue *d, const struct k_slip *slip, const char *purpose);

/* The office's line in a language, "" if there is none. */
const char *verb_contact(const struct conf *conf, const char *language);
/* sign_out.c, forgot_id.c */
KOSMO_CHECK int verb_sign_out(struct dialogue *d);
KOSMO_CHECK int verb_forgot_id(struct dialogue *d);

/* manage.c */
KOSMO_CHECK int verb_user_add(struct dialogue *d);
KOSMO_CHECK int verb_user_set(struct dialogue *d);

/* manage_act.c */
KOSMO_CHECK int verb_user_invite(struct dialogue *d);
KOSMO_CHECK int verb_user_lock(struct dialogue *d);
KOSMO_CHECK int verb_user_unlock(struct dialogue *d);
KOSMO_CHECK int verb_user_remove(struct dialogue *d);
KOSMO_CHECK int verb_user_code(struct dialogue *d);
KOSMO_CHECK int verb_user_remind(struct dialogue *d);
KOSMO_CHECK int verb_user_rename(struct dialogue *d);
KOSMO_CHECK int verb_user_rebind(struct dialogue *d);
KOSMO_CHECK int verb_user_reset(struct dialogue *d);

/* manage_import.c */
KOSMO_CHECK int verb_user_import(struct dialogue *d);

/* report.c */
KOSMO_CHECK int verb_user_list(struct dialogue *d);
KOSMO_CHECK int verb_user_show(struct dialogue *d);
KOSMO_CHECK int verb_status(struct dialogue *d);
KOSMO_CHECK int verb_doctor(struct dialogue *d);
KOSMO_CHECK int verb_log(struct dialogue *d);

#endif
