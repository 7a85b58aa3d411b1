#include "config.h"

#include "relay.h"

#include <errno.h>
#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>
#include <unistd.h>

#include "agent.h"
#include "connect.h"
#include "hello.h"
#include "libkosmo/msg_key.h"
#include "libkosmo/packet.h"
#include "libkosmo/secret.h"
#include "prompt.h"

#define SEND_MS 10000	 /* kosmod reads at once, or is in trouble */
#define RECEIVE_MS 30000 /* the next message, unless WAIT says longer */
#define WAIT_MAX 900	 /* seconds; longer than any deadline of kosmod */

int
relay_new(pam_handle_t *pamh, const struct options *opt, int flags,
    enum msg_phase phase, struct relay **ret)
{
	struct relay *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return KOSMO_ENOMEM;
	r->pamh = pamh;
	r->opt = *opt;
	r->flags = flags;
	r->phase = (uint8_t)phase;
	r->fd = -1;
	r->pid = getpid();
	r->uid = NO_UID;
	*ret = r;
	return KOSMO_OK;
}

void
relay_free(struct relay **r)
{
	if (*r == NULL)
		return;
	if ((*r)->fd != -1)
		(void)close((*r)->fd);
	buf_done(&(*r)->packet);
	explicit_bzero(*r, sizeof(**r));
	free(*r);
	*r = NULL;
}

int
relay_name(struct relay *r)
{
	const char *user = NULL;
	int e;

	r->where = "asking for the name";
	e = pam_get_user(r->pamh, &user, NULL);
	if (e != PAM_SUCCESS || user == NULL) {
		r->fault = FAULT_PERSON;
		return KOSMO_ECLOSED;
	}
	r->where = "looking at PAM_USER";
	if ((e = hello_fill(r->pamh, user, &r->m.hello)) != KOSMO_OK)
		return e;
	r->m.hello.options = r->opt.hello;
	memcpy(r->user, r->m.hello.user, sizeof(r->user));
	r->uid = r->m.hello.uid;
	return KOSMO_OK;
}

