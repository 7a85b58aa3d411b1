/*
 * An ssh-agent that has written the input and hung up, asked for its keys and
 * for a signature: whatever it says, it costs no more than that.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kosmod/talk/agent.h"
#include "libkosmo/packet.h"
#include "libkosmo/utf8.h"

#define MUST(what)               \
	do {                     \
		if (!(what))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct agent
begin(const uint8_t *data, size_t len, int *ret_other)
{
	struct agent a = { -1, packet_now() + 10000 };
	int fds[2];

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	MUST(send(fds[1], data, len, MSG_DONTWAIT) == (ssize_t)len);
	MUST(shutdown(fds[1], SHUT_WR) == 0);
	a.fd = fds[0];
	*ret_other = fds[1];
	return a;
}

static void
list(const uint8_t *data, size_t len)
{
	static struct agent_keys keys;
	int other = -1;
	struct agent a = begin(data, len, &other);
	int r = agent_list(&a, &keys);

	MUST(keys.n <= AGENT_KEYS && (r == 0 || keys.n == 0));
	for (size_t i = 0; i < keys.n; i++) {
		MUST(keys.keys[i].pub.alg != ALG_NONE);
		MUST(utf8_clean(
		    keys.keys[i].comment, strlen(keys.keys[i].comment), false));
	}
	close(a.fd);
	close(other);
}

static void
sign(const uint8_t *data, size_t len, uint8_t alg)
{
	static const struct k_challenge challenge = { .namespace = "n",
		.text = "t" };
	const struct k_ssh_pub key = { .alg = alg,
		.key_len = alg == ALG_EDDSA ? 32 : 64,
		.application = "ssh:" };
	struct k_signed s = { 0 };
	int other = -1;
	struct agent a = begin(data, len, &other);

	(void)!agent_sign(&a, &challenge, &key, &s);
	close(a.fd);
	close(other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len == 0 || len > AGENT_REPLY_MAX)
		return 0;
	list(data, len);
	sign(data, len, ALG_EDDSA);
	sign(data, len, ALG_ES256);
	return 0;
}
