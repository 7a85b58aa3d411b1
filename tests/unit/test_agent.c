/*
 * The agent protocol: against a real ssh-agent's bytes, and against agents
 * that send what they like, or nothing. They are played in a child, which
 * reads one request and then writes what the test says.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kosmod/talk/agent.h"
#include "kosmod/talk/ssh_blob.h"
#include "libkosmo/packet.h"

#define SOON 300 /* ms */

static const struct k_challenge challenge = { .namespace = "kosmo-sudo@web1",
	.text = "kosmo host=web1 person=taro" };

/* What an agent does. */
struct play {
	struct buf reply; /* as it goes over the wire */
	size_t piece;	  /* bytes at a time; 0: all at once */
	bool deaf;	  /* reads nothing, writes nothing, stays */
	struct buf asked; /* what it must have been asked; empty: anything */
};

static struct k_ssh_pub
key_of(uint8_t alg, const char *application)
{
	struct k_ssh_pub key = { .alg = alg,
		.key_len = alg == ALG_EDDSA ? 32 : 64 };

	memset(key.key, 'k', key.key_len);
	memcpy(key.application, application, strlen(application));
	return key;
}

static void
put_u32(struct buf *b, uint32_t v)
{
	assert_int_equal(buf_add_u32(b, v), 0);
}

static void
put_u8(struct buf *b, uint8_t v)
{
	assert_int_equal(buf_add_u8(b, v), 0);
}

static void
put_string(struct buf *b, const void *bytes, size_t len)
{
	assert_int_equal(ssh_add_string(b, bytes, len), 0);
}

static void
put_key(struct buf *b, const struct k_ssh_pub *key, const char *comment)
{
	struct buf blob = BUF_INIT;

	assert_int_equal(ssh_key_write(key, &blob), 0);
	put_string(b, blob.data, blob.len);
	put_string(b, comment, strlen(comment));
	buf_done(&blob);
}

/* The length before it, as it goes over the wire. */
static void
wrap(struct buf *b)
{
	struct buf whole = BUF_INIT;

	put_string(&whole, b->data, b->len);
	buf_done(b);
	*b = whole;
}

static void
write_all(int fd, const struct play *p)
{
	size_t step = p->piece > 0 ? p->piece : p->reply.len;

	for (size_t at = 0; at < p->reply.len; at += step) {
		size_t n = p->reply.len - at;

		if (send(fd, p->reply.data + at, n < step ? n : step,
			MSG_NOSIGNAL) == -1)
			return;
	}
}

static void
serve(int fd, const struct play *p)
{
	uint8_t head[4], body[4096];
	size_t len;

	if (p->deaf) {
		(void)pause();
		_exit(0);
	}
	if (recv(fd, head, 4, MSG_WAITALL) != 4)
		_exit(0);
	len = (size_t)head[2] << 8 | head[3];
	if (head[0] != 0 || head[1] != 0 || len > sizeof(body) ||
	    recv(fd, body, len, MSG_WAITALL) != (ssize_t)len)
		_exit(1);
	if (p->asked.len > 0 &&
	    (p->asked.len != len || memcmp(p->asked.data, body, len) != 0))
		_exit(2);
	write_all(fd, p);
	if (p->reply.len > 0)
		_exit(0);
	(void)!read(fd, head, 1); /* never answers */
	_exit(0);
}

