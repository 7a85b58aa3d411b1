/*
 * account.h: what this host says of an account. It asks the name services,
 * which may hang: only in a child with a deadline.
 */
#ifndef KOSMO_WARDEN_ACCOUNT_H
#define KOSMO_WARDEN_ACCOUNT_H

#include "kosmod/priv.h"
#include "libkosmo/error.h"

/*
 * The uid of login. KOSMO_ENOTFOUND: there is surely none. KOSMO_EIO: it
 * could not be found out.
 */
KOSMO_CHECK int account_find(const char *login, uint32_t *ret_uid);

/* The first uid that a person may have. KOSMO_EIO. */
KOSMO_CHECK int account_uid_min(uint32_t *ret);

/* Answers P_ACCOUNT; whatever fails makes it ACCOUNT_UNSURE. */
void account_job(const struct p_account *job, struct p_account_is *ret);

#endif
