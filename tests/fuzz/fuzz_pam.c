/*
 * Calls of the module against a kosmod made of the input: its first byte
 * chooses the call and its options; packets follow, each behind two bytes of
 * length. There is no yes, and no leave to go on, unless a packet says so with
 * the nonce of the conversation, which stands in for chance: sixteen n.
 */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_pam.h"
#include "libkosmo/msg.h"
#include "libkosmo/packet.h"
#include "pam_kosmo/account.h"
#include "pam_kosmo/agent.h"
#include "pam_kosmo/connect.h"

static struct {
	const uint8_t *data;
	size_t len;
	int fd[2]; /* kosmod's ends */
	int n;
} input;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

ssize_t
getrandom(void *to, size_t len, unsigned flags)
{
	(void)flags;
	memset(to, 'n', len);
	return (ssize_t)len;
}

int
account_uid(const char *name, uint32_t *ret)
{
	*ret = strcmp(name, "alice") == 0 ? 1000 : NO_UID;
	return KOSMO_OK;
}

/* One that can't be talked to: that is kosmod's part. */
int
agent_connect(const struct relay *r, int *ret_fd)
{
	*ret_fd = r->uid == 1000 ? dup(r->fd) : -1;
	return KOSMO_OK;
}

/* The next packet of the input; false at its end. */
static bool
next(struct cursor *c, const uint8_t **ret, uint16_t *len)
{
	return cursor_u16(c, len) == KOSMO_OK &&
	    cursor_take(c, *len, ret) == KOSMO_OK;
}

int
connect_kosmod(const char *path, int *ret_fd, const char **ret_where)
{
	struct cursor c = { input.data, input.len };
	const uint8_t *p;
	uint16_t len;
	int fd[2];

	(void)path;
	*ret_where = "here";
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd) != 0)
		abort();
	for (int i = 0; i < 64 && next(&c, &p, &len); i++) {
		if (send(fd[1], p, len, MSG_NOSIGNAL) == -1)
			break;
	}
	(void)shutdown(fd[1], SHUT_WR);
	input.fd[input.n++] = fd[1];
	*ret_fd = fd[0];
	return KOSMO_OK;
}

/* True if kosmod has said this result, in its own voice. */
static bool
said(uint8_t result)
{
	struct cursor c = { input.data, input.len };
	struct msg_end end;
	const uint8_t *p;
	uint16_t len;

	while (next(&c, &p, &len)) {
		if (codec_decode(&msg_end_layout, CODEC_MESSAGE, p, len,
			&end) == KOSMO_OK &&
		    memcmp(end.nonce, "nnnnnnnnnnnnnnnn", NONCE_LEN) == 0 &&
		    end.result == result)
			return true;
	}
	return false;
}

static void
judge(int code, uint8_t yes)
{
	if (code == PAM_SUCCESS && !said(yes))
		abort();
	if (code == PAM_IGNORE && !said(RESULT_NOT_MINE))
		abort();
}

static void
call(pam_handle_t *pamh, uint8_t which, int argc, const char **argv)
{
	int code;

	switch (which) {
	case 0:
		judge(code = pam_sm_authenticate(pamh, 0, argc, argv),
		    RESULT_ALLOW);
		if (code == PAM_SUCCESS)
			judge(pam_sm_acct_mgmt(pamh, 0, argc, argv),
			    RESULT_ALLOW);
		return;
	case 1:
		judge(pam_sm_acct_mgmt(pamh, 0, argc, argv), RESULT_ALLOW);
		return;
	case 2:
		code = pam_sm_chauthtok(pamh, PAM_PRELIM_CHECK, argc, argv);
		if (code == PAM_SUCCESS)
			code = pam_sm_chauthtok(
			    pamh, PAM_UPDATE_AUTHTOK, argc, argv);
		judge(code, RESULT_ALLOW);
		return;
	default:
		judge(code = pam_sm_open_session(pamh, 0, argc, argv),
		    RESULT_NOTED);
		if (code == PAM_SUCCESS)
			judge(pam_sm_close_session(pamh, 0, argc, argv),
			    RESULT_NOTED);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *options[] = { "debug", "use_first_pass",
		"try_first_pass" };
	bool su;
	struct pam_handle pamh = { .answers = 40,
		.ticket = "KOSMO_TICKET=0123456789abcdef0123456789abcdef" };

	if (len == 0)
		return 0;
	memset(&input, 0, sizeof(input));
	input.data = data + 1;
	input.len = len - 1;
	(void)pam_set_item(
	    &pamh, PAM_USER, (data[0] & 4) != 0 ? "al" : "alice");
	su = (data[0] & 8) != 0 && data[0] % 4 != 3; /* it has no sessions */
	(void)pam_set_item(&pamh, PAM_SERVICE, su ? "su" : "sshd");
	call(&pamh, data[0] % 4, data[0] >> 6, options);
	fake_pam_done(&pamh);
	while (input.n > 0)
		(void)close(input.fd[--input.n]);
	return 0;
}