static pid_t
start(const struct play *p, int *ret_fd)
{
	int fds[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	if ((pid = fork()) == 0) {
		close(fds[0]);
		serve(fds[1], p);
	}
	assert_int_not_equal(pid, -1);
	close(fds[1]);
	*ret_fd = fds[0];
	return pid;
}

static void
finish(pid_t pid, int fd, struct play *p)
{
	int status;

	close(fd);
	if (p->deaf)
		assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(p->deaf || WIFEXITED(status));
	assert_int_equal(p->deaf ? 0 : WEXITSTATUS(status), 0);
	buf_done(&p->reply);
	buf_done(&p->asked);
}

static int
list(struct play *p, int64_t ms, struct agent_keys *ret)
{
	struct agent a = { -1, packet_now() + ms };
	pid_t pid = start(p, &a.fd);
	int r = agent_list(&a, ret);

	finish(pid, a.fd, p);
	return r;
}

static int
sign(struct play *p, uint8_t alg, int64_t ms, struct k_signed *ret)
{
	const struct k_ssh_pub key = key_of(alg, "ssh:");
	struct agent a = { -1, packet_now() + ms };
	pid_t pid = start(p, &a.fd);
	int r = agent_sign(&a, &challenge, &key, ret);

	finish(pid, a.fd, p);
	return r;
}

/* Two FIDO2 keys among a plain one, a certificate and one of the web. */
static void
put_identities(struct buf *b)
{
	const struct k_ssh_pub one = key_of(ALG_EDDSA, "ssh:"),
			       two = key_of(ALG_ES256, "ssh:work"),
			       web = key_of(ALG_EDDSA, "https://web1");

	put_u8(b, 12);
	put_u32(b, 6);
	put_string(b, "\0\0\0\013ssh-ed25519\0\0\0\1x", 20);
	put_string(b, "plain", 5);
	put_key(b, &one, "taro@pc");
	put_key(b, &web, "web");
	put_key(b, &two, "\x1b[2J");
	put_string(b, "\0\0\0\043sk-ssh-ed25519-cert-v01@openssh.com", 39);
	put_string(b, "certificate", 11);
	put_string(b, "", 0);
	put_string(b, "", 0);
}

static void
test_list(void **state)
{
	static const size_t pieces[] = { 0, 1, 7 };
	struct agent_keys *keys = malloc(sizeof(*keys));
	struct k_ssh_pub one = key_of(ALG_EDDSA, "ssh:");

	(void)state;
	assert_non_null(keys);
	for (size_t i = 0; i < 3; i++) {
		struct play p = { .piece = pieces[i] };

		put_u8(&p.asked, 11);
		put_identities(&p.reply);
		wrap(&p.reply);
		assert_int_equal(list(&p, 5000, keys), 0);
		assert_int_equal(keys->n, 2);
		assert_memory_equal(&keys->keys[0].pub, &one, sizeof(one));
		assert_string_equal(keys->keys[0].comment, "taro@pc");
		assert_string_equal(keys->keys[1].pub.application, "ssh:work");
		assert_string_equal(keys->keys[1].comment, "");
	}
	free(keys);
}

/* None, and more than are looked at. */
static void
test_list_sizes(void **state)
{
	const struct k_ssh_pub key = key_of(ALG_EDDSA, "ssh:");
	static const uint32_t counts[] = { 0, AGENT_KEYS - 1, AGENT_KEYS,
		AGENT_KEYS + 1, 500 };
	struct agent_keys *keys = malloc(sizeof(*keys));

	(void)state;
	assert_non_null(keys);
	for (size_t i = 0; i < 5; i++) {
		struct play p = { 0 };

		put_u8(&p.reply, 12);
		put_u32(&p.reply, counts[i]);
		for (uint32_t n = 0; n < counts[i]; n++)
			put_key(&p.reply, &key, "");
		wrap(&p.reply);
		assert_int_equal(list(&p, 5000, keys), 0);
		assert_int_equal(
		    keys->n, counts[i] < AGENT_KEYS ? counts[i] : AGENT_KEYS);
	}
	free(keys);
}

/* Each a reply that is none; what is claimed is not allocated. */
static void
test_hostile_list(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int error;
	} replies[] = {
		{ "\xff\xff\xff\xff", 4, KOSMO_ETOOBIG },
		{ "\0\1\0\1", 4, KOSMO_ETOOBIG },
		{ "\0\1\0\0", 4, KOSMO_ECLOSED },
		{ "\0\0\0", 3, KOSMO_ECLOSED },
		{ "\0\0\0\0", 4, KOSMO_EFORMAT },
		{ "\0\0\0\1\5", 5, KOSMO_EPERM },
		{ "\0\0\0\1\6", 5, KOSMO_EFORMAT },
		{ "\0\0\0\1\14", 5, KOSMO_EFORMAT },
		{ "\0\0\0\5\14\0\0\0\1", 9, KOSMO_EFORMAT },
		{ "\0\0\0\5\14\xff\xff\xff\xff", 9, KOSMO_EFORMAT },
		{ "\0\0\0\11\14\0\0\0\1\xff\xff\xff\xff", 13, KOSMO_EFORMAT },
		{ "\0\0\0\6\14\0\0\0\0x", 10, KOSMO_EFORMAT },
		{ "HTTP/1.1 400 Bad Request\r\n", 26, KOSMO_ETOOBIG },
	};
	struct agent_keys *keys = malloc(sizeof(*keys));

	(void)state;
	assert_non_null(keys);
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		struct play p = { 0 };

		assert_int_equal(
		    buf_add(&p.reply, replies[i].bytes, replies[i].len), 0);
		keys->n = 9;
		assert_int_equal(list(&p, 5000, keys), replies[i].error);
		assert_int_equal(keys->n, 0);
	}
	free(keys);
}

/* 10,000 keys are 1 MB: they are not read. */
static void
test_many(void **state)
{
	const struct k_ssh_pub key = key_of(ALG_ES256, "ssh:");
	struct agent_keys *keys = malloc(sizeof(*keys));
	struct play p = { 0 };

	(void)state;
	assert_non_null(keys);
	put_u8(&p.reply, 12);
	put_u32(&p.reply, 10000);
	for (int i = 0; i < 10000; i++)
		put_key(&p.reply, &key, "k");
	wrap(&p.reply);
	assert_int_equal(list(&p, 5000, keys), KOSMO_ETOOBIG);
	free(keys);
}

