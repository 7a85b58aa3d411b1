/*
 * keep.h: what stays with the PAM handle between two calls, and goes with it.
 *
 * Every relay belongs to its handle from the start, so whatever way the host
 * program leaves, pam_end hangs up and wipes. There is one at a time.
 */
#ifndef KOSMO_PAM_KOSMO_KEEP_H
#define KOSMO_PAM_KOSMO_KEEP_H

#include <security/pam_modules.h>
#include <stdint.h>

#include "libkosmo/msg.h"
#include "relay.h"

/* Makes a relay of the handle; the one before it hangs up. KOSMO_ENOMEM. */
KOSMO_CHECK int keep_new(pam_handle_t *pamh, const struct options *opt,
    int flags, enum msg_phase phase, struct relay **ret);

/*
 * The relay that an earlier call left for this phase, or NULL. One made by
 * another process (a child must not speak on its parent's connection) or for
 * another PAM_USER is none.
 */
struct relay *keep_find(pam_handle_t *pamh, enum msg_phase phase);

/* Hangs up and wipes the relay, if there is one. */
void keep_drop(pam_handle_t *pamh);

/* Keeps the ticket that close_session will need. KOSMO_ENOMEM. */
KOSMO_CHECK int
keep_session(pam_handle_t *pamh, const uint8_t ticket[TICKET_LEN]);

/* Takes it. KOSMO_ENOTFOUND. */
KOSMO_CHECK int keep_take_session(pam_handle_t *pamh, uint8_t ret[TICKET_LEN]);

#endif
