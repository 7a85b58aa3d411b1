#include "config.h"

#include "master_key.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kosmod/trusted.h"

static int
read_key(int fd, uint8_t ret[static STORE_KEY_LEN], const char **ret_why)
{
	uint8_t more;

	if (read(fd, ret, STORE_KEY_LEN) == STORE_KEY_LEN &&
	    read(fd, &more, 1) == 0)
		return KOSMO_OK;
	explicit_bzero(ret, STORE_KEY_LEN);
	*ret_why = "is not 32 bytes long";
	return KOSMO_ECORRUPT;
}

int
master_key_read(const char *path, const char *credentials,
    uint8_t ret[static STORE_KEY_LEN], const char **ret_why)
{
	char name[PATH_MAX];
	int fd = -1, r = KOSMO_ENOTFOUND;

	if (credentials != NULL) {
		(void)snprintf(name, sizeof(name), "%s/%s", credentials,
		    MASTER_KEY_CREDENTIAL);
		/* an ACL on it looks like a group that may read */
		r = trusted_open(name, 037, STORE_KEY_LEN, &fd, ret_why);
	}
	if (r == KOSMO_ENOTFOUND)
		r = trusted_open(path, 077, STORE_KEY_LEN, &fd, ret_why);
	if (r != KOSMO_OK)
		return r;
	r = read_key(fd, ret, ret_why);
	(void)close(fd);
	return r;
}

static int
sync_folder(const char *path)
{
	char copy[PATH_MAX];
	int fd, r;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	r = fsync(fd);
	(void)close(fd);
	return r;
}

int
master_key_make(const char *path, uid_t uid, gid_t gid,
    uint8_t ret[static STORE_KEY_LEN], const char **ret_why)
{
	int fd, r = KOSMO_EIO;

	if (getrandom(ret, STORE_KEY_LEN, 0) != STORE_KEY_LEN) {
		*ret_why = "no random bytes";
		return KOSMO_EIO;
	}
	fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	if (fd == -1) {
		*ret_why = strerror(errno);
		return errno == EEXIST ? KOSMO_EEXIST : KOSMO_EIO;
	}
	if (write(fd, ret, STORE_KEY_LEN) == STORE_KEY_LEN &&
	    fchown(fd, uid, gid) == 0 && fchmod(fd, 0400) == 0 &&
	    fsync(fd) == 0 && sync_folder(path) == 0)
		r = KOSMO_OK;
	if (r != KOSMO_OK) {
		*ret_why = strerror(errno);
		explicit_bzero(ret, STORE_KEY_LEN);
		(void)unlink(path);
	}
	(void)close(fd);
	return r;
}
