/*
 * steps.h: what people answer on their way through the registration, one
 * function a request.
 */
#ifndef KOSMO_TESTS_STEPS_H
#define KOSMO_TESTS_STEPS_H

#include "judge_rig.h"

#define BORN "19850401"
#define OTHER_DAY "19850402"
#define HERE "192.0.2.1"
#define FAR "198.51.100.9"

/* Policy asks for the whole registration. */
void rig_whole(struct rig *r);

/* Another version of the terms comes into force. */
void rig_new_terms(struct rig *r);

/* Invites login, whose birth date is recorded. */
void rig_invite_born(struct rig *r, const char *login);

enum verdict_word line_birth(struct line *l, const char *date);
enum verdict_word line_terms(struct line *l, size_t language);
enum verdict_word line_email(struct line *l, const char *address);
enum mailed_word line_mail(struct line *l, enum mail_purpose purpose);

/* Types the newest mailed digits; enrol: as the e-mail method. */
enum verdict_word
line_mailed(struct line *l, enum mail_purpose purpose, bool enrol);
enum verdict_word line_user_id(struct line *l, const char *id);
enum verdict_word line_method(struct line *l, enum method method);
enum verdict_word line_set(struct line *l, const char *hash);

/* K_SEED and a right K_SEED_CODE; the seed into ret. */
enum verdict_word line_app(struct line *l, struct secret *ret);
enum verdict_word line_remove(struct line *l, uint32_t device);
enum verdict_word line_vouch(struct line *l, const char *code);

/* Makes recovery codes; the first one, without hyphen, into ret. */
uint8_t line_codes(struct line *l, char ret[static 12]);
enum verdict_word line_seen(struct line *l);
struct k_person line_profile(struct line *l);

/*
 * The next open step of taro, answered rightly in l; part 2 with an app,
 * whose seed goes into ret. False: nothing is open.
 */
bool line_step(struct line *l, struct secret *ret);

/* The whole registration of taro, invited by rig_invite_born, at HERE. */
void rig_register(struct rig *r, struct secret *ret);

/* How many mails of a kind went to an address so far. */
size_t rig_mails(struct rig *r, const char *to, enum mail_kind kind);

#endif
