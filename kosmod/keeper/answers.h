/*
 * answers.h: the functions behind the permit table, one a request of kmsg.h,
 * where their meaning is written. Each answers exactly once.
 */
#ifndef KOSMO_KEEPER_ANSWERS_H
#define KOSMO_KEEPER_ANSWERS_H

#include "kosmod/keeper/conv.h"

/* bind.c */
void answer_bind(struct kconv *c, const union kmsg *msg);
/* password.c */
void answer_try(struct kconv *c, const union kmsg *msg);
void answer_password(struct kconv *c, const union kmsg *msg);
void password_let_go(struct kconv *c); /* c needs no hashing permit more */
void password_tick(struct keeper *k);  /* who hashes for too long lost it */
/* factor.c */
void answer_code(struct kconv *c, const union kmsg *msg);
void answer_vouch(struct kconv *c, const union kmsg *msg);
/* change.c */
void answer_profile(struct kconv *c, const union kmsg *msg);
void answer_old(struct kconv *c, const union kmsg *msg);
void answer_old_hash(struct kconv *c, const union kmsg *msg);
void answer_set_password(struct kconv *c, const union kmsg *msg);
void answer_language(struct kconv *c, const union kmsg *msg);
/* device.c */
void answer_name(struct kconv *c, const union kmsg *msg);
void answer_remove(struct kconv *c, const union kmsg *msg);
/* who.c */
void answer_birth(struct kconv *c, const union kmsg *msg);
void answer_terms(struct kconv *c, const union kmsg *msg);
void answer_user_id(struct kconv *c, const union kmsg *msg);
/* email.c */
void answer_email(struct kconv *c, const union kmsg *msg);
/* method.c */
void answer_method(struct kconv *c, const union kmsg *msg);
void answer_recovery(struct kconv *c, const union kmsg *msg);
/* enrol.c */
void answer_seed(struct kconv *c, const union kmsg *msg);
void answer_seed_code(struct kconv *c, const union kmsg *msg);
/* passkey.c, passkey_new.c, ssh_enrol.c, agent.c */
void answer_passkey(struct kconv *c, const union kmsg *msg);
void answer_passkey_new(struct kconv *c, const union kmsg *msg);
void answer_ssh_key(struct kconv *c, const union kmsg *msg);
void answer_ssh_seen(struct kconv *c, const union kmsg *msg);
void answer_agent(struct kconv *c, const union kmsg *msg);
void answer_signed(struct kconv *c, const union kmsg *msg);
/* forgot.c, forgot_id.c, remember.c, sign_out.c */
void answer_forgot(struct kconv *c, const union kmsg *msg);
void answer_forgot_id(struct kconv *c, const union kmsg *msg);
void answer_remember(struct kconv *c, const union kmsg *msg);
void answer_sessions(struct kconv *c, const union kmsg *msg);
/* mail_code.c, mail_typed.c */
void answer_mail(struct kconv *c, const union kmsg *msg);
void answer_mail_code(struct kconv *c, const union kmsg *msg);
/* touch.c */
void answer_touch(struct kconv *c, const union kmsg *msg);
/* judge.c */
void answer_finish(struct kconv *c, const union kmsg *msg);
/* admin.c, admin_act.c, admin_import.c, report.c */
void answer_user_add(struct kconv *c, const union kmsg *msg);
void answer_user_set(struct kconv *c, const union kmsg *msg);
void answer_user_act(struct kconv *c, const union kmsg *msg);
void answer_user_rename(struct kconv *c, const union kmsg *msg);
/* msg is a struct msg_people */
void answer_user_import(struct kconv *c, const union kmsg *msg);
void answer_user_show(struct kconv *c, const union kmsg *msg);
void answer_user_next(struct kconv *c, const union kmsg *msg);
void answer_log(struct kconv *c, const union kmsg *msg);
void answer_status(struct kconv *c, const union kmsg *msg);

#endif
