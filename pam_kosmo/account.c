#include "config.h"

#include "account.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>

#include "libkosmo/buf.h"
#include "libkosmo/msg.h"

#define PASSWD_MAX ((size_t)1024 * 1024) /* bytes of one entry */

/* Errors by which getpwnam_r(3) says that there is no such name. */
static int
is_absence(int e)
{
	return e == 0 || e == ENOENT || e == ESRCH || e == EBADF || e == EPERM;
}

int
account_uid(const char *name, uint32_t *ret)
{
	struct buf b = BUF_INIT;
	struct passwd pw, *found = NULL;
	size_t size = 1024;
	int e, r;

	do {
		size *= 2;
		if ((r = buf_reserve(&b, size)) != KOSMO_OK)
			goto out;
		e = getpwnam_r(name, &pw, (char *)b.data, b.cap, &found);
	} while (e == EINTR || (e == ERANGE && size < PASSWD_MAX));
	if (found == NULL && !is_absence(e)) {
		errno = e;
		r = KOSMO_EIO;
		goto out;
	}
	*ret = found != NULL ? (uint32_t)pw.pw_uid : NO_UID;
out:
	buf_done(&b);
	return r;
}
