/*
 * ticket.h: how auth tells session who came in.
 *
 * sshd runs the two in different processes, so the ticket crosses in the PAM
 * environment (KOSMO_TICKET), once, and grants nothing.
 */
#ifndef KOSMO_PAM_KOSMO_TICKET_H
#define KOSMO_PAM_KOSMO_TICKET_H

#include <security/pam_modules.h>
#include <stdint.h>

#include "libkosmo/error.h"
#include "libkosmo/msg.h"

/* Puts ticket into the PAM environment; one that is zero is none. */
KOSMO_CHECK int
ticket_put(pam_handle_t *pamh, const uint8_t ticket[TICKET_LEN]);

/*
 * Takes it out of the PAM environment. KOSMO_ENOTFOUND: there is none,
 * KOSMO_EFORMAT: it is no ticket; it is out in any case.
 */
KOSMO_CHECK int ticket_take(pam_handle_t *pamh, uint8_t ret[TICKET_LEN]);

/* Takes it out, if there is one. */
void ticket_drop(pam_handle_t *pamh);

#endif
