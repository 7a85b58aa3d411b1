#include "config.h"

#include "trusted.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_ours(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

static int
refuse(int err, const char *why, const char **ret_why)
{
	*ret_why = why;
	return err;
}

/* A folder where others may write is safe only with the sticky bit. */
static int
check_folder(const char *path, const char **ret_why)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');
	struct stat st;
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	if (slash == NULL)
		(void)snprintf(dir, sizeof(dir), ".");
	else if (len >= sizeof(dir))
		return refuse(KOSMO_ETOOBIG, "path is too long", ret_why);
	else
		(void)snprintf(dir, sizeof(dir), "%.*s/", (int)len, path);
	if (stat(dir, &st) == -1)
		return refuse(KOSMO_EIO, strerror(errno), ret_why);
	if (!is_ours(st.st_uid))
		return refuse(
		    KOSMO_EPERM, "its folder belongs to another user", ret_why);
	if ((st.st_mode & 022) != 0 && (st.st_mode & S_ISVTX) == 0)
		return refuse(
		    KOSMO_EPERM, "others may write to its folder", ret_why);
	return KOSMO_OK;
}

static int
check_file(int fd, mode_t deny, off_t max, const char **ret_why)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return refuse(KOSMO_EIO, strerror(errno), ret_why);
	if (!S_ISREG(st.st_mode))
		return refuse(KOSMO_EPERM, "is no regular file", ret_why);
	if (!is_ours(st.st_uid))
		return refuse(KOSMO_EPERM,
		    "must belong to root or to the user that kosmod runs as",
		    ret_why);
	if ((st.st_mode & deny & 022) != 0)
		return refuse(KOSMO_EPERM, "others may write to it", ret_why);
	if ((st.st_mode & deny) != 0)
		return refuse(KOSMO_EPERM, "others may read it", ret_why);
	if (st.st_size > max)
		return refuse(KOSMO_ETOOBIG, "is too big", ret_why);
	return KOSMO_OK;
}

int
trusted_open(
    const char *path, mode_t deny, off_t max, int *ret_fd, const char **ret_why)
{
	int fd, r;

	*ret_fd = -1;
	if ((r = check_folder(path, ret_why)) != KOSMO_OK)
		return r;
	fd = open(
	    path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd == -1) {
		if (errno == ELOOP)
			return refuse(
			    KOSMO_EPERM, "is a symbolic link", ret_why);
		r = errno == ENOENT ? KOSMO_ENOTFOUND : KOSMO_EIO;
		return refuse(r, strerror(errno), ret_why);
	}
	if ((r = check_file(fd, deny, max, ret_why)) != KOSMO_OK) {
		(void)close(fd);
		return r;
	}
	*ret_fd = fd;
	return KOSMO_OK;
}
