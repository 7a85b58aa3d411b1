#include "config.h"

#include "agent.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "kosmod/talk/ssh_blob.h"
#include "libkosmo/packet.h"
#include "libkosmo/utf8.h"

#define LIST_MS 10000 /* nobody has to touch anything for that */

enum {
	AGENT_FAILURE = 5,
	AGENTC_REQUEST_IDENTITIES = 11,
	AGENT_IDENTITIES_ANSWER,
	AGENTC_SIGN_REQUEST,
	AGENT_SIGN_RESPONSE
};

/* Until something can be done with the socket, or the deadline. */
static int
wait_for(const struct agent *a, short events)
{
	struct pollfd p = { a->fd, events, 0 };
	int64_t left = a->until - packet_now();
	int n;

	if (left <= 0)
		return KOSMO_ETIMEOUT;
	n = poll(&p, 1, left > 60000 ? 60000 : (int)left);
	return n >= 0 || errno == EINTR ? 0 : KOSMO_EIO;
}

/*
 * What a send or recv that moved nothing means: 0 to try again. The socket may
 * be a blocking one: each call says itself that it does not wait.
 */
static int
not_moved(const struct agent *a, ssize_t n, short events)
{
	if (n == 0)
		return KOSMO_ECLOSED;
	if (errno == EINTR)
		return 0;
	if (errno == EAGAIN)
		return wait_for(a, events);
	return errno == EPIPE || errno == ECONNRESET ? KOSMO_ECLOSED
						     : KOSMO_EIO;
}

static int
put(const struct agent *a, const struct buf *request)
{
	size_t done = 0;
	int r = 0;

	while (r == 0 && done < request->len) {
		ssize_t n = send(a->fd, request->data + done,
		    request->len - done, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n > 0)
			done += (size_t)n;
		else
			r = not_moved(a, n, POLLOUT);
	}
	return r;
}

/* Reads len bytes, in as many pieces as they come. */
static int
get(const struct agent *a, struct buf *reply, size_t len)
{
	int r;

	buf_reset(reply);
	if ((r = buf_reserve(reply, len)) != 0)
		return r;
	while (r == 0 && reply->len < len) {
		ssize_t n = recv(a->fd, reply->data + reply->len,
		    len - reply->len, MSG_DONTWAIT);

		if (n > 0)
			reply->len += (size_t)n;
		else
			r = not_moved(a, n, POLLIN);
	}
	return r;
}

/*
 * One request, whose length is put before it, and its reply, of which c then
 * has all behind the type want.
 */
static int
ask(const struct agent *a, const struct buf *request, uint8_t want,
    struct buf *reply, struct cursor *c)
{
	struct buf whole = BUF_INIT;
	uint32_t len = 0;
	uint8_t type = 0;
	int r;

	if ((r = ssh_add_string(&whole, request->data, request->len)) != 0 ||
	    (r = put(a, &whole)) != 0 || (r = get(a, reply, 4)) != 0)
		goto out;
	*c = (struct cursor){ reply->data, reply->len };
	if ((r = cursor_u32(c, &len)) != 0)
		goto out;
	if (len > AGENT_REPLY_MAX) {
		r = KOSMO_ETOOBIG;
		goto out;
	}
	if ((r = get(a, reply, len)) != 0)
		goto out;
	*c = (struct cursor){ reply->data, reply->len };
	if ((r = cursor_u8(c, &type)) == 0 && type != want)
		r = type == AGENT_FAILURE ? KOSMO_EPERM : KOSMO_EFORMAT;
out:
	buf_done(&whole);
	return r;
}

static void
take_comment(const uint8_t *s, uint32_t len, struct agent_key *ret)
{
	if (len > AGENT_COMMENT || !utf8_clean((const char *)s, len, false))
		return;
	memcpy(ret->comment, s, len);
}

/* One key of the answer; those that are not FIDO2 are passed over. */
static int
take_key(struct cursor *c, struct agent_keys *ret)
{
	struct agent_key *key = &ret->keys[ret->n];
	const uint8_t *blob, *comment;
	uint32_t blob_len, comment_len;
	int r;

	if ((r = ssh_string(c, &blob, &blob_len)) != 0 ||
	    (r = ssh_string(c, &comment, &comment_len)) != 0)
		return r;
	if (ret->n == AGENT_KEYS ||
	    ssh_key_read(blob, blob_len, &key->pub) != 0)
		return 0;
	take_comment(comment, comment_len, key);
	ret->n++;
	return 0;
}

int
agent_list(const struct agent *a, struct agent_keys *ret)
{
	int64_t soon = packet_now() + LIST_MS;
	const struct agent list = { a->fd, a->until < soon ? a->until : soon };
	struct buf request = BUF_INIT, reply = BUF_INIT;
	struct cursor c = { NULL, 0 };
	uint32_t n = 0;
	int r;

	memset(ret, 0, sizeof(*ret));
	if ((r = buf_add_u8(&request, AGENTC_REQUEST_IDENTITIES)) != 0 ||
	    (r = ask(&list, &request, AGENT_IDENTITIES_ANSWER, &reply, &c)) !=
		0 ||
	    (r = cursor_u32(&c, &n)) != 0)
		goto out;
	for (; r == 0 && n > 0; n--)
		r = take_key(&c, ret);
	if (r == 0 && c.left > 0)
		r = KOSMO_EFORMAT;
out:
	buf_done(&request);
	buf_done(&reply);
	if (r != 0)
		memset(ret, 0, sizeof(*ret));
	return r;
}

/* SIGN_REQUEST: key, what is to be signed, no flags. */
static int
sign_request(const struct k_challenge *challenge, const struct k_ssh_pub *key,
    struct buf *out)
{
	struct buf blob = BUF_INIT, data = BUF_INIT;
	int r;

	if ((r = ssh_key_write(key, &blob)) != 0 ||
	    (r = ssh_sig_write(challenge, &data)) != 0 ||
	    (r = buf_add_u8(out, AGENTC_SIGN_REQUEST)) != 0 ||
	    (r = ssh_add_string(out, blob.data, blob.len)) != 0 ||
	    (r = ssh_add_string(out, data.data, data.len)) != 0)
		goto out;
	r = buf_add_u32(out, 0);
out:
	buf_done(&blob);
	buf_done(&data);
	return r;
}

int
agent_sign(const struct agent *a, const struct k_challenge *challenge,
    const struct k_ssh_pub *key, struct k_signed *ret)
{
	struct buf request = BUF_INIT, reply = BUF_INIT;
	struct cursor c = { NULL, 0 };
	const uint8_t *signature;
	uint32_t len;
	int r;

	if ((r = sign_request(challenge, key, &request)) != 0 ||
	    (r = ask(a, &request, AGENT_SIGN_RESPONSE, &reply, &c)) != 0 ||
	    (r = ssh_string(&c, &signature, &len)) != 0)
		goto out;
	r = c.left > 0 ? KOSMO_EFORMAT
		       : ssh_signature_read(key->alg, signature, len, ret);
out:
	buf_done(&request);
	buf_done(&reply);
	return r;
}
