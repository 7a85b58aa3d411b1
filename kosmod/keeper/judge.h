/*
 * judge.h: the verdict of a conversation.
 */
#ifndef KOSMO_KEEPER_JUDGE_H
#define KOSMO_KEEPER_JUDGE_H

#include "kosmod/keeper/conv.h"

/* ACCOUNT on the connection of a finished auth: locked since then? */
void judge_account(struct kconv *c);

/* END for a connection that is refused before a conversation began. */
void judge_refuse(struct keeper *k, void *conn, const struct msg_open *open);

#endif
