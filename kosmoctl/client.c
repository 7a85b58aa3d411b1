#include "config.h"

#include "client.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "libkosmo/msg_key.h"
#include "libkosmo/packet.h"
#include "libkosmo/path.h"
#include "libkosmo/trust.h"

#define PATIENCE 60000 /* ms for the next message, unless WAIT says more */
#define CONNECT_PATIENCE 5000
#define IDLE 1000 /* ms before more rows are asked for */

struct client {
	int fd;
	const struct client_ways *ways;
	int64_t patience;
	uint8_t nonce[NONCE_LEN];
	uint8_t *ret;
	bool over;
};

/* The path of the socket to use: that, or what is called beside next to it. */
static int
address_of(const char *path, const char *beside, struct sockaddr_un *ret)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	int len;

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	len = snprintf(ret->sun_path, sizeof(ret->sun_path), "%.*s/%s",
	    slash == NULL ? 1 : (int)(slash - path), slash == NULL ? "." : path,
	    beside != NULL ? beside : base);
	return len < 0 || (size_t)len >= sizeof(ret->sun_path) ? KOSMO_EINVAL
							       : KOSMO_OK;
}

static int
find_kosmo(uint32_t *ret_uid)
{
	const struct passwd *pw = getpwnam(KOSMO_USER);

	*ret_uid = pw != NULL ? pw->pw_uid : NO_UID;
	return KOSMO_OK;
}

/* connect(2) with an end: a server that never accepts keeps nobody. */
static int
connect_soon(int fd, const struct sockaddr_un *addr)
{
	struct timeval tv = { CONNECT_PATIENCE / 1000, 0 };

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	return connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0
	    ? KOSMO_OK
	    : KOSMO_EIO;
}

/* What can't be trusted, what is not for us, and what is not there. */
static int
error_of(int err)
{
	if (err == KOSMO_EPERM)
		return KOSMO_EINVAL;
	if (err == KOSMO_EIO)
		return errno == EACCES || errno == EPERM ? KOSMO_EPERM
							 : KOSMO_ENOTFOUND;
	return err;
}

int
client_connect(const char *path, const char *beside, int *ret_fd)
{
	struct sockaddr_un addr;
	const char *why;
	int fd = -1, r;

	*ret_fd = -1;
	if ((r = address_of(path, beside, &addr)) != KOSMO_OK)
		return r;
	if ((r = trust_socket(addr.sun_path, &why)) != KOSMO_OK)
		return error_of(r);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return KOSMO_EIO;
	if ((r = connect_soon(fd, &addr)) == KOSMO_OK)
		r = trust_peer(fd, find_kosmo, &why);
	if (r == KOSMO_OK) {
		*ret_fd = fd;
		return r;
	}
	r = error_of(r);
	(void)close(fd);
	return r;
}

static int
send_opening(struct client *c, const struct msg_hello *hello)
{
	int64_t deadline = packet_now() + PATIENCE;
	struct msg_open open = {
		.version = MSG_VERSION, .phase = PHASE_VERB, .ruid = getuid()
	};
	int r;

	if (getrandom(c->nonce, NONCE_LEN, 0) != NONCE_LEN)
		return KOSMO_EIO;
	memcpy(open.nonce, c->nonce, NONCE_LEN);
	msg_open_person(&open, hello);
	r = packet_send(c->fd, &msg_open_layout, &open, -1, deadline);
	if (r == KOSMO_OK)
		r = packet_send(c->fd, &msg_hello_layout, hello, -1, deadline);
	return r;
}

static int
on_show(struct client *c, const struct buf *b)
{
	struct msg_show show;
	int r = packet_get(b, &msg_show_layout, &show);

	return r == KOSMO_OK ? c->ways->show(c->ways->arg, &show) : r;
}

static int
on_ask(struct client *c, const struct buf *b)
{
	struct msg_answer answer = { .text = { 0 } };
	struct msg_ask ask;
	int r = packet_get(b, &msg_ask_layout, &ask);

	if (r == KOSMO_OK)
		r = c->ways->ask(c->ways->arg, c->fd, &ask, &answer.text);
	if (r == KOSMO_OK)
		r = packet_send(c->fd, &msg_answer_layout, &answer, -1,
		    packet_now() + PATIENCE);
	/* Gone with an END behind it: that one is worth reading. */
	if (r == KOSMO_ECLOSED)
		r = KOSMO_OK;
	secret_done(&answer.text);
	explicit_bzero(&ask, sizeof(ask));
	return r;
}

