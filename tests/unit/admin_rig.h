/*
 * admin_rig.h: conversations on admin.sock: root's, and a member's of
 * kosmo-admin.
 */
#ifndef KOSMO_TESTS_ADMIN_RIG_H
#define KOSMO_TESTS_ADMIN_RIG_H

#include "known_rig.h"

#define MEMBER_UID 2001

/* Root on admin.sock. */
struct line *line_root(struct rig *r);

/* mika, a member with uid 2001, on admin.sock at tty; nothing is proven. */
struct line *line_member(struct rig *r, const char *tty);

/* Makes mika; the seed of the app into ret. */
void rig_mika(struct rig *r, struct secret *ret);

/* mika proves password and code. */
void line_confirm(struct line *l, const struct secret *seed);

/* One act on login; what came back is in l. */
void line_act(struct line *l, const char *login, enum user_act act);

/* True if it came, and was not dropped. */
bool line_answered(const struct line *l);
enum verdict_word line_word(const struct line *l);

/* How many mails of a kind, and of an act, are on their way to an address. */
size_t rig_told(struct rig *r, const char *to, uint8_t kind, uint8_t act);

#endif
