/*
 * agent.h: the ssh-agent of the person in front of sudo.
 */
#ifndef KOSMO_PAM_KOSMO_AGENT_H
#define KOSMO_PAM_KOSMO_AGENT_H

#include "libkosmo/error.h"
#include "relay.h"

/*
 * *ret_fd becomes a connection to the socket that SSH_AUTH_SOCK names in the
 * environment of the process, for sudo alone, whose real uid is PAM_USER's
 * and not 0; the caller closes it. -1, and no error, for any other program
 * and where that is no absolute path, nobody listens soon, or whoever listens
 * does not run as that uid.
 *
 * The path is the person's word: it is looked up and connected to with the
 * person's rights alone, groups too. KOSMO_EIO if root's did not come back.
 */
KOSMO_CHECK int agent_connect(const struct relay *r, int *ret_fd);

#endif
