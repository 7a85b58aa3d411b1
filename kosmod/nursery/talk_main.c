#include "config.h"

#include "talk_main.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kosmod/kmsg.h"
#include "kosmod/talk/talk.h"
#include "libkosmo/msg_key.h"
#include "libkosmo/packet.h"

#define HELLO_SECONDS 10
#define SEND_SECONDS 10	 /* a client that does not read is gone */
#define AGENT_SECONDS 10 /* to find the person's agent, or none */

struct ends {
	const struct conf *conf;
	int client;
	int link;
	int64_t until; /* the last words are said, ms of packet_now */
	struct buf in;
};

static int64_t
within(const struct ends *e, uint32_t seconds)
{
	int64_t at = packet_now() + (int64_t)seconds * 1000;

	return at < e->until ? at : e->until;
}

/* The same for who is asked: that ends in time for last words. */
static int64_t
until_asked(const struct ends *e, uint32_t seconds)
{
	int64_t end = e->until - LAST_WORDS * 1000, at = within(e, seconds);

	return at < end ? at : end;
}

static int
send_client(struct ends *e, const struct layout *l, const void *msg)
{
	return packet_send(e->client, l, msg, -1, within(e, SEND_SECONDS));
}

/* No longer than policy lets anybody sit at a prompt. */
static uint32_t
prompt_seconds(const struct ends *e, uint32_t wanted)
{
	uint32_t idle = e->conf->limits.idle;

	return wanted > 0 ? wanted : idle;
}

static int
on_ask(void *arg, const struct msg_ask *ask, struct secret *ret)
{
	struct ends *e = arg;
	uint32_t seconds = prompt_seconds(e, ask->seconds);
	struct msg_ask *copy = NULL;
	struct msg_answer answer;
	int r;

	if (ask->seconds == 0) {
		if ((copy = malloc(sizeof(*copy))) == NULL)
			return KOSMO_ENOMEM;
		*copy = *ask;
		copy->seconds = seconds;
	}
	memset(&answer, 0, sizeof(answer));
	if ((r = send_client(e, &msg_ask_layout, copy != NULL ? copy : ask)) !=
		0 ||
	    (r = packet_recv(
		 e->client, &e->in, NULL, until_asked(e, seconds))) != 0 ||
	    (r = packet_get(&e->in, &msg_answer_layout, &answer)) != 0)
		goto out;
	r = secret_set(ret, answer.text.bytes, answer.text.len);
out:
	buf_reset(&e->in);
	secret_done(&answer.text);
	free(copy);
	return r;
}

static int
on_show(void *arg, const struct msg_show *show)
{
	return send_client(arg, &msg_show_layout, show);
}

static int
on_row(void *arg, const struct msg_row *row)
{
	return send_client(arg, &msg_row_layout, row);
}

static int
on_wait(void *arg, uint32_t seconds)
{
	const struct msg_wait wait = { seconds };

	return send_client(arg, &msg_wait_layout, &wait);
}

static int
on_more(void *arg)
{
	struct ends *e = arg;
	struct msg_more more;
	int r;

	r = packet_recv(
	    e->client, &e->in, NULL, within(e, prompt_seconds(e, 0)));
	if (r == KOSMO_OK)
		r = packet_get(&e->in, &msg_more_layout, &more);
	return r;
}

static int
on_people(void *arg, const struct msg_invited *answer, struct msg_people *ret)
{
	struct ends *e = arg;
	int r;

	if ((r = send_client(e, &msg_invited_layout, answer)) != KOSMO_OK)
		return r;
	r = packet_recv(
	    e->client, &e->in, NULL, within(e, prompt_seconds(e, 0)));
	if (r == KOSMO_OK)
		r = packet_get(&e->in, &msg_people_layout, ret);
	buf_reset(&e->in);
	return r;
}

static bool
is_stream(int fd)
{
	int domain = 0, type = 0;
	socklen_t len = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    domain == AF_UNIX && type == SOCK_STREAM;
}

/* The one time when a descriptor is taken, and only of an agent's kind. */
static int
on_agent(void *arg, int *ret_fd)
{
	static const struct msg_agent agent = { 0 };
	struct ends *e = arg;
	struct msg_agent_is is = { 0 };
	int fd = -1, r;

	*ret_fd = -1;
	if ((r = send_client(e, &msg_agent_layout, &agent)) != KOSMO_OK)
		return r;
	r = packet_recv(e->client, &e->in, &fd, within(e, AGENT_SECONDS));
	if (r == KOSMO_OK)
		r = packet_get(&e->in, &msg_agent_is_layout, &is);
	buf_reset(&e->in);
	if (r == KOSMO_OK && is.here != 0 && fd != -1 && is_stream(fd))
		*ret_fd = fd;
	else if (fd != -1)
		(void)close(fd);
	return r;
}

/* The service is known now, and with it how long all of this may take. */
static void
shorten(struct ends *e, uint32_t seconds)
{
	int64_t at = packet_now() + ((int64_t)seconds + LAST_WORDS) * 1000;

	if (seconds == 0 || at >= e->until)
		return;
	e->until = at;
	(void)alarm(seconds + LAST_WORDS);
}

static int
on_call(void *arg, const struct layout *req, const void *msg, uint8_t *ret_type,
    union kmsg *reply)
{
	struct ends *e = arg;
	const struct layout *l;
	int r;

	if ((r = packet_send(e->link, req, msg, -1, e->until)) != KOSMO_OK ||
	    (r = packet_recv(e->link, &e->in, NULL, e->until)) != KOSMO_OK)
		return r;
	*ret_type = packet_type(&e->in);
	if ((l = kmsg_layout(*ret_type)) == NULL)
		r = KOSMO_EFORMAT;
	else
		r = packet_get(&e->in, l, reply);
	if (r == KOSMO_OK && *ret_type == K_BOUND)
		shorten(e, reply->bound.deadline);
	buf_reset(&e->in);
	return r;
}

static int
read_hello(struct ends *e, struct talk *t)
{
	int r;

	r = packet_recv(e->client, &e->in, NULL, within(e, HELLO_SECONDS));
	if (r == KOSMO_OK)
		r = packet_get(&e->in, &msg_hello_layout, &t->hello);
	buf_reset(&e->in);
	return r;
}

int
talk_main(const struct talk_order *order)
{
	struct ends e = { order->conf, order->client, order->link,
		packet_now() + (int64_t)order->deadline * 1000, BUF_INIT };
	const struct conversation person = { on_ask, on_show, on_row, on_wait,
		on_more, on_people, on_agent, &e };
	const struct link keeper = { on_call, &e };
	struct talk *t = calloc(1, sizeof(*t));
	int ret = 1;

	(void)alarm(order->deadline);
	if (t == NULL)
		return 1;
	t->conf = order->conf;
	t->person = &person;
	t->keeper = &keeper;
	t->phase = order->phase;
	if (read_hello(&e, t) == KOSMO_OK)
		ret = talk_run(t);
	/* the connection first: the keeper says END when the link closes */
	(void)close(e.client);
	(void)close(e.link);
	buf_done(&e.in);
	free(t);
	return ret;
}
