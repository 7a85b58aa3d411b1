/*
 * A name service for tests: it hangs for names that begin with "slow", and
 * is away for all others.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <poll.h>
#include <pwd.h>
#include <string.h>

#define PUBLIC __attribute__((visibility("default")))

PUBLIC enum nss_status _nss_kosmotest_getpwnam_r(
    const char *name, struct passwd *ret, char *room, size_t len, int *errnop);
PUBLIC enum nss_status _nss_kosmotest_getgrnam_r(
    const char *name, struct group *ret, char *room, size_t len, int *errnop);

static enum nss_status
look_up(const char *name, int *errnop)
{
	/* not pause(2), which the job's filter refuses: it would spin */
	while (strncmp(name, "slow", 4) == 0)
		(void)poll(NULL, 0, -1);
	*errnop = ECONNREFUSED;
	return NSS_STATUS_UNAVAIL;
}

enum nss_status
_nss_kosmotest_getpwnam_r(
    const char *name, struct passwd *ret, char *room, size_t len, int *errnop)
{
	(void)ret;
	(void)room;
	(void)len;
	return look_up(name, errnop);
}

enum nss_status
_nss_kosmotest_getgrnam_r(
    const char *name, struct group *ret, char *room, size_t len, int *errnop)
{
	(void)ret;
	(void)room;
	(void)len;
	return look_up(name, errnop);
}
