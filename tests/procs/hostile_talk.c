#include "config.h"

/*
 * A talk process that was taken over: linked into kosmod in the place of
 * kosmod/talk, it does what the user's name in HELLO says. Whatever that is,
 * nobody may come in by it.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kosmod/talk/talk.h"
#include "libkosmo/packet.h"

/* How struct ends of talk_main.c begins: who is inside sees its memory. */
struct seen {
	const void *conf;
	int client;
	int link;
};

int
talk_prepare(const struct conf *conf)
{
	(void)conf;
	return KOSMO_OK;
}

static const struct seen *
see(const struct talk *t)
{
	return t->keeper->arg;
}

static int
call(const struct talk *t, const struct layout *l, const void *msg)
{
	union kmsg *reply = calloc(1, sizeof(*reply));
	uint8_t type = 0;
	int r = KOSMO_ENOMEM;

	if (reply != NULL)
		r = t->keeper->call(t->keeper->arg, l, msg, &type, reply);
	free(reply);
	return r == KOSMO_OK ? type : -1;
}

static int
bind_as(const struct talk *t, const char *user)
{
	struct k_bind b = { 0 };

	b.phase = t->phase;
	(void)snprintf(b.user, sizeof(b.user), "%s", user);
	b.uid = NO_UID;
	(void)snprintf(b.service, sizeof(b.service), "%s", t->hello.service);
	return call(t, &k_bind_layout, &b);
}

static void
tell(const struct talk *t, const char *what)
{
	struct msg_show *show = calloc(1, sizeof(*show));

	if (show == NULL)
		return;
	(void)snprintf(show->text, sizeof(show->text), "%s", what);
	(void)!t->person->show(t->person->arg, show);
	free(show);
}

/* "any 64": that message, all zero, first of all. "bound 65": after BIND. */
static void
send_type(const struct talk *t, unsigned type)
{
	static union kmsg zero;
	const struct layout *l = kmsg_layout((uint8_t)type);
	char said[32];

	if (l == NULL)
		return;
	(void)snprintf(said, sizeof(said), "reply %d", call(t, l, &zero));
	tell(t, said);
}

/* The number of each message that there is. */
static void
tell_layouts(const struct talk *t)
{
	char said[1024] = "";

	for (unsigned type = 0; type <= UINT8_MAX; type++) {
		size_t n = strlen(said);

		if (kmsg_layout((uint8_t)type) != NULL)
			(void)snprintf(said + n, sizeof(said) - n, "%u ", type);
	}
	tell(t, said);
}

static void
finish_with(const struct talk *t, uint8_t result)
{
	struct k_finish f = { result };

	(void)call(t, &k_finish_layout, &f);
}

/* ALLOW, signed with every nonce that could come to mind. */
static void
forge_end(const struct talk *t)
{
	struct msg_end end = { .result = RESULT_ALLOW };

	(void)!packet_send(
	    see(t)->client, &msg_end_layout, &end, -1, packet_now() + 1000);
}

static void
two_at_once(const struct talk *t)
{
	const struct k_try try = { 0 };

	for (int i = 0; i < 2; i++)
		(void)!packet_send(
		    see(t)->link, &k_try_layout, &try, -1, packet_now() + 1000);
	pause();
}

static void
spin(void)
{
	volatile unsigned n = 0;

	for (;;)
		n++;
}

/* As long as it can, and no burden for what else runs here. */
static void
stay(void)
{
	(void)alarm(0);
	for (;;)
		(void)poll(NULL, 0, -1);
}

static void
try_connect(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)connect(fd, (struct sockaddr *)&sun, sizeof(sun));
}

/* What a socket is may be asked, and no more of it. */
static int
ask_peer(const struct talk *t)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(
		   see(t)->client, SOL_SOCKET, SO_PEERCRED, &peer, &len) != -2;
}

/* The client's agent, twice: is there one, and how many descriptors are left?
 */
