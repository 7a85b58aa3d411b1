/*
 * admin.h: what the files of the admins' verbs share. Nothing here can read a
 * secret; what is made up (initial password, one-time code) leaves once, in
 * the slip.
 */
#ifndef KOSMO_KEEPER_ADMIN_H
#define KOSMO_KEEPER_ADMIN_H

#include "kosmod/keeper/conv.h"

/* An audit line about login, by the admin of c. */
KOSMO_CHECK int admin_audit(struct kconv *c, struct txn *t, const char *login,
    const char *event, const char *reason);

/* Tells p in t that an admin did act (enum user_act). */
KOSMO_CHECK int admin_notice(
    struct kconv *c, struct txn *t, const struct person *p, enum user_act act);

/* Loads the record of login, whole or zeroed. */
KOSMO_CHECK int admin_load(struct kconv *c, const char *login,
    struct person *ret, uint64_t *ret_version);

/* An alias of login comes or goes, unless it is the login name itself. */
KOSMO_CHECK int
admin_put_alias(struct txn *t, const char *alias, const char *login);
KOSMO_CHECK int
admin_delete_alias(struct txn *t, const char *alias, const char *login);

/* The date of birth, as an HMAC; "" leaves it as it is. */
KOSMO_CHECK int
admin_birth(struct kconv *c, struct person *p, const char *date);

/* One batch: a new person, the aliases, the count and the audit line. */
KOSMO_CHECK int
admin_add(struct kconv *c, const struct person *p, const char *event);

/*
 * A new initial password into p and slip (the rest of it is slip_fill's),
 * valid for expires seconds; 0: as policy has it.
 */
KOSMO_CHECK int slip_initial(
    struct kconv *c, struct person *p, uint32_t expires, struct k_slip *slip);

/* The same of a one-time code, valid for a day. */
KOSMO_CHECK int
slip_code(struct kconv *c, struct person *p, struct k_slip *slip);

/* What else a slip says of p; until: of the secret, 0: there is none. */
void slip_fill(struct kconv *c, const struct person *p, uint64_t until,
    struct k_slip *slip);

/*
 * Has all sessions of p ended, and gives answer with what came of it. p may be
 * gone from the store by now.
 */
void
admin_end(struct kconv *c, const struct person *p, const struct k_slip *answer);

/* c is closed: nothing is waited for any more. */
void admin_forget(struct kconv *c);

#endif