int
relay_open(struct relay *r, const uint8_t *ticket)
{
	struct msg_open open = { .version = MSG_VERSION, .phase = r->phase };
	int e;

	r->where = "making a nonce";
	if (getrandom(r->nonce, NONCE_LEN, 0) != NONCE_LEN)
		return KOSMO_EIO;
	memcpy(open.nonce, r->nonce, NONCE_LEN);
	/* sshd and login, as root, make a person change what has expired */
	open.ruid = ((unsigned)r->flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0
	    ? NO_UID
	    : (uint32_t)getuid();
	if (ticket != NULL) {
		memcpy(open.ticket, ticket, TICKET_LEN);
		hello_label(r->pamh, PAM_TTY, open.tty, sizeof(open.tty));
	} else {
		/* said to the keeper itself, which believes no talk */
		msg_open_person(&open, &r->m.hello);
		hello_auth_info(r->pamh, &open);
	}
	e = connect_kosmod(r->opt.socket, &r->fd, &r->where);
	if (e != KOSMO_OK)
		return e;
	r->where = "sending OPEN";
	return packet_send(
	    r->fd, &msg_open_layout, &open, -1, packet_now() + SEND_MS);
}

int
relay_hello(struct relay *r)
{
	r->where = "sending HELLO";
	return packet_send(
	    r->fd, &msg_hello_layout, &r->m.hello, -1, packet_now() + SEND_MS);
}

/* Receives one message that is no WAIT, unless one is there already. */
static int
receive(struct relay *r)
{
	int64_t deadline = packet_now() + RECEIVE_MS;
	int e;

	while (r->packet.len == 0) {
		r->where = "waiting for kosmod";
		e = packet_recv(r->fd, &r->packet, NULL, deadline);
		if (e != KOSMO_OK)
			break;
		if (r->opt.debug)
			pam_syslog(r->pamh, LOG_DEBUG, "message of type %u",
			    packet_type(&r->packet));
		if (packet_type(&r->packet) != M_WAIT)
			return KOSMO_OK;
		r->where = "WAIT";
		e = packet_get(&r->packet, &msg_wait_layout, &r->m.wait);
		buf_reset(&r->packet);
		if (e != KOSMO_OK)
			return e;
		if (r->m.wait.seconds > WAIT_MAX)
			r->m.wait.seconds = WAIT_MAX;
		deadline = packet_now() + (int64_t)r->m.wait.seconds * 1000;
	}
	if (r->packet.len > 0)
		return KOSMO_OK;
	return e;
}

static int
on_show(struct relay *r)
{
	int e;

	r->where = "SHOW";
	e = packet_get(&r->packet, &msg_show_layout, &r->m.show);
	return e == KOSMO_OK ? prompt_show(r) : e;
}

static int
on_ask(struct relay *r)
{
	struct msg_answer answer;
	int e;

	memset(&answer, 0, sizeof(answer));
	r->where = "ASK";
	e = packet_get(&r->packet, &msg_ask_layout, &r->m.ask);
	if (e != KOSMO_OK)
		return e;
	if ((e = prompt_ask(r, &answer.text)) != KOSMO_OK)
		goto out;
	r->where = "sending ANSWER";
	e = packet_send(
	    r->fd, &msg_answer_layout, &answer, -1, packet_now() + SEND_MS);
	/* Too late for kosmod: what it has said before hanging up counts. */
	if (e == KOSMO_ECLOSED)
		e = KOSMO_OK;
out:
	secret_done(&answer.text);
	return e;
}

/* Where there is no agent, or another program than sudo, that is said. */
static int
on_agent(struct relay *r)
{
	struct msg_agent_is is = { 0 };
	struct msg_agent agent;
	int fd = -1, e;

	r->where = "AGENT";
	e = packet_get(&r->packet, &msg_agent_layout, &agent);
	if (e != KOSMO_OK || (e = agent_connect(r, &fd)) != KOSMO_OK)
		return e;
	is.here = fd != -1;
	r->where = "sending AGENT_IS";
	e = packet_send(
	    r->fd, &msg_agent_is_layout, &is, fd, packet_now() + SEND_MS);
	if (fd != -1)
		(void)close(fd);
	return e;
}

static int
on_end(struct relay *r)
{
	int e;

	r->where = "END";
	e = packet_get(&r->packet, &msg_end_layout, &r->end);
	if (e != KOSMO_OK)
		return e;
	if (!secret_bytes_equal(r->end.nonce, r->nonce, NONCE_LEN)) {
		r->where = "nonce of END";
		e = KOSMO_EPERM;
	} else if (r->end.result > RESULT_NOTED) {
		r->where = "result of END";
		e = KOSMO_EFORMAT;
	}
	if (e != KOSMO_OK)
		explicit_bzero(&r->end, sizeof(r->end));
	return e;
}

/* Handles the received message, which is then gone. */
static int
handle(struct relay *r, bool *ret_end)
{
	uint8_t type = packet_type(&r->packet);
	int e = KOSMO_EFORMAT;

	r->where = "message out of turn";
	if (type == M_END) {
		*ret_end = true;
		e = on_end(r);
	} else if (type == M_SHOW && !r->talk_over) {
		e = on_show(r);
	} else if (type == M_ASK && !r->talk_over) {
		e = on_ask(r);
	} else if (type == M_AGENT && !r->talk_over) {
		e = on_agent(r);
	}
	buf_reset(&r->packet);
	explicit_bzero(&r->m, sizeof(r->m));
	return e;
}

int
relay_first(struct relay *r)
{
	return receive(r);
}

int
relay_run(struct relay *r)
{
	bool end = false;
	int e;

	explicit_bzero(&r->end, sizeof(r->end));
	while (!end) {
		if ((e = receive(r)) != KOSMO_OK ||
		    (e = handle(r, &end)) != KOSMO_OK)
			return e;
	}
	r->talk_over = true;
	return KOSMO_OK;
}

int
relay_account(struct relay *r)
{
	const struct msg_account account = { 0 };
	int e;

	/* Nothing may lie here already that could pass for the answer. */
	r->where = "message after END";
	e = packet_recv(r->fd, &r->packet, NULL, 0);
	if (e != KOSMO_ETIMEOUT)
		return e != KOSMO_OK ? e : KOSMO_EFORMAT;
	r->where = "sending ACCOUNT";
	e = packet_send(
	    r->fd, &msg_account_layout, &account, -1, packet_now() + SEND_MS);
	return e == KOSMO_OK ? relay_run(r) : e;
}
