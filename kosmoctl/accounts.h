/*
 * accounts.h: the Unix accounts of this host, for a file full of people.
 *
 * One pass over all that can be listed, so that a million look-ups do not read
 * /etc/passwd a million times; who is not among them (directories seldom list
 * everybody) is asked for by name.
 */
#ifndef KOSMO_KOSMOCTL_ACCOUNTS_H
#define KOSMO_KOSMOCTL_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libkosmo/error.h"

struct account;

struct accounts {
	struct account *list;
	size_t n, room;
};

KOSMO_CHECK int accounts_load(struct accounts *ret);

/* True if there is one of that name. */
bool
accounts_find(const struct accounts *a, const char *login, uint32_t *ret_uid);
void accounts_free(struct accounts *a);

#endif
