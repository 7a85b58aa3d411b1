#include "config.h"

#include "ticket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "warden/parse.h"

#define FILE_MAX 16384 /* bytes: some 300 terminals */

/*
 * Where sudo has kept them: /run/sudo/ts, and before there was a /run. Each
 * step of the way is opened by itself, so no link leads elsewhere; where
 * /var/run is one, it is /run, which was looked at.
 */
static const char *const folders[][5] = {
	{ "run", "sudo", "ts", NULL },
	{ "var", "run", "sudo", "ts", NULL },
	{ "var", "lib", "sudo", "ts", NULL },
};

/* Nobody but root can have put something there. */
static int
check_folder(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return KOSMO_EIO;
	return st.st_uid == 0 && (st.st_mode & (S_IWGRP | S_IWOTH)) == 0
	    ? KOSMO_OK
	    : KOSMO_EPERM;
}

/* KOSMO_ENOTFOUND: no tickets there. */
static int
open_folder(const char *const *steps, int *ret_fd)
{
	static const int flags =
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = open("/", flags), r = KOSMO_OK;

	for (; fd != -1 && *steps != NULL && r == KOSMO_OK; steps++) {
		int next = openat(fd, *steps, flags);
		int e = errno;

		(void)close(fd);
		errno = e;
		fd = next;
		r = fd != -1 ? check_folder(fd) : KOSMO_OK;
	}
	if (fd == -1)
		return errno == ENOENT || errno == ELOOP || errno == ENOTDIR
		    ? KOSMO_ENOTFOUND
		    : KOSMO_EIO;
	if (r == KOSMO_OK)
		*ret_fd = fd;
	else
		(void)close(fd);
	return r;
}

/* A link, or what can't be read, counts as one. */
static uint32_t
count_one(int folder, const char *name)
{
	int fd = openat(
	    folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	uint8_t bytes[FILE_MAX];
	size_t len = 0;
	ssize_t n = 1;

	if (fd == -1)
		return 1;
	while (n > 0 && len < sizeof(bytes)) {
		n = read(fd, bytes + len, sizeof(bytes) - len);
		if (n > 0)
			len += (size_t)n;
	}
	(void)close(fd);
	return n == 0 ? parse_tickets(bytes, len) : 1;
}

static int
void_one(int folder, const char *name, bool end, uint32_t *n)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? KOSMO_OK : KOSMO_EIO;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return KOSMO_EIO;
	}
	*n += count_one(folder, name);
	/* of a link it is the link that goes */
	if (end && unlinkat(folder, name, 0) == -1 && errno != ENOENT)
		return KOSMO_EIO;
	return KOSMO_OK;
}

int
ticket_void(const char *login, uint32_t uid, bool end, uint32_t *ret_n)
{
	char by_uid[16];
	int r = KOSMO_OK;

	*ret_n = 0;
	if (!parse_login(login))
		return KOSMO_EINVAL;
	(void)snprintf(by_uid, sizeof(by_uid), "%u", uid);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		int fd = -1, e = open_folder(folders[i], &fd);

		if (e == KOSMO_OK)
			e = void_one(fd, login, end, ret_n);
		if (e == KOSMO_OK && strcmp(login, by_uid) != 0)
			e = void_one(fd, by_uid, end, ret_n);
		if (fd != -1)
			(void)close(fd);
		if (r == KOSMO_OK && e != KOSMO_ENOTFOUND)
			r = e;
	}
	return r;
}
