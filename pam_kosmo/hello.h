/*
 * hello.h: what the host program's PAM handle says of this login.
 */
#ifndef KOSMO_PAM_KOSMO_HELLO_H
#define KOSMO_PAM_KOSMO_HELLO_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stddef.h>

#include "libkosmo/msg.h"

/*
 * Fills all of h but options. user is PAM_USER, there already. KOSMO_EINVAL
 * for a name that no message can carry, KOSMO_ENOMEM and KOSMO_EIO if the
 * account could not be looked up.
 */
KOSMO_CHECK int
hello_fill(pam_handle_t *pamh, const char *user, struct msg_hello *h);

/* What sshd says of the keys that it has let in; of others nothing. */
void hello_auth_info(pam_handle_t *pamh, struct msg_open *open);

/*
 * Copies an item (PAM_SERVICE, PAM_TTY, ...) that is a label. What can't be
 * carried becomes "?": an empty one could mean a console.
 */
void hello_label(pam_handle_t *pamh, int item, char *to, size_t size);

/* sudo: what it does is done for the person who started it. */
bool hello_is_sudo(pam_handle_t *pamh);

/* sudo and su: a session of theirs is not a person's login. */
bool hello_is_su(pam_handle_t *pamh);

/* sshd: its password method can answer one hidden question, and no more. */
bool hello_is_sshd(pam_handle_t *pamh);

#endif
