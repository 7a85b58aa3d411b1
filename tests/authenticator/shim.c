/*
 * For LD_PRELOAD, or /etc/ld.so.preload on a private host: unmodified programs
 * find the authenticators of tests in place of USB devices. Each socket in the
 * folder KOSMO_AUTHENTICATORS (/run/kosmo-authenticators, for programs whose
 * environment is empty) is one. libfido2 itself still does everything but
 * find devices and carry reports: the packets are what /dev/hidraw* would
 * give.
 *
 * It overrides fido_dev_info_manifest() and fido_dev_open(). A program that
 * uses fido_dev_new_with_info() and fido_dev_open_with_info() finds them but
 * can't open them: libfido2 takes the handle for one of its own there.
 *
 * Once the program is loaded it makes these system calls: socket, connect,
 * read, write, poll, close, and for the list openat, getdents64, fstat.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <fido.h>

#define REPORT_LEN 64
#define EXPORTED __attribute__((visibility("default")))

/* What libfido2 has under these names, found once a program is loaded. */
static struct {
	__typeof__(&fido_dev_open) open;
	__typeof__(&fido_dev_set_io_functions) set_io_functions;
	__typeof__(&fido_dev_info_set) info_set;
} libfido2;

static char folder[90] = "/run/kosmo-authenticators";

/*
 * libfido2 is not linked with: in /etc/ld.so.preload this is part of every
 * program, and most have nothing to do with it.
 */
static void __attribute__((constructor)) prepare(void)
{
	const char *named = getenv("KOSMO_AUTHENTICATORS");

	*(void **)&libfido2.open = dlsym(RTLD_NEXT, "fido_dev_open");
	*(void **)&libfido2.set_io_functions =
	    dlsym(RTLD_NEXT, "fido_dev_set_io_functions");
	*(void **)&libfido2.info_set = dlsym(RTLD_NEXT, "fido_dev_info_set");
	if (named != NULL && strlen(named) < sizeof(folder))
		memcpy(folder, named, strlen(named) + 1);
	/* a write to a device that is gone is an error, and not a signal */
	if (libfido2.open != NULL)
		(void)signal(SIGPIPE, SIG_IGN);
}

static void *
open_socket(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int *handle = NULL;
	int fd;

	if (strlen(path) >= sizeof(sun.sun_path))
		return NULL;
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return NULL;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    (handle = malloc(sizeof(*handle))) == NULL) {
		close(fd);
		return NULL;
	}
	*handle = fd;
	return handle;
}

static void
close_socket(void *handle)
{
	close(*(int *)handle);
	free(handle);
}

/* As libfido2's own: -1 if nothing comes in time. ms: -1 waits for ever. */
static int
read_report(void *handle, unsigned char *report, size_t len, int ms)
{
	struct pollfd pfd = { .fd = *(int *)handle, .events = POLLIN };

	if (poll(&pfd, 1, ms < 0 ? -1 : ms) != 1)
		return -1;
	return (int)read(pfd.fd, report, len);
}

/* The first byte is the number of the report, which is none. */
static int
write_report(void *handle, const unsigned char *report, size_t len)
{
	if (len != REPORT_LEN + 1 ||
	    write(*(int *)handle, report + 1, REPORT_LEN) != REPORT_LEN)
		return -1;
	return (int)len;
}

static const fido_dev_io_t io = { open_socket, close_socket, read_report,
	write_report };

static int
is_socket(const struct dirent *e)
{
	return e->d_type == DT_SOCK && strstr(e->d_name, ".new") == NULL;
}

EXPORTED int
fido_dev_info_manifest(fido_dev_info_t *list, size_t max, size_t *n)
{
	struct dirent **names = NULL;
	char path[sizeof(folder) + 256];
	int found = scandir(folder, &names, is_socket, alphasort);
	int error;

	*n = 0;
	for (int i = 0; i < found; i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		error = *n == max ? -1
				  : libfido2.info_set(list, *n, path, "Kosmo",
					names[i]->d_name, &io, NULL);
		if (error == FIDO_OK)
			(*n)++;
		free(names[i]);
	}
	free(names);
	return FIDO_OK;
}

EXPORTED int
fido_dev_open(fido_dev_t *dev, const char *path)
{
	size_t len = strlen(folder);
	int error;

	if (strncmp(path, folder, len) == 0 && path[len] == '/') {
		error = libfido2.set_io_functions(dev, &io);
		if (error != FIDO_OK)
			return error;
	}
	return libfido2.open(dev, path);
}
