/*
 * compose.h: one mail from one job, as sendmail takes it on standard input.
 */
#ifndef KOSMO_POST_COMPOSE_H
#define KOSMO_POST_COMPOSE_H

#include "kosmod/conf.h"
#include "kosmod/priv.h"
#include "libkosmo/buf.h"

/*
 * Appends the whole mail, in lines that end with LF. host is the short name
 * of this host. KOSMO_EINVAL: it can't be a mail, whenever it is tried
 * (address, kind, code); KOSMO_ENOMEM, KOSMO_EIO. out holds the code: wipe it.
 */
KOSMO_CHECK int compose(const struct p_mail *mail, const struct conf *conf,
    const char *host, struct buf *out);

#endif
