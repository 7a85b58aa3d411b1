/*
 * wait: many people who sit at a prompt, in one process.
 *   wait N SOCKET    opens N conversations, reads the first ask of each, says
 *                    "waiting" and holds them until standard input ends
 *   wait ready SOCKET    returns when somebody was asked something
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "libkosmo/msg.h"
#include "libkosmo/packet.h"
#include "seed.h"

#define PATIENCE_MS 30000

static int
join(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	if (fd != -1 && connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

/* OPEN and HELLO of a login that asks for a code only. */
static int
greet(int fd, uint32_t number)
{
	static struct msg_hello hello;
	struct msg_open open = { .version = MSG_VERSION, .phase = PHASE_AUTH };
	int64_t until = packet_now() + PATIENCE_MS;
	int r;

	memset(&hello, 0, sizeof(hello));
	memset(open.nonce, 'n', sizeof(open.nonce));
	seed_name(number, hello.user);
	hello.uid = NO_UID;
	(void)snprintf(hello.service, sizeof(hello.service), "bench");
	hello.options = OPT_STEPS | OPT_STEP_FACTOR;
	/* OPEN says what HELLO may say */
	memcpy(open.user, hello.user, sizeof(open.user));
	open.uid = hello.uid;
	memcpy(open.service, hello.service, sizeof(open.service));
	open.options = hello.options;
	r = packet_send(fd, &msg_open_layout, &open, -1, until);
	if (r == KOSMO_OK)
		r = packet_send(fd, &msg_hello_layout, &hello, -1, until);
	return r;
}

static int
is_asked(int fd)
{
	struct buf b = BUF_INIT;
	int r = packet_recv(fd, &b, NULL, packet_now() + PATIENCE_MS);

	if (r == KOSMO_OK && packet_type(&b) != M_ASK)
		r = KOSMO_EFORMAT;
	buf_done(&b);
	return r;
}

static int
hold(unsigned n, const char *path)
{
	const struct rlimit files = { n + 64, n + 64 };
	char c;

	if (setrlimit(RLIMIT_NOFILE, &files) == -1)
		return 1;
	for (unsigned i = 0; i < n; i++) {
		int fd = join(path);

		if (fd == -1 || greet(fd, i) != KOSMO_OK ||
		    is_asked(fd) != KOSMO_OK) {
			(void)fprintf(stderr, "wait: only %u are asked\n", i);
			return 1;
		}
	}
	(void)puts("waiting");
	(void)fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		continue;
	return 0;
}

/* The socket may not be there yet. */
static int
ready(const char *path)
{
	const struct timespec pause = { 0, 1000000 };
	int64_t until = packet_now() + PATIENCE_MS;

	while (packet_now() < until) {
		int fd = join(path);
		int r = KOSMO_EIO;

		if (fd != -1 && (r = greet(fd, 0)) == KOSMO_OK)
			r = is_asked(fd);
		if (fd != -1)
			(void)close(fd);
		if (r == KOSMO_OK)
			return 0;
		(void)nanosleep(&pause, NULL);
	}
	return 1;
}

int
main(int argc, char **argv)
{
	if (argc != 3) {
		(void)fprintf(stderr, "usage: wait N|ready SOCKET\n");
		return 2;
	}
	if (strcmp(argv[1], "ready") == 0)
		return ready(argv[2]);
	return hold((unsigned)strtoul(argv[1], NULL, 10), argv[2]);
}
