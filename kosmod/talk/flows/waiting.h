/*
 * waiting.h: a FIDO2 key of OpenSSH on its way to be a device: it is stored,
 * waits, and is proven by the agent or by a login.
 */
#ifndef KOSMO_TALK_WAITING_H
#define KOSMO_TALK_WAITING_H

#include "kosmod/talk/screen.h"
#include "kosmod/talk/ssh_line.h"

/* What is wrong with a line that is no key to enrol. */
const char *waiting_words(enum ssh_line what);

/* What is said of a private key, wherever it was named. */
extern const char waiting_private[];

/*
 * Has the keeper keep the key; it waits then. name: of the device, NULL: the
 * usual one. *ret_words: NULL, or msgid of what is wrong with it; any other
 * verdict ends the dialogue.
 */
KOSMO_CHECK int waiting_store(struct dialogue *d, const struct k_ssh_pub *key,
    const char *name, const char **ret_words);

/* Proves the waiting key by the agent. *ret_id: the device, or 0: not yet. */
KOSMO_CHECK int
waiting_sign(struct dialogue *d, uint32_t *ret_id, const char **ret_words);

/*
 * sshd let the waiting key in here, so it is proven. *ret_id: the device; 0:
 * the keeper does not take it.
 */
KOSMO_CHECK int waiting_seen(struct dialogue *d, uint32_t *ret_id);

/*
 * At the end of a login by whoever is active: a key that waits and was used
 * becomes a device, and is named.
 */
KOSMO_CHECK int waiting_finish(struct dialogue *d);

#endif