static int
on_wait(struct client *c, const struct buf *b)
{
	struct msg_wait wait;
	int r = packet_get(b, &msg_wait_layout, &wait);

	if (r == KOSMO_OK)
		c->patience = (int64_t)wait.seconds * 1000 + PATIENCE;
	return r;
}

static int
ask_for_more(struct client *c)
{
	static const struct msg_more more = { 0 };
	struct pollfd p = { c->fd, POLLIN, 0 };

	if (poll(&p, 1, IDLE) > 0)
		return KOSMO_OK;
	return packet_send(
	    c->fd, &msg_more_layout, &more, -1, packet_now() + PATIENCE);
}

static int
on_row(struct client *c, const struct buf *b)
{
	struct msg_row row;
	int r = packet_get(b, &msg_row_layout, &row);

	if (r == KOSMO_OK)
		r = c->ways->row(c->ways->arg, &row);
	if (r == CLIENT_MORE)
		r = ask_for_more(c);
	explicit_bzero(&row, sizeof(row));
	return r;
}

static int
on_invited(struct client *c, const struct buf *b)
{
	struct msg_people *people = calloc(1, sizeof(*people));
	struct msg_invited invited;
	int r = people == NULL ? KOSMO_ENOMEM
			       : packet_get(b, &msg_invited_layout, &invited);

	if (r == KOSMO_OK && c->ways->people == NULL)
		r = KOSMO_EFORMAT; /* nobody imports here */
	if (r == KOSMO_OK)
		r = c->ways->people(c->ways->arg, &invited, people);
	if (r == KOSMO_OK)
		r = packet_send(c->fd, &msg_people_layout, people, -1,
		    packet_now() + PATIENCE);
	explicit_bzero(&invited, sizeof(invited));
	if (people != NULL)
		explicit_bzero(people, sizeof(*people));
	free(people);
	return r;
}

/* Where there is no agent that is said. */
static int
on_agent(struct client *c, const struct buf *b)
{
	struct msg_agent_is is = { 0 };
	struct msg_agent agent;
	int r = packet_get(b, &msg_agent_layout, &agent), fd;

	if (r != KOSMO_OK)
		return r;
	fd = c->ways->agent != NULL ? c->ways->agent() : -1;
	is.here = fd != -1;
	r = packet_send(
	    c->fd, &msg_agent_is_layout, &is, fd, packet_now() + PATIENCE);
	if (fd != -1)
		(void)close(fd);
	return r;
}

static int
on_end(struct client *c, const struct buf *b)
{
	struct msg_end end;
	int r = packet_get(b, &msg_end_layout, &end);

	if (r != KOSMO_OK)
		return r;
	if (secret_bytes_equal(end.nonce, c->nonce, NONCE_LEN))
		*c->ret = end.result;
	c->over = true;
	return KOSMO_OK;
}

static const struct {
	uint8_t type;
	int (*handle)(struct client *c, const struct buf *b);
} handlers[] = {
	{ M_SHOW, on_show },
	{ M_ASK, on_ask },
	{ M_WAIT, on_wait },
	{ M_ROW, on_row },
	{ M_INVITED, on_invited },
	{ M_AGENT, on_agent },
	{ M_END, on_end },
};

static int
handle(struct client *c, const struct buf *b)
{
	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		if (handlers[i].type == packet_type(b))
			return handlers[i].handle(c, b);
	}
	return KOSMO_EFORMAT;
}

int
client_run(int fd, const struct msg_hello *hello,
    const struct client_ways *ways, uint8_t *ret)
{
	struct client c = { .fd = fd, .ways = ways, .ret = ret };
	struct buf b = BUF_INIT;
	int r;

	*ret = RESULT_ERROR;
	r = send_opening(&c, hello);
	while (r == KOSMO_OK && !c.over) {
		int64_t patience = c.patience > 0 ? c.patience : PATIENCE;

		c.patience = 0;
		r = packet_recv(fd, &b, NULL, packet_now() + patience);
		if (r == KOSMO_OK)
			r = handle(&c, &b);
	}
	buf_done(&b);
	return r;
}
