/*
 * mail_rig.h: people with the e-mail method, and their requests.
 */
#ifndef KOSMO_TESTS_MAIL_RIG_H
#define KOSMO_TESTS_MAIL_RIG_H

#include "judge_rig.h"

#define HERE "192.0.2.1"
#define FAR "198.51.100.7"

/* Asks for a code by mail; the word of the answer. */
enum mailed_word
line_mail(struct line *l, enum mail_purpose purpose, bool again);

/* Types one. */
enum verdict_word
line_mailed(struct line *l, enum mail_purpose purpose, const char *digits);

/* The same, and the e-mail method with it. */
enum verdict_word line_mailed_enrol(
    struct line *l, enum mail_purpose purpose, const char *digits);

/* Says where mail goes. */
enum verdict_word line_email(struct line *l, const char *address);

/* Part 1 of a registration: a confirmed address, HASH_A. */
struct line *rig_mail_part_1(struct rig *r, const char *login);

/* ... from the code on, which was mailed. */
void rig_mail_finish_1(struct rig *r, struct line *l, const char *login);

/* Registers login whole: a confirmed address, HASH_A, the e-mail method. */
void rig_mail_person(struct rig *r, const char *login);

/* sshd from source, right password. */
struct line *line_login(struct rig *r, const char *login, const char *source);

/* Six digits that are not those. */
const char *other_than(const char *digits);

#endif
