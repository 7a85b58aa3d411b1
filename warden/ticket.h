/*
 * ticket.h: what sudo remembers of people who gave their password.
 */
#ifndef KOSMO_WARDEN_TICKET_H
#define KOSMO_WARDEN_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "libkosmo/error.h"

/*
 * Counts the tickets of login, or of uid (sudo names them by one or the
 * other), and removes them with end. KOSMO_EIO if one could not be;
 * KOSMO_EPERM if a folder of theirs is not root's alone.
 */
KOSMO_CHECK int
ticket_void(const char *login, uint32_t uid, bool end, uint32_t *ret_n);

#endif
