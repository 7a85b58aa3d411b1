#include "config.h"

#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "journey.h"

#define NOBODY 65534
#define START 1775088000 /* as world_keeper.c */
#define READY_MS 60000
#define SKIP 77

void
server_die(int status, const char *what, const char *detail)
{
	fprintf(status == SKIP ? stdout : stderr, "%s%s %s\n",
	    status == SKIP ? "skipped: " : "server: ", what, detail);
	exit(status);
}

uid_t
server_owner(const char *world)
{
	return geteuid() == 0 && strcmp(world, "keeper") != 0 ? NOBODY
							      : geteuid();
}

void
server_user(void)
{
	if (geteuid() == 0 &&
	    (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) ||
		setresuid(NOBODY, NOBODY, NOBODY) != 0))
		server_die(1, "can't become nobody:", strerror(errno));
	if (access("kosmod/kosmod", X_OK) != 0)
		server_die(SKIP, "kosmod/kosmod can't be run by this user:",
		    strerror(errno));
}

int64_t
server_now(const struct server *s)
{
	return (int64_t)time(NULL) + *s->offset;
}

static void
write_conf(const struct server *s, const char *conf)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/kosmod.conf", s->dir);
	if ((f = fopen(path, "we")) == NULL)
		server_die(1, "kosmod.conf:", strerror(errno));
	fprintf(f,
	    "[paths]\nsocket = %s\nstate = %s/state\n"
	    "master-key = %s/master.key\n%s%s",
	    s->socket, s->dir, s->dir, conf,
	    WHOLE_JOURNEY(conf) ? "" : SHORT_JOURNEY);
	fclose(f);
}

static void
make_clock(struct server *s)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/clock", s->dir);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*s->offset)) != 0)
		server_die(1, "clock:", strerror(errno));
	s->offset = mmap(NULL, sizeof(*s->offset), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	close(fd);
	if (s->offset == MAP_FAILED)
		server_die(1, "clock:", strerror(errno));
	*s->offset = START - (int64_t)time(NULL);
	setenv("KOSMO_TEST_CLOCK", path, 1);
}

/* The socket on which kosmod says that it is ready. */
static int
notify_socket(const struct server *s)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/notify", s->dir);
	unlink(sun.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0)
		server_die(1, "notify:", strerror(errno));
	setenv("NOTIFY_SOCKET", sun.sun_path, 1);
	return fd;
}

static void
run_kosmod(const struct server *s, const char *option)
{
	char path[128], clock[PATH_MAX];

	snprintf(path, sizeof(path), "%s/kosmod.conf", s->dir);
	if (realpath("tests/flow/.libs/clock.so", clock) == NULL)
		server_die(1, "clock.so:", strerror(errno));
	setenv("LD_PRELOAD", clock, 1);
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	execl("kosmod/kosmod", "kosmod", "--config", path, option, NULL);
	server_die(1, "kosmod:", strerror(errno));
}

static void
wait_ready(const struct server *s, int fd)
{
	char text[512] = "";
	struct pollfd p = { fd, POLLIN, 0 };
	ssize_t n;

	while (strstr(text, "READY=1") == NULL) {
		if (poll(&p, 1, READY_MS) != 1)
			server_die(1, "kosmod is not ready", s->dir);
		if ((n = recv(fd, text, sizeof(text) - 1, 0)) < 0)
			server_die(1, "notify:", strerror(errno));
		text[n] = '\0';
	}
}

static void
start(struct server *s)
{
	int fd = notify_socket(s);

	if ((s->pid = fork()) == 0)
		run_kosmod(s, NULL);
	if (s->pid < 0)
		server_die(1, "fork:", strerror(errno));
	wait_ready(s, fd);
	close(fd);
}

static void
init(const struct server *s)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (freopen("/dev/null", "w", stdout) == NULL)
			server_die(1, "/dev/null:", strerror(errno));
		run_kosmod(s, "--init");
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		server_die(1, "kosmod --init failed in", s->dir);
}

void
server_begin(struct server *s, const char *conf)
{
	char state[128];

	snprintf(s->dir, sizeof(s->dir), "/tmp/kosmo-flow-XXXXXX");
	if (mkdtemp(s->dir) == NULL)
		server_die(1, "mkdtemp:", strerror(errno));
	snprintf(s->socket, sizeof(s->socket), "%s/run/kosmod.sock", s->dir);
	snprintf(s->admin, sizeof(s->admin), "%s/run/admin.sock", s->dir);
	snprintf(s->priv, sizeof(s->priv), "%s/run/priv.sock", s->dir);
	snprintf(state, sizeof(state), "%s/state", s->dir);
	if (mkdir(state, 0700) != 0)
		server_die(1, "mkdir:", strerror(errno));
	write_conf(s, conf);
	make_clock(s);
	init(s);
	start(s);
}

static void
stop(struct server *s, int signal)
{
	kill(s->pid, signal);
	waitpid(s->pid, NULL, 0);
}

void
server_restart(struct server *s)
{
	stop(s, SIGKILL);
	start(s);
}

void
server_post(struct server *s)
{
	char path[128];

	if (access("post/kosmo-post", X_OK) != 0)
		server_die(SKIP, "post/kosmo-post:", strerror(errno));
	snprintf(path, sizeof(path), "%s/kosmod.conf", s->dir);
	if ((s->post = fork()) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execl("post/kosmo-post", "kosmo-post", "--config", path, NULL);
		server_die(1, "kosmo-post:", strerror(errno));
	}
	if (s->post < 0)
		server_die(1, "fork:", strerror(errno));
}

void
server_end(struct server *s)
{
	char command[128];

	if (s->post > 0) {
		kill(s->post, SIGTERM);
		waitpid(s->post, NULL, 0);
	}
	stop(s, SIGTERM);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->dir);
	if (system(command) != 0)
		server_die(1, "the folder stays:", s->dir);
}

int
server_connect(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0)
		server_die(1, path, strerror(errno));
	return fd;
}

char *
server_log(struct server *s)
{
	char path[128], *text = calloc(1, 65536);
	FILE *f;

	snprintf(path, sizeof(path), "%s/state/audit.log", s->dir);
	if (text == NULL)
		abort();
	if ((f = fopen(path, "re")) == NULL ||
	    fseek(f, s->log_seen, SEEK_SET) != 0)
		server_die(1, "audit.log:", strerror(errno));
	(void)!fread(text, 1, 65535, f);
	s->log_seen = ftell(f);
	fclose(f);
	return text;
}
