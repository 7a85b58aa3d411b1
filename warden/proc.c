#include "config.h"

#include "proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/vfs.h>
#include <unistd.h>

#define FILE_MAX 4096 /* bytes looked at of a file; what counts is in front */

int
proc_open(int *ret_fd)
{
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs fs;
	int r = KOSMO_OK;

	if (fd == -1)
		return KOSMO_EIO;
	if (fstatfs(fd, &fs) == -1)
		r = KOSMO_EIO;
	else if (fs.f_type != PROC_SUPER_MAGIC ||
	    faccessat(fd, "1/stat", R_OK, 0) == -1)
		r = KOSMO_EPERM;
	if (r == KOSMO_OK)
		*ret_fd = fd;
	else
		(void)close(fd);
	return r;
}

static int
open_folder(int proc, pid_t pid)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%d", (int)pid);
	return openat(
	    proc, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The beginning of a file, as a string. KOSMO_ENOTFOUND: it died. */
static int
read_file(int folder, const char *name, char text[FILE_MAX])
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;

	if (fd == -1)
		return errno == ENOENT || errno == ESRCH ? KOSMO_ENOTFOUND
							 : KOSMO_EIO;
	while (n > 0 && len < FILE_MAX - 1) {
		n = read(fd, text + len, FILE_MAX - 1 - len);
		if (n > 0)
			len += (size_t)n;
	}
	(void)close(fd);
	text[len] = '\0';
	if (n == -1)
		return errno == ESRCH ? KOSMO_ENOTFOUND : KOSMO_EIO;
	return memchr(text, '\0', len) == NULL ? KOSMO_OK : KOSMO_EFORMAT;
}

/* A kernel without audit has neither file: nothing is known then. */
static int
read_number(int folder, const char *name, uint32_t *ret)
{
	char text[FILE_MAX];
	int r = read_file(folder, name, text);

	*ret = UNSET;
	if (r == KOSMO_ENOTFOUND)
		return KOSMO_OK;
	return r == KOSMO_OK ? parse_number(text, ret) : r;
}

static int
read_line(int folder, struct proc *p)
{
	char text[FILE_MAX];
	struct stat_line line;
	int r;

	if ((r = read_file(folder, "stat", text)) != KOSMO_OK ||
	    (r = parse_stat(text, &line)) != KOSMO_OK)
		return r;
	if (line.state == 'Z' || line.state == 'X')
		return KOSMO_ENOTFOUND;
	p->ppid = line.ppid;
	p->sid = line.sid;
	p->tty = line.tty;
	p->start = line.start;
	memcpy(p->comm, line.comm, sizeof(p->comm));
	if ((r = read_file(folder, "status", text)) != KOSMO_OK)
		return r;
	return parse_uid(text, &p->uid);
}

static int
read_more(int folder, uint32_t uid, struct proc *p)
{
	char text[FILE_MAX];
	int r;

	if ((r = read_number(folder, "loginuid", &p->login)) != KOSMO_OK ||
	    (r = read_number(folder, "sessionid", &p->audit)) != KOSMO_OK)
		return r;
	r = read_file(folder, "cgroup", text);
	if (r == KOSMO_OK)
		parse_place(text, uid, &p->place);
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

static int
read_folder(int folder, pid_t pid, struct proc *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->pid = pid;
	ret->login = UNSET;
	ret->audit = UNSET;
	return read_line(folder, ret);
}

int
proc_read(int proc, pid_t pid, struct proc *ret)
{
	int folder = open_folder(proc, pid), r;

	if (folder == -1)
		return errno == ENOENT ? KOSMO_ENOTFOUND : KOSMO_EIO;
	if ((r = read_folder(folder, pid, ret)) == KOSMO_OK)
		r = read_more(folder, ret->uid, ret);
	(void)close(folder);
	return r;
}

static int
add(struct procs *all, const struct proc *p)
{
	if (all->n == all->cap) {
		size_t cap = all->cap > 0 ? all->cap * 2 : 256;
		struct proc *more = reallocarray(all->rows, cap, sizeof(*more));

		if (more == NULL)
			return KOSMO_ENOMEM;
		all->rows = more;
		all->cap = cap;
	}
	all->rows[all->n++] = *p;
	return KOSMO_OK;
}

static int
list_one(int proc, pid_t pid, uint32_t uid, bool keep, struct procs *ret)
{
	int folder = open_folder(proc, pid), r;
	struct proc p;

	if (folder == -1)
		return errno == ENOENT ? KOSMO_OK : KOSMO_EIO;
	if ((r = read_folder(folder, pid, &p)) == KOSMO_OK &&
	    (keep || p.uid == uid))
		r = read_more(folder, uid, &p);
	(void)close(folder);
	if (r == KOSMO_OK)
		r = add(ret, &p);
	/* it died meanwhile */
	return r == KOSMO_ENOTFOUND ? KOSMO_OK : r;
}

static int
by_pid(const void *a, const void *b)
{
	const struct proc *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

int
proc_list(int proc, uint32_t uid, pid_t keep, struct procs *ret)
{
	int fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;
	const struct dirent *e;
	int r = KOSMO_OK;

	ret->n = 0;
	if (dir == NULL) {
		if (fd != -1)
			(void)close(fd);
		return KOSMO_EIO;
	}
	while (r == KOSMO_OK && (errno = 0, e = readdir(dir)) != NULL) {
		pid_t pid = 0;

		if (parse_pid(e->d_name, &pid) == KOSMO_OK)
			r = list_one(proc, pid, uid, pid == keep, ret);
	}
	if (r == KOSMO_OK && errno != 0)
		r = KOSMO_EIO;
	(void)closedir(dir);
	if (ret->n > 0)
		qsort(ret->rows, ret->n, sizeof(*ret->rows), by_pid);
	return r;
}

static int
same(int folder, const struct proc *p)
{
	struct proc now;
	int r;

	if ((r = read_folder(folder, p->pid, &now)) != KOSMO_OK ||
	    (r = read_number(folder, "loginuid", &now.login)) != KOSMO_OK)
		return r;
	return now.start == p->start && now.uid == p->uid &&
		now.login == p->login
	    ? KOSMO_OK
	    : KOSMO_ENOTFOUND;
}

/*
 * The open folder stays with the process that it was opened for. So if that
 * one still lives after the pidfd was made, the pidfd is its own.
 */
int
proc_hold(int proc, const struct proc *p, int *ret_fd)
{
	int folder = open_folder(proc, p->pid), fd = -1, r;

	if (folder == -1)
		return errno == ENOENT ? KOSMO_ENOTFOUND : KOSMO_EIO;
	if ((fd = pidfd_open(p->pid, 0)) == -1)
		r = errno == ESRCH ? KOSMO_ENOTFOUND : KOSMO_EIO;
	else
		r = same(folder, p);
	if (r == KOSMO_OK)
		*ret_fd = fd;
	else if (fd != -1)
		(void)close(fd);
	(void)close(folder);
	return r;
}

struct proc *
procs_find(const struct procs *all, pid_t pid)
{
	struct proc key = { .pid = pid };

	if (all->n == 0)
		return NULL;
	return bsearch(&key, all->rows, all->n, sizeof(key), by_pid);
}

void
procs_done(struct procs *all)
{
	free(all->rows);
	all->rows = NULL;
	all->n = all->cap = 0;
}
