/*
 * keys.h: which SSH keys of a person sshd may let in; for kosmo-ssh-keys.
 */
#ifndef KOSMO_KEEPER_KEYS_H
#define KOSMO_KEEPER_KEYS_H

#include "kosmod/keeper/conv.h"

/*
 * Answers an OPEN of PHASE_KEYS: SSH_KEYS, and END with RESULT_NOTED; with
 * RESULT_ERROR alone if the store can't say.
 */
void keys_answer(struct keeper *k, void *conn, const struct msg_open *open);

#endif