/* It hears and says nothing; or takes nothing; or a byte, and no more. */
static void
test_silent(void **state)
{
	struct agent_keys *keys = malloc(sizeof(*keys));
	struct play silent = { 0 }, deaf = { .deaf = true };
	struct k_signed s = { 0 };
	int64_t begun = packet_now();

	(void)state;
	assert_non_null(keys);
	assert_int_equal(list(&silent, SOON, keys), KOSMO_ETIMEOUT);
	assert_int_equal(sign(&deaf, ALG_EDDSA, SOON, &s), KOSMO_ETIMEOUT);
	assert_in_range(packet_now() - begun, 2 * SOON, 20 * SOON);
	assert_int_equal(list(&silent, -1, keys), KOSMO_ETIMEOUT);
	free(keys);
}

/* Its buffer is full and it reads nothing: sending ends at the deadline. */
static void
test_stuck(void **state)
{
	const struct k_ssh_pub key = key_of(ALG_EDDSA, "ssh:");
	struct k_signed s = { 0 };
	struct agent a;
	char junk[4096] = "";
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	while (send(fds[0], junk, sizeof(junk), MSG_DONTWAIT) > 0)
		;
	while (send(fds[0], junk, 1, MSG_DONTWAIT) > 0)
		;
	a = (struct agent){ fds[0], packet_now() + SOON };
	assert_int_equal(agent_sign(&a, &challenge, &key, &s), KOSMO_ETIMEOUT);
	close(fds[1]);
	a.until = packet_now() + 5000;
	assert_int_equal(agent_sign(&a, &challenge, &key, &s), KOSMO_ECLOSED);
	close(fds[0]);
	assert_int_equal(agent_sign(&a, &challenge, &key, &s), KOSMO_EIO);
}

static void
put_signature(struct buf *b, const char *type, size_t len)
{
	struct buf s = BUF_INIT;
	uint8_t bytes[64];

	memset(bytes, 's', sizeof(bytes));
	put_string(&s, type, strlen(type));
	put_string(&s, bytes, len);
	put_u8(&s, KEY_UP);
	put_u32(&s, 7);
	put_u8(b, 14);
	put_string(b, s.data, s.len);
	buf_done(&s);
}

/* What is asked for is what ssh-agent takes. */
static void
put_sign_request(struct buf *b)
{
	const struct k_ssh_pub key = key_of(ALG_EDDSA, "ssh:");
	struct buf blob = BUF_INIT, data = BUF_INIT;

	assert_int_equal(ssh_key_write(&key, &blob), 0);
	assert_int_equal(ssh_sig_write(&challenge, &data), 0);
	put_u8(b, 13);
	put_string(b, blob.data, blob.len);
	put_string(b, data.data, data.len);
	put_u32(b, 0);
	buf_done(&blob);
	buf_done(&data);
}

static void
test_sign(void **state)
{
	struct k_signed s = { .device = 3 };
	uint8_t want[64];
	struct play p = { .piece = 3 };

	(void)state;
	memset(want, 's', sizeof(want));
	put_sign_request(&p.asked);
	put_signature(&p.reply, ssh_type_name(ALG_EDDSA), 64);
	wrap(&p.reply);
	assert_int_equal(sign(&p, ALG_EDDSA, 5000, &s), 0);
	assert_int_equal(s.flags, KEY_UP);
	assert_int_equal(s.counter, 7);
	assert_int_equal(s.device, 3);
	assert_memory_equal(s.signature, want, sizeof(want));
}

static void
test_bad_signatures(void **state)
{
	static const struct {
		const char *type;
		size_t len;
		uint8_t alg;
	} rows[] = {
		{ "sk-ssh-ed25519@openssh.com", 63, ALG_EDDSA },
		{ "sk-ssh-ed25519@openssh.com", 0, ALG_EDDSA },
		{ "sk-ssh-ed25519@openssh.com", 64, ALG_ES256 },
		{ "sk-ecdsa-sha2-nistp256@openssh.com", 64, ALG_ES256 },
		{ "ssh-ed25519", 64, ALG_EDDSA },
		{ "webauthn-sk-ecdsa-sha2-nistp256@openssh.com", 64,
		    ALG_ES256 },
	};
	struct k_signed s = { 0 };
	struct play refuses = { 0 }, more = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct play p = { 0 };

		put_signature(&p.reply, rows[i].type, rows[i].len);
		wrap(&p.reply);
		assert_int_equal(
		    sign(&p, rows[i].alg, 5000, &s), KOSMO_EFORMAT);
	}
	put_u8(&refuses.reply, 5);
	wrap(&refuses.reply);
	assert_int_equal(sign(&refuses, ALG_EDDSA, 5000, &s), KOSMO_EPERM);
	put_signature(&more.reply, ssh_type_name(ALG_EDDSA), 64);
	put_u8(&more.reply, 0);
	wrap(&more.reply);
	assert_int_equal(sign(&more, ALG_EDDSA, 5000, &s), KOSMO_EFORMAT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_list_sizes),
		cmocka_unit_test(test_hostile_list),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_stuck),
		cmocka_unit_test(test_sign),
		cmocka_unit_test(test_bad_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