static void
ask_agent(const struct talk *t)
{
	char said[32];
	int fd = -1, r, next;

	r = t->person->agent(t->person->arg, &fd);
	(void)snprintf(
	    said, sizeof(said), "agent %d %s", r, fd != -1 ? "here" : "none");
	tell(t, said);
	if (fd != -1)
		(void)close(fd);
	if (t->person->agent(t->person->arg, &next) == KOSMO_OK && next != -1)
		tell(t, next == fd ? "nothing leaks" : "it leaks");
}

/* True if deed is a system call that the filter must not let through. */
static int
forbidden(const char *deed)
{
	char *argv[] = { NULL };

	if (strcmp(deed, "open") == 0)
		return open("/etc/hostname", O_RDONLY) != -2;
	if (strcmp(deed, "create") == 0)
		return open("/tmp/x", O_WRONLY | O_CREAT, 0600) != -2;
	if (strcmp(deed, "exec") == 0)
		return execve("/bin/true", argv, argv) != -2;
	if (strcmp(deed, "socket") == 0)
		return socket(AF_INET, SOCK_STREAM, 0) != -2;
	if (strcmp(deed, "connect") == 0)
		return try_connect(), 1;
	if (strcmp(deed, "fork") == 0)
		return fork() != -2;
	if (strcmp(deed, "kill") == 0)
		return kill(getppid(), 0) != -2;
	if (strcmp(deed, "ptrace") == 0)
		return ptrace(PTRACE_TRACEME, 0, NULL, NULL) != -2;
	if (strcmp(deed, "unlink") == 0)
		return unlink("/tmp/nothing") != -2;
	if (strcmp(deed, "code") == 0)
		return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != NULL;
	return 0;
}

static int
outlast(const struct talk *t, const char *deed)
{
	if (strcmp(deed, "spin") == 0) {
		spin();
	} else if (strcmp(deed, "spin for good") == 0) {
		(void)alarm(0);
		spin();
	} else if (strcmp(deed, "stay") == 0) {
		finish_with(t, RESULT_DENY);
		stay();
	} else if (strcmp(deed, "stay and close") == 0) {
		finish_with(t, RESULT_DENY);
		(void)close(see(t)->link);
		stay();
	} else if (strcmp(deed, "flood") == 0) {
		for (;;)
			tell(t, "and another thing");
	} else
		return 0;
	return 1;
}

int
talk_run(struct talk *t)
{
	const char *deed = t->hello.user;
	unsigned type = 0;

	if (sscanf(deed, "any %u", &type) == 1) {
		send_type(t, type);
		return 0;
	}
	if (strcmp(deed, "layouts") == 0) {
		tell_layouts(t);
		return 0;
	}
	if (forbidden(deed)) {
		tell(t, "it was let through");
		return 0;
	}
	if (strcmp(deed, "peer") == 0) {
		if (ask_peer(t))
			tell(t, "it was let through");
		return 0;
	}
	if (strcmp(deed, "agent") == 0) {
		ask_agent(t);
		return 0;
	}
	if (strcmp(deed, "somebody else") == 0) {
		if (bind_as(t, "root") == K_BOUND)
			tell(t, "it was bound");
		return 0;
	}
	if (bind_as(t, "nobody-at-all") != K_BOUND)
		return 1;
	if (outlast(t, deed))
		return 0;
	if (sscanf(deed, "bound %u", &type) == 1)
		send_type(t, type);
	else if (strcmp(deed, "bind twice") == 0)
		(void)bind_as(t, "root");
	else if (strcmp(deed, "allow") == 0)
		finish_with(t, RESULT_ALLOW);
	else if (strcmp(deed, "forge") == 0)
		forge_end(t);
	else if (strcmp(deed, "two at once") == 0)
		two_at_once(t);
	else if (strcmp(deed, "garbage") == 0)
		(void)!write(see(t)->link, "garbage", 7);
	else if (strcmp(deed, "long") == 0)
		(void)!write(see(t)->link, t, 65536);
	return 0;
}
