/*
 * judge.h: the verdict of a conversation.
 */
#ifndef KOSMO_KEEPER_JUDGE_H
#define KOSMO_KEEPER_JUDGE_H

#include "kosmod/keeper/conv.h"

/*
 * After a right code with nothing more to ask: if p may come in, writes that
 * and says END with ALLOW. False if not: K_FINISH has to follow.
 */
bool judge_at_once(struct kconv *c, struct person *p);

/* ACCOUNT on the connection of a finished auth: locked since then? */
void judge_account(struct kconv *c);

/* END for a connection that is refused before a conversation began. */
void judge_refuse(struct keeper *k, void *conn, const struct msg_open *open);

#endif
