#include "config.h"

#include "keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define AUTHENTICATOR "tests/authenticator/authenticator"
#define SHIM "tests/authenticator/.libs/shim.so"
#define SKIP 77
#define LOOKS_MAX 30000 /* a millisecond apart */

/* DIR/folder + name + tail */
static void
path_of(const struct server *s, const char *folder, const char *name,
    const char *tail, char ret[static 160])
{
	snprintf(ret, 160, "%s/%s%s%s", s->dir, folder, name, tail);
}

/* Nobody is told when a socket or a FIFO is there. */
static void
await(const char *path, bool there)
{
	for (int i = 0; (access(path, F_OK) == 0) != there; i++) {
		if (i == LOOKS_MAX)
			server_die(1, "a key does not come or go:", path);
		(void)poll(NULL, 0, 1);
	}
}

static void
make_folder(const char *path)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		server_die(1, path, strerror(errno));
}

void
keyring_touch(struct keyring *k, const struct server *s)
{
	char ports[160], socket[160], shim[PATH_MAX];

	if (k->touch > 0)
		return;
	if (access("touch/kosmo-touch", X_OK) != 0 ||
	    access(AUTHENTICATOR, X_OK) != 0 || realpath(SHIM, shim) == NULL)
		server_die(SKIP, "kosmo-touch or its keys:", strerror(errno));
	path_of(s, "usb", "", "", ports);
	path_of(s, "run/", "touch", ".sock", socket);
	make_folder(ports);
	if ((k->touch = fork()) == 0) {
		setenv("KOSMO_AUTHENTICATORS", ports, 1);
		setenv("LD_PRELOAD", shim, 1);
		setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execl("touch/kosmo-touch", "kosmo-touch", "--socket", socket,
		    NULL);
		server_die(1, "kosmo-touch:", strerror(errno));
	}
	if (k->touch < 0)
		server_die(1, "fork:", strerror(errno));
}

static void
end(pid_t *pid)
{
	if (*pid > 0) {
		kill(*pid, SIGTERM);
		waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

void
keyring_no_touch(struct keyring *k)
{
	end(&k->touch);
}

/* A key that is not there yet; its FIFO is when this returns. */
static void
add(struct keyring *k, const struct server *s, const char *name)
{
	char ports[160], socket[160], folder[160], control[160];
	pid_t pid;

	path_of(s, "usb", "", "", ports);
	path_of(s, "usb/", name, "", socket);
	path_of(s, "key-", name, "", folder);
	path_of(s, "key-", name, "/control", control);
	make_folder(ports);
	make_folder(folder);
	if (k->n == KEYS_MAX)
		server_die(1, "too many keys:", name);
	if ((pid = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execl(AUTHENTICATOR, "authenticator", "-u", "-p", "1234",
		    socket, folder, NULL);
		server_die(1, AUTHENTICATOR, strerror(errno));
	}
	if (pid < 0)
		server_die(1, "fork:", strerror(errno));
	await(control, true);
	k->keys[k->n].pid = pid;
	snprintf(k->keys[k->n++].name, 16, "%s", name);
}

/* What only played keys do. */
static bool
is_played(const char *how)
{
	static const char *const words[] = { "busy ", "cut ", "format " };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(how, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

static void
tell(const char *control, const char *how)
{
	char line[128];
	int n = snprintf(line, sizeof(line), "%s\n", how);
	int fd = open(control, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, line, (size_t)n) != n)
		server_die(1, control, strerror(errno));
	close(fd);
}

bool
keyring_do(struct keyring *k, const struct server *s, const char *name,
    const char *how)
{
	char control[160], socket[160];
	bool found = false;

	if (is_played(how))
		return false;
	for (size_t i = 0; i < k->n; i++)
		found = found || strcmp(k->keys[i].name, name) == 0;
	if (!found)
		add(k, s, name);
	path_of(s, "key-", name, "/control", control);
	path_of(s, "usb/", name, "", socket);
	tell(control, how);
	if (strcmp(how, "plug") == 0 || strcmp(how, "unplug") == 0)
		await(socket, how[0] == 'p');
	return true;
}

void
keyring_end(struct keyring *k)
{
	end(&k->touch);
	for (size_t i = 0; i < k->n; i++)
		end(&k->keys[i].pid);
	k->n = 0;
}
