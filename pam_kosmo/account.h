/*
 * account.h: whether a name is a Unix account, and whose.
 */
#ifndef KOSMO_PAM_KOSMO_ACCOUNT_H
#define KOSMO_PAM_KOSMO_ACCOUNT_H

#include <stdint.h>

#include "libkosmo/error.h"

/*
 * *ret becomes the uid of name, or NO_UID if there is no such account. Unlike
 * pam_modutil_getpwnam it tells "there is none" from "could not look": an
 * account must never be taken for an alias because memory or descriptors ran
 * out. KOSMO_ENOMEM, KOSMO_EIO.
 */
KOSMO_CHECK int account_uid(const char *name, uint32_t *ret);

#endif
