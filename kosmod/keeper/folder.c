#include "config.h"

#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define SLICE ((off_t)8 * 1024 * 1024)
#define CHUNK ((size_t)256 * 1024)
#define LOCK_TRIES 40 /* of 25 ms: an ended keeper's child may hold it */

int
folder_error(int err)
{
	switch (err) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return KOSMO_EFULL;
	case ENOENT:
		return KOSMO_ENOTFOUND;
	case EEXIST:
		return KOSMO_EEXIST;
	case ELOOP:
	case EACCES:
	case EPERM:
	case EISDIR:
	case ENOTDIR:
	case ENXIO:
		return KOSMO_EPERM;
	default:
		return KOSMO_EIO;
	}
}

int
folder_open(const char *path, int *ret)
{
	struct stat sb;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd == -1)
		return folder_error(errno);
	if (fstat(fd, &sb) == -1 || sb.st_uid != geteuid() ||
	    (sb.st_mode & 077) != 0) {
		close(fd);
		return KOSMO_EPERM;
	}
	*ret = fd;
	return KOSMO_OK;
}

int
folder_file(int dirfd, const char *name, int flags, int *ret)
{
	struct stat sb;
	int fd = openat(dirfd, name,
	    flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);

	if (fd == -1)
		return folder_error(errno);
	if (fstat(fd, &sb) == -1 || !S_ISREG(sb.st_mode) ||
	    sb.st_uid != geteuid() || (sb.st_mode & 077) != 0) {
		close(fd);
		return KOSMO_EPERM;
	}
	*ret = fd;
	return KOSMO_OK;
}

int
folder_sync(int dirfd)
{
	return fsync(dirfd) == 0 ? KOSMO_OK : KOSMO_EIO;
}

void
folder_remove(int dirfd, const char *name)
{
	(void)unlinkat(dirfd, name, 0);
}

int
folder_lock(int dirfd, int *ret)
{
	const struct timespec wait = { 0, 25 * 1000 * 1000 };
	int fd, r;

	if ((r = folder_file(dirfd, "lock", O_RDWR | O_CREAT, &fd)) != KOSMO_OK)
		return r;
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) == -1; i++) {
		if (errno != EWOULDBLOCK || i == LOCK_TRIES) {
			close(fd);
			return KOSMO_EPERM;
		}
		(void)nanosleep(&wait, NULL);
	}
	*ret = fd;
	return KOSMO_OK;
}

int
folder_write(int fd, const void *bytes, size_t len, off_t off)
{
	const uint8_t *p = bytes;

	while (len > 0) {
		ssize_t n = pwrite(fd, p, len, off);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? KOSMO_EFULL : folder_error(errno);
		p += n;
		off += n;
		len -= (size_t)n;
	}
	return KOSMO_OK;
}

int
folder_read(int fd, void *bytes, size_t len, off_t off, size_t *ret_got)
{
	uint8_t *p = bytes;

	*ret_got = 0;
	while (*ret_got < len) {
		ssize_t n = pread(
		    fd, p + *ret_got, len - *ret_got, off + (off_t)*ret_got);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return KOSMO_EIO;
		if (n == 0)
			break;
		*ret_got += (size_t)n;
	}
	return KOSMO_OK;
}

/* Copies one slice; *ret_got is less at the end of from. */
static int
copy_slice(int from, int to, off_t off, uint8_t *chunk, off_t *ret_got)
{
	size_t got = CHUNK;
	int r = KOSMO_OK;

	*ret_got = 0;
	while (*ret_got < SLICE && got == CHUNK) {
		off_t at = off + *ret_got;

		r = folder_read(from, chunk, CHUNK, at, &got);
		if (r == KOSMO_OK)
			r = folder_write(to, chunk, got, at);
		if (r != KOSMO_OK)
			return r;
		*ret_got += (off_t)got;
	}
	return r;
}

static int
copy_slices(int from, int to, off_t *ret_len)
{
	uint8_t *chunk = malloc(CHUNK);
	off_t off = 0, got = SLICE;
	int r = chunk != NULL ? KOSMO_OK : KOSMO_ENOMEM;

	while (r == KOSMO_OK && got == SLICE) {
		r = copy_slice(from, to, off, chunk, &got);
		(void)sync_file_range(to, off, got, SYNC_FILE_RANGE_WRITE);
		off += got;
	}
	*ret_len = off;
	free(chunk);
	return r;
}

int
folder_copy(int from, int to)
{
	struct stat sb;
	off_t len;
	int r;

	if (ioctl(to, FICLONE, from) == 0) {
		if (fstat(from, &sb) == -1)
			return KOSMO_EIO;
		len = sb.st_size;
	} else if ((r = copy_slices(from, to, &len)) != KOSMO_OK)
		return r;
	return ftruncate(to, len) == 0 ? KOSMO_OK : KOSMO_EIO;
}

int
folder_ballast(int dirfd)
{
	struct statfs fs;
	struct stat sb;
	int fd, r = KOSMO_OK;

	if (fstatat(dirfd, FOLDER_BALLAST, &sb, AT_SYMLINK_NOFOLLOW) == 0 &&
	    sb.st_size >= FOLDER_BALLAST_LEN)
		return KOSMO_OK;
	/* Not the last bytes: it would be given up again at once. */
	if (fstatfs(dirfd, &fs) == 0 &&
	    (off_t)fs.f_bavail * (off_t)fs.f_bsize < 3 * FOLDER_BALLAST_LEN)
		return KOSMO_EFULL;
	r = folder_file(dirfd, FOLDER_BALLAST, O_RDWR | O_CREAT, &fd);
	if (r != KOSMO_OK)
		return r;
	if (fallocate(fd, 0, 0, FOLDER_BALLAST_LEN) == -1 &&
	    errno != EOPNOTSUPP)
		r = folder_error(errno);
	close(fd);
	if (r != KOSMO_OK)
		folder_remove(dirfd, FOLDER_BALLAST);
	return r;
}
