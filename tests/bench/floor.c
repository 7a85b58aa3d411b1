#include "config.h"

#include "floor.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORD 200

static void
serve(int listener, int file)
{
	char record[RECORD];

	memset(record, 'r', sizeof(record));
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd == -1)
			_exit(1);
		if (recv(fd, record, sizeof(record), 0) <= 0 ||
		    write(file, record, sizeof(record)) != sizeof(record) ||
		    fdatasync(file) == -1 || send(fd, record, 1, 0) != 1)
			_exit(1);
		(void)close(fd);
	}
}

int
floor_begin(struct floor *f, const char *folder)
{
	char path[4096];
	int listener, file;

	f->address.sun_family = AF_UNIX;
	(void)snprintf(path, sizeof(path), "%s/floor.log", folder);
	if (snprintf(f->address.sun_path, sizeof(f->address.sun_path),
		"%s/floor.sock", folder) >= (int)sizeof(f->address.sun_path))
		return -1;
	(void)unlink(f->address.sun_path);
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (file == -1 || listener == -1 ||
	    bind(listener, (struct sockaddr *)&f->address,
		sizeof(f->address)) == -1 ||
	    listen(listener, 16) == -1 || (f->server = fork()) == -1)
		return -1;
	if (f->server == 0)
		serve(listener, file);
	(void)close(listener);
	(void)close(file);
	return 0;
}

int
floor_once(const struct floor *f)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), r = -1;
	char record[RECORD] = "";

	if (fd == -1)
		return -1;
	if (connect(fd, (const struct sockaddr *)&f->address,
		sizeof(f->address)) == 0 &&
	    send(fd, record, sizeof(record), 0) == sizeof(record) &&
	    recv(fd, record, sizeof(record), 0) == 1)
		r = 0;
	(void)close(fd);
	return r;
}

void
floor_end(struct floor *f)
{
	(void)kill(f->server, SIGKILL);
	(void)waitpid(f->server, NULL, 0);
	(void)unlink(f->address.sun_path);
}
