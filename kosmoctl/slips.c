#include "config.h"

#include "slips.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kosmoctl/cell.h"

#define SSH_DIR "/etc/ssh"
#define MARK ".kosmo-import"
#define FILE_LEN (NAME_LEN + 8)

/* "LOGIN.txt": no login name holds a slash (talk and csv_line.c look). */
static int
file_name(const char *login, char ret[static FILE_LEN])
{
	int n = snprintf(ret, FILE_LEN, "%s.txt", login);

	if (n < 0 || n >= FILE_LEN || strchr(login, '/') != NULL ||
	    login[0] == '\0')
		return KOSMO_EINVAL;
	return KOSMO_OK;
}

static int
open_dir(struct slips *s)
{
	struct stat st;

	s->dir = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir == -1)
		return errno == ENOENT ? KOSMO_ENOTFOUND : KOSMO_EIO;
	if (fstat(s->dir, &st) == -1)
		return KOSMO_EIO;
	/* initial passwords go there */
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
	    (st.st_uid != geteuid() && st.st_uid != 0))
		return KOSMO_EPERM;
	s->resumed = faccessat(s->dir, MARK, F_OK, 0) == 0;
	return KOSMO_OK;
}

int
slips_look(const char *path, struct slips *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->path = path;
	ret->dir = -1;
	slip_host(SSH_DIR, &ret->host);
	if (path == NULL)
		return KOSMO_OK;
	r = open_dir(ret);
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

int
slips_begin(struct slips *s)
{
	int fd, r;

	if (s->path == NULL)
		return KOSMO_OK;
	if (s->dir == -1) {
		if (mkdir(s->path, 0700) == -1)
			return KOSMO_EIO;
		if ((r = open_dir(s)) != KOSMO_OK)
			return r == KOSMO_ENOTFOUND ? KOSMO_EIO : r;
	}
	if (s->resumed)
		return KOSMO_OK;
	fd = openat(s->dir, MARK,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return KOSMO_EIO;
	(void)close(fd);
	/* before the first person is: else nobody knew that it was begun */
	return fsync(s->dir) == 0 ? KOSMO_OK : KOSMO_EIO;
}

bool
slips_have(const struct slips *s, const char *login)
{
	char name[FILE_LEN];
	struct stat st;

	return s->dir != -1 && file_name(login, name) == KOSMO_OK &&
	    fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_size > 0;
}

/* What a power cut left empty is no slip. */
static void
remove_empty(const struct slips *s, const char *name)
{
	struct stat st;

	if (s->resumed &&
	    fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && st.st_size == 0)
		(void)unlinkat(s->dir, name, 0);
}

static int
write_file(struct slips *s, const struct msg_row *row)
{
	char name[FILE_LEN];
	FILE *f;
	bool good;
	int fd;

	if (file_name(cell_get(row, "login"), name) != KOSMO_OK)
		return KOSMO_EINVAL;
	remove_empty(s, name);
	fd = openat(s->dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1)
		return errno == EEXIST ? KOSMO_EEXIST : KOSMO_EIO;
	if ((f = fdopen(fd, "w")) == NULL) {
		(void)close(fd);
		return KOSMO_EIO;
	}
	slip_write(f, row, &s->host);
	good = ferror(f) == 0;
	good = fclose(f) == 0 && good;
	if (!good) /* a slip cut short helps nobody */
		(void)unlinkat(s->dir, name, 0);
	return good ? KOSMO_OK : KOSMO_EIO;
}

int
slips_write(struct slips *s, const struct msg_row *row)
{
	if (s->path != NULL)
		return write_file(s, row);
	if (s->printed)
		(void)fputs(isatty(STDOUT_FILENO) == 1 ? "\n" : "\f", stdout);
	s->printed = true;
	slip_write(stdout, row, &s->host);
	return fflush(stdout) == 0 ? KOSMO_OK : KOSMO_EIO;
}

int
slips_end(struct slips *s)
{
	if (s->dir == -1)
		return KOSMO_OK;
	if (syncfs(s->dir) == -1 || unlinkat(s->dir, MARK, 0) == -1)
		return KOSMO_EIO;
	return KOSMO_OK;
}

void
slips_close(struct slips *s)
{
	if (s->dir != -1)
		(void)close(s->dir);
	s->dir = -1;
}
